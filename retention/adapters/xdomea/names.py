"""How containers and what lies in them are called.

Before 4.0.0 `<ProzessID>_Aussonderung.<Name>.<code>.zip`, from then on `<ProzessID>_<code>_<number>.zip`; the message
in it has the same stem. What comes back is read in both forms, as `.zip` and `.xdomea`.
"""

import re
from dataclasses import dataclass

from retention.adapters.xdomea.vocabulary import root_name
from retention.rules.exchange import Envelope, MessageType, XdomeaVersion

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_WRITTEN_UUID = re.compile(_UUID, re.IGNORECASE)
_NAME = re.compile(
    rf"(?P<process>{_UUID})_(?:[A-Za-z]+\.[A-Za-z]+\.)?(?P<type>050[1-7])(?:_(?P<number>\d{{1,9}}))?"
    r"\.(?P<extension>zip|xdomea|xml)",
    re.IGNORECASE,
)
_FILE = re.compile(rf"(?P<id>{_UUID})(?:_[^/\\\x00]*?)?(?:\.(?P<extension>[^./\\\x00]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContainerName:
    """What the name of a container says; `process_id` as it is written there."""

    process_id: str
    type: MessageType
    number: int | None


def stem_of(envelope: Envelope) -> str:
    """The name of a message without extension, for its container and its XML alike."""
    if envelope.version is XdomeaVersion.V4_0_0:
        return f"{envelope.process_id}_{envelope.type}_{envelope.number}"
    return f"{envelope.process_id}_{root_name(envelope.type)}"


def container_name(envelope: Envelope) -> str:
    """As every receiver expects it, in lower case."""
    return stem_of(envelope) + ".zip"


def parse_container_name(name: str) -> ContainerName | None:
    """None for a name that no message of a disposal process has."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    number = found["number"]
    return ContainerName(found["process"], MessageType(found["type"]), int(number) if number else None)


def is_uuid(text: str) -> bool:
    """Whether this is a UUID in its usual form; the schemas of 3.x would accept `|` in it too."""
    return _WRITTEN_UUID.fullmatch(text) is not None


def parse_file_name(name: str) -> tuple[str, str] | None:
    """The UUID and the extension of a file in a container; None where the name is none, as when it is a path."""
    found = _FILE.fullmatch(name)
    return (found["id"], found["extension"] or "") if found else None
