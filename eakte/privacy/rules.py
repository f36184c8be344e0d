"""What a request of a data subject goes through, and until when it is answered: plain values in and out."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class RequestKind(StrEnum):
    """Auskunft (Art. 15), Löschung (Art. 17)."""

    ACCESS = "access"
    ERASURE = "erasure"


class RequestState(StrEnum):
    """How far a request is."""

    RECEIVED = "received"
    SEARCHED = "searched"
    DECIDED = "decided"
    ANSWERED = "answered"
    CLOSED = "closed"


class RequestAct(StrEnum):
    """What is done to a request; SEARCHED is what the search itself does when it has ended."""

    SEARCH = "search"
    JUDGE = "judge"
    REPORT = "report"
    DECIDE = "decide"
    ANSWER = "answer"
    CLOSE = "close"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an act is possible, for which kinds, and where it leads; None: the state stays."""

    sources: frozenset[RequestState]
    target: RequestState | None = None
    kinds: frozenset[RequestKind] = frozenset(RequestKind)


_S = RequestState
_WORKED_ON = frozenset({_S.SEARCHED, _S.DECIDED})

TRANSITIONS: Mapping[RequestAct, Transition] = {
    RequestAct.SEARCH: Transition(frozenset({_S.RECEIVED, _S.SEARCHED, _S.DECIDED})),
    RequestAct.JUDGE: Transition(_WORKED_ON),
    RequestAct.REPORT: Transition(_WORKED_ON | {_S.ANSWERED}),
    RequestAct.DECIDE: Transition(
        frozenset({_S.SEARCHED, _S.DECIDED, _S.ANSWERED}), kinds=frozenset({RequestKind.ERASURE})
    ),
    RequestAct.ANSWER: Transition(_WORKED_ON, _S.ANSWERED),
    RequestAct.CLOSE: Transition(frozenset({_S.ANSWERED}), _S.CLOSED),
    RequestAct.WITHDRAW: Transition(frozenset(_S) - {_S.CLOSED}, _S.CLOSED),
}


def allows(kind: RequestKind, state: RequestState, act: RequestAct) -> bool:
    """Whether a request of that kind and state takes an act. What is to be erased is decided before it is answered."""
    transition = TRANSITIONS[act]
    undecided = kind is RequestKind.ERASURE and act is RequestAct.ANSWER and state is not RequestState.DECIDED
    return kind in transition.kinds and state in transition.sources and not undecided


class Person(BaseModel):
    """Who asks, by everything the house may know them by; names are today's and former ones, the first is today's.

    A name is written as "Erika Muster" or "Muster, Erika"; an address as "Grillenstraße 14, 12345 Musterhausen";
    `external_ids` are what specialist systems call the person.
    """

    model_config = ConfigDict(frozen=True)

    names: tuple[str, ...]
    born_on: date | None = None
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = Field(default=())


class Place(StrEnum):
    """Where something was found."""

    PARTY = "party"
    METADATA = "metadata"
    BUSINESS_DATA = "business_data"
    TEXT = "text"
    ACCOUNT = "account"
    AUDIT = "audit"
    INVOICE = "invoice"
    INTAKE = "intake"
    RETENTION = "retention"


class Match(StrEnum):
    """How it matched, the strongest first; a name alone is weak, since others bear it too."""

    EXTERNAL_ID = "external_id"
    EMAIL = "email"
    NAME_AND_BIRTH = "name_and_birth"
    NAME_AND_ADDRESS = "name_and_address"
    NAME = "name"

    @property
    def strong(self) -> bool:
        return self is not Match.NAME


class Judgement(StrEnum):
    """Whether a person said that a finding speaks of who asks."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Outcome(StrEnum):
    """What a record is answered with that is to be erased.

    ERASABLE may go on a disposal list; OFFER too, but the archive is asked first; LATER says when, UNKNOWN cannot;
    KEPT stays for good; GONE is destroyed already.
    """

    ERASABLE = "erasable"
    OFFER = "offer"
    LATER = "later"
    UNKNOWN = "unknown"
    KEPT = "kept"
    GONE = "gone"

    @property
    def settled(self) -> bool:
        """Whether nobody has to come back to it."""
        return self in (Outcome.KEPT, Outcome.GONE)


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def answer_due(received_on: date, *, extended: bool = False) -> date:
    """The last day for the answer: one month, or three when it was extended.

    A last day on a weekend or holiday is not moved to the next working day, which Art. 3 (4) of Regulation 1182/71
    would allow: earlier is never too late. Source: Art. 12 (3) DSGVO.
    """
    return months_after(received_on, 3 if extended else 1)
