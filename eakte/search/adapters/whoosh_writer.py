"""Whoosh's writer, without a question to the file system for each posting."""

from functools import cache
from pathlib import Path
from typing import Any

from whoosh import index as files
from whoosh.writing import SegmentWriter

_MEMORY_MB = 128


class Writer(SegmentWriter):  # type: ignore[misc]
    """Remembers which fields have lengths; looking for their files took more than half of a large commit."""

    def per_document_reader(self) -> Any:
        reader = super().per_document_reader()
        # It is there for a segment whose files are written: which there are does not change any more.
        reader.has_column = cache(reader.has_column)
        return reader


def writer_of(path: Path) -> Writer:
    """A writer on the index in a directory; there is room for one at a time."""
    return Writer(files.open_dir(path), limitmb=_MEMORY_MB)
