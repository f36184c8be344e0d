"""Which files somebody means who names files and folders."""

import errno
from collections.abc import Iterator
from pathlib import Path

from ingest.splitting.order import natural_key

_REASONS = {
    errno.ENOENT: "es gibt sie nicht",
    errno.EACCES: "das Recht dazu fehlt",
    errno.EISDIR: "es ist ein Ordner",
    errno.EIO: "der Datenträger ist gestört",
}


def why_unreadable(error: OSError) -> str:
    """A German sentence about a file that the system does not let us read."""
    return f"Die Datei ist nicht lesbar: {_REASONS.get(error.errno or 0, error.strerror)}."


def files_in(paths: list[Path]) -> Iterator[Path]:
    """The files named and those in the folders named, as people count: Scan_8 before Scan_13.

    Hidden files, and links out of a folder, are left out.
    """
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
            shown = (one for one in inside if not any(part.startswith(".") for part in one.relative_to(path).parts))
            yield from sorted(shown, key=lambda one: (natural_key(str(one)), str(one)))
        else:
            yield path
