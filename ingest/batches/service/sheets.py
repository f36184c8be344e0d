"""Separator and cover sheets (Trennblatt, Deckblatt) for dossiers and cases that take documents now."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from eakte.access import Permission
from eakte.access.queries import require
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.service.receiving import target_of
from ingest.splitting.payload import Announcement, SheetKind


def print_sheets(
    work: UnitOfWork, references: Sequence[str], *, cover: bool, document_class: str | None, batch: str | None
) -> bytes:
    """One sheet per reference, as PDF.

    Raises ActionForbidden, BatchNotFound, and for each reference TargetNotFound, TargetNotSuitable,
    RecordStateForbids: a sheet that leads nowhere is not printed.
    """
    # What draws codes takes half a second to load, and few processes are asked for sheets.
    from ingest.adapters.sheets import Sheet, separator_sheets  # noqa: PLC0415

    require(work, Permission.INGEST)
    if batch is not None:
        queries.batch_of_number(work, batch)
    kind = SheetKind.COVER if cover else SheetKind.SEPARATOR
    sheets = []
    for reference in references:
        target = target_of(work, reference)
        announcement = Announcement(kind, target.reference, document_class=document_class, batch=batch)
        sheets.append(Sheet(announcement, target.title))
    with tempfile.TemporaryDirectory(prefix="eakte-") as directory:
        path = Path(directory) / "sheets.pdf"
        separator_sheets(sheets, path)
        return path.read_bytes()
