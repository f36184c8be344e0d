"""Every select over plans and records; visibility is built in, and loading names its purpose."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, contains_eager

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.foundation.aliases import settled
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.errors import NotFound
from eakte.foundation.table import must_be_at
from eakte.foundation.work import Actor, UnitOfWork
from eakte.records.errors import (
    CaseNotFound,
    DossierNotFound,
    ProcessingRestricted,
    RecordNotFound,
    ReferenceNotFound,
)
from eakte.records.held import held, hold
from eakte.records.models import (
    BusinessDatum,
    Case,
    Dossier,
    FilingPlanEntry,
    Party,
    Reader,
    Record,
    RecordLink,
    ReferenceAlias,
)
from eakte.records.rules import MISREAD, Place, RecordKind, RecordState, misread_key, permissions_at

RecordT = TypeVar("RecordT", bound=Record)
Level = SQLColumnExpression[Any]


# --- visibility ---------------------------------------------------------------------------------------


def may_at(actor: Actor, permission: Permission, dossier: Any, levels: Sequence[Level]) -> ColumnElement[bool]:
    """SQL twin of `permissions_at`, plus the readers of protected dossiers.

    `dossier` is Dossier or an alias of it; `levels` are the confidentiality columns that must all be covered.
    """
    if actor.everything:
        return true()
    scopes: list[ColumnElement[bool]] = []
    for scope in actor.scopes:
        if permission not in scope.permissions:
            continue
        # As arrays, so that the statement is one and the same however many units there are.
        covered = any_(literal(sorted(scope.levels), ARRAY(Text)))
        parts: list[ColumnElement[bool]] = [level == covered for level in levels]
        if scope.units is not None:
            parts.append(dossier.unit_id == any_(literal(sorted(scope.units), ARRAY(Uuid))))
        if scope.entry_id is not None:
            below = select(FilingPlanEntry.id).where(FilingPlanEntry.path.contains([scope.entry_id]))
            parts.append(dossier.entry_id.in_(below))
        scopes.append(and_(*parts))
    admitted = select(Reader.dossier_id).where(Reader.identity_id == actor.id)
    return and_(or_(*scopes, ~true()), or_(~dossier.protected, dossier.id.in_(admitted)))


def visible_dossiers(actor: Actor) -> Select[Dossier]:
    return select(Dossier).where(may_at(actor, Permission.READ, Dossier, [Dossier.confidentiality]))


def visible_cases(actor: Actor) -> Select[Case]:
    statement, dossier = _with_their_dossiers()
    return statement.where(may_at(actor, Permission.READ, dossier, [Case.confidentiality, dossier.confidentiality]))


def dossiers_where(actor: Actor, permission: Permission) -> Select[UUID]:
    """The ids of the dossiers in which the actor has a permission, for filters of other packages."""
    return select(Dossier.id).where(may_at(actor, permission, Dossier, [Dossier.confidentiality]))


def cases_where(actor: Actor, permission: Permission) -> Select[UUID]:
    """The ids of the cases in which the actor has a permission, for filters of other packages."""
    dossier = aliased(Dossier, flat=True)
    levels = [Case.confidentiality, dossier.confidentiality]
    joined = select(Case.id).join(dossier, Case.dossier_id == dossier.id)
    return joined.where(may_at(actor, permission, dossier, levels))


@cache
def _with_their_dossiers() -> tuple[Select[Case], type[Dossier]]:
    """Cases with their dossiers in one join that both rights and loading use; made once, since aliases are dear."""
    dossier = settled(aliased(Dossier, flat=True))
    to_dossier = Case.dossier.of_type(dossier)
    return select(Case).join(to_dossier).options(contains_eager(to_dossier)), dossier


# --- loading ------------------------------------------------------------------------------------------


def get_dossier(work: UnitOfWork, dossier_id: UUID, *, to: Permission, revision: int | None = None) -> Dossier:
    """Load a dossier for one purpose; locked unless it is only read.

    Raises DossierNotFound when the actor may not see it (we never confirm that it exists), ActionForbidden
    when they see it but lack `to`, Stale when they saw another `revision`.
    """
    missing = partial(absent, work, dossier_id, DossierNotFound())
    return load(work, Dossier, dossier_id, visible_dossiers, to=to, revision=revision, missing=missing)


def get_case(work: UnitOfWork, case_id: UUID, *, to: Permission, revision: int | None = None) -> Case:
    """Load a case for one purpose. Raises CaseNotFound, ActionForbidden, Stale."""
    inside = select(Case.dossier_id).where(Case.id == case_id)
    missing = partial(absent, work, case_id, CaseNotFound())
    return load(work, Case, case_id, visible_cases, to=to, revision=revision, missing=missing, inside=inside)


# Who remembers a record that was destroyed says so here, by its id or reference, to whoever could have seen it.
Epitaph = Callable[[UnitOfWork, UUID | str], NotFound | None]
epitaphs: list[Epitaph] = []


def absent(work: UnitOfWork, wanted: UUID | str, unknown: NotFound) -> NotFound:
    """The error for a record that is not there: that it is gone, if somebody remembers it, or else `unknown`."""
    return next((told for epitaph in epitaphs if (told := epitaph(work, wanted)) is not None), unknown)


Loader = Callable[..., Record]
# documents adds its own, since it lies above this package.
loaders: dict[RecordKind, Loader] = {RecordKind.DOSSIER: get_dossier, RecordKind.CASE: get_case}


def get_record(work: UnitOfWork, record_id: UUID, *, to: Permission, revision: int | None = None) -> Record:
    """Load a record of any kind for one purpose. Raises RecordNotFound, ActionForbidden, Stale."""
    known = held(work, record_id)
    kind = known.record_kind if known is not None else _kind_of(work.session, record_id)
    if kind is None:
        raise absent(work, record_id, RecordNotFound())
    try:
        return loaders[kind](work, record_id, to=to, revision=revision)
    except NotFound as error:
        raise RecordNotFound from error


def _kind_of(session: Session, record_id: UUID) -> RecordKind | None:
    return session.scalar(select(Record.record_kind).where(Record.id == record_id))


def get_record_by_reference(work: UnitOfWork, reference: str, *, to: Permission) -> Record:
    """Load the record behind a reference or a former one for one purpose.

    Raises ReferenceNotFound, the same for unknown and invisible ones, and ActionForbidden.
    """
    record_id = work.session.scalar(select(Record.id).where(Record.reference == reference)) or work.session.scalar(
        select(ReferenceAlias.record_id).where(ReferenceAlias.reference == reference)
    )
    if record_id is None:
        raise absent(work, reference, ReferenceNotFound(reference=reference))
    try:
        return get_record(work, record_id, to=to)
    except RecordNotFound as error:
        raise ReferenceNotFound(reference=reference) from error


def references_read_as(session: Session, written: str, *, most: int = 5) -> list[str]:
    """References of dossiers and cases that a scanner may have misread as `written`: O for 0, S for 5, I for 1."""
    seen = func.translate(func.lower(func.replace(Record.reference, " ", "")), *MISREAD)
    statement = select(Record.reference).where(
        Record.record_kind.in_((RecordKind.DOSSIER, RecordKind.CASE)), seen == misread_key(written)
    )
    return list(session.scalars(statement.order_by(Record.reference_sort).limit(most)))


def load(
    work: UnitOfWork,
    kind: type[RecordT],
    record_id: UUID,
    visible: Callable[[Actor], Select[RecordT]],
    *,
    to: Permission,
    revision: int | None,
    missing: NotFound | Callable[[], NotFound],
    inside: Select[UUID] | None = None,
) -> RecordT:
    """Find one record among the visible ones and check the purpose. Building block of every `get_…`.

    `inside` selects what the record lies in. Its state counts too, so it is kept as it is while we write; always
    before the record itself, so that two works never wait for each other in a circle. What this work holds already
    is not asked for again.
    """
    record = held(work, record_id)
    if not isinstance(record, kind):
        record = _found(work, visible(work.actor).where(kind.id == record_id), inside, to)
        if record is None:
            raise missing() if callable(missing) else missing
        if to not in _READING and to not in _ADDING:
            hold(work, record)
    must_allow_to(work, record, to)
    if to is Permission.READ_CONTENT:
        must_be_readable(work, record)
    must_be_at(record.revision, revision)
    return record


def must_be_readable(work: UnitOfWork, record: Record) -> None:
    """Raises ProcessingRestricted where few may read the contents of a record, and the actor is none of them."""
    if record.processing_restricted and Permission.RESTRICT_PROCESSING not in permissions_on(work.actor, record):
        raise ProcessingRestricted(reference=record.reference)


_READING = (Permission.READ, Permission.READ_CONTENT, Permission.SEE_AUDIT)
# Who adds to a record needs it to stay as it is, and lets others add to it meanwhile.
_ADDING = (Permission.CREATE_CASE,)


def _found(work: UnitOfWork, statement: Select[RecordT], inside: Select[UUID] | None, to: Permission) -> RecordT | None:
    if to in _ADDING:
        statement = statement.with_for_update(of=Record, read=True).execution_options(populate_existing=True)
    elif to not in _READING:
        if inside is not None:
            container = select(Record.id).where(Record.id == inside.scalar_subquery())
            work.session.execute(container.with_for_update(read=True))
        statement = statement.with_for_update(of=Record, key_share=True).execution_options(populate_existing=True)
    return work.session.scalar(statement)


def permissions_on(actor: Actor, record: Record) -> frozenset[Permission]:
    """What the actor may do to a record they see."""
    return permissions_at(actor, place_of(record))


def must_allow_to(work: UnitOfWork, record: Record, permission: Permission) -> None:
    """Raises ActionForbidden unless the actor may do that to a record they see."""
    if permission not in permissions_on(work.actor, record):
        raise ActionForbidden(permission=permission)


def may_read_content(actor: Actor, record: Record) -> bool:
    """Whether the actor may read the contents of a record they see."""
    permissions = permissions_on(actor, record)
    return Permission.READ_CONTENT in permissions and (
        not record.processing_restricted or Permission.RESTRICT_PROCESSING in permissions
    )


def is_seen_by(actor: Actor, record: Record) -> bool:
    """Whether an actor surely sees a record; who reads a protected dossier by name has to ask the database."""
    dossier = path_of(record)[-1]
    assert isinstance(dossier, Dossier)
    return actor.everything or (not dossier.protected and Permission.READ in permissions_on(actor, record))


def dossier_id_of(record: Record) -> UUID:
    """The dossier a record lies in, or is."""
    return path_of(record)[-1].id


def path_of(record: Record) -> list[Record]:
    """The record and everything it lies in, up to the dossier."""
    path = [record]
    while (container := path[-1].container) is not None:
        path.append(container)
    return path


def place_of(record: Record) -> Place:
    """Where a record stands: its dossier's unit and entry, and the levels on the way down to it."""
    path = path_of(record)
    dossier = path[-1]
    assert isinstance(dossier, Dossier)
    return Place(dossier.unit_id, tuple(dossier.entry.path), frozenset(step.confidentiality.value for step in path))


