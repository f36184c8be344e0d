"""What computing needs to know of many records at once, in few statements; plain rows, since there are millions."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Session

from eakte.documents.models import Document
from eakte.foundation.aliases import settled
from eakte.records.models import BusinessDatum, Case, Dossier, FilingPlanEntry, Record
from eakte.records.rules import RecordKind, RecordState
from retention.models.rules import EnteredDate, RecordRetention
from retention.queries.arrays import any_of
from retention.rules.subjects import COUNTS_FROM, FISCAL_YEAR, Kept, Known, Subject

_records, _home = settled(Record.__table__.alias("record")), settled(Record.__table__.alias("home"))
_dossiers, _cases, _documents = Dossier.__table__, Case.__table__, Document.__table__
_row = RecordRetention.__table__


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose periods are meant; nothing given is all."""

    record_id: UUID | None = None
    entry_id: UUID | None = None
    fiscal_year: int | None = None


# --- whose ------------------------------------------------------------------------------------------------


def next_closed(session: Session, concerned: Concerned, after: UUID | None, limit: int) -> list[UUID]:
    """The next closed dossiers and cases concerned, in the order of their ids."""
    statement = _closed(concerned)
    if after is not None:
        statement = statement.where(_records.c.id > after)
    return list(session.scalars(statement.order_by(_records.c.id).limit(limit)))


def _closed(concerned: Concerned) -> Select[UUID]:
    kinds = (RecordKind.DOSSIER, RecordKind.CASE)
    statement = select(_records.c.id).where(
        _records.c.state == RecordState.CLOSED, _records.c.record_kind.in_([kind.value for kind in kinds])
    )
    # Each an id list by index: joins over "its dossier or itself" would read every record there is.
    for ids in _concerned(concerned):
        statement = statement.where(_records.c.id.in_(ids))
    return statement


def _concerned(concerned: Concerned) -> Iterator[CompoundSelect[UUID]]:
    if concerned.record_id is not None:
        itself = select(literal(concerned.record_id, PgUuid(as_uuid=True)))
        yield union_all(itself, select(_cases.c.id).where(_cases.c.dossier_id == concerned.record_id))
    if concerned.entry_id is not None:
        below = select(FilingPlanEntry.id).where(FilingPlanEntry.path.contains([concerned.entry_id]))
        dossiers = select(_dossiers.c.id).where(_dossiers.c.entry_id.in_(below))
        yield union_all(dossiers, _cases_in(dossiers))
    if concerned.fiscal_year is not None:
        says_so = select(BusinessDatum.record_id).where(
            BusinessDatum.name == FISCAL_YEAR, BusinessDatum.value == str(concerned.fiscal_year)
        )
        of_its_documents = select(_documents.c.case_id).where(_documents.c.id.in_(says_so))
        yield union_all(says_so, _cases_in(says_so), of_its_documents)


def _cases_in(dossiers: Select[UUID]) -> Select[UUID]:
    return select(_cases.c.id).where(_cases.c.dossier_id.in_(dossiers))


def inside(session: Session, record_id: UUID) -> list[UUID]:
    """The closed dossier or case itself and the closed cases in it."""
    return list(session.scalars(_closed(Concerned(record_id=record_id)).order_by(_records.c.id)))


def lock_closed(session: Session, record_ids: Collection[UUID]) -> list[UUID]:
    """Those of some records that are closed, kept so until this work ends; whoever computes them too waits."""
    statement = select(_records.c.id).where(_records.c.id == any_of(record_ids), _records.c.state == RecordState.CLOSED)
    return list(session.scalars(statement.order_by(_records.c.id).with_for_update(key_share=True)))


# --- what is known ----------------------------------------------------------------------------------------


def subjects(session: Session, record_ids: Collection[UUID], *, closed: bool = True) -> list[Subject]:
    """Some closed dossiers and cases with the periods they have; with `closed` False also those that are not."""
    statement = (
        select(
            _records.c.id,
            _home.c.id,
            _dossiers.c.entry_id,
            _records.c.reference,
            _home.c.reference,
            _records.c.closed_at,
            _home.c.closed_at,
            _row.c.locked_until,
            *(_row.c[name] for name in Kept._fields),
        )
        .outerjoin(_cases, _cases.c.id == _records.c.id)
        .join(_home, _home.c.id == func.coalesce(_cases.c.dossier_id, _records.c.id))
        .join(_dossiers, _dossiers.c.id == _home.c.id)
        .outerjoin(_row, _row.c.record_id == _records.c.id)
        .where(_records.c.id == any_of(record_ids))
    )
    if closed:
        statement = statement.where(_records.c.state == RecordState.CLOSED)
    return [_subject(tuple(row)) for row in session.execute(statement)]


_BEFORE_KEPT = 8


def _subject(row: tuple[Any, ...]) -> Subject:
    kept = Kept(*row[_BEFORE_KEPT:]) if row[_BEFORE_KEPT] is not None else None
    return Subject(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], kept)


def known_of(session: Session, about: Collection[Subject], names: Collection[str]) -> Known:
    """The business data of these names, the dates entered, and what documents say, of some records and dossiers."""
    ids = list({one.id for one in about} | {one.dossier_id for one in about})
    data: dict[UUID, dict[str, str]] = defaultdict(dict)
    entered: dict[UUID, dict[str, date]] = defaultdict(dict)
    of_documents: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    wanted = [*names, FISCAL_YEAR, COUNTS_FROM]
    statement = select(BusinessDatum.record_id, BusinessDatum.name, BusinessDatum.value).where(
        BusinessDatum.record_id == any_of(ids), BusinessDatum.name.in_(wanted)
    )
    for record_id, name, value in session.execute(statement):
        data[record_id][name] = value
    dates = select(EnteredDate.record_id, EnteredDate.key, EnteredDate.day).where(EnteredDate.record_id == any_of(ids))
    for dated_id, key, day in session.execute(dates):
        assert dated_id is not None
        entered[dated_id][key] = day
    for case_id, name, value in _said_by_documents(session, [one.id for one in about if one.id != one.dossier_id]):
        of_documents[case_id][name].add(value)
    return Known(data, entered, of_documents)


def _said_by_documents(session: Session, case_ids: list[UUID]) -> Iterator[tuple[UUID, str, str]]:
    statement = (
        select(_documents.c.case_id, BusinessDatum.name, BusinessDatum.value)
        .join(BusinessDatum, BusinessDatum.record_id == _documents.c.id)
        .where(_documents.c.case_id == any_of(case_ids))
        .where(BusinessDatum.name.in_((FISCAL_YEAR, COUNTS_FROM)))
        .distinct()
    )
    for row in session.execute(statement):
        yield row[0], row[1], row[2]
