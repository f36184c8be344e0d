"""What becomes of the records on a list: review, appraisal, what was left undecided, release, return, cancelling.

Every act looks at the items again first, and withdraws what is no longer ready; see `withdraw_what_is_hindered`.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import aliased

from eakte.foundation.clock import legal_day
from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from retention.errors import ListBlocked
from retention.messages import CarryOutList, ListActed, ListChanged
from retention.models.disposal import DisposalItem, DisposalList
from retention.models.rules import RecordRetention
from retention.queries import lists as queries
from retention.queries.arrays import among
from retention.rules.disposal import (
    AFTER_REVIEW,
    FINAL,
    LIST_TRANSITIONS,
    MAY_BE_TAKEN_OFF,
    ItemState,
    ListAct,
    ListState,
    Procedure,
)
from retention.service.listing import list_for, touch, withdraw_what_is_hindered


def act_on_list(work: UnitOfWork, list_id: UUID, act: ListAct, *, revision: int | None) -> DisposalList:
    """Do something with a whole list.

    Raises DisposalListNotFound, ListStateForbids, ListNeedsAnotherPerson, ListBlocked, ActionForbidden, Stale.
    """
    list_ = list_for(work, list_id, act, revision=revision)
    before = list_.state
    if act in _RECHECKED:
        withdraw_what_is_hindered(work, list_)
        must_hold_something(work, list_)
    ACTS[act](work, list_)
    target = LIST_TRANSITIONS[act].target
    if target is not None:
        list_.state = AFTER_REVIEW[list_.procedure] if act is ListAct.REVIEW else target
    work.session.flush()
    touch(work, list_)
    work.publish(ListActed(record_id=list_.id, act=act.value, changes={"state": (before.value, list_.state.value)}))
    return list_


_RECHECKED = frozenset({ListAct.REVIEW, ListAct.CONFIRM_UNDECIDED, ListAct.RELEASE})


def must_hold_something(work: UnitOfWork, list_: DisposalList) -> None:
    active = sum(count for (state, _), count in queries.counts_of(work.session, list_.id).items() if state not in FINAL)
    if not active:
        message = "Auf dem Verzeichnis ist nichts mehr, was ausgesondert werden kann."
        raise ListBlocked(findings=[Finding("nothing-left", message, list_.reference)], count=1)


def _review(work: UnitOfWork, list_: DisposalList) -> None:
    list_.reviewed_by, list_.reviewed_at = work.actor.id, work.now
    if list_.procedure is Procedure.FOUR_STEP:
        return
    # Without an offer the plan's A and V, which the archive agreed to beforehand, are the decision.
    code = select(RecordRetention.disposal).where(RecordRetention.record_id == DisposalItem.record_id).scalar_subquery()
    work.session.execute(
        update(DisposalItem).where(*_listed(list_)).values(decision=code),
        execution_options={"synchronize_session": False},
    )


def _return(work: UnitOfWork, list_: DisposalList) -> None:
    list_.reviewed_by = list_.reviewed_at = list_.undecided_by = list_.undecided_at = None
    list_.released_by = list_.released_at = list_.destroy_from = None
    work.session.execute(
        update(DisposalItem).where(*_listed(list_)).values(decision=None, decided_by_default=False),
        execution_options={"synchronize_session": False},
    )


def _confirm_undecided(work: UnitOfWork, list_: DisposalList) -> None:
    list_.undecided_by, list_.undecided_at = work.actor.id, work.now
    undecided = update(DisposalItem).where(*_listed(list_), DisposalItem.decision.is_(None))
    work.session.execute(
        undecided.values(decision=DisposalCode.DESTROY, decided_by_default=True),
        execution_options={"synchronize_session": False},
    )


def _release(work: UnitOfWork, list_: DisposalList) -> None:
    place = list_.report_into or work.settings.retention.report_dossier
    if queries.report_place(work.session, place) is None:
        message = "Es ist keine offene Akte für das Vernichtungsprotokoll bestimmt."
        raise ListBlocked(findings=[Finding("report-place-missing", message, place or list_.reference)], count=1)
    list_.released_by, list_.released_at = work.actor.id, work.now
    list_.destroy_from = legal_day(work.now) + timedelta(days=work.settings.retention.waiting_days)


def _destroy(work: UnitOfWork, list_: DisposalList) -> None:
    work.defer(CarryOutList(list_id=list_.id))


def _cancel(work: UnitOfWork, list_: DisposalList) -> None:
    list_.closed_at = work.now
    still = update(DisposalItem).where(DisposalItem.list_id == list_.id, DisposalItem.state.in_(MAY_BE_TAKEN_OFF))
    work.session.execute(
        still.values(state=ItemState.WITHDRAWN, failure="das Verzeichnis wurde aufgehoben", title=None),
        execution_options={"synchronize_session": False},
    )


# What an act does besides leading to its state. Offering, appraising and transferring register theirs.
ACTS: dict[ListAct, Callable[[UnitOfWork, DisposalList], None]] = {
    ListAct.REVIEW: _review,
    ListAct.RETURN: _return,
    ListAct.CONFIRM_UNDECIDED: _confirm_undecided,
    ListAct.RELEASE: _release,
    ListAct.DESTROY: _destroy,
    ListAct.CANCEL: _cancel,
}


def _listed(list_: DisposalList) -> tuple[ColumnElement[bool], ...]:
    return DisposalItem.list_id == list_.id, DisposalItem.state == ItemState.LISTED


# --- what the archive says ------------------------------------------------------------------------------------


def set_decisions(
    work: UnitOfWork,
    list_id: UUID,
    decisions: Mapping[UUID, DisposalCode],
    *,
    archive_references: Mapping[UUID, str] | None = None,
    undecided: Collection[UUID] = (),
) -> DisposalList:
    """Take in the archive's appraisal (Bewertung), by record; what it says of a dossier holds for its silent cases.

    What it leaves out, leaves as B, or names in `undecided`, stays undecided until a person confirms what that means.
    Records that are not on the list any more are passed over. Raises ListStateForbids.
    """
    list_ = list_for(work, list_id, ListAct.APPRAISE, revision=None)
    withdraw_what_is_hindered(work, list_)
    left_open = {*undecided, *(one for one, code in decisions.items() if code is DisposalCode.APPRAISE)}
    for code in (DisposalCode.ARCHIVE, DisposalCode.DESTROY):
        ids = [one for one, said in decisions.items() if said is code and one not in left_open]
        work.session.execute(
            update(DisposalItem).where(*_listed(list_), among(DisposalItem.record_id, ids)).values(decision=code),
            execution_options={"synchronize_session": False},
        )
    for record_id, reference in (archive_references or {}).items():
        named = update(DisposalItem).where(DisposalItem.list_id == list_.id, DisposalItem.record_id == record_id)
        work.session.execute(named.values(archive_reference=reference))
    _let_dossiers_speak(work, list_, left_open)
    before, list_.state = list_.state, ListState.APPRAISED
    work.session.flush()
    touch(work, list_)
    left = queries.facts_of(work.session, list_, legal_day(work.now)).undecided
    work.publish(
        ListChanged(record_id=list_.id, changes={"decided": (None, len(decisions)), "undecided": (None, left)})
    )
    changes = {"state": (before.value, list_.state.value)}
    work.publish(ListActed(record_id=list_.id, act=ListAct.APPRAISE.value, changes=changes))
    return list_


def _let_dossiers_speak(work: UnitOfWork, list_: DisposalList, left_open: Collection[UUID]) -> None:
    dossier = aliased(DisposalItem)
    said = select(dossier.decision).where(dossier.id == DisposalItem.parent_id).scalar_subquery()
    silent = update(DisposalItem).where(
        *_listed(list_),
        DisposalItem.decision.is_(None),
        DisposalItem.parent_id.is_not(None),
        ~among(DisposalItem.record_id, left_open),
    )
    work.session.execute(silent.values(decision=said), execution_options={"synchronize_session": False})
