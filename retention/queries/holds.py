"""Every select over legal holds, and what they hold."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Session, aliased

from eakte.access import Permission
from eakte.access.queries import BERLIN, require_unlimited
from eakte.documents.models import Document
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.keeping import lock_against_keeping, lock_keeping
from eakte.records.models import BusinessDatum, Case, Dossier, FilingPlanEntry, Party, Record, Restriction
from eakte.records.rules import KEEPING_GROUNDS, RecordKind, RecordState
from retention.errors import HoldNotFound
from retention.models.holds import HeldRecord, LegalHold
from retention.rules.holding import Hindrance, Scope
from retention.rules.readiness import Obstacle

_IDS = ARRAY(PgUuid(as_uuid=True))


def lock_holds(session: Session) -> None:
    """Wait until nobody is offering, transferring or destroying, and let nobody begin before this work ends."""
    lock_keeping(session)


def lock_against_holds(session: Session) -> None:
    """Let no hold be set, and no processing be restricted, before this work ends."""
    lock_against_keeping(session)


def get_hold(work: UnitOfWork, hold_id: UUID, *, revision: int | None = None, change: bool = False) -> LegalHold:
    """Load a hold. Raises HoldNotFound, ActionForbidden, Stale."""
    require_unlimited(work, Permission.MANAGE_HOLDS)
    statement = select(LegalHold).where(LegalHold.id == hold_id)
    hold = work.session.scalar(statement.with_for_update() if change else statement)
    if hold is None:
        raise HoldNotFound
    must_be_at(hold.revision, revision)
    return hold


def holds(work: UnitOfWork, *, active: bool | None, cursor: str | None, limit: int) -> Page[LegalHold]:
    """Holds in the order they were set."""
    require_unlimited(work, Permission.MANAGE_HOLDS)
    statement = select(LegalHold)
    if active is not None:
        statement = statement.where(LegalHold.released_at.is_(None) == active)
    return page_of(work.session, statement, (LegalHold.id,), cursor=cursor, limit=limit)


def held_by(work: UnitOfWork, hold: LegalHold, *, cursor: str | None, limit: int) -> Page[HeldRecord]:
    """What a hold holds, by name or because it matches."""
    statement = select(HeldRecord).where(HeldRecord.hold_id == hold.id)
    return page_of(work.session, statement, (HeldRecord.record_id,), cursor=cursor, limit=limit)


def references_of(session: Session, record_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Record.id, Record.reference).where(Record.id.in_(record_ids)))
    return {row.id: row.reference for row in rows}


def count_held(session: Session, hold_id: UUID) -> int:
    return session.scalar(select(func.count()).where(HeldRecord.hold_id == hold_id)) or 0


def records_of(session: Session, hold_id: UUID) -> list[UUID]:
    return list(session.scalars(select(HeldRecord.record_id).where(HeldRecord.hold_id == hold_id)))


def closed_around(session: Session, record_ids: Collection[UUID]) -> list[UUID]:
    """The closed dossiers and cases among some records, that they lie in, or that lie in them."""
    documents, cases = Document.__table__.c, Case.__table__.c
    asked = select(func.unnest(literal(list(record_ids), _IDS)).label("id")).cte("asked")
    around = union(
        select(asked.c.id),
        select(cases.dossier_id).where(cases.id == asked.c.id),
        select(cases.id).where(cases.dossier_id == asked.c.id),
        select(documents.case_id).where(documents.id == asked.c.id),
    ).subquery()
    statement = select(Record.id).join(around, Record.id == around.c.id)
    statement = statement.where(Record.state == RecordState.CLOSED, Record.record_kind != RecordKind.DOCUMENT)
    return list(session.scalars(statement.order_by(Record.id)))


def scoped_holds(session: Session) -> list[LegalHold]:
    """The holds in force that new matches join."""
    statement = select(LegalHold).where(LegalHold.released_at.is_(None), LegalHold.scope.is_not(None))
    return list(session.scalars(statement))


def hindrances(session: Session, record_ids: Collection[UUID]) -> list[Hindrance]:
    """Which of some dossiers and cases are kept, and by what: a legal hold, or a restriction of processing.

    A record is kept as well by what is on the record it lies in, or on anything that lies in it.
    """
    asked = select(func.unnest(literal(list(record_ids), _IDS)).label("id")).cte("asked")
    # The tables alone: where things lie needs nothing of what all records have in common.
    documents, cases = Document.__table__.c, Case.__table__.c
    place = union(
        select(asked.c.id, asked.c.id.label("held")),
        select(asked.c.id, cases.dossier_id).where(cases.id == asked.c.id),
        select(asked.c.id, documents.case_id).where(documents.id == asked.c.id),
        select(asked.c.id, cases.dossier_id).where(documents.id == asked.c.id, cases.id == documents.case_id),
        select(asked.c.id, cases.id).where(cases.dossier_id == asked.c.id),
        select(asked.c.id, documents.id).where(documents.case_id == asked.c.id),
        select(asked.c.id, documents.id).where(cases.dossier_id == asked.c.id, documents.case_id == cases.id),
    ).subquery()
    under_hold = (
        select(place.c.id, Record.reference.label("reference"), LegalHold.reference.label("hold"))
        .join(HeldRecord, HeldRecord.record_id == place.c.held)
        .join(LegalHold, and_(LegalHold.id == HeldRecord.hold_id, LegalHold.released_at.is_(None)))
        .join(Record, Record.id == place.c.id)
    )
    keeps = and_(Restriction.lifted_at.is_(None), Restriction.ground.in_(KEEPING_GROUNDS))
    restricted = (
        select(place.c.id, Record.reference, null())
        .join(Restriction, and_(Restriction.record_id == place.c.held, keeps))
        .join(Record, Record.id == place.c.id)
    )
    found = union(under_hold, restricted).order_by("reference", "hold")
    return [Hindrance(*row) for row in session.execute(found)]


def held_among(session: Session, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of some dossiers and cases that a hold in force covers, or that are kept since processing is restricted."""
    return {found.record_id for found in hindrances(session, record_ids)}


