"""xdomea's own words: namespaces, names of messages, code lists.

The codes are those of the schemas; of lists that a schema only refers to, those of the version named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eakte.access.rules import Confidentiality
from eakte.records.rules import Medium
from retention.rules.exchange import MessageType, XdomeaVersion
from retention.rules.nodes import FormatNode

XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA_FILE = "xdomea-Nachrichten-AussonderungDurchfuehren.xsd"
_NAMESPACE = "urn:xoev-de:xdomea:schema:"
_LISTS = "urn:xoev-de:xdomea:codeliste:"


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes (Codeliste) and its version."""

    uri: str
    version: str


MESSAGE_TYPES = MappingProxyType(
    {
        XdomeaVersion.V3_0_0: CodeList(_LISTS + "nachrichtentyp", "2.0"),
        XdomeaVersion.V3_1_0: CodeList(_LISTS + "nachrichtentyp", "2.0"),
        XdomeaVersion.V4_0_0: CodeList(_LISTS + "nachrichtentyp", "3.0"),
    }
)
DECISIONS = CodeList(_LISTS + "aussonderungsart", "1.0")
PROPOSALS = CodeList(_LISTS + "bewertungsvorschlag", "1.0")
CONFIDENTIALITIES = CodeList(_LISTS + "vertraulichkeitsstufe", "1.0")
MEDIA = CodeList(_LISTS + "medium", "1.0")
FORMATS = CodeList(_LISTS + "dateiformat", "1.0")
HASHES = CodeList("urn:xoev-de:kosit:codeliste:xta.serviceprofile.kryptographische-algorithmen", "1.0.0")
DIRECTORIES = CodeList("urn:xoev-de:kosit:codeliste:verzeichnisdienst", "3")

SHA_256 = "SHA-256"
DVDV = "DVDV"
"""Deutsches Verwaltungsdiensteverzeichnis, the directory where prefix and key of an agency stand."""

_NAMES: Mapping[MessageType, str] = MappingProxyType(
    {
        MessageType.OFFER: "Anbieteverzeichnis",
        MessageType.APPRAISAL: "Bewertungsverzeichnis",
        MessageType.TRANSFER: "Aussonderung",
        MessageType.OFFER_RECEIVED: "AnbietungEmpfangBestaetigen",
        MessageType.APPRAISAL_RECEIVED: "BewertungEmpfangBestaetigen",
        MessageType.IMPORT_RESULT: "AussonderungImportBestaetigen",
        MessageType.TRANSFER_RECEIVED: "AussonderungEmpfangBestaetigen",
    }
)

CONFIDENTIALITY_CODES: Mapping[Confidentiality, str] = MappingProxyType(
    {
        Confidentiality.SECRET: "001",
        Confidentiality.RESTRICTED: "002",
        Confidentiality.OPEN: "003",
        Confidentiality.TOP_SECRET: "004",
        Confidentiality.CONFIDENTIAL: "005",
    }
)
MEDIUM_CODES: Mapping[Medium, str] = MappingProxyType(
    {Medium.ELECTRONIC: "001", Medium.HYBRID: "002", Medium.PAPER: "003"}
)

OTHER_FORMAT = "100"
_PDFA = "044"
# Word has three codes and PDF two: the first is the one written.
_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "001": "bmp", "002": "csv", "003": "doc", "006": "eml", "007": "htm", "008": "html", "009": "jpe",
        "010": "jpeg", "011": "jpg", "012": "msg", "013": "odp", "014": "ods", "015": "odt", "016": "otp",
        "017": "ots", "018": "pdf", "019": "png", "020": "ppt", "021": "ps", "022": "rtf", "023": "tif",
        "024": "tiff", "025": "wps", "026": "xlc", "027": "xlm", "028": "xls", "029": "xlw", "030": "xml",
        "031": "xsd", "032": "dot", "033": "pot", "034": "xlt", "035": "docx", "036": "xlsx", "037": "pptx",
        "038": "dotx", "039": "xltx", "040": "potx", "041": "dtd", "042": "mpp", "043": "ott", "045": "txt",
    }
)  # fmt: skip
_CODES = MappingProxyType({extension: code for code, extension in _EXTENSIONS.items()})
_MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "image/bmp": "bmp",
        "text/csv": "csv",
        "application/msword": "doc",
        "message/rfc822": "eml",
        "text/html": "html",
        "image/jpeg": "jpg",
        "application/vnd.ms-outlook": "msg",
        "application/vnd.oasis.opendocument.presentation": "odp",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/pdf": "pdf",
        "image/png": "png",
        "application/vnd.ms-powerpoint": "ppt",
        "application/postscript": "ps",
        "application/rtf": "rtf",
        "text/rtf": "rtf",
        "image/tiff": "tif",
        "application/vnd.ms-excel": "xls",
        "application/xml": "xml",
        "text/xml": "xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "text/plain": "txt",
    }
)


def namespace(version: XdomeaVersion) -> str:
    return _NAMESPACE + version


def version_of(uri: str | None) -> XdomeaVersion | None:
    """The version a namespace stands for; none for any other namespace or version."""
    number = (uri or "").removeprefix(_NAMESPACE)
    return XdomeaVersion(number) if number in set(XdomeaVersion) and uri != number else None


def type_name(type_: MessageType) -> str:
    """As `Aussonderung.Anbieteverzeichnis`."""
    return f"Aussonderung.{_NAMES[type_]}"


def root_name(type_: MessageType) -> str:
    """As `Aussonderung.Anbieteverzeichnis.0501`."""
    return f"{type_name(type_)}.{type_}"


def format_code(format_: FormatNode) -> str:
    """The code of a file format (Dateiformat); `OTHER_FORMAT` where the list has none."""
    extension = format_.file.extension.lower()
    if extension == "pdf" and format_.is_pdfa:
        return _PDFA
    return _CODES.get(extension) or _CODES.get(media_extension(format_.media_type), OTHER_FORMAT)


def media_extension(media_type: str) -> str:
    """The usual extension of a media type; empty where the list of formats has none."""
    return _MEDIA_TYPES.get(media_type.partition(";")[0].strip().lower(), "")


def media_type_of(code: str, extension: str) -> str:
    """What a format code, or else an extension, says about a file."""
    wanted = "pdf" if code == _PDFA else _EXTENSIONS.get(code, extension.lower())
    found = next((media for media, usual in _MEDIA_TYPES.items() if usual == wanted), None)
    return found or "application/octet-stream"


def is_pdfa_code(code: str) -> bool:
    return code == _PDFA
