"""Why a record is kept as long as it is: every rule that was looked at, what it counts from, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from eakte.access import Permission
from eakte.foundation.clock import legal_day
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record
from eakte.records.queries import get_record
from eakte.records.rules import RecordKind, RecordState
from retention.errors import NotKeptByItself
from retention.models.rules import EnteredDate, RecordRetention, RuleAssignment
from retention.queries import facts
from retention.queries.candidates import standing_of
from retention.queries.periods import period_of
from retention.queries.rules import assignments_at_record, book_for, dates_of_record
from retention.rules.inheritance import Considered, Standing, considered
from retention.rules.periods import Judged, judged
from retention.rules.readiness import Obstacle
from retention.rules.sentences import in_words
from retention.rules.subjects import Kept, facts_of, kept_by
from retention.service.computing import what_is_known


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule that was looked at, and what it says of the record if it counts."""

    considered: Considered
    judged: Judged | None
    governs: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """`kept` is what is computed now, `period` what is stored; they differ only while the queue is at it.

    Of an open record `kept` says what would be, were it closed today, and `period` is None.
    """

    record: Record
    kept: Kept
    period: RecordRetention | None
    sentence: str
    rules: Sequence[RuleSaid]
    unreadable: Mapping[str, str]
    exceptions: Sequence[RuleAssignment]
    dates: Sequence[EnteredDate]
    obstacles: Sequence[Obstacle]


def explain(work: UnitOfWork, record_id: UUID) -> Explanation:
    """Explain the period of a dossier or case one may see. Raises RecordNotFound, ActionForbidden, NotKeptByItself."""
    record = get_record(work, record_id, to=Permission.READ)
    if record.record_kind is RecordKind.DOCUMENT:
        raise NotKeptByItself
    (subject,) = facts.subjects(work.session, [record_id], closed=False)
    closed = record.state is RecordState.CLOSED
    if not closed:
        subject = replace(subject, closed_at=work.now)
    book, known = what_is_known(work, [subject])
    what = facts_of(subject, known, book)
    kept = kept_by(subject, known, book)
    rules: list[RuleSaid] = []
    for one in considered(book.levels_of(subject), book.today):
        counts = one.standing is Standing.IN_FORCE
        said = judged(one.rule, what) if counts else None
        rules.append(RuleSaid(one, said, counts and not any(rule.governs for rule in rules) and _governs(said, kept)))
    obstacles = next(
        (one.obstacles for one in standing_of(work, [record_id]) if one.standing.record_id == record_id), ()
    )
    return Explanation(
        record=record,
        kept=kept,
        period=period_of(work.session, record_id) if closed else None,
        sentence=in_words(kept, closed=closed),
        rules=rules,
        unreadable=what.unreadable,
        exceptions=assignments_at_record(work.session, record_id),
        dates=dates_of_record(work.session, record_id),
        obstacles=obstacles,
    )


def rules_at(work: UnitOfWork, entry_id: UUID) -> Sequence[Considered]:
    """Every rule on the way from a filing plan entry up to the top, nearest first, and whether it counts below it.

    Callers have loaded the entry.
    """
    book = book_for(work.session, legal_day(work.now), [entry_id], [])
    return list(considered((step.level for step in book.paths[entry_id]), book.today))


def sentence_of(work: UnitOfWork, record_id: UUID) -> str | None:
    """Until when a closed dossier or case is kept, and why, in one sentence; None of what is not closed.

    Callers have loaded the record.
    """
    period = period_of(work.session, record_id)
    return None if period is None else in_words(Kept(*(getattr(period, name) for name in Kept._fields)), closed=True)


def _governs(said: Judged | None, kept: Kept) -> bool:
    if said is None:
        return False
    rule = said.rule
    same = (rule.id, rule.name, rule.source) == (kept.rule_id, kept.rule_name, kept.rule_source)
    return same and said.outcome is kept.outcome and said.last_day == kept.last_day
