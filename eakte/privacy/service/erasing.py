"""What is answered to a request for erasure (Löschersuchen): what can go, and of the rest why not yet and when.

Nothing is erased here: what can go is put on a disposal list in draft, which goes the way of every other.
"""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from eakte.foundation.work import UnitOfWork
from eakte.privacy.errors import NothingErasable, NothingToRestrict
from eakte.privacy.messages import ErasureDecided, ErasureListed, ErasureRestricted
from eakte.privacy.models import ErasureAnswer, SubjectRequest
from eakte.privacy.queries.requests import answers_of, confirmed_records, get_request
from eakte.privacy.registry import Prospect, foretellers, listers
from eakte.privacy.rules import Outcome, RequestAct, RequestState
from eakte.privacy.service.reach import everywhere
from eakte.records.errors import AlreadyRestricted
from eakte.records.rules import RestrictionGround
from eakte.records.service.restricting import restrict_record


def decide_erasure(work: UnitOfWork, request_id: UUID) -> list[ErasureAnswer]:
    """Compute for every confirmed record whether it can be erased, and keep the answers; a repeat renews them.

    Raises SubjectRequestStateForbids.
    """
    request = get_request(work, request_id, change=True)
    request.must_allow(RequestAct.DECIDE)
    confirmed = dict(confirmed_records(work.session, request_id))
    known = {one.record_id: one for one in answers_of(work.session, request_id)}
    told = prospects_of(work, [*confirmed, *known])
    for record_id, label in confirmed.items():
        if record_id not in known:
            known[record_id] = ErasureAnswer(
                request_id=request_id,
                record_id=record_id,
                reference=label,
                outcome=Outcome.UNKNOWN,
                computed_at=work.now,
            )
            work.session.add(known[record_id])
    for record_id, answer in known.items():
        if record_id not in confirmed and answer.outcome is not Outcome.GONE:
            work.session.delete(answer)
        else:
            _take(work, answer, told.get(record_id))
    if request.state is RequestState.SEARCHED:
        request.state = RequestState.DECIDED
    request.decided_at = work.now
    work.session.flush()
    work.publish(ErasureDecided(record_id=request_id, changes={"records": (None, len(confirmed))}))
    return answers_of(work.session, request_id)


def prospects_of(work: UnitOfWork, record_ids: list[UUID]) -> Mapping[UUID, Prospect]:
    """What becomes of some records, by id."""
    reach = everywhere(work)
    return {one.record_id: one for foretell in foretellers for one in foretell(reach, record_ids)}


def _take(work: UnitOfWork, answer: ErasureAnswer, told: Prospect | None) -> None:
    if told is None:
        return
    answer.outcome, answer.possible_from = told.outcome, told.possible_from
    answer.reasons = [{"code": one.code, "message": one.message} for one in told.reasons]
    answer.computed_at = work.now
    if told.outcome in (Outcome.ERASABLE, Outcome.OFFER):
        # What is on a list is not offered for another: that list was given up, or put it off.
        answer.listed_on = None


def list_erasable(work: UnitOfWork, request_id: UUID) -> str:
    """Put what can be erased on a disposal list in draft, under the officer's name; answers its reference.

    Others review and release it, as with any list. Raises NothingErasable, NothingToDispose.
    """
    request = get_request(work, request_id, change=True)
    request.must_allow(RequestAct.DECIDE)
    answers = decide_erasure(work, request_id)
    waiting = {one.record_id: one for one in answers if one.outcome is Outcome.ERASABLE and one.listed_on is None}
    told = prospects_of(work, list(waiting))
    wanted = {one.disposed_as for one in told.values()}
    if not wanted or not listers:
        raise NothingErasable
    listed = listers[0](everywhere(work), _name_of(request), wanted)
    for record_id, answer in waiting.items():
        if told[record_id].disposed_as in listed.record_ids:
            answer.listed_on = listed.reference
    work.session.flush()
    work.publish(ErasureListed(record_id=request_id, changes={"list": (None, listed.reference)}))
    return listed.reference


def restrict_until_then(work: UnitOfWork, request_id: UUID) -> int:
    """Restrict what is to be erased and cannot be yet, until it can (Einschränkung, § 35 (3) BDSG); answers how much.

    What is restricted already, for whatever ground, stays so. Raises NothingToRestrict.
    """
    request = get_request(work, request_id, change=True)
    request.must_allow(RequestAct.DECIDE)
    waiting = [
        one for one in decide_erasure(work, request_id) if not (one.restricted or one.outcome.settled or one.listed_on)
    ]
    if not waiting:
        raise NothingToRestrict
    reason = f"Löschung verlangt ({request.reference}), noch nicht zulässig"
    for answer in waiting:
        with suppress(AlreadyRestricted):
            restrict_record(
                everywhere(work),
                answer.record_id,
                ground=RestrictionGround.RETENTION,
                reason=reason,
                until=answer.possible_from,
            )
        answer.restricted = True
    work.session.flush()
    work.publish(ErasureRestricted(record_id=request_id, changes={"records": (None, len(waiting))}))
    return len(waiting)


def _name_of(request: SubjectRequest) -> str:
    """Without who asks: a list is kept longer than that may be."""
    return f"Löschersuchen {request.reference}"
