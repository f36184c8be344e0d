"""The way of a disposal list and of what is on it: states, and which act leads from which to which."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eakte.access import Permission
from eakte.records.plan_rules import DisposalCode


class Procedure(StrEnum):
    """How the archive takes part."""

    FOUR_STEP = "four_step"
    """Offered, appraised, transferred, confirmed (vierstufiges Aussonderungsverfahren)."""
    TWO_STEP = "two_step"
    """Appraised beforehand by the plan: transferred, confirmed (zweistufiges Aussonderungsverfahren)."""
    DESTRUCTION = "destruction"
    """The archive has waived beforehand, by the plan (Aussonderungsart V): destroyed without an offer."""


class ListState(StrEnum):
    DRAFT = "draft"
    REVIEWED = "reviewed"
    OFFERED = "offered"
    APPRAISED = "appraised"
    CARRIED_OUT = "carried_out"
    """Everything on it is transferred, destroyed or withdrawn; the report is not stored yet."""
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    LISTED = "listed"
    TRANSFERRED = "transferred"
    """On its way to the archive (0503 sent); nothing of it is deleted before the archive has confirmed."""
    CONFIRMED = "confirmed"
    """The archive has taken it over (0506 with success for this very record)."""
    REFUSED = "refused"
    """The archive could not take it over (0506 without success); it stays."""
    ERASING = "erasing"
    """The point of no return: its rows are gone, its objects are being erased."""
    DESTROYED = "destroyed"
    HANDED_OVER = "handed_over"
    """Taken over by the archive and erased here."""
    WITHDRAWN = "withdrawn"
    """Taken off the list: held, reopened, or put off."""


FINAL = frozenset({ItemState.DESTROYED, ItemState.HANDED_OVER, ItemState.WITHDRAWN})
BEGUN = frozenset(
    {ItemState.TRANSFERRED, ItemState.CONFIRMED, ItemState.ERASING, ItemState.DESTROYED, ItemState.HANDED_OVER}
)
"""What cannot be taken back by cancelling or returning the list."""
MAY_BE_TAKEN_OFF = frozenset({ItemState.LISTED, ItemState.REFUSED})
"""What is on its way to the archive, or there, waits for the archive; it must not be transferred twice."""

CODES: Mapping[Procedure, frozenset[DisposalCode]] = {
    Procedure.FOUR_STEP: frozenset(DisposalCode),
    Procedure.TWO_STEP: frozenset({DisposalCode.ARCHIVE, DisposalCode.DESTROY}),
    Procedure.DESTRUCTION: frozenset({DisposalCode.DESTROY}),
}
"""Which appraisal codes of the plan go with which procedure: nothing is destroyed that the archive might want."""


class Direction(StrEnum):
    SENT = "sent"
    RECEIVED = "received"


class ListAct(StrEnum):
    """What people do with a list."""

    EDIT = "edit"
    TAKE_OFF = "take-off"
    REVIEW = "review"
    RETURN = "return"
    OFFER = "offer"
    APPRAISE = "appraise"
    CONFIRM_UNDECIDED = "confirm-undecided"
    TRANSFER = "transfer"
    RELEASE = "release"
    DESTROY = "destroy"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class ListTransition:
    """From which states an act is possible, for which procedures, where it leads (None: stays), with which right."""

    sources: frozenset[ListState]
    target: ListState | None
    permission: Permission
    procedures: frozenset[Procedure] = frozenset(Procedure)
    by_another: bool = False
    """Whether it must be somebody else than the list's author."""

    def sources_for(self, procedure: Procedure) -> frozenset[ListState]:
        """From which states a list of this procedure may go; where no offer is made, reviewed means appraised."""
        if ListState.REVIEWED in self.sources:
            return self.sources | {AFTER_REVIEW[procedure]}
        return self.sources


_WITH_OFFER = frozenset({Procedure.FOUR_STEP})
_WITH_ARCHIVE = frozenset({Procedure.FOUR_STEP, Procedure.TWO_STEP})
_APPRAISED = frozenset({ListState.APPRAISED})

