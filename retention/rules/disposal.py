"""The way of a disposal list and of what is on it: states, and which act leads from which to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eakte.access import Permission


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


class Direction(StrEnum):
    SENT = "sent"
    RECEIVED = "received"


class ListAct(StrEnum):
    """What people do with a list."""

    EDIT = "edit"
    REVIEW = "review"
    RETURN = "return"
    OFFER = "offer"
    APPRAISE = "appraise"
    CONFIRM_UNDECIDED = "confirm-undecided"
    TRANSFER = "transfer"
    RELEASE = "release"
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


_WITH_OFFER = frozenset({Procedure.FOUR_STEP})
_WITH_ARCHIVE = frozenset({Procedure.FOUR_STEP, Procedure.TWO_STEP})
_APPRAISED = frozenset({ListState.APPRAISED})

LIST_TRANSITIONS: Mapping[ListAct, ListTransition] = {
    ListAct.EDIT: ListTransition(frozenset({ListState.DRAFT}), None, Permission.DISPOSE),
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
