"""Whether a dossier or case can be disposed of now, and what stands in the way: plain values in and out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind, RecordState
from retention.rules.disposal import CODES, ItemState, Procedure


class Obstacle(StrEnum):
    """What keeps a record from being disposed of (Hinderungsgrund)."""

    OPEN = "open"
    NOT_DUE = "not-due"
    HELD = "held"
    RESTRICTED = "restricted"
    LISTED = "listed"
    LOCKED = "locked"
    CODE = "code"
    CASE_STAYS = "case-stays"
    LINKED = "linked"


OBSTACLE_WORDS: Mapping[Obstacle, str] = {
    Obstacle.OPEN: "nicht geschlossen",
    Obstacle.NOT_DUE: "Aufbewahrungsfrist läuft noch",
    Obstacle.HELD: "Löschsperre",
    Obstacle.RESTRICTED: "Verarbeitung eingeschränkt (Art. 18 DSGVO)",
    Obstacle.LISTED: "steht auf einem anderen Aussonderungsverzeichnis",
    Obstacle.LOCKED: "der Objektspeicher sperrt noch (COMPLIANCE)",
    Obstacle.CODE: "Aussonderungsart passt nicht zum Verfahren",
    Obstacle.CASE_STAYS: "ein Vorgang der Akte bleibt",
    Obstacle.LINKED: "eine Akte, die länger aufbewahrt wird, verweist auf ein Dokument darin",
}


def words_for(obstacles: Iterable[Obstacle]) -> str:
    """Obstacles in German, for people."""
    return "; ".join(OBSTACLE_WORDS[one] for one in sorted(obstacles, key=list(Obstacle).index))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dossier or case stands as far as disposal is concerned.

    `wanted` says that it was asked for, `reachable` that the asking person may dispose of it; `item_state` is how far
    it is on the list in question, `other_list` the reference of another one it is on.
    """

    record_id: UUID
    record_kind: RecordKind
    reference: str
    title: str
    entry_code: str
    dossier_id: UUID
    state: RecordState
    last_day: date | None
    due_on: date | None
    code: DisposalCode | None
    lock_mode: LockMode | None
    locked_until: date | None
    other_list: str | None
    item_state: ItemState | None
    wanted: bool
    reachable: bool
    held: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A record that was asked for, and everything that stands in its way."""

    standing: Standing
    obstacles: tuple[Obstacle, ...]

    @property
    def ready(self) -> bool:
        return not self.obstacles

    @property
    def why(self) -> str:
        """The obstacles in German, for people."""
        return words_for(self.obstacles)


_SETTLED_BY_ARCHIVE = frozenset({ItemState.TRANSFERRED, ItemState.CONFIRMED, ItemState.REFUSED})


def judge(group: Sequence[Standing], procedure: Procedure, today: date) -> Iterator[Judged]:
    """What of one dossier can be disposed of; cancelled cases are not in the group, since they go with the dossier.

    A case is judged by itself. A dossier is ready only when every case that is left in it is, or is settled with the
    archive already.
    """
    stays = False
    for standing in sorted(group, key=lambda one: one.record_kind is RecordKind.DOSSIER):
        obstacles = _own_obstacles(standing, procedure, today)
        if standing.record_kind is RecordKind.DOSSIER:
            if stays:
                obstacles = (*obstacles, Obstacle.CASE_STAYS)
        elif standing.item_state not in _SETTLED_BY_ARCHIVE:
            stays = stays or bool(obstacles) or not (standing.wanted and standing.reachable)
        if standing.wanted and standing.reachable:
            yield Judged(standing, obstacles)


def _own_obstacles(standing: Standing, procedure: Procedure, today: date) -> tuple[Obstacle, ...]:
    in_the_way = {
        Obstacle.OPEN: standing.state is not RecordState.CLOSED,
        Obstacle.NOT_DUE: standing.due_on is None or standing.due_on > today,
        Obstacle.HELD: standing.held,
        Obstacle.RESTRICTED: standing.restricted,
        Obstacle.LISTED: standing.other_list is not None,
        Obstacle.LOCKED: (
            standing.lock_mode is LockMode.COMPLIANCE
            and standing.locked_until is not None
            and standing.locked_until >= today
        ),
        Obstacle.CODE: standing.code is not None and standing.code not in CODES[procedure],
    }
    return tuple(obstacle for obstacle, there in in_the_way.items() if there)
