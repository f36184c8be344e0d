"""Erasing dossiers and cases for good (Vernichtung), and what hangs on any record. Only disposal calls this."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from eakte.foundation.work import UnitOfWork
from eakte.records.held import let_go
from eakte.records.messages import LinkLost, RecordErasing
from eakte.records.models import (
    BusinessDatum,
    Case,
    Dossier,
    Party,
    Reader,
    Record,
    RecordLink,
    ReferenceAlias,
    Restriction,
)
from eakte.records.rules import RecordKind


def erase_case(work: UnitOfWork, case_id: UUID) -> None:
    """Delete every row of a case whose documents are gone."""
    work.publish(RecordErasing(record_id=case_id, kind=RecordKind.CASE))
    erase_details(work, [case_id])
    delete_records(work.session, Case, [case_id])


def erase_dossier(work: UnitOfWork, dossier_id: UUID) -> None:
    """Delete every row of a dossier whose cases are gone."""
    work.publish(RecordErasing(record_id=dossier_id, kind=RecordKind.DOSSIER))
    erase_details(work, [dossier_id])
    work.session.execute(delete(Reader).where(Reader.dossier_id == dossier_id))
    delete_records(work.session, Dossier, [dossier_id])


def delete_records(session: Session, kind: type[Record], record_ids: Sequence[UUID]) -> None:
    """Delete the rows of some records of one kind, and nothing that hangs on them."""
    let_go(session, record_ids)
    for table in (kind.__table__, Record.__table__):
        assert isinstance(table, SqlTable)
        session.execute(delete(table).where(table.c.id.in_(record_ids)))


def erase_details(work: UnitOfWork, record_ids: Sequence[UUID]) -> None:
    """Delete parties, business data, restrictions, former references and cross references of some records.

    A cross reference (Verweis) is a pointer and no content: it goes, and the record at its other end says so in its
    audit trail, so that nobody looks for what it pointed to.
    """
    _unlink(work, record_ids)
    session = work.session
    session.execute(delete(Party).where(Party.record_id.in_(record_ids)))
    session.execute(delete(BusinessDatum).where(BusinessDatum.record_id.in_(record_ids)))
    session.execute(delete(ReferenceAlias).where(ReferenceAlias.record_id.in_(record_ids)))
    session.execute(delete(Restriction).where(Restriction.record_id.in_(record_ids)))


def _unlink(work: UnitOfWork, record_ids: Sequence[UUID]) -> None:
    session, going = work.session, set(record_ids)
    touching = or_(RecordLink.source_id.in_(record_ids), RecordLink.target_id.in_(record_ids))
    links = session.execute(select(RecordLink.source_id, RecordLink.target_id).where(touching)).all()
    if not links:
        return
    session.execute(delete(RecordLink).where(touching))
    references = dict(session.execute(select(Record.id, Record.reference).where(Record.id.in_(record_ids))).all())
    lost: dict[UUID, list[str]] = defaultdict(list)
    for source, target in links:
        for going_id, staying_id in ((source, target), (target, source)):
            if going_id in going and staying_id not in going:
                lost[staying_id].append(references[going_id])
    for record_id, gone in lost.items():
        work.publish(LinkLost(record_id=record_id, changes={"link": (", ".join(sorted(gone)), None)}))
