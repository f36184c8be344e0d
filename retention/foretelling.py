"""What retention tells a data protection officer: whether a record can be erased, else why not yet and from when on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from eakte.foundation.clock import legal_day
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.storage import LockMode
from eakte.foundation.work import UnitOfWork
from eakte.privacy.registry import Listed, Prospect, foretellers, listers
from eakte.privacy.rules import Outcome as Answer
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind, RecordState
from retention.models.rules import RecordRetention
from retention.queries import prospects as queries
from retention.queries.candidates import Wanted, standing_of
from retention.queries.destroying import kept_referrers
from retention.queries.holds import hindrances
from retention.queries.lists import all_items
from retention.rules.disposal import Procedure
from retention.rules.periods import Outcome
from retention.rules.readiness import OBSTACLE_WORDS, Obstacle, Standing
from retention.rules.sentences import in_words
from retention.rules.subjects import Kept
from retention.service.listing import draw_up_list

# These have a sentence of their own here.
_SAID_BETTER = frozenset({Obstacle.OPEN, Obstacle.NOT_DUE, Obstacle.CASE_STAYS, Obstacle.LOCKED})


@dataclass(frozen=True, slots=True)
class _Known:
    """How some dossiers and cases stand, what keeps them, and until when."""

    standings: Mapping[UUID, tuple[Standing, tuple[Obstacle, ...]]]
    cases: Mapping[UUID, list[Standing]]
    kept_by: Mapping[UUID, list[str]]
    periods: Mapping[UUID, RecordRetention]
    today: date


def foretell(work: UnitOfWork, record_ids: Collection[UUID]) -> Iterator[Prospect]:
    """Say of each record whether it can be erased; a document goes with its case and not before. Asks no rights."""
    homes = queries.disposed_as(work.session, record_ids)
    known = _look_at(work, set(homes.values()))
    referred = _referred_to(work, homes)
    for record_id in record_ids:
        if record_id in homes:
            yield _prospect(known, record_id, homes[record_id], referred.get(record_id))
    for record_id in queries.gone_among(work.session, [one for one in record_ids if one not in homes]):
        yield Prospect(record_id, record_id, Answer.GONE, term="Vernichtet oder an das Archiv abgegeben.")


def _look_at(work: UnitOfWork, ids: Collection[UUID]) -> _Known:
    standings: dict[UUID, tuple[Standing, tuple[Obstacle, ...]]] = {}
    cases: dict[UUID, list[Standing]] = defaultdict(list)
    for one in standing_of(work, ids):
        standings[one.standing.record_id] = one.standing, one.obstacles
        if one.standing.record_kind is RecordKind.CASE:
            cases[one.standing.dossier_id].append(one.standing)
    kept_by: dict[UUID, list[str]] = defaultdict(list)
    for hindrance in hindrances(work.session, ids):
        kept_by[hindrance.record_id].append(hindrance.hold or "")
    return _Known(standings, cases, kept_by, queries.periods_of(work.session, ids), legal_day(work.now))


def _referred_to(work: UnitOfWork, homes: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """Documents a kept record refers to, by whose reference; those are moved there instead of being erased."""
    cases = {home for record_id, home in homes.items() if home != record_id}
    return {one.document_id: one.reference for case in cases for one in kept_referrers(work.session, case, new_id())}


def _prospect(known: _Known, record_id: UUID, home: UUID, referrer: str | None) -> Prospect:
    found = known.standings.get(home)
    if found is None:
        # A cancelled case goes with its dossier.
        reason = Finding("cancelled", "Der Vorgang ist storniert; er wird mit seiner Akte gelöscht.")
        return Prospect(record_id, home, Answer.UNKNOWN, reasons=(reason,))
    standing, obstacles = found
    period = known.periods.get(home)
    term = "" if period is None else in_words(_kept(period), closed=True)
    until = None if period is None else period.last_day
    reasons = [*_reasons(known, standing, obstacles, term), *_of_document(standing, record_id, referrer)]
    answer, possible_from = _answer(known, standing, obstacles, period, referrer)
    return Prospect(record_id, home, answer, possible_from, tuple(reasons), term, until)


def _kept(period: RecordRetention) -> Kept:
    return Kept(*(getattr(period, name) for name in Kept._fields))


def _answer(
    known: _Known,
    standing: Standing,
    obstacles: tuple[Obstacle, ...],
    period: RecordRetention | None,
    referrer: str | None,
) -> tuple[Answer, date | None]:
    if period is not None and period.outcome is Outcome.FOR_EVER:
        return Answer.KEPT, None
    if standing.state is not RecordState.CLOSED or period is None or period.due_on is None or referrer is not None:
        return Answer.UNKNOWN, None
    if known.kept_by.get(standing.record_id) or standing.other_list is not None:
        return Answer.UNKNOWN, None
    first = _first_day(known, standing)
    if first is None:
        return Answer.UNKNOWN, None
    if first > known.today:
        return Answer.LATER, first
    if not set(obstacles) <= {Obstacle.LOCKED}:
        return Answer.UNKNOWN, None
    return (Answer.ERASABLE if standing.code is DisposalCode.DESTROY else Answer.OFFER), first


def _first_day(known: _Known, standing: Standing) -> date | None:
    """From when on it can go: when its own period is over and, of a dossier, those of all its cases."""
    inside = known.cases[standing.dossier_id] if standing.record_kind is RecordKind.DOSSIER else []
    days = [_own_first_day(one) for one in (standing, *inside)]
    return None if None in days else max(day for day in days if day is not None)


def _own_first_day(standing: Standing) -> date | None:
    if standing.state is not RecordState.CLOSED or standing.due_on is None:
        return None
    locked = standing.locked_until if standing.lock_mode is LockMode.COMPLIANCE else None
    return max(standing.due_on, locked + timedelta(days=1)) if locked is not None else standing.due_on


def _reasons(known: _Known, standing: Standing, obstacles: tuple[Obstacle, ...], term: str) -> Iterator[Finding]:
    at = standing.reference
    if standing.state is not RecordState.CLOSED:
        yield Finding("open", f"{at} ist noch in Bearbeitung; die Aufbewahrungsfrist beginnt mit dem Schließen.", at)
    elif standing.due_on is None or standing.due_on > known.today:
        yield Finding("not-due", term or OBSTACLE_WORDS[Obstacle.NOT_DUE], at)
    if Obstacle.CASE_STAYS in obstacles:
        yield Finding("case-stays", "Ein Vorgang der Akte wird noch aufbewahrt.", at)
    if Obstacle.LOCKED in obstacles and standing.locked_until is not None:
        yield Finding("locked", f"Der Objektspeicher sperrt bis {standing.locked_until:%d.%m.%Y}.", at)
    for hold in known.kept_by.get(standing.record_id, ()):
        yield Finding("held", f"Löschsperre {hold}." if hold else "Die Verarbeitung ist eingeschränkt.", at)
    for obstacle in obstacles:
        if obstacle not in _SAID_BETTER and not (obstacle is Obstacle.HELD and known.kept_by.get(standing.record_id)):
            yield Finding(obstacle.value, f"{OBSTACLE_WORDS[obstacle]}.", at)
    if standing.code in (DisposalCode.ARCHIVE, DisposalCode.APPRAISE):
        yield Finding("offer-duty", "Vor dem Löschen ist es dem Archiv anzubieten (Anbietungspflicht).", at)


def _of_document(standing: Standing, record_id: UUID, referrer: str | None) -> Iterator[Finding]:
    if record_id != standing.record_id:
        yield Finding("with-case", f"Es wird mit dem Vorgang {standing.reference} gelöscht.", standing.reference)
    if referrer is not None:
        yield Finding("referred-to", f"{referrer} wird länger aufbewahrt und verweist darauf.", referrer)


def list_for_erasure(work: UnitOfWork, name: str, record_ids: Collection[UUID]) -> Listed:
    """Draw up a list for destruction of what is due of some records. Raises NothingToDispose."""
    wanted = Wanted(record_ids=frozenset(record_ids))
    drawn = draw_up_list(work, name=name, procedure=Procedure.DESTRUCTION, archive=None, wanted=wanted)
    return Listed(drawn.list.reference, _on(work, drawn.list.id))


def _on(work: UnitOfWork, list_id: UUID) -> frozenset[UUID]:
    items: Iterable[UUID] = (item.record_id for item in all_items(work.session, list_id))
    return frozenset(items)


foretellers.append(foretell)
listers.append(list_for_erasure)
