"""Which invoices are about to lose something, whom that concerns, and who was told."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from eakte.access import Permission, Role
from eakte.access.models import Grant, Identity, IdentityKind, OrganisationalUnit
from eakte.access.queries import absences_on
from eakte.access.rules import PERMISSIONS
from eakte.foundation.mail import DigestState
from xrechnung.approval.models.assignment import DailyRound, Digest, InvoiceReminder
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.rules.deadlines import HORIZON, Addressee, Errand, legal_day
from xrechnung.approval.rules.workflow import OPEN

_FORGOTTEN_AFTER = timedelta(days=14)
"""Reminders older than that are in no digest any more: whoever had none of it since was away or has no address."""
# Literals, since the indexes hold open ones only and parameters would not tell that.
_IS_OPEN = Approval.step.in_([literal_column(f"'{step.value}'") for step in sorted(OPEN)])


# --- what is about to be lost -------------------------------------------------------------------------------


def lapsed(session: Session, today: date) -> list[Approval]:
    """Open invoices whose next Skonto can no longer be had, locked."""
    statement = select(Approval).where(_IS_OPEN, Approval.skonto_on.is_not(None), Approval.urgent_on < today)
    return list(session.scalars(statement.order_by(Approval.invoice_id).with_for_update(of=Approval)))


def about_to_lose(session: Session, today: date) -> list[Approval]:
    """Open invoices for which reminders may be due, the most urgent first."""
    near = Approval.urgent_on.between(today, today + HORIZON)
    return list(session.scalars(select(Approval).where(_IS_OPEN, near).order_by(Approval.urgent_on)))


def told(session: Session, invoice_ids: Collection[UUID]) -> set[tuple[UUID, date, Addressee]]:
    """What was told already of some invoices."""
    columns = (InvoiceReminder.invoice_id, InvoiceReminder.deadline, InvoiceReminder.addressee)
    rows = session.execute(select(*columns).where(InvoiceReminder.invoice_id.in_(invoice_ids)))
    return {(row[0], row[1], row[2]) for row in rows}


def note_telling(
    session: Session, approval: Approval, deadline: date, addressee: Addressee, people: Collection[UUID], at: datetime
) -> bool:
    """Write down that people are told; False where that stands already."""
    row = {
        "invoice_id": approval.invoice_id,
        "deadline": deadline,
        "addressee": addressee,
        "people": sorted(people),
        "day": legal_day(at),
        "noted_at": at,
    }
    return (
        session.execute(
            insert(InvoiceReminder).values(row).on_conflict_do_nothing().returning(InvoiceReminder.invoice_id)
        ).first()
        is not None
    )


# --- whom it concerns ---------------------------------------------------------------------------------------


def pool_of(session: Session, unit_id: UUID | None, day: date) -> list[UUID]:
    """Who works on invoices in a unit; without unit central accounting."""
    if unit_id is None:
        return _holding(session, _roles_with(Permission.HANDLE_INVOICES), None, day)
    roles = _roles_with(Permission.WORK_INVOICES) - {Role.HEAD}
    return _holding(session, roles, unit_id, day) or heads_of(session, unit_id, day)


def heads_of(session: Session, unit_id: UUID, day: date) -> list[UUID]:
    """The heads of a unit, or of the nearest one above it that has any."""
    for place in _upwards(session, unit_id):
        heads = _holding(session, {Role.HEAD}, place, day)
        if heads:
            return heads
    return []


def stand_ins(session: Session, day: date) -> dict[UUID, list[UUID]]:
    """Everybody who is away on a day, with those who stand in and are there themselves."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    absences = absences_on(session, day)
    away = {absence.principal_id for absence in absences}
    for absence in absences:
        found[absence.principal_id] += [absence.deputy_id] if absence.deputy_id not in away else []
    return found


def _roles_with(permission: Permission) -> set[Role]:
    return {role for role, permissions in PERMISSIONS.items() if permission in permissions}


def _holding(session: Session, roles: Collection[Role], unit_id: UUID | None, day: date) -> list[UUID]:
    """Active people who hold one of some roles at exactly this place."""
    place = Grant.unit_id.is_(None) if unit_id is None else Grant.unit_id == unit_id
    statement = (
        select(Identity.id)
        .join(Grant, Grant.identity_id == Identity.id)
        .where(
            Identity.active,
            Identity.kind == IdentityKind.PERSON,
            Grant.role.in_(sorted(roles)),
            Grant.entry_id.is_(None),
            place,
            or_(Grant.valid_from.is_(None), Grant.valid_from <= day),
            or_(Grant.valid_until.is_(None), Grant.valid_until >= day),
        )
    )
    return list(session.scalars(statement.distinct().order_by(Identity.id)))


def _upwards(session: Session, unit_id: UUID) -> Iterator[UUID]:
    place: UUID | None = unit_id
    while place is not None:
        yield place
        place = session.scalar(select(OrganisationalUnit.parent_id).where(OrganisationalUnit.id == place))


# --- rounds and digests -------------------------------------------------------------------------------------


def begin_round(session: Session, day: date, errand: Errand, at: datetime) -> bool:
    """Take an errand of a day for this machine; False where one has taken it."""
    row = {"day": day, "errand": errand, "begun_at": at}
    statement = insert(DailyRound).values(row).on_conflict_do_nothing().returning(DailyRound.day)
    return session.execute(statement).first() is not None


def counts_for_digests(session: Session, day: date, now: datetime) -> dict[UUID, int]:
    """How many open invoices each person with an address was reminded of since the last digest."""
    tellings = (
        select(
            InvoiceReminder.invoice_id, InvoiceReminder.noted_at, func.unnest(InvoiceReminder.people).label("person_id")
        )
        .join(Approval, Approval.invoice_id == InvoiceReminder.invoice_id)
        .where(_IS_OPEN, InvoiceReminder.deadline >= day, InvoiceReminder.noted_at > now - _FORGOTTEN_AFTER)
        .subquery()
    )
    last = select(Digest.person_id, func.max(Digest.compiled_at).label("at")).group_by(Digest.person_id).subquery()
    statement = (
        select(Identity.id, func.count(tellings.c.invoice_id.distinct()))
        .join(tellings, tellings.c.person_id == Identity.id)
        .outerjoin(last, last.c.person_id == Identity.id)
        .where(
            Identity.active,
            Identity.email.is_not(None),
            or_(last.c.at.is_(None), tellings.c.noted_at > last.c.at),
        )
        .group_by(Identity.id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def forget_unsent(session: Session, today: date) -> None:
    """Take back digests of earlier days that never went out, so that what they tell is told now."""
    session.execute(delete(Digest).where(Digest.day < today, Digest.state == DigestState.WAITING))


def add_digest(session: Session, person_id: UUID, day: date, count: int, at: datetime) -> bool:
    """Note that a person gets a digest; False where there is one for that day."""
    row = {"person_id": person_id, "day": day, "count": count, "state": DigestState.WAITING, "compiled_at": at}
    statement = insert(Digest).values(row).on_conflict_do_nothing().returning(Digest.day)
    return session.execute(statement).first() is not None


def move_digest(
    session: Session, person_id: UUID, day: date, *, was: DigestState, now_is: DigestState, at: datetime
) -> int | None:
    """Take a digest from one state to another; its count, or None where it was in another state."""
    return session.scalar(
        update(Digest)
        .where(Digest.person_id == person_id, Digest.day == day, Digest.state == was)
        .values(state=now_is, settled_at=at)
        .returning(Digest.count)
    )
