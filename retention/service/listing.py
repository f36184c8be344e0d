"""Disposal lists (Aussonderungsverzeichnisse): drawing them up, changing them, taking things off again."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from eakte.access import Permission
from eakte.access.queries import holds_everywhere, require_unlimited
from eakte.foundation.clock import legal_day
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind
from eakte.records.service.numbering import next_reference
from retention.errors import (
    ItemStateForbids,
    ListNeedsAnotherPerson,
    ListStateForbids,
    NothingToDispose,
    ProcedureWithoutArchive,
    ProposalWithoutOffer,
    ReportPlaceUnusable,
)
from retention.messages import ListChanged, ListCreated
from retention.models.disposal import DisposalItem, DisposalList
from retention.queries import lists as queries
from retention.queries.candidates import Wanted, candidates, recheck
from retention.queries.holds import lock_against_holds
from retention.rules.disposal import (
    ITEM_WORDS,
    LIST_TRANSITIONS,
    MAY_BE_TAKEN_OFF,
    STATE_WORDS,
    ItemState,
    ListAct,
    ListFacts,
    ListState,
    Procedure,
    allowed_acts,
)
from retention.rules.readiness import Judged, Obstacle

_REFERENCE = "AV-{year}/{number:04}"
_MOST_FINDINGS = 100
_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A list, and how many due records are not on it for which reason."""

    list: DisposalList
    left_out: Mapping[Obstacle, int]


def draw_up_list(
    work: UnitOfWork,
    *,
    name: str,
    procedure: Procedure,
    archive: str | None,
    wanted: Wanted,
    report_into: str | None = None,
) -> Drawn:
    """Draw up a list of everything due that is asked for and ready (Aussonderungsverzeichnis aufstellen).

    What is due but not ready is counted by its obstacles; `candidates` shows it one by one. Raises NothingToDispose
    with the first obstacles, ProcedureWithoutArchive, ReportPlaceUnusable, ActionForbidden.
    """
    require_unlimited(work, Permission.DISPOSE)
    if (procedure is Procedure.DESTRUCTION) != (archive is None):
        raise ProcedureWithoutArchive
    if report_into is not None and queries.report_place(work.session, report_into) is None:
        raise ReportPlaceUnusable(reference=report_into)
    lock_against_holds(work.session)
    today = legal_day(work.now)
    reference, _ = next_reference(work, _REFERENCE, {"year": today.year})
    list_ = DisposalList(
        id=new_id(),
        reference=reference,
        name=name,
        procedure=procedure,
        state=ListState.DRAFT,
        archive=archive,
        process_id=new_id(),
        created_by=work.actor.id,
        created_at=work.now,
        report_into=report_into,
    )
    work.session.add(list_)
    work.session.flush()
    put = _put(work, list_, wanted, fresh=True)
    if not put.count:
        raise NothingToDispose(findings=put.findings, count=sum(put.left_out.values()))
    changes = {"items": (None, put.count), "procedure": (None, procedure), "left_out": (None, dict(put.left_out))}
    work.publish(ListCreated(record_id=list_.id, changes=changes))
    return Drawn(list_, put.left_out)


def put_on_list(work: UnitOfWork, list_id: UUID, record_ids: Collection[UUID], *, revision: int | None) -> Drawn:
    """Put more due records on a list in draft. Raises ListStateForbids, NothingToDispose."""
    list_ = list_for(work, list_id, ListAct.EDIT, revision=revision)
    lock_against_holds(work.session)
    put = _put(work, list_, Wanted(record_ids=frozenset(record_ids)))
    if not put.count:
        raise NothingToDispose(findings=put.findings, count=sum(put.left_out.values()))
    touch(work, list_)
    work.publish(ListChanged(record_id=list_.id, changes={"items": (None, put.count)}))
    return Drawn(list_, put.left_out)


