"""Requests of data subjects: entering, changing, extending, ending them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.clock import legal_day
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.privacy.errors import ErasureOutstanding, ExtensionTooLate, SearchUnderWay
from eakte.privacy.matching import Probe
from eakte.privacy.messages import (
    SearchForPerson,
    SubjectRequestActed,
    SubjectRequestChanged,
    SubjectRequestExtended,
    SubjectRequestReceived,
    SubjectSearchAsked,
)
from eakte.privacy.models import SubjectRequest
from eakte.privacy.queries.requests import answers_of, get_request, is_searching
from eakte.privacy.rules import Person, RequestAct, RequestKind, RequestState, answer_due
from eakte.records.service.numbering import next_reference

_REFERENCE = "DS-{year}/{number:04}"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Received:
    """What was received: who wants what, since when, and how the house made sure who it is."""

    kind: RequestKind
    person: Person
    received_on: date
    identity_check: str | None = None
    note: str | None = None


def receive_request(work: UnitOfWork, received: Received) -> SubjectRequest:
    """Enter a request of a data subject (Betroffenenanfrage). Raises NameTooVague, ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_PRIVACY)
    Probe(received.person)
    reference, _ = next_reference(work, _REFERENCE, {"year": legal_day(work.now).year})
    request = SubjectRequest(
        id=new_id(),
        reference=reference,
        kind=received.kind,
        state=RequestState.RECEIVED,
        person=received.person.model_dump(mode="json"),
        identity_check=received.identity_check,
        note=received.note,
        received_on=received.received_on,
        due_on=answer_due(received.received_on),
        created_by=work.actor.id,
        created_at=work.now,
    )
    work.session.add(request)
    work.session.flush()
    changes = {"kind": (None, request.kind.value), "due_on": (None, request.due_on.isoformat())}
    work.publish(SubjectRequestReceived(record_id=request.id, changes=changes))
    return request


def change_request(
    work: UnitOfWork, request_id: UUID, fields: dict[str, Any], *, revision: int | None
) -> SubjectRequest:
    """Change who asks, how that was checked, or the note, of a request that is not closed.

    Raises SubjectRequestStateForbids, NameTooVague, Stale.
    """
    request = get_request(work, request_id, revision=revision, change=True)
    request.must_allow(RequestAct.WITHDRAW)
    person: Person | None = fields.get("person")
    if person is not None:
        Probe(person)
        request.person = person.model_dump(mode="json")
    for name in ("identity_check", "note"):
        if name in fields:
            setattr(request, name, fields[name])
    work.session.flush()
    work.publish(SubjectRequestChanged(record_id=request.id, changes=dict.fromkeys(sorted(fields), (None, "…"))))
    return request


def extend_request(work: UnitOfWork, request_id: UUID, *, reason: str, revision: int | None) -> SubjectRequest:
    """Extend the time for the answer by two months, once and within the first month (Art. 12 (3) DSGVO).

    Raises ExtensionTooLate, SubjectRequestStateForbids, Stale.
    """
    request = get_request(work, request_id, revision=revision, change=True)
    request.must_allow(RequestAct.WITHDRAW)
    if request.extended_at is not None or legal_day(work.now) > answer_due(request.received_on):
        raise ExtensionTooLate(until=f"{answer_due(request.received_on):%d.%m.%Y}")
    former = request.due_on
    request.extended_for, request.extended_at = reason, work.now
    request.due_on = answer_due(request.received_on, extended=True)
    work.session.flush()
    changes = {"due_on": (former.isoformat(), request.due_on.isoformat())}
    work.publish(SubjectRequestExtended(record_id=request.id, changes=changes))
    return request


def ask_for_search(work: UnitOfWork, request_id: UUID) -> SubjectRequest:
    """Have the house searched for who asks. What was judged stays judged.

    Raises SearchUnderWay, SubjectRequestStateForbids.
    """
    request = get_request(work, request_id, change=True)
    request.must_allow(RequestAct.SEARCH)
    if is_searching(work.session, request_id):
        raise SearchUnderWay
    work.defer(SearchForPerson(request_id=request.id))
    work.publish(SubjectSearchAsked(record_id=request.id))
    return request


def act_on_request(work: UnitOfWork, request_id: UUID, act: RequestAct, *, revision: int | None) -> SubjectRequest:
    """Note that a request was answered, close it, or note that it was withdrawn.

    A request for erasure is not closed before everything is erased or stays for good. Raises
    SubjectRequestStateForbids, ErasureOutstanding, Stale.
    """
    request = get_request(work, request_id, revision=revision, change=True)
    former = request.state
    request.must_allow(act)
    if act is RequestAct.CLOSE:
        waiting = [one.reference for one in answers_of(work.session, request.id) if not one.outcome.settled]
        if waiting:
            raise ErasureOutstanding(references=", ".join(waiting[:_SHOWN]) + (" …" if waiting[_SHOWN:] else ""))
    request.pass_through(act, work.now)
    work.session.flush()
    changes = {"act": (None, act.value), "state": (former.value, request.state.value)}
    work.publish(SubjectRequestActed(record_id=request.id, changes=changes))
    return request
