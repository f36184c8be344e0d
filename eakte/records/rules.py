"""What may happen to a record, when, and by whom: the one transition table, references, and visibility."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from eakte.access import Permission
from eakte.foundation.work import Actor


class RecordKind(StrEnum):
    DOSSIER = "dossier"
    CASE = "case"
    DOCUMENT = "document"


class RecordState(StrEnum):
    """Open (in Bearbeitung), closed (zdA) or cancelled (storniert)."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Medium(StrEnum):
    """Electronic, hybrid or paper; the latter two need a location (Standort)."""

    ELECTRONIC = "electronic"
    HYBRID = "hybrid"
    PAPER = "paper"


class Reading(StrEnum):
    """What of a record was read: its metadata by an API, its page with them, or its contents."""

    METADATA = "metadata"
    PAGE = "page"
    CONTENT = "content"


class RestrictionGround(StrEnum):
    """Why processing is restricted: Art. 18 (1) a to d DSGVO, or an erasure that has to wait (§ 35 (3) BDSG).

    Accuracy contested, unlawful but erasure opposed, needed for claims, objection pending; retention runs still.
    """

    ACCURACY = "accuracy"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"
    RETENTION = "retention"


GROUND_WORDS: Mapping[RestrictionGround, str] = {
    RestrictionGround.ACCURACY: "Richtigkeit bestritten (Art. 18 Abs. 1 a DSGVO)",
    RestrictionGround.UNLAWFUL: "unrechtmäßig, Löschung abgelehnt (Art. 18 Abs. 1 b DSGVO)",
    RestrictionGround.CLAIMS: "zur Geltendmachung von Ansprüchen benötigt (Art. 18 Abs. 1 c DSGVO)",
    RestrictionGround.OBJECTION: "Widerspruch wird geprüft (Art. 18 Abs. 1 d DSGVO)",
    RestrictionGround.RETENTION: "Löschung verlangt, Aufbewahrungsfrist läuft (§ 35 Abs. 3 BDSG)",
}
# The person wants the data kept, at least for now. Who asked for erasure is served when the period is over.
KEEPING_GROUNDS = frozenset(RestrictionGround) - {RestrictionGround.RETENTION}


class Action(StrEnum):
    """The verbs of the trade that change a record."""

    EDIT = "edit"
    CREATE_CASE = "create-case"
    FILE_DOCUMENT = "file-document"
    ADD_VERSION = "add-version"
    PROTECT = "protect"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    RESTORE = "restore"
    REFILE = "refile"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the transition table: which kinds, from which state, to which (None: stays), with which right."""

    kinds: frozenset[RecordKind]
    source: RecordState
    target: RecordState | None
    permission: Permission


_ALL = frozenset(RecordKind)
_CONTAINERS = frozenset({RecordKind.DOSSIER, RecordKind.CASE})

TRANSITIONS: Mapping[Action, Transition] = {
    Action.EDIT: Transition(_ALL, RecordState.OPEN, None, Permission.EDIT),
    Action.CREATE_CASE: Transition(frozenset({RecordKind.DOSSIER}), RecordState.OPEN, None, Permission.CREATE_CASE),
    Action.FILE_DOCUMENT: Transition(frozenset({RecordKind.CASE}), RecordState.OPEN, None, Permission.FILE_DOCUMENT),
    Action.ADD_VERSION: Transition(frozenset({RecordKind.DOCUMENT}), RecordState.OPEN, None, Permission.FILE_DOCUMENT),
    Action.PROTECT: Transition(frozenset({RecordKind.DOSSIER}), RecordState.OPEN, None, Permission.PROTECT),
    Action.CLOSE: Transition(_CONTAINERS, RecordState.OPEN, RecordState.CLOSED, Permission.CLOSE),
    Action.REOPEN: Transition(_CONTAINERS, RecordState.CLOSED, RecordState.OPEN, Permission.REOPEN),
    Action.CANCEL: Transition(_ALL, RecordState.OPEN, RecordState.CANCELLED, Permission.CANCEL),
    Action.RESTORE: Transition(_ALL, RecordState.CANCELLED, RecordState.OPEN, Permission.CANCEL),
    Action.REFILE: Transition(_ALL, RecordState.OPEN, None, Permission.REFILE),
}


_POSSIBLE = {
    (kind, state): tuple(
        (action, transition.permission)
        for action, transition in TRANSITIONS.items()
        if kind in transition.kinds and state is transition.source
    )
    for kind in RecordKind
    for state in RecordState
}
"""The same by what there is to act on: every record shown asks."""

# Who may see a record can be narrowed down while its processing is restricted; that is no use of the data.
WHILE_RESTRICTED = frozenset({Action.PROTECT})


def allowed_actions(
    kind: RecordKind,
    state: RecordState,
    permissions: Collection[Permission],
    *,
    inside_open: bool = True,
    restricted: bool = False,
) -> tuple[Action, ...]:
    """What somebody with `permissions` may do to a record of this kind in this state.

    `inside_open` says that whatever the record lies in is open; nothing may be done to it otherwise. `restricted`
    says that its processing is, by itself or by what it lies in.
    """
    if not inside_open:
        return ()
    return tuple(
        action
        for action, permission in _POSSIBLE[kind, state]
        if permission in permissions and (not restricted or action in WHILE_RESTRICTED)
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, as far as rights are concerned.

    `levels` are the confidentiality levels of the record and of everything it lies in.
    """

    unit_id: UUID
    entry_path: tuple[UUID, ...]
    levels: frozenset[str]


