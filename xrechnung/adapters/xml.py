"""XML that came from outside: parsed without DTD, entities, XInclude and network, within limits.

What is refused here the official validator refuses too (it reads with Xerces): a DOCTYPE of any kind, an encoding
whose name it does not know, text that does not fit its encoding. The limits are ours, far beyond any invoice.
"""

from pathlib import Path
from re import ASCII, compile
from threading import local
from typing import BinaryIO, NamedTuple

from lxml import etree

from xrechnung.adapters.encodings import UnknownEncoding, as_utf8
from xrechnung.judging.tree import short_name
from xrechnung.judging.verdict import Syntax

MOST_BYTES = 200 * 1024 * 1024
DEEPEST = 256
"""Levels of elements, libxml2's own limit; invoices have 12, and trees are walked recursively."""
MOST_ELEMENTS, MOST_ATTRIBUTES = 3_000_000, 1_500_000
"""In a whole invoice. 100,000 lines have half of that; each takes some 150 bytes of memory."""
MOST_BESIDE_LINES = 300_000
"""Elements, and attributes too, of what is no invoice line; in XML without any, of all of it."""
MOST_PER_LINE = 200
"""Elements, and attributes too, that a line may have on average."""
MOST_ATTRIBUTES_EACH, LONGEST_ATTRIBUTE = 100, 65_536
"""Of one element, looked at in big files only: in a small one they can do no harm."""

_BIG = 1024 * 1024
_HUGE = 8 * 1024 * 1024
"""From here on a text may exceed libxml2's 10 MB, so its limits have to go and ours to take over."""
_CHUNK = 1024 * 1024

_SPACE = compile(rb"[ \t\r\n]*")
_INVOICE = compile(rb"<(?:[\w.-]+:)?(?:Invoice|CreditNote|CrossIndustryInvoice|CrossIndustryDocument)[\s/>]", ASCII)
_STRING = etree.XPath("string()")
_MANY_ATTRIBUTES = etree.XPath(f"boolean(//*[@*[{MOST_ATTRIBUTES_EACH + 1}]])")
_LONG_ATTRIBUTE = etree.XPath(f"boolean(//@*[string-length() > {LONGEST_ATTRIBUTE}])")
_DEEP = etree.XPath("boolean(" + "/*" * (DEEPEST + 1) + ")")

_OTHER_FORMATS = (
    (b"PK\x03\x04", "ein ZIP-Archiv"),
    (b"\x1f\x8b", "eine mit gzip gepackte Datei"),
    (b"%PDF-", "ein PDF"),
    (b"\xd0\xcf\x11\xe0", "ein Office-Dokument"),
    (b"{", "vermutlich JSON"),
)

_TYPES = etree.ErrorTypes
_REASONS = {
    _TYPES.ERR_DOCUMENT_EMPTY: "Die Datei beginnt nicht mit einem XML-Element.",
    _TYPES.ERR_DOCUMENT_END: "Nach dem Ende der Rechnung folgt weiterer Inhalt.",
    _TYPES.ERR_TAG_NOT_FINISHED: "Die Datei ist abgeschnitten: ein Element wird nicht geschlossen.",
    _TYPES.ERR_GT_REQUIRED: "Ein Element ist unvollständig geschrieben, es fehlt „>“.",
    _TYPES.ERR_TAG_NAME_MISMATCH: "Ein Element wird mit einem anderen Namen geschlossen, als es geöffnet wurde.",
    _TYPES.ERR_LTSLASH_REQUIRED: "Ein Element wird nicht geschlossen.",
    _TYPES.ERR_NAME_REQUIRED: "Auf „<“ oder „&“ folgt kein Name; im Text muss es „&lt;“ oder „&amp;“ heißen.",
    _TYPES.ERR_INVALID_CHAR: "Die Datei enthält ein Zeichen, das in XML nicht erlaubt ist.",
    _TYPES.ERR_INVALID_ENCODING: "Die Datei enthält Bytes, die nicht zu ihrer Zeichenkodierung gehören.",
    _TYPES.ERR_RESERVED_XML_NAME: "Vor der XML-Deklaration steht etwas; sie muss ganz am Anfang stehen.",
    _TYPES.ERR_UNDECLARED_ENTITY: "Die Datei verwendet eine Entität, die nicht definiert ist.",
    _TYPES.ERR_ENTITYREF_SEMICOL_MISSING: "Auf „&“ folgt keine Entität; im Text muss es „&amp;“ heißen.",
    _TYPES.ERR_ATTRIBUTE_REDEFINED: "Ein Element trägt dasselbe Attribut zweimal.",
    _TYPES.ERR_ATTRIBUTE_NOT_STARTED: "Der Wert eines Attributs steht nicht in Anführungszeichen.",
    _TYPES.ERR_ATTRIBUTE_NOT_FINISHED: "Der Wert eines Attributs endet nicht.",
    _TYPES.ERR_LT_IN_ATTRIBUTE: "Im Wert eines Attributs steht „<“; es muss „&lt;“ heißen.",
    _TYPES.ERR_COMMENT_NOT_FINISHED: "Ein Kommentar endet nicht.",
    _TYPES.ERR_CDATA_NOT_FINISHED: "Ein CDATA-Abschnitt endet nicht.",
    _TYPES.ERR_UNKNOWN_VERSION: "Die Datei nennt eine XML-Version, die es nicht gibt.",
    _TYPES.NS_ERR_UNDEFINED_NAMESPACE: "Ein Präfix wird verwendet, dessen Namensraum nicht angegeben ist.",
}
_MINDED_ONLY_HERE = frozenset({_TYPES.WAR_NS_URI, _TYPES.DTD_XMLID_VALUE})
"""What libxml2 calls an error and the official parser does not: odd namespace URIs and values of xml:id."""


