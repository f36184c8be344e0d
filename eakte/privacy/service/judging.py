"""Saying of findings whether they speak of who asks: a person of the same name is not the same person."""

from collections.abc import Collection
from uuid import UUID

from eakte.foundation.work import UnitOfWork
from eakte.privacy.messages import FindingsJudged
from eakte.privacy.queries.requests import findings_to_judge, get_request
from eakte.privacy.rules import Judgement, RequestAct


def judge_findings(
    work: UnitOfWork,
    request_id: UUID,
    judgement: Judgement,
    *,
    finding_ids: Collection[UUID] = (),
    record_ids: Collection[UUID] = (),
) -> int:
    """Confirm or dismiss findings, one by one or all of some records; OPEN takes that back. Answers how many.

    Raises FindingNotFound, SubjectRequestStateForbids.
    """
    request = get_request(work, request_id, change=True)
    request.must_allow(RequestAct.JUDGE)
    found = findings_to_judge(work.session, request_id, finding_ids, record_ids)
    is_open = judgement is Judgement.OPEN
    for one in found:
        one.judgement = judgement
        one.judged_by = None if is_open else work.actor.id
        one.judged_at = None if is_open else work.now
    work.session.flush()
    changes = {"judgement": (None, judgement.value), "findings": (None, len(found))}
    work.publish(FindingsJudged(record_id=request_id, changes=changes))
    return len(found)
