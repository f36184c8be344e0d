"""People in what comes in: names of files on their way, remarks at batches, and staff that scanned."""

import re
from collections.abc import Iterator

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from eakte.access.models import Identity
from eakte.privacy.matching import Hit, Probe
from eakte.privacy.queries.in_records import CHUNK, may_match
from eakte.privacy.registry import Found, sources
from eakte.privacy.rules import Place
from eakte.records.models import Record
from ingest.batches.models import Batch, BatchDocument, BatchFile
from ingest.models import IngestItem
from ingest.sources.models import SourceArrival, SourceDelivery

_JOINTS = re.compile(r"[_.+-]+")


def in_files(session: Session, probe: Probe) -> Iterator[Found]:
    """Names of files, as of what became a document as of what did not: "Antrag_Erika_Muster.pdf"."""
    statement = (
        select(IngestItem.id, IngestItem.file_name, IngestItem.document_id, Record.reference)
        .outerjoin(Record, Record.id == IngestItem.document_id)
        .where(may_match(probe, IngestItem.file_name))
    )
    for id_, file_name, document_id, reference in session.execute(statement, execution_options=CHUNK):
        hit = _in_file_name(probe, file_name)
        if hit is not None:
            yield Found(Place.INTAKE, reference or "Eingang", "file_name", hit, document_id, id_)


def _in_file_name(probe: Probe, file_name: str) -> Hit | None:
    hit = probe.in_text(file_name) or probe.in_text(_JOINTS.sub(" ", file_name))
    return None if hit is None else Hit(hit.match, file_name)


def in_deliveries(session: Session, probe: Probe) -> Iterator[Found]:
    """What files and messages were called at the mailbox or folder they were fetched from."""
    columns = (SourceArrival.name, SourceArrival.file_name)
    statement = (
        select(SourceArrival.id, SourceDelivery.source, *columns)
        .join(SourceDelivery, SourceDelivery.id == SourceArrival.delivery_id)
        .where(may_match(probe, *columns))
    )
    for id_, source, name, file_name in session.execute(statement, execution_options=CHUNK):
        hit = _in_file_name(probe, file_name) or _in_file_name(probe, name)
        if hit is not None:
            yield Found(Place.INTAKE, source, "arrival", hit, subject_id=id_)


def in_batches(session: Session, probe: Probe) -> Iterator[Found]:
    """Explanations and remarks at batches (Stapel) and their documents, and why paper is kept."""
    said = (BatchDocument.remark, BatchDocument.paper_kept)
    statement = (
        select(Batch.id, Batch.number, Batch.explanation, BatchDocument.id, *said)
        .outerjoin(BatchDocument, BatchDocument.batch_id == Batch.id)
        .where(may_match(probe, Batch.explanation, *said))
    )
    rows = session.execute(statement, execution_options=CHUNK)
    for batch_id, number, explanation, document_id, remark, paper_kept in rows:
        texts = (("explanation", batch_id, explanation), ("remark", document_id, remark))
        for field, subject_id, text in (*texts, ("paper_kept", document_id, paper_kept)):
            hit = probe.in_text(text)
            if hit is not None:
                yield Found(Place.INTAKE, number, field, hit, subject_id=subject_id)


def in_hands(session: Session, probe: Probe) -> Iterator[Found]:
    """Staff that had batches in hand: how many, and not each of them."""
    part = or_(
        Batch.created_by == Identity.id,
        Batch.decided_by == Identity.id,
        Batch.released_by == Identity.id,
        Batch.destroyed_by == Identity.id,
        exists().where(BatchFile.batch_id == Batch.id, BatchFile.received_by == Identity.id),
    )
    columns = (Identity.display_name, Identity.email, Identity.login)
    statement = (
        select(Identity.id, *columns, func.count(Batch.id))
        .join(Batch, part)
        .where(may_match(probe, *columns))
        .group_by(Identity.id)
    )
    for id_, name, email, login, count in session.execute(statement):
        hit = probe.in_text(", ".join(one for one in (name, email, login) if one))
        if hit is not None:
            words = f"an {count} Stapeln beteiligt (angelegt, gescannt, geprüft, freigegeben oder vernichtet)"
            yield Found(Place.INTAKE, name, "batches", Hit(hit.match, words), subject_id=id_)


sources.extend((in_files, in_deliveries, in_batches, in_hands))