def list_for(work: UnitOfWork, list_id: UUID, act: ListAct, *, revision: int | None) -> DisposalList:
    """Load a list for one act, locked. Raises ListStateForbids, ListNeedsAnotherPerson, ActionForbidden, Stale."""
    transition = LIST_TRANSITIONS[act]
    list_ = queries.get_list(work, list_id, to=transition.permission, revision=revision)
    if transition.by_another and list_.created_by == work.actor.id:
        raise ListNeedsAnotherPerson
    if act not in allowed_acts(facts(work, list_), [transition.permission]):
        raise ListStateForbids(reference=list_.reference, state=STATE_WORDS[list_.state])
    return list_


def facts(work: UnitOfWork, list_: DisposalList) -> ListFacts:
    return queries.facts_of(work.session, list_, legal_day(work.now))


def acts_allowed(work: UnitOfWork, list_: DisposalList) -> tuple[ListAct, ...]:
    """What the actor may do with a list now."""
    held = [permission for permission in queries.DISPOSAL if holds_everywhere(work, permission)]
    return allowed_acts(facts(work, list_), held, is_author=list_.created_by == work.actor.id)


def touch(work: UnitOfWork, list_: DisposalList) -> None:
    """Give a list a new revision although only its items changed, so that nobody acts on what was not seen."""
    work.session.execute(update(DisposalList).where(DisposalList.id == list_.id).values(revision=list_.revision + 1))
    work.session.refresh(list_)


# --- what goes on it ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Put:
    count: int
    left_out: Mapping[Obstacle, int]
    findings: Sequence[Finding]


def _put(work: UnitOfWork, list_: DisposalList, wanted: Wanted, *, fresh: bool = False) -> _Put:
    left_out: Counter[Obstacle] = Counter()
    findings: list[Finding] = []
    position = queries.last_position(work.session, list_.id)
    count = 0
    judged = candidates(work, wanted, list_.procedure, list_id=None if fresh else list_.id)
    for rows in _rows(list_, _ready(judged, left_out, findings), position):
        _add(work, list_, rows)
        count += len(rows)
    return _Put(count, left_out, findings)


def _ready(judged: Iterable[Judged], left_out: Counter[Obstacle], findings: list[Finding]) -> Iterator[Judged]:
    """What is ready and not on the list yet; the rest is counted, its beginning told."""
    for one in judged:
        if one.ready:
            if one.standing.item_state is None:
                yield one
            continue
        left_out.update(one.obstacles)
        if len(findings) < _MOST_FINDINGS:
            reference = one.standing.reference
            findings.append(Finding(one.obstacles[0].value, f"{reference}: {one.why}.", reference))


def _rows(list_: DisposalList, ready: Iterable[Judged], position: int) -> Iterator[list[dict[str, Any]]]:
    """Rows of items, many at a time; a dossier is always in one piece with its cases."""
    rows: list[dict[str, Any]] = []
    for _, group in groupby(ready, key=lambda one: one.standing.dossier_id):
        some = [_row(list_, one, position + place) for place, one in enumerate(group, 1)]
        position += len(some)
        dossier = next((row for row in some if row["record_kind"] is RecordKind.DOSSIER), None)
        for row in some:
            row["parent_id"] = dossier["id"] if dossier is not None and row is not dossier else None
        rows += some
        if len(rows) >= _AT_A_TIME:
            yield rows
            rows = []
    if rows:
        yield rows


def _row(list_: DisposalList, judged: Judged, position: int) -> dict[str, Any]:
    standing = judged.standing
    return {
        "id": new_id(),
        "list_id": list_.id,
        "position": position,
        "record_id": standing.record_id,
        "record_kind": standing.record_kind,
        "reference": standing.reference,
        "title": standing.title,
        "entry_code": standing.entry_code,
        "decided_by_default": False,
        "state": ItemState.LISTED,
    }


def _add(work: UnitOfWork, list_: DisposalList, rows: list[dict[str, Any]]) -> None:
    # Dossiers first, since their cases refer to them.
    dossiers = [row for row in rows if row["record_kind"] is RecordKind.DOSSIER]
    cases = [row for row in rows if row["record_kind"] is not RecordKind.DOSSIER]
    for some in (dossiers, cases):
        if some:
            work.session.execute(insert(DisposalItem), some)


# --- what comes off it ----------------------------------------------------------------------------------------