# --- lists and look-ups -------------------------------------------------------------------------------


def dossiers(
    work: UnitOfWork,
    *,
    entry_id: UUID | None,
    state: RecordState | None,
    modified_after: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[Dossier]:
    """Visible dossiers in the order of their references; `entry_id` includes the entries below."""
    statement = visible_dossiers(work.actor)
    if entry_id is not None:
        below = select(FilingPlanEntry.id).where(FilingPlanEntry.path.contains([entry_id]))
        statement = statement.where(Dossier.entry_id.in_(below))
    statement = _narrowed(statement, Dossier, state, modified_after)
    return page_of(work.session, statement, (Dossier.reference_sort, Dossier.id), cursor=cursor, limit=limit)


def cases(
    work: UnitOfWork,
    *,
    dossier_id: UUID | None,
    state: RecordState | None,
    modified_after: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[Case]:
    """Visible cases, of one dossier or of all, in the order of their references."""
    statement = visible_cases(work.actor)
    if dossier_id is not None:
        statement = statement.where(Case.dossier_id == dossier_id)
    statement = _narrowed(statement, Case, state, modified_after)
    return page_of(work.session, statement, (Case.reference_sort, Case.id), cursor=cursor, limit=limit)


def _narrowed(
    statement: Select[RecordT], kind: type[RecordT], state: RecordState | None, modified_after: datetime | None
) -> Select[RecordT]:
    if state is not None:
        statement = statement.where(kind.state == state)
    if modified_after is not None:
        statement = statement.where(kind.modified_at > modified_after)
    return statement


def cases_in_state(session: Session, dossier_id: UUID, state: RecordState) -> list[Case]:
    """All cases of a dossier in one state, visible or not: guards must know them all."""
    statement = select(Case).where(Case.dossier_id == dossier_id, Case.state == state)
    return list(session.scalars(statement.order_by(Case.reference_sort)))


def open_cases_of(dossier_id: UUID) -> Select[UUID]:
    """The ids of the open cases of a dossier, visible or not, for guards of other packages."""
    return select(Case.id).where(Case.dossier_id == dossier_id, Case.state == RecordState.OPEN)


def all_cases_of(session: Session, dossier_id: UUID) -> list[Case]:
    """All cases of a dossier, visible or not, for cascades."""
    return list(session.scalars(select(Case).where(Case.dossier_id == dossier_id).order_by(Case.number)))


def aliases_of(session: Session, record_id: UUID) -> list[str]:
    statement = select(ReferenceAlias.reference).where(ReferenceAlias.record_id == record_id)
    return list(session.scalars(statement.order_by(ReferenceAlias.retired_at)))


def parties_of(session: Session, record_id: UUID) -> list[Party]:
    return list(session.scalars(select(Party).where(Party.record_id == record_id).order_by(Party.id)))


def business_data_of(session: Session, record_id: UUID) -> dict[str, str]:
    rows = session.scalars(select(BusinessDatum).where(BusinessDatum.record_id == record_id))
    return {row.name: row.value for row in rows}


def links_of(session: Session, record_id: UUID) -> list[RecordLink]:
    """Links from and to a record. Callers show only those whose other end is visible."""
    statement = select(RecordLink).where(or_(RecordLink.source_id == record_id, RecordLink.target_id == record_id))
    return list(session.scalars(statement.order_by(RecordLink.id)))


def readers_of(session: Session, dossier_id: UUID) -> list[UUID]:
    return list(session.scalars(select(Reader.identity_id).where(Reader.dossier_id == dossier_id)))
