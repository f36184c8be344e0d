"""XML that came from outside: parsed without DTD, entities and network, within limits."""

from collections.abc import Iterable

from lxml import etree


class NotXml(Exception):
    """No well-formed XML, or more than libxml2 cares to read; `reason` is the parser's own word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HasDoctype(Exception):
    """It declares a document type, which may define entities."""


def parse_untrusted(pieces: Iterable[bytes]) -> etree._Element:
    """The root element, without comments and processing instructions.

    Raises NotXml and HasDoctype. Whoever gives the pieces sees to it that they end.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for piece in pieces:
            parser.feed(piece)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise NotXml(error.msg or "leer") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise HasDoctype
    return root
