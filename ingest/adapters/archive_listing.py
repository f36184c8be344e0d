"""ZIP archives as records: what is in them is listed with size and hash, and stays in them. Runs inside the sandbox."""

import zipfile
from pathlib import Path, PurePosixPath

from eakte.foundation.errors import Finding
from ingest.adapters import zip_file
from ingest.adapters.enclosures import enclosed, enclosure_warnings
from ingest.recognition.content import Content, Enclosure

_MOST_LISTED = 5000
_OUTSIDE = Finding("paths-outside", "Namen im Archiv führen aus ihm hinaus; sie gelten nur als Namen.")
_LOCKED = Finding("archive-encrypted", "Einträge des Archivs sind mit einem Passwort verschlüsselt.")
_NESTED = Finding("archive-nested", "Das Archiv enthält weitere Archive; sie wurden nicht entpackt.")


def read(source: Path) -> Content:
    """The list of what a ZIP holds. Raises BrokenOfficeFile, DecompressionBomb, NestedArchives."""
    with zip_file.opened(source) as archive:
        zip_file.refuse_nested(archive)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()][:_MOST_LISTED]
        listed, nested = [], False
        for entry in entries:
            data = b"" if entry.flag_bits & 1 else zip_file.content_of(archive, entry)
            listed.append(_listed(entry, data))
            nested = nested or zip_file.is_archive(data[:512])
    warnings = list(enclosure_warnings(listed))
    warnings += [_OUTSIDE] if any(_leads_out(entry.filename) for entry in entries) else []
    warnings += [_LOCKED] if any(entry.flag_bits & 1 for entry in entries) else []
    warnings += [_NESTED] if nested else []
    return Content("ZIP-Archiv", (), enclosures=tuple(listed), warnings=tuple(warnings))


def _listed(entry: zipfile.ZipInfo, data: bytes) -> Enclosure:
    name = entry.filename.replace("\\", "/").lstrip("/")
    shown = "/".join(part for part in PurePosixPath(name).parts if part not in ("..", ".")) or "ohne Namen"
    return enclosed(shown, data)


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name[:1] in ("/", "\\") or name[1:2] == ":"
