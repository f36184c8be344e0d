"""Computing periods (Aufbewahrungsende berechnen): for one record, for many, always by the same way.

Many records are computed in batches without locks; only what comes out changed is locked, read and computed again, and
then stored and told. So a run over everything disturbs nobody, and what is stored follows from what was true when
it was stored, whoever else computed, closed or reopened meanwhile.
"""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from eakte.foundation.clock import legal_day
from eakte.foundation.work import UnitOfWork
from retention.messages import LockStorage, RetentionComputed
from retention.queries import facts, periods
from retention.queries.facts import Concerned
from retention.queries.rules import book_for
from retention.rules.periods import Outcome
from retention.rules.subjects import Book, Kept, Known, Subject, kept_by

BATCH = 5_000
_UNTOLD = ("rule_id", "lock_from")
"""What the audit need not be told: it follows from the rest."""


def compute_record(work: UnitOfWork, record_id: UUID) -> int:
    """Compute a dossier with the cases in it, or a case, and have the storage follow; how many changed."""
    changed = _compute(work, facts.inside(work.session, record_id))
    for subject, kept in changed:
        if subject.id != subject.dossier_id and _concerns_storage(subject, kept):
            work.defer(LockStorage(record_id=subject.id))
    return len(changed)


def compute_next(work: UnitOfWork, concerned: Concerned, after: UUID | None) -> tuple[UUID | None, int, int]:
    """Compute the next batch of what is concerned: where to go on (None: done), how many were looked at, changed.

    The storage follows by the nightly run: for so many records it takes longer than anybody waits.
    """
    ids = facts.next_closed(work.session, concerned, after, BATCH)
    changed = _compute(work, ids)
    return (ids[-1] if len(ids) == BATCH else None), len(ids), len(changed)


def clear_period(work: UnitOfWork, record_id: UUID) -> None:
    """Take away the period of a record that is no longer closed; its storage is held again.

    Closing it again starts from zero.
    """
    found = periods.forget(work.session, record_id)
    if found is None:
        return
    changes = {name: (_plain(getattr(found, name)), None) for name in ("outcome", "last_day", "due_on")}
    work.publish(RetentionComputed(record_id=record_id, changes=changes))
    work.defer(LockStorage(record_id=record_id))


def mend(work: UnitOfWork) -> int:
    """Give every closed record a period that ends or says why, and take it from what is not closed; how many.

    In steps of a batch: whoever calls repeats it until nothing is left to mend.
    """
    session = work.session
    left_open = periods.with_period_though_open(session, BATCH)
    for record_id in left_open:
        clear_period(work, record_id)
    missing = periods.without_period(session, BATCH)
    _compute(work, missing)
    unsaid = periods.without_reason(session, BATCH)
    _compute(work, unsaid)
    return len(left_open) + len(missing) + len(unsaid)


def _compute(work: UnitOfWork, record_ids: Collection[UUID]) -> list[tuple[Subject, Kept]]:
    suspected = [subject.id for subject, _ in different(work, record_ids)]
    if not suspected:
        return []
    changed = list(different(work, facts.lock_closed(work.session, suspected)))
    if changed:
        periods.store(work.session, {subject.id: kept for subject, kept in changed}, work.now)
    for subject, kept in changed:
        work.publish(RetentionComputed(record_id=subject.id, changes=_changes(subject.kept, kept)))
    return changed


def different(work: UnitOfWork, record_ids: Collection[UUID]) -> Iterator[tuple[Subject, Kept]]:
    """What comes out other than it is stored."""
    if not record_ids:
        return
    subjects = facts.subjects(work.session, record_ids)
    book, known = what_is_known(work, subjects)
    for subject in subjects:
        kept = kept_by(subject, known, book)
        if kept != subject.kept:
            yield subject, kept


def what_is_known(work: UnitOfWork, subjects: Collection[Subject]) -> tuple[Book, Known]:
    """The rules and facts for some records, as they are today."""
    entry_ids = {subject.entry_id for subject in subjects}
    record_ids = {subject.id for subject in subjects} | {subject.dossier_id for subject in subjects}
    book = book_for(work.session, legal_day(work.now), entry_ids, record_ids)
    return book, facts.known_of(work.session, subjects, book.keys)


def _concerns_storage(subject: Subject, kept: Kept) -> bool:
    """Whether there is an end to tell the storage, or one it was told is none any more."""
    return kept.outcome is Outcome.ENDS or subject.locked_until is not None


def _changes(before: Kept | None, after: Kept) -> dict[str, tuple[Any, Any]]:
    names = [name for name in Kept._fields if name not in _UNTOLD]
    old = before._asdict() if before is not None else dict.fromkeys(names)
    new = after._asdict()
    return {name: (_plain(old[name]), _plain(new[name])) for name in names if old[name] != new[name]}


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)
