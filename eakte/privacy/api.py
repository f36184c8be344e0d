"""/privacy: requests of data subjects (Betroffenenanfragen), what was found, answers and reports."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from eakte.documents.api import BINARY, disposition, streamed
from eakte.foundation.clock import legal_day
from eakte.foundation.http import ApiRoute, Created, Cursor, Limit, PageShape, Revision, Shape, Tagged, Work, etag
from eakte.privacy.models import SubjectFinding, SubjectReport, SubjectRequest
from eakte.privacy.queries import requests as queries
from eakte.privacy.rules import Judgement, RequestKind, RequestState
from eakte.privacy.schemas import (
    ErasureAnswerShape,
    ErasureList,
    Extension,
    FindingShape,
    Judged,
    Judging,
    NewReport,
    NewSubjectRequest,
    PersonShape,
    ReportShape,
    RequestStep,
    Restricted,
    SubjectRequestDetail,
    SubjectRequestPatch,
    SubjectRequestShape,
)
from eakte.privacy.service import erasing, judging, reporting, requesting

router = APIRouter(prefix="/privacy", tags=["Datenschutz"], route_class=ApiRoute)

ShapeT = TypeVar("ShapeT", bound=Shape)


def _facts(work: Work, requests: Sequence[SubjectRequest]) -> list[dict[str, Any]]:
    progress = queries.progress_of(work.session, [request.id for request in requests])
    columns = SubjectRequestShape.model_fields.keys() - set(queries.Progress._fields)
    return [
        {**{name: getattr(request, name) for name in columns}, **progress[request.id]._asdict()} for request in requests
    ]


def _shape(work: Work, request: SubjectRequest) -> SubjectRequestShape:
    (facts,) = _facts(work, [request])
    return SubjectRequestShape.model_validate(facts)


def _tagged(work: Work, request: SubjectRequest, response: Response) -> SubjectRequestShape:
    response.headers["ETag"] = etag(request.revision)
    return _shape(work, request)


@router.get("/requests", summary="Betroffenenanfragen auflisten")
def list_requests(
    work: Work,
    kind: Annotated[RequestKind | None, Query(description="Nur Auskunft oder nur Löschung")] = None,
    state: Annotated[RequestState | None, Query(description="Nur in diesem Stand")] = None,
    due: Annotated[bool, Query(description="Nur, was zu beantworten oder jetzt zu löschen ist")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[SubjectRequestShape]:
    wanted = queries.WantedRequests(kind, state, legal_day(work.now) if due else None)
    page = queries.requests(work, wanted, cursor=cursor, limit=limit)
    shapes = [SubjectRequestShape.model_validate(facts) for facts in _facts(work, page.items)]
    return PageShape(items=shapes, next=page.next_cursor)


@router.post("/requests", status_code=201, summary="Betroffenenanfrage eintragen")
def receive_request(work: Work, new: NewSubjectRequest, response: Created) -> SubjectRequestShape:
    received = requesting.Received(new.kind, new.person.as_person(), new.received_on, new.identity_check, new.note)
    request = requesting.receive_request(work, received)
    response.headers["Location"] = f"/api/v1/privacy/requests/{request.id}"
    return _tagged(work, request, response)


@router.get("/requests/{request_id}", summary="Betroffenenanfrage lesen")
def read_request(work: Work, request_id: UUID, response: Tagged) -> SubjectRequestDetail:
    request = queries.get_request(work, request_id)
    response.headers["ETag"] = etag(request.revision)
    person = None if request.person is None else PersonShape.model_validate(request.subject.model_dump())
    more = {"person": person, "identity_check": request.identity_check, "note": request.note}
    (facts,) = _facts(work, [request])
    return SubjectRequestDetail.model_validate({**facts, **more})


@router.patch("/requests/{request_id}", summary="Betroffenenanfrage ändern")
def change_request(
    work: Work, request_id: UUID, patch: SubjectRequestPatch, revision: Revision, response: Tagged
) -> SubjectRequestShape:
    return _tagged(work, requesting.change_request(work, request_id, patch.fields(), revision=revision), response)


@router.post("/requests/{request_id}:extend", summary="Frist um zwei Monate verlängern")
def extend_request(
    work: Work, request_id: UUID, extension: Extension, revision: Revision, response: Tagged
) -> SubjectRequestShape:
    request = requesting.extend_request(work, request_id, reason=extension.reason, revision=revision)
    return _tagged(work, request, response)


@router.post("/requests/{request_id}:search", status_code=202, summary="Nach der Person suchen lassen")
def search_for_person(work: Work, request_id: UUID) -> SubjectRequestShape:
    return _shape(work, requesting.ask_for_search(work, request_id))


@router.post("/requests/{request_id}/acts", summary="Beantworten, abschließen, zurückziehen")
def act_on_request(
    work: Work, request_id: UUID, step: RequestStep, revision: Revision, response: Tagged
) -> SubjectRequestShape:
    return _tagged(work, requesting.act_on_request(work, request_id, step.act, revision=revision), response)


# --- findings -----------------------------------------------------------------------------------------


@router.get("/requests/{request_id}/findings", summary="Fundstellen auflisten")
def list_findings(
    work: Work,
    request_id: UUID,
    judgement: Annotated[Judgement | None, Query(description="Nur offene, bestätigte oder verworfene")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[FindingShape]:
    request = queries.get_request(work, request_id)
    page = queries.findings(work, request, judgement, cursor=cursor, limit=limit)
    return PageShape(items=[_finding(one) for one in page.items], next=page.next_cursor)


def _finding(one: SubjectFinding) -> FindingShape:
    columns = {name: getattr(one, name) for name in FindingShape.model_fields if name != "strong"}
    return FindingShape.model_validate({**columns, "strong": one.match.strong})


@router.post("/requests/{request_id}/findings:judge", summary="Fundstellen bestätigen oder verwerfen")
def judge_findings(work: Work, request_id: UUID, said: Judging) -> Judged:
    count = judging.judge_findings(work, request_id, said.judgement, finding_ids=said.findings, record_ids=said.records)
    return Judged(judged=count)


# --- erasure ------------------------------------------------------------------------------------------


@router.post("/requests/{request_id}:decide", summary="Über die Löschung entscheiden: was geht, was erst wann")
def decide_erasure(work: Work, request_id: UUID) -> list[ErasureAnswerShape]:
    return [ErasureAnswerShape.model_validate(one) for one in erasing.decide_erasure(work, request_id)]


@router.get("/requests/{request_id}/answers", summary="Antworten zu jedem Schriftgut")
def list_answers(work: Work, request_id: UUID) -> list[ErasureAnswerShape]:
    request = queries.get_request(work, request_id)
    return [ErasureAnswerShape.model_validate(one) for one in queries.answers_of(work.session, request.id)]


@router.post("/requests/{request_id}:list-erasable", status_code=201, summary="Löschbares zur Vernichtung vorschlagen")
def list_erasable(work: Work, request_id: UUID) -> ErasureList:
    return ErasureList(reference=erasing.list_erasable(work, request_id))


@router.post("/requests/{request_id}:restrict", summary="Verarbeitung einschränken, bis gelöscht werden kann")
def restrict_until_then(work: Work, request_id: UUID) -> Restricted:
    return Restricted(restricted=erasing.restrict_until_then(work, request_id))


# --- reports ------------------------------------------------------------------------------------------


@router.get("/requests/{request_id}/reports", summary="Auskünfte auflisten")
def list_reports(work: Work, request_id: UUID) -> list[ReportShape]:
    request = queries.get_request(work, request_id)
    return [_report(one, making) for one, making in queries.reports_of(work.session, request.id)]


def _report(one: SubjectReport, making: bool) -> ReportShape:
    columns = {name: getattr(one, name) for name in ReportShape.model_fields if name != "making"}
    return ReportShape.model_validate({**columns, "making": making})


@router.post("/requests/{request_id}/reports", status_code=202, summary="Auskunft zusammenstellen lassen")
def ask_for_report(work: Work, request_id: UUID, new: NewReport) -> ReportShape:
    report = reporting.ask_for_report(work, request_id, with_copies=new.with_copies, all_matches=new.all_matches)
    return _report(report, making=True)


@router.get(
    "/reports/{report_id}/content",
    summary="Auskunft laden",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_report(work: Work, report_id: UUID) -> Response:
    report, key, file_name = reporting.read_report(work, report_id)
    headers = disposition(file_name, report.digest) | {"Cache-Control": "no-store"}
    return streamed(work.storage, key, report.digest, headers, "application/zip", None)