class XmlRefused(Exception):
    """This cannot be read as XML (kein lesbares XML)."""

    def __init__(self, code: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.code = code
        """`empty`, `not-xml` (another format), `not-well-formed`, `doctype`, `encoding`, `too-large`, `too-deep`"""
        self.reason = reason
        """A German sentence."""
        self.line = line


class Kind(NamedTuple):
    """What a document is: its syntax, and the specification it claims to follow (BT-24) as written."""

    syntax: Syntax | None
    specification: str | None
    """None where there is none, or where two differ."""

    @property
    def label(self) -> str:
        return "other" if self.syntax is None else self.syntax.value


def parse_xml(source: bytes | Path | BinaryIO) -> etree._Element:
    """The root element of an invoice's XML.

    Comments and processing instructions stay in the tree, since rules see them; CDATA becomes text. Raises
    `XmlRefused`.
    """
    data = _read(source)
    _refuse_other_formats(data)
    try:
        data = as_utf8(data)
    except UnknownEncoding as unknown:
        raise XmlRefused("encoding", unknown.reason) from None
    root_at = _start_of_root(data)
    if len(data) < _BIG:
        return _parse(data)
    _refuse_masses(data, lines=_lines(data) if _INVOICE.match(data, root_at) else 0)
    root = _parse(data) if len(data) < _HUGE else _parse_in_pieces(data)
    _refuse_monsters(root)
    return root


def is_invoice(data: bytes) -> bool:
    """Whether this is XML with the root element of an invoice, of ZUGFeRD 1.0 too; looks at its beginning only."""
    try:
        data = as_utf8(data)
        return _INVOICE.match(data, _start_of_root(data)) is not None
    except (UnknownEncoding, XmlRefused):
        return False


def detect(root: etree._Element) -> Kind:
    """Syntax by namespace and name of the root element, specification (BT-24) by its raw text."""
    syntax = _ROOTS.get(short_name(root.tag))
    found = set(specifications(root, syntax))
    return Kind(syntax, found.pop() if len(found) == 1 else None)


def specifications(root: etree._Element, syntax: Syntax | None) -> tuple[str, ...]:
    """Every specification identifier (BT-24) an invoice claims, untrimmed, as the official scenarios compare it."""
    if syntax is None:
        return ()
    claims = [root]
    for tag in _SPECIFICATIONS[syntax]:
        claims = [child for element in claims for child in element.iterchildren(tag)]
    return tuple(str(_STRING(claim)) if len(claim) else claim.text or "" for claim in claims)


_UBL = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_RSM = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}"
_ROOTS = {
    "ubl:Invoice": Syntax.UBL_INVOICE,
    "cn:CreditNote": Syntax.UBL_CREDIT_NOTE,
    "rsm:CrossIndustryInvoice": Syntax.CII,
}
_SPECIFICATIONS = {
    Syntax.UBL_INVOICE: (f"{_UBL}CustomizationID",),
    Syntax.UBL_CREDIT_NOTE: (f"{_UBL}CustomizationID",),
    Syntax.CII: (
        f"{_RSM}ExchangedDocumentContext",
        f"{_RAM}GuidelineSpecifiedDocumentContextParameter",
        f"{_RAM}ID",
    ),
}


def _read(source: bytes | Path | BinaryIO) -> bytes:
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, Path):
        with source.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    else:
        data = source.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise XmlRefused("too-large", f"Die Datei ist größer als {MOST_BYTES // 1024 // 1024} MB.")
    return data


