"""Files that consist of words, not of pages: one door to all their readers. Runs inside the sandbox."""

from collections.abc import Callable
from pathlib import Path

from ingest.adapters import archive_listing, email_message, office_binary, office_xml, outlook_message, plain_text
from ingest.adapters.rtf_text import text_of_rtf
from ingest.recognition.content import Content
from ingest.recognition.results import MediaType

_READERS: dict[MediaType, Callable[[Path], Content]] = {
    MediaType.TEXT: plain_text.read,
    MediaType.EMAIL: email_message.read,
    MediaType.MSG: outlook_message.read,
    MediaType.ZIP: archive_listing.read,
    MediaType.RTF: lambda source: Content("", (text_of_rtf(source.read_bytes()),)),
}
_XML = {MediaType.DOCX, MediaType.XLSX, MediaType.PPTX, MediaType.ODT, MediaType.ODS, MediaType.ODP}


def content_of(source: Path, kind: MediaType) -> Content:
    """What a file without pages says. Raises the errors of `ingest.recognition.errors`."""
    if kind in _READERS:
        return _READERS[kind](source)
    return office_xml.read(source, kind) if kind in _XML else office_binary.read(source, kind)