def obstacles_among(session: Session, record_ids: Collection[UUID]) -> dict[UUID, set[Obstacle]]:
    """The same, and what it is that keeps each of them."""
    found: dict[UUID, set[Obstacle]] = defaultdict(set)
    for one in hindrances(session, record_ids):
        found[one.record_id].add(Obstacle.RESTRICTED if one.hold is None else Obstacle.HELD)
    return found


def matching(scope: Scope, *, within: UUID | None = None) -> Select[UUID]:
    """The ids of the records a saved query asks for; `within` narrows to one record and what lies in it."""
    documents, cases = Document.__table__, Case.__table__
    dossier = aliased(Dossier, flat=True)
    statement = (
        select(Record.id)
        .outerjoin(documents, documents.c.id == Record.id)
        .outerjoin(cases, cases.c.id == func.coalesce(documents.c.case_id, Record.id))
        .join(dossier, dossier.id == func.coalesce(cases.c.dossier_id, Record.id))
        .where(*_conditions(scope, dossier))
    )
    if within is not None:
        statement = statement.where(or_(Record.id == within, cases.c.id == within, dossier.id == within))
    return statement


def _conditions(scope: Scope, dossier: type[Dossier]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if scope.entry_id is not None:
        below = select(FilingPlanEntry.id).where(FilingPlanEntry.path.contains([scope.entry_id]))
        found.append(dossier.entry_id.in_(below))
    if scope.unit_id is not None:
        found.append(dossier.unit_id == scope.unit_id)
    found += [Record.title.icontains(word, autoescape=True) for word in scope.words]
    if scope.party is not None:
        named = or_(
            Party.name.icontains(scope.party, autoescape=True),
            Party.organisation.icontains(scope.party, autoescape=True),
        )
        found.append(Record.id.in_(select(Party.record_id).where(named)))
    if scope.datum_name is not None:
        datum = select(BusinessDatum.record_id).where(BusinessDatum.name == scope.datum_name)
        if scope.datum_value is not None:
            datum = datum.where(BusinessDatum.value == scope.datum_value)
        found.append(Record.id.in_(datum))
    if scope.opened_from is not None:
        found.append(Record.created_at >= _begin_of(scope.opened_from))
    if scope.opened_until is not None:
        found.append(Record.created_at < _begin_of(scope.opened_until + timedelta(days=1)))
    return found


def _begin_of(day: date) -> datetime:
    """The instant at which a legal day begins."""
    return datetime.combine(day, time(), BERLIN)
