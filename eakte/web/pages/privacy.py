"""/datenschutz: requests of data subjects, what was found, answers and reports."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from eakte.access import Permission
from eakte.access.queries import holds_everywhere
from eakte.documents.api import disposition, streamed
from eakte.foundation.clock import legal_day
from eakte.foundation.errors import NotFound
from eakte.foundation.work import UnitOfWork
from eakte.privacy.queries import requests as queries
from eakte.privacy.rules import Judgement, RequestAct, RequestKind, allows
from eakte.privacy.schemas import Extension, PersonShape, RequestFields
from eakte.privacy.service import erasing, judging, reporting, requesting
from eakte.web.errors import ActionUnknown
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision

router = APIRouter(prefix="/datenschutz", route_class=PageRoute)

_PATH = "/datenschutz"
_SHOWN = 100
_UNTOUCHED = Filled()
_PERSON = ("names", "born_on", "emails", "addresses", "external_ids")


@router.get("")
def show_requests(request: Request, work: PageWork, nach: str | None = None, faellig: bool = False) -> Response:
    return _overview(request, work, Filled(), cursor=nach, due=faellig)


@router.post("")
def enter_request(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def do() -> UUID:
        fields = read_shape(RequestFields, texts, required=("kind", "received_on"))
        person = read_shape(PersonShape, {name: texts.get(name, "") for name in _PERSON}, required=("names",))
        received = requesting.Received(
            fields.kind, person.as_person(), fields.received_on, fields.identity_check, fields.note
        )
        return requesting.receive_request(work, received).id

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _overview(request, work, Filled(texts, outcome), cursor=None, due=False)
    return go_to(f"{_PATH}/{outcome}", "angelegt")


@router.get("/auskuenfte/{report_id}")
def load_report(work: PageWork, report_id: UUID) -> Response:
    report, key, file_name = reporting.read_report(work, report_id)
    return streamed(work.storage, key, report.digest, disposition(file_name, report.digest), "application/zip", None)


@router.get("/{request_id}")
def show_request(request: Request, work: PageWork, request_id: UUID, nach: str | None = None) -> Response:
    return _page(request, work, request_id, Filled(), cursor=nach)


@router.post("/{request_id}/suchen")
def search(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    return _do(request, work, request_id, lambda: requesting.ask_for_search(work, request_id), "gesucht")


@router.post("/{request_id}/fundstellen")
def judge(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    def do() -> int:
        return judging.judge_findings(
            work, request_id, _judgement(form), finding_ids=_ids(form, "finding"), record_ids=_ids(form, "record")
        )

    return _do(request, work, request_id, do, "beurteilt")


@router.post("/{request_id}/verlaengern")
def extend(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> object:
        reason = read_shape(Extension, texts, required=("reason",)).reason
        return requesting.extend_request(work, request_id, reason=reason, revision=seen_revision(form))

    return _do(request, work, request_id, do, "verlaengert", Filled(texts))


@router.post("/{request_id}/auskunft")
def make_report(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> object:
        return reporting.ask_for_report(
            work, request_id, with_copies="copies" in texts, all_matches="all_matches" in texts
        )

    return _do(request, work, request_id, do, "auskunft")


@router.post("/{request_id}/entscheiden")
def decide(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    return _do(request, work, request_id, lambda: erasing.decide_erasure(work, request_id), "entschieden")


@router.post("/{request_id}/verzeichnis")
def list_erasable(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    return _do(request, work, request_id, lambda: erasing.list_erasable(work, request_id), "verzeichnis")


@router.post("/{request_id}/einschraenken")
def restrict(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    return _do(request, work, request_id, lambda: erasing.restrict_until_then(work, request_id), "bis-dahin")


@router.post("/{request_id}/schritt")
def act(request: Request, work: FormWork, form: OwnForm, request_id: UUID) -> Response:
    def do() -> object:
        return requesting.act_on_request(work, request_id, _act(form), revision=seen_revision(form))

    return _do(request, work, request_id, do, "schritt")


def _do(
    request: Request,
    work: UnitOfWork,
    request_id: UUID,
    act: Callable[[], object],
    done: str,
    filled: Filled = _UNTOUCHED,
) -> Response:
    outcome = attempt(work, act, NotFound)
    if isinstance(outcome, Refusal):
        return _page(request, work, request_id, Filled(filled.values, outcome), cursor=None)
    return go_to(f"{_PATH}/{request_id}", done)


_ACTS = (RequestAct.ANSWER, RequestAct.CLOSE, RequestAct.WITHDRAW)


def _act(form: FormData) -> RequestAct:
    try:
        act = RequestAct(str(form.get("act", "")))
    except ValueError:
        raise ActionUnknown from None
    if act not in _ACTS:
        raise ActionUnknown
    return act


def _judgement(form: FormData) -> Judgement:
    try:
        return Judgement(str(form.get("judgement", "")))
    except ValueError:
        raise ActionUnknown from None


def _ids(form: FormData, name: str) -> list[UUID]:
    try:
        return [UUID(str(value)) for value in form.getlist(name)]
    except ValueError:
        raise ActionUnknown from None


def _overview(request: Request, work: UnitOfWork, filled: Filled, *, cursor: str | None, due: bool) -> Response:
    today = legal_day(work.now)
    wanted = queries.WantedRequests(due_by=today if due else None)
    page = queries.requests(work, wanted, cursor=cursor, limit=_SHOWN)
    return render(
        request,
        "subject_requests.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled if filled.values else Filled({"received_on": today.isoformat()}),
        kinds=list(RequestKind),
        requests=page.items,
        only_due=due,
        may_restrict=holds_everywhere(work, Permission.RESTRICT_PROCESSING),
        today=today,
        next_page=address(_PATH, nach=page.next_cursor, faellig="true" if due else None) if page.next_cursor else None,
    )


def _page(request: Request, work: UnitOfWork, request_id: UUID, filled: Filled, *, cursor: str | None) -> Response:
    found = queries.get_request(work, request_id)
    # Before the findings: those of a search that is over are among them.
    progress = queries.progress_of(work.session, [found.id])[found.id]
    page = queries.findings(work, found, None, cursor=cursor, limit=_SHOWN)
    return render(
        request,
        "subject_request.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        subject_request=found,
        person=None if found.person is None else found.subject,
        progress=progress,
        findings=page.items,
        answers=queries.answers_of(work.session, found.id),
        reports=[report for report, _ in queries.reports_of(work.session, found.id)],
        may={act.value for act in RequestAct if allows(found.kind, found.state, act)},
        acts=[act for act in _ACTS if allows(found.kind, found.state, act)],
        next_page=address(f"{_PATH}/{found.id}", nach=page.next_cursor) if page.next_cursor else None,
    )