def take_off_list(work: UnitOfWork, list_id: UUID, item_id: UUID, *, reason: str, revision: int | None) -> DisposalItem:
    """Put a record off (Zurückstellen): a dossier with its cases, a case with the dossier that cannot go without it.

    Possible until it is on its way to the archive or gone. Raises ListStateForbids, ItemStateForbids.
    """
    list_ = list_for(work, list_id, ListAct.TAKE_OFF, revision=revision)
    item = queries.get_item(work, list_, item_id)
    if item.state not in MAY_BE_TAKEN_OFF:
        raise ItemStateForbids(reference=item.reference, state=ITEM_WORDS[item.state])
    inside = DisposalItem.parent_id == item.id
    around = DisposalItem.id == item.parent_id
    related = update(DisposalItem).where(
        inside if item.record_kind is RecordKind.DOSSIER else around, DisposalItem.state.in_(MAY_BE_TAKEN_OFF)
    )
    what = "die Akte" if item.record_kind is RecordKind.DOSSIER else "der Vorgang"
    values = {"state": ItemState.WITHDRAWN, "failure": f"{what} {item.reference} wurde zurückgestellt"}
    work.session.execute(related.values(values), execution_options={"synchronize_session": "fetch"})
    item.state, item.failure = ItemState.WITHDRAWN, reason
    work.session.flush()
    touch(work, list_)
    work.publish(ListChanged(record_id=list_.id, changes={"withdrawn": (None, item.reference), "why": (None, reason)}))
    return item


def withdraw_what_is_hindered(work: UnitOfWork, list_: DisposalList) -> int:
    """Look at everything on a list again, and withdraw what is no longer ready, with the reason; answers how much.

    Every act on a list begins with this. It is no obstacle to the act: less is destroyed than was agreed, never more.
    The record comes again with a later list. Only what has not begun is looked at: what the archive has already taken
    over waits instead, since it must not be handed over twice. Sets the lock against new holds.
    """
    lock_against_holds(work.session)
    count = 0
    references: list[str] = []
    hindered = (one for one in recheck(work, list_) if not one.ready)
    while some := list(islice(hindered, _AT_A_TIME)):
        withdraw(work, list_, some)
        count += len(some)
        references += [one.standing.reference for one in some][: _MOST_FINDINGS - len(references)]
    if count:
        changes = {"withdrawn": (None, references), "count": (None, count)}
        work.publish(ListChanged(record_id=list_.id, changes=changes))
    return count


def withdraw(work: UnitOfWork, list_: DisposalList, hindered: Iterable[Judged]) -> None:
    """Withdraw items, each with what stands in its way."""
    for why, some in groupby(sorted(hindered, key=lambda one: one.why), key=lambda one: one.why):
        ids = [one.standing.record_id for one in some]
        statement = update(DisposalItem).where(DisposalItem.list_id == list_.id, DisposalItem.record_id.in_(ids))
        work.session.execute(
            statement.where(DisposalItem.state.in_(MAY_BE_TAKEN_OFF)).values(state=ItemState.WITHDRAWN, failure=why)
        )


def propose(
    work: UnitOfWork,
    list_id: UUID,
    item_id: UUID,
    *,
    proposal: DisposalCode | None,
    reason: str | None,
    revision: int | None,
) -> DisposalItem:
    """Propose to the archive what to do with a record (Bewertungsvorschlag); only where something is offered.

    Raises ListStateForbids, ItemStateForbids, ProposalWithoutOffer.
    """
    list_ = list_for(work, list_id, ListAct.EDIT, revision=revision)
    if list_.procedure is not Procedure.FOUR_STEP:
        raise ProposalWithoutOffer
    item = queries.get_item(work, list_, item_id)
    if item.state is not ItemState.LISTED:
        raise ItemStateForbids(reference=item.reference, state=ITEM_WORDS[item.state])
    before, item.proposal, item.proposal_reason = item.proposal, proposal, reason
    work.session.flush()
    touch(work, list_)
    changes = {"item": (None, item.reference), "proposal": (before, proposal)}
    work.publish(ListChanged(record_id=list_.id, changes=changes))
    return item
