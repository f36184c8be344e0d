"""Every select over archives that do not answer, and over who was told of it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, distinct, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from eakte.access.models import Identity
from eakte.foundation.mail import DigestState
from retention.models.disposal import DisposalList, DisposalMessage, SilenceNotice
from retention.queries.exchange import RUNNING
from retention.rules.disposal import Direction
from retention.rules.exchange import MessageType
from retention.rules.exchanging import AWAITED

_RECEIPTS = [receipt for receipt, _ in AWAITED.values()]
_RESULTS = [result for _, result in AWAITED.values()]


def _came(*types: MessageType) -> ColumnElement[bool]:
    """Whether a message of one of some kinds came after the one that is looked at."""
    answer = aliased(DisposalMessage)
    came = select(answer.id).where(
        answer.list_id == DisposalMessage.list_id,
        answer.direction == Direction.RECEIVED,
        answer.version.is_not(None),
        answer.id > DisposalMessage.id,
        answer.message_type.in_(types),
    )
    return came.exists()


def silent(session: Session, today: date) -> list[DisposalMessage]:
    """What was laid out, is not answered in time, and was not told of yet."""
    late = or_(
        and_(
            DisposalMessage.receipt_deadline < today,
            ~_came(*_RECEIPTS, *_RESULTS),
            DisposalMessage.reminded_at.is_(None),
        ),
        and_(
            DisposalMessage.deadline < today,
            ~_came(*_RESULTS),
            or_(DisposalMessage.reminded_at.is_(None), DisposalMessage.reminded_at < DisposalMessage.deadline),
        ),
    )
    running = DisposalList.state.in_(RUNNING)
    statement = select(DisposalMessage).join(DisposalList, DisposalList.id == DisposalMessage.list_id)
    return list(session.scalars(statement.where(DisposalMessage.direction == Direction.SENT, running, late)))


def silences(session: Session, list_ids: Collection[UUID]) -> dict[UUID, int]:
    """How often the archive was found silent, by list; lists on which it never was are left out."""
    total = func.sum(DisposalMessage.reminders)
    statement = select(DisposalMessage.list_id, total).where(DisposalMessage.list_id.in_(list_ids))
    rows = session.execute(statement.group_by(DisposalMessage.list_id).having(total > 0))
    return {row[0]: row[1] for row in rows}


# --- whom it is told ----------------------------------------------------------------------------------------------

_CONCERNS = or_(DisposalList.created_by == Identity.id, DisposalList.released_by == Identity.id)


def people_to_tell(session: Session, today: date) -> list[UUID]:
    """Who drew up or released a running list whose archive was found silent since the last mail, and had none today."""
    last = select(SilenceNotice.person_id, func.max(SilenceNotice.compiled_at).label("at"))
    told = last.group_by(SilenceNotice.person_id).subquery()
    of_today = select(SilenceNotice.person_id).where(SilenceNotice.person_id == Identity.id, SilenceNotice.day == today)
    statement = (
        select(Identity.id)
        .distinct()
        .join(DisposalList, _CONCERNS)
        .join(DisposalMessage, DisposalMessage.list_id == DisposalList.id)
        .outerjoin(told, told.c.person_id == Identity.id)
        .where(
            DisposalList.state.in_(RUNNING),
            Identity.active,
            Identity.email.is_not(None),
            or_(told.c.at.is_(None), DisposalMessage.reminded_at > told.c.at),
            DisposalMessage.reminded_at.is_not(None),
            ~_came(*_RESULTS),
            ~of_today.exists(),
        )
    )
    return list(session.scalars(statement))


def silent_lists_of(session: Session, person_id: UUID) -> int:
    """On how many running lists of a person an archive was found silent and has not answered since."""
    statement = (
        select(func.count(distinct(DisposalList.id)))
        .join(Identity, _CONCERNS)
        .join(DisposalMessage, DisposalMessage.list_id == DisposalList.id)
        .where(Identity.id == person_id, DisposalList.state.in_(RUNNING))
        .where(DisposalMessage.reminded_at.is_not(None), ~_came(*_RESULTS))
    )
    return session.scalar(statement) or 0


def add_notice(session: Session, person_id: UUID, day: date, at: datetime) -> bool:
    """Note that a person gets a mail; False where there is one for that day."""
    row = {"person_id": person_id, "day": day, "state": DigestState.WAITING, "compiled_at": at}
    statement = insert(SilenceNotice).values(row).on_conflict_do_nothing().returning(SilenceNotice.day)
    return session.execute(statement).first() is not None


def forget_unsent(session: Session, today: date) -> None:
    """Take back mails of earlier days that never went out, so that what they tell is told now."""
    session.execute(delete(SilenceNotice).where(SilenceNotice.day < today, SilenceNotice.state == DigestState.WAITING))


def move_notice(session: Session, person_id: UUID, day: date, *, was: DigestState, now_is: DigestState) -> bool:
    """Take a mail from one state to another; False where it was in another state."""
    statement = (
        update(SilenceNotice)
        .where(SilenceNotice.person_id == person_id, SilenceNotice.day == day, SilenceNotice.state == was)
        .values(state=now_is)
    )
    return session.execute(statement.returning(SilenceNotice.day)).first() is not None
