"""What a work tells piece by piece and the database takes at once: gathered meanwhile, written as the work commits."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

ItemT = TypeVar("ItemT")


class Gathered(Generic[ItemT]):
    """Items of one kind that works gather; `write` puts those of one session into its database, in their order.

    They share the fate of the transaction they were gathered in: what a savepoint takes back is never written.
    """

    def __init__(self, write: Callable[[Session, Sequence[ItemT]], None]) -> None:
        self._write = write
        _kinds.append(self)

    def add(self, session: Session, item: ItemT) -> None:
        transaction = session.get_nested_transaction() or session.get_transaction()
        session.info.setdefault(self, []).append((transaction, item))

    def write(self, session: Session) -> bool:
        """Write what was gathered so far; whether there was anything."""
        gathered = session.info.pop(self, [])
        if gathered:
            self._write(session, [item for _, item in gathered])
        return bool(gathered)

    def forget(self, session: Session, undone: SessionTransaction) -> None:
        """Drop what was gathered in a transaction that was taken back, or in a savepoint within it."""
        gathered = session.info.pop(self, [])
        kept = [(transaction, item) for transaction, item in gathered if not _is_within(transaction, undone)]
        if kept:
            session.info[self] = kept


_kinds: list[Gathered[Any]] = []


def write_gathered(session: Session) -> None:
    """Write everything now, for who wants to see it before the work commits. Not within a savepoint.

    What is gathered while others are written is written, too.
    """
    while any(kind.write(session) for kind in _kinds):
        pass


def _is_within(transaction: SessionTransaction | None, undone: SessionTransaction) -> bool:
    while transaction is not None and transaction is not undone:
        transaction = transaction.parent
    return transaction is not None


@event.listens_for(Session, "before_commit")
def _write_before_commit(session: Session) -> None:
    # A savepoint that is released is no end: what encloses it may still be taken back.
    if not session.in_nested_transaction():
        write_gathered(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget_after_rollback(session: Session, undone: SessionTransaction) -> None:
    for kind in _kinds:
        kind.forget(session, undone)
