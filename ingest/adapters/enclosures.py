"""Files inside files (Anlagen): listed with what they are, never opened. Runs inside the sandbox."""

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pylibmagic  # noqa: F401  brings libmagic, so it has to come before `magic`

from eakte.foundation.errors import Finding
from ingest.adapters import zip_file
from ingest.recognition.content import Enclosure
from ingest.recognition.errors import BrokenOfficeFile

import magic  # isort: skip

_PROGRAM_NAMES = re.compile(
    r"(?i)\.(exe|com|bat|cmd|scr|pif|msi|dll|jar|js|jse|vbs|vbe|wsf|wsh|ps1|hta|lnk|apk|sh|cpl|reg|iso|img|chm)$"
)
_PROGRAM_TYPES = {
    *("application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-executable"),
    *("application/x-pie-executable", "application/x-sharedlib", "application/x-mach-binary", "text/x-shellscript"),
    *("application/x-ms-shortcut", "text/x-msdos-batch", "application/x-java-applet"),
}
# What libmagic does not name when little more than the head is there: ELF, any script, a Windows shortcut.
_PROGRAM_HEADS = (b"\x7fELF", b"#!", b"L\0\0\0\x01\x14\x02\0")
_GZIP_HEAD = b"\x1f\x8b\x08"
_LOOKED_AT = 1 << 16
_MOST_LOOKED_AT = 2000
_DEEPEST_ARCHIVE = 3
HTML_MADE_HARMLESS = Finding(
    "html-made-harmless",
    "Die HTML-Fassung der Nachricht enthält aktive Inhalte oder Inhalte aus dem Netz; übernommen ist nur ihr Text.",
)


def enclosed(name: str, data: bytes) -> Enclosure:
    """A file inside a file as it is listed."""
    return Enclosure(name[:200], _type_of(data), len(data), hashlib.sha256(data).hexdigest())


def enclosure_warnings(enclosures: list[Enclosure]) -> Iterator[Finding]:
    """What a clerk should know of enclosed files; they stay in the original."""
    if enclosures:
        count = len(enclosures)
        message = "Eine Anlage ist" if count == 1 else f"{count} Anlagen sind"
        yield Finding("enclosures", f"{message} aufgelistet und nur im Original enthalten.")
    programs = [each.name for each in enclosures if is_program(each.name, each.media_type)]
    if programs:
        yield Finding("enclosed-program", f"Eine Anlage ist ein Programm oder Skript: {', '.join(programs[:5])}.")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a file is or holds a program, and whether it holds what nobody here looks into (`sealed`)."""

    program: bool
    sealed: bool


def judge(name: str, data: bytes, levels: int = _DEEPEST_ARCHIVE) -> Judgement:
    """Judge a file by name and content, and what a ZIP or gzip holds; other archives stay closed.

    Raises DecompressionBomb.
    """
    if _runs(name, data[:_LOOKED_AT]):
        return Judgement(program=True, sealed=False)
    if not zip_file.is_archive(data[:512]):
        return Judgement(program=False, sealed=False)
    if data.startswith(_GZIP_HEAD) and levels:
        return judge(name, _unzipped_head(data), levels - 1)
    if not data.startswith(b"PK") or levels == 0:
        return Judgement(program=False, sealed=True)
    try:
        with zip_file.opened(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            sealed = len(entries) > _MOST_LOOKED_AT
            for entry in entries[:_MOST_LOOKED_AT]:
                locked = bool(entry.flag_bits & 1)
                inside = judge(entry.filename, b"" if locked else zip_file.content_of(archive, entry), levels - 1)
                if inside.program:
                    return inside
                sealed = sealed or locked or inside.sealed
    except BrokenOfficeFile:
        return Judgement(program=False, sealed=True)
    return Judgement(program=False, sealed=sealed)


def _runs(name: str, head: bytes) -> bool:
    kind = _type_of(head)
    looks_so = head.startswith(_PROGRAM_HEADS) or (head.startswith(b"MZ") and not kind.startswith("text/"))
    return looks_so or is_program(name, kind)


def _unzipped_head(data: bytes) -> bytes:
    """The beginning of what gzip has packed; an archive where that cannot be read."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _LOOKED_AT)
    except zlib.error:
        return data


def _type_of(data: bytes) -> str:
    return str(magic.from_buffer(data[:_LOOKED_AT], mime=True)) if data else "application/x-empty"


def is_program(name: str, media_type: str) -> bool:
    """Whether a file would run when somebody opens it."""
    return bool(_PROGRAM_NAMES.search(name.strip(" ."))) or media_type in _PROGRAM_TYPES