LIST_TRANSITIONS: Mapping[ListAct, ListTransition] = {
    ListAct.EDIT: ListTransition(frozenset({ListState.DRAFT}), None, Permission.DISPOSE),
    ListAct.TAKE_OFF: ListTransition(
        frozenset({ListState.DRAFT, ListState.REVIEWED, ListState.OFFERED, ListState.APPRAISED}),
        None,
        Permission.DISPOSE,
    ),
    ListAct.REVIEW: ListTransition(
        frozenset({ListState.DRAFT}), ListState.REVIEWED, Permission.REVIEW_DISPOSAL, by_another=True
    ),
    ListAct.RETURN: ListTransition(frozenset({ListState.REVIEWED}), ListState.DRAFT, Permission.REVIEW_DISPOSAL),
    ListAct.OFFER: ListTransition(
        frozenset({ListState.REVIEWED}), ListState.OFFERED, Permission.DISPOSE, procedures=_WITH_OFFER
    ),
    ListAct.APPRAISE: ListTransition(
        frozenset({ListState.OFFERED}), ListState.APPRAISED, Permission.DISPOSE, procedures=_WITH_OFFER
    ),
    ListAct.CONFIRM_UNDECIDED: ListTransition(_APPRAISED, None, Permission.RELEASE_DISPOSAL, by_another=True),
    ListAct.TRANSFER: ListTransition(_APPRAISED, None, Permission.DISPOSE, procedures=_WITH_ARCHIVE),
    ListAct.RELEASE: ListTransition(_APPRAISED, None, Permission.RELEASE_DISPOSAL, by_another=True),
    ListAct.DESTROY: ListTransition(_APPRAISED, None, Permission.RELEASE_DISPOSAL),
    ListAct.CANCEL: ListTransition(
        frozenset({ListState.DRAFT, ListState.REVIEWED, ListState.OFFERED, ListState.APPRAISED}),
        ListState.CANCELLED,
        Permission.DISPOSE,
    ),
}

# Where no offer is made, a reviewed list counts as appraised: the plan's A and V are the decision.
AFTER_REVIEW: Mapping[Procedure, ListState] = {
    Procedure.FOUR_STEP: ListState.REVIEWED,
    Procedure.TWO_STEP: ListState.APPRAISED,
    Procedure.DESTRUCTION: ListState.APPRAISED,
}


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What the acts on a list depend on besides its state."""

    state: ListState
    procedure: Procedure
    released: bool
    may_begin: bool
    """Released, and its waiting period is over."""
    begun: int
    """Items that cannot be taken back."""
    undecided: int


def allowed_acts(
    facts: ListFacts, permissions: Collection[Permission], *, is_author: bool = False
) -> tuple[ListAct, ...]:
    """What somebody with `permissions` may do with a list now; the one place that knows."""
    return tuple(
        act
        for act, transition in LIST_TRANSITIONS.items()
        if facts.procedure in transition.procedures
        and facts.state in transition.sources_for(facts.procedure)
        and transition.permission in permissions
        and not (transition.by_another and is_author)
        and _fits(act, facts)
    )


def _fits(act: ListAct, facts: ListFacts) -> bool:
    match act:
        case ListAct.RELEASE:
            return not facts.released and facts.undecided == 0
        case ListAct.CONFIRM_UNDECIDED:
            return facts.undecided > 0
        case ListAct.DESTROY:
            return facts.may_begin
        case ListAct.RETURN | ListAct.CANCEL:
            return facts.begun == 0
        case _:
            return True


STATE_WORDS: Mapping[ListState, str] = {
    ListState.DRAFT: "im Entwurf",
    ListState.REVIEWED: "geprüft",
    ListState.OFFERED: "angeboten",
    ListState.APPRAISED: "bewertet",
    ListState.CARRIED_OUT: "ausgeführt",
    ListState.CLOSED: "abgeschlossen",
    ListState.CANCELLED: "aufgehoben",
}
PROCEDURE_WORDS: Mapping[Procedure, str] = {
    Procedure.FOUR_STEP: "vierstufiges Aussonderungsverfahren",
    Procedure.TWO_STEP: "zweistufiges Aussonderungsverfahren",
    Procedure.DESTRUCTION: "Vernichtung ohne Anbietung (Aussonderungsart V)",
}
ITEM_WORDS: Mapping[ItemState, str] = {
    ItemState.LISTED: "vorgesehen",
    ItemState.TRANSFERRED: "an das Archiv gesandt",
    ItemState.CONFIRMED: "vom Archiv übernommen",
    ItemState.REFUSED: "vom Archiv nicht übernommen",
    ItemState.ERASING: "wird gelöscht",
    ItemState.DESTROYED: "vernichtet",
    ItemState.HANDED_OVER: "abgegeben und gelöscht",
    ItemState.WITHDRAWN: "zurückgestellt",
}