def _refuse_other_formats(data: bytes) -> None:
    if not data:
        raise XmlRefused("empty", "Die Datei ist leer.")
    for start, what in _OTHER_FORMATS:
        if data.startswith(start):
            raise XmlRefused("not-xml", f"Die Datei ist {what} und kein XML.")


def _start_of_root(data: bytes) -> int:
    """Where the root element starts; in between only comments and processing instructions may stand.

    A DOCTYPE can stand nowhere else in well-formed XML, so none gets past this to the parser.
    """
    at = 0
    while True:
        space = _SPACE.match(data, at)
        at = space.end() if space else at
        if data.startswith(b"<?", at):
            closing = b"?>"
        elif data.startswith(b"<!--", at):
            closing = b"-->"
        elif data.startswith(b"<!", at):
            line = data.count(b"\n", 0, at) + 1
            raise XmlRefused("doctype", "Die Datei enthält eine DOCTYPE-Angabe; in Rechnungen ist sie verboten.", line)
        else:
            return at
        end = data.find(closing, at + 2)
        if end < 0:
            return at
        at = end + len(closing)


def _lines(data: bytes) -> int:
    """About how many invoice lines and sub-lines there are, by their tags."""
    return sum(map(data.count, (b"InvoiceLine>", b"CreditNoteLine>", b"TradeLineItem>"))) // 2


def _refuse_masses(data: bytes, *, lines: int) -> None:
    """Refuse what would fill the memory, before it does; comments, instructions and some texts count too."""
    most = MOST_BESIDE_LINES + MOST_PER_LINE * lines
    most_elements, most_attributes = min(most, MOST_ELEMENTS), min(most, MOST_ATTRIBUTES)
    if data.count(b"<") - data.count(b"</") > most_elements:
        raise _too_many("Elemente", most_elements, lines)
    if data.count(b"=") > most_attributes:
        raise _too_many("Attribute", most_attributes, lines)


def _too_many(what: str, most: int, lines: int) -> XmlRefused:
    for_lines = f" bei {_thousands(lines)} Rechnungspositionen" if lines else ""
    return XmlRefused("too-large", f"Die Datei enthält mehr als {_thousands(most)} {what}{for_lines}.")


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _refuse_monsters(root: etree._Element) -> None:
    if _DEEP(root):
        raise _too_deep()
    if _MANY_ATTRIBUTES(root):
        raise XmlRefused("too-large", f"Ein Element trägt mehr als {MOST_ATTRIBUTES_EACH} Attribute.")
    if _LONG_ATTRIBUTE(root):
        raise XmlRefused("too-large", f"Ein Attribut ist länger als {_thousands(LONGEST_ATTRIBUTE)} Zeichen.")


def _too_deep() -> XmlRefused:
    return XmlRefused("too-deep", f"Die Elemente sind tiefer als {DEEPEST} Ebenen verschachtelt.")


class _OwnParser(local):
    """The parser of each thread: making one takes a tenth of the time of parsing, one for all would let them wait."""

    def __init__(self) -> None:
        self.parser = _parser()


def _parser(*, huge: bool = False, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=huge,
        recover=recover,
    )


def _parse(data: bytes) -> etree._Element:
    parser = _own.parser
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if _is_minded_only_here(parser.error_log):
            return etree.fromstring(data, _parser(recover=True))
        raise _refusal(error) from None


_own = _OwnParser()


def _parse_in_pieces(data: bytes) -> etree._Element:
    """Piece by piece, which ends at the first error; at once libxml2 would go on through all the rest."""
    parser = _parser(huge=True)
    view = memoryview(data)
    try:
        for start in range(0, len(view), _CHUNK):
            parser.feed(bytes(view[start : start + _CHUNK]))
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        if _is_minded_only_here(parser.feed_error_log):
            return etree.fromstring(data, _parser(huge=True, recover=True))
        raise _refusal(error) from None
    return root


def _is_minded_only_here(log: "etree._ListErrorLog") -> bool:
    errors = log.filter_from_errors()
    return len(errors) > 0 and all(error.type in _MINDED_ONLY_HERE for error in errors)


def _refusal(error: etree.XMLSyntaxError) -> XmlRefused:
    cause: int = error.code  # type: ignore[attr-defined]  # missing in the stubs
    if cause == _TYPES.ERR_RESOURCE_LIMIT:
        return _too_deep()
    code = "encoding" if cause == _TYPES.ERR_INVALID_ENCODING else "not-well-formed"
    reason = _REASONS.get(cause, "Die Datei ist kein wohlgeformtes XML.")
    return XmlRefused(code, reason, error.lineno or None)
