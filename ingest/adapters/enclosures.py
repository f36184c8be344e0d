"""Files inside files (Anlagen): listed with what they are, never opened. Runs inside the sandbox."""

import hashlib
import re
from collections.abc import Iterator

import pylibmagic  # noqa: F401  brings libmagic, so it has to come before `magic`

from eakte.foundation.errors import Finding
from ingest.recognition.content import Enclosure

import magic  # isort: skip

_PROGRAM_NAMES = re.compile(
    r"(?i)\.(exe|com|bat|cmd|scr|pif|msi|dll|jar|js|jse|vbs|vbe|wsf|wsh|ps1|hta|lnk|apk|sh|cpl|reg|iso|img|chm)$"
)
_PROGRAM_TYPES = {
    *("application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-executable"),
    *("application/x-pie-executable", "application/x-sharedlib", "application/x-mach-binary", "text/x-shellscript"),
    *("application/x-ms-shortcut", "text/x-msdos-batch"),
}
HTML_MADE_HARMLESS = Finding(
    "html-made-harmless",
    "Die HTML-Fassung der Nachricht enthält aktive Inhalte oder Inhalte aus dem Netz; übernommen ist nur ihr Text.",
)


def enclosed(name: str, data: bytes) -> Enclosure:
    """A file inside a file as it is listed."""
    found = str(magic.from_buffer(data[: 1 << 16], mime=True)) if data else "application/x-empty"
    return Enclosure(name[:200], found, len(data), hashlib.sha256(data).hexdigest())


def enclosure_warnings(enclosures: list[Enclosure]) -> Iterator[Finding]:
    """What a clerk should know of enclosed files; they stay in the original."""
    if enclosures:
        count = len(enclosures)
        message = "Eine Anlage ist" if count == 1 else f"{count} Anlagen sind"
        yield Finding("enclosures", f"{message} aufgelistet und nur im Original enthalten.")
    programs = [each.name for each in enclosures if is_program(each.name, each.media_type)]
    if programs:
        yield Finding("enclosed-program", f"Eine Anlage ist ein Programm oder Skript: {', '.join(programs[:5])}.")


def is_program(name: str, media_type: str) -> bool:
    """Whether a file would run when somebody opens it."""
    return bool(_PROGRAM_NAMES.search(name.strip(" ."))) or media_type in _PROGRAM_TYPES