def permissions_at(actor: Actor, place: Place) -> frozenset[Permission]:
    """Every permission the actor's scopes give at a place; readers of protected dossiers are checked elsewhere."""
    if actor.everything:
        return frozenset(Permission)
    held = [
        _as_permissions(scope.permissions)
        for scope in actor.scopes
        if (scope.units is None or place.unit_id in scope.units)
        and (scope.entry_id is None or scope.entry_id in place.entry_path)
        and place.levels <= scope.levels
    ]
    return held[0] if len(held) == 1 else frozenset[Permission]().union(*held)


@lru_cache(maxsize=128)
def _as_permissions(words: frozenset[str]) -> frozenset[Permission]:
    return frozenset(map(Permission, words))


# --- references ---------------------------------------------------------------------------------------

PLACEHOLDERS = ("plan", "entry", "year", "dossier", "case")
_PLACEHOLDER = re.compile(r"\{(plan|entry|year|dossier|case|number)(?::0?(\d{1,2}))?\}")


@dataclass(frozen=True, slots=True)
class NumberTemplate:
    """How references of one level are made (Aktenzeichenbildung), e.g. `{entry}-{year}/{number:04}`.

    Placeholders: plan, entry, year, dossier, case and number, which must occur once; `:04` pads the number
    with zeros. A template with a year counts anew each year.
    """

    pattern: str

    def problems(self, known: Collection[str] = PLACEHOLDERS) -> Iterable[str]:
        """German sentences on what is wrong with the pattern, where only `known` placeholders have a value."""
        rest = _PLACEHOLDER.sub("", self.pattern)
        used = {match[1] for match in _PLACEHOLDER.finditer(self.pattern)}
        if "{" in rest or "}" in rest or used - {*known, "number"}:
            allowed = ", ".join(name for name in PLACEHOLDERS if name in known)
            yield f"Erlaubt sind hier die Platzhalter {allowed} und number, z. B. {{number:04}}."
        if any(unicodedata.category(character)[0] == "C" for character in self.pattern):
            yield "Steuerzeichen sind nicht erlaubt."
        if len(self.pattern) > 200:
            yield "Die Vorgabe hat mehr als 200 Zeichen."
        if len(re.findall(r"\{number[:}]", self.pattern)) != 1:
            yield "Der Platzhalter {number} muss genau einmal vorkommen."

    def scope(self, values: Mapping[str, object]) -> str:
        """What one counter counts: the reference with the number left out."""
        return self._fill({**values, "number": "#"})

    def reference(self, values: Mapping[str, object], number: int) -> str:
        """The display form of a reference."""
        return self._fill({**values, "number": number})

    def _fill(self, values: Mapping[str, object]) -> str:
        def fill(match: re.Match[str]) -> str:
            value = str(values[match[1]])
            return value.zfill(int(match[2])) if match[2] and value.isdigit() else value

        return _PLACEHOLDER.sub(fill, self.pattern)


# Letters that scanners mistake, and the digits that stand for all who look like them.
MISREAD = ("oqdilszbg", "000115286")


def misread_key(reference: str) -> str:
    """The same for references that differ only in what scanners mistake; without blanks."""
    return reference.replace(" ", "").lower().translate(str.maketrans(*MISREAD))


def sort_key(reference: str) -> str:
    """Orders references as people do: runs of digits by value, letters without regard to case."""
    return re.sub(r"\d+", lambda run: run[0].zfill(10), reference.casefold())
