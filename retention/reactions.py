"""What retention does when others speak: periods follow what happens, holds take in what comes to match them."""

from eakte.documents.messages import DocumentFiled
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.messages import (
    BusinessDataChanged,
    CaseCreated,
    DossierCreated,
    EntryChanged,
    PartiesChanged,
    RecordChanged,
    RecordClosed,
    RecordEvent,
    RecordRefiled,
    RecordReopened,
    RestrictionLifted,
    RestrictionSet,
)
from retention.messages import DateEntered, RecomputeRetention, RetentionRuleChanged, RuleAssigned
from retention.queries.rules import places_of
from retention.service.computing import clear_period, compute_record
from retention.service.holding import join_holds, tell_storage

_PLAN_SAYS = frozenset({"retention_years", "retention_unlimited", "disposal"})


@on(DossierCreated)
@on(CaseCreated)
@on(DocumentFiled)
@on(RecordChanged)
@on(RecordRefiled)
@on(PartiesChanged)
@on(BusinessDataChanged)
def join_matching_holds(work: UnitOfWork, event: RecordEvent) -> None:
    """What comes to match a hold's saved query is held from then on."""
    join_holds(work, event.record_id)


@on(RecordClosed)
@on(RecordRefiled)
@on(BusinessDataChanged)
def compute_what_changed(work: UnitOfWork, event: RecordEvent) -> None:
    """A closing starts periods, its own and those of cases that count from their dossier's; a place has its rules."""
    compute_record(work, event.record_id)


@on(RecordReopened)
def clear_what_was_reopened(work: UnitOfWork, event: RecordEvent) -> None:
    """Nothing runs while a record is open; what is closed in it may have counted from its closing."""
    clear_period(work, event.record_id)
    compute_record(work, event.record_id)


@on(RestrictionSet)
@on(RestrictionLifted)
def lock_what_is_restricted(work: UnitOfWork, event: RecordEvent) -> None:
    """Erasing is processing, too: the storage holds what is kept that way, as it does under a legal hold."""
    tell_storage(work, [event.record_id])


@on(EntryChanged)
def compute_below_an_entry(work: UnitOfWork, event: EntryChanged) -> None:
    """The plan says how long and by which code; what lies below inherits it."""
    if not _PLAN_SAYS.isdisjoint(event.changes):
        work.defer(RecomputeRetention(entry_id=event.record_id))


@on(RuleAssigned)
def compute_where_a_rule_hangs(work: UnitOfWork, event: RuleAssigned) -> None:
    """At once at a record, by the queue below an entry."""
    if event.at_entry:
        work.defer(RecomputeRetention(entry_id=event.record_id))
    else:
        compute_record(work, event.record_id)


@on(RetentionRuleChanged)
def compute_under_a_rule(work: UnitOfWork, event: RetentionRuleChanged) -> None:
    """Wherever it hangs."""
    for entry_id, record_id in places_of(work.session, event.record_id):
        work.defer(RecomputeRetention(entry_id=entry_id, record_id=record_id))


@on(DateEntered)
def compute_from_a_date(work: UnitOfWork, event: DateEntered) -> None:
    """At once for a record, by the queue for a fiscal year."""
    if event.of_record is not None:
        compute_record(work, event.of_record)
    else:
        work.defer(RecomputeRetention(fiscal_year=event.fiscal_year))
