"""Every select over the messages to and from archives."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, select
from sqlalchemy.orm import Session

from eakte.foundation.cursors import Page, page_of
from eakte.foundation.jobs import is_queued
from eakte.foundation.work import UnitOfWork
from retention.errors import MessageNotFound
from retention.messages import CollectAnswers, SendMessage, WriteMessage
from retention.models.disposal import DisposalItem, DisposalList, DisposalMessage
from retention.queries.lists import get_list, must_see_lists
from retention.rules.disposal import Direction, ItemState, ListState, Procedure
from retention.rules.exchange import MessageType

RUNNING = (ListState.OFFERED, ListState.APPRAISED)
"""Where a list stands while its archive may say or be told something."""


def _with_items(state: ItemState) -> Select[UUID]:
    return select(DisposalItem.list_id).where(DisposalItem.state == state)


_FOLLOWS: Mapping[MessageType, ColumnElement[bool]] = {
    MessageType.OFFER: and_(
        DisposalList.state == ListState.OFFERED, DisposalList.id.in_(_with_items(ItemState.LISTED))
    ),
    MessageType.APPRAISAL_RECEIVED: and_(
        DisposalList.state == ListState.APPRAISED, DisposalList.procedure == Procedure.FOUR_STEP
    ),
    MessageType.TRANSFER: DisposalList.id.in_(_with_items(ItemState.TRANSFERRED)),
}
"""Where a list stands when a message about it is due."""


def messages(work: UnitOfWork, list_id: UUID, *, cursor: str | None, limit: int) -> Page[DisposalMessage]:
    """The messages of a list in the order they were written or came. Raises DisposalListNotFound."""
    get_list(work, list_id)
    statement = select(DisposalMessage).where(DisposalMessage.list_id == list_id)
    return page_of(work.session, statement, (DisposalMessage.id,), cursor=cursor, limit=limit)


def get_message(work: UnitOfWork, message_id: UUID) -> DisposalMessage:
    """Raises MessageNotFound, ActionForbidden."""
    must_see_lists(work)
    message = work.session.get(DisposalMessage, message_id)
    if message is None:
        raise MessageNotFound
    return message


def message_of(session: Session, list_id: UUID, type_: MessageType) -> DisposalMessage | None:
    """The newest message of a kind about a list that could be read."""
    statement = select(DisposalMessage).where(
        DisposalMessage.list_id == list_id,
        DisposalMessage.message_type == type_,
        DisposalMessage.version.is_not(None),
    )
    return session.scalars(statement.order_by(DisposalMessage.id.desc()).limit(1)).first()


def list_of_process(session: Session, process_id: UUID) -> DisposalList | None:
    """The list behind a ProzessID, locked."""
    return session.scalar(select(DisposalList).where(DisposalList.process_id == process_id).with_for_update())


def came_before(session: Session, list_id: UUID, name: str, sha256: str) -> DisposalMessage | None:
    """The same file, taken in already, from wherever."""
    statement = select(DisposalMessage).where(
        DisposalMessage.list_id == list_id, DisposalMessage.file_name == name, DisposalMessage.sha256 == sha256
    )
    return session.scalar(statement)


def waiting_processes(session: Session, archive: str) -> dict[UUID, UUID]:
    """The lists that an archive may still say something about, by ProzessID."""
    statement = select(DisposalList.process_id, DisposalList.id).where(
        DisposalList.archive == archive, DisposalList.state.in_(RUNNING)
    )
    return {row.process_id: row.id for row in session.execute(statement)}


def archives_waited_for(session: Session) -> list[str]:
    """The keys of the archives that may still say something, and that nobody is about to ask."""
    statement = select(DisposalList.archive).where(
        DisposalList.archive.is_not(None),
        DisposalList.state.in_(RUNNING),
        ~is_queued({CollectAnswers}, archive=DisposalList.archive),
    )
    return [key for key in session.scalars(statement.distinct()) if key is not None]


def stamps_of(session: Session, list_ids: Sequence[UUID]) -> set[tuple[UUID, str, str]]:
    """List, name and stamp of every file that was looked at already."""
    statement = select(DisposalMessage.list_id, DisposalMessage.file_name, DisposalMessage.stamp).where(
        DisposalMessage.list_id.in_(list_ids), DisposalMessage.stamp.is_not(None)
    )
    return {(row.list_id, row.file_name, row.stamp) for row in session.execute(statement)}


def unwritten(session: Session) -> list[tuple[UUID, MessageType]]:
    """Messages that follow from where a list stands, that are not there, and that nobody is about to write."""
    found = []
    for type_, needed in _FOLLOWS.items():
        written = select(DisposalMessage.id).where(
            DisposalMessage.list_id == DisposalList.id, DisposalMessage.message_type == type_
        )
        statement = select(DisposalList.id).where(
            needed,
            ~written.exists(),
            ~is_queued({WriteMessage}, list_id=DisposalList.id, message_type=literal(type_.value)),
        )
        found += [(list_id, type_) for list_id in session.scalars(statement)]
    return found


def unsent(session: Session) -> list[UUID]:
    """Messages that are written and not laid out, and that nobody is about to send."""
    statement = select(DisposalMessage.id).join(DisposalList, DisposalList.id == DisposalMessage.list_id)
    statement = statement.where(
        DisposalMessage.direction == Direction.SENT,
        DisposalMessage.sent_at.is_(None),
        DisposalList.state.in_(RUNNING),
        ~is_queued({SendMessage}, message_id=DisposalMessage.id),
    )
    return list(session.scalars(statement))
