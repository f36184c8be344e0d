"""xdomea, the format in which administrations offer and hand records over to archives: messages 0501 to 0507.

`write_container` writes 3.0.0, 3.1.0 and 4.0.0, `read_container` reads all of them leniently. Both speak in the words
of `retention.rules.exchange`. Which names containers have is known to `container_name` and `parse_container_name`.
"""

from retention.adapters.xdomea.dialect import Product
from retention.adapters.xdomea.names import ContainerName, container_name, parse_container_name
from retention.adapters.xdomea.reading import ReadContainer, read_container
from retention.adapters.xdomea.unpacking import Limits
from retention.adapters.xdomea.writing import DEEPEST, WrittenContainer, write_container

__all__ = [
    "DEEPEST",
    "ContainerName",
    "Limits",
    "Product",
    "ReadContainer",
    "WrittenContainer",
    "container_name",
    "parse_container_name",
    "read_container",
    "write_container",
]
