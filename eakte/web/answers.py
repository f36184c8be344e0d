"""How errors are answered: a page for people, a problem for programs."""

import json
from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from eakte.foundation.errors import Finding
from eakte.web.forms import Refusal
from eakte.web.rendering import render
from eakte.web.session import local_path, protect, session_secret
from eakte.web.wording import advice_of

_MACHINES = ("/api/", "/health/", "/metrics", "/docs", "/problems/", "/static/")
_NOT_THERE = ("Diese Seite gibt es nicht.", "address-not-found", 404)


def page_or(answer: Callable[[Request, Exception], JSONResponse]) -> Callable[[Request, Exception], Response]:
    """An error handler that says what `answer` says: on a page when a person asked, as a problem otherwise."""

    def answer_both(request: Request, error: Exception) -> Response:
        problem = answer(request, error)
        return error_page(request, problem) if wants_page(request) else problem

    return answer_both


def wants_page(request: Request) -> bool:
    """Whether a browser asked for a page."""
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.url.path.startswith(_MACHINES)


def error_page(request: Request, problem: JSONResponse) -> Response:
    """The page of a problem; whoever is not signed in is sent to the login and comes back."""
    body = json.loads(bytes(problem.body))
    if problem.status_code == 401:
        return _to_login(request)
    findings = [Finding(one["code"], one["message"], one["pointer"]) for one in body["errors"]]
    title, code, status = body["title"], body["code"], problem.status_code
    if any(finding.pointer.startswith("/path/") for finding in findings):
        (title, code, status), findings = _NOT_THERE, []
    refusal = Refusal(title, advice_of(code, body["detail"]), code, findings, status)
    response = render(request, "error.html", status=status, refusal=refusal, trace=body["traceId"])
    for name in ("retry-after", "allow"):
        if name in problem.headers:
            response.headers[name] = problem.headers[name]
    protect(response)
    return response


def _to_login(request: Request) -> Response:
    onward = "/"
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        onward = local_path(request.url.path + query)
    response: Response
    if not session_secret(request) and request.headers.get("sec-fetch-site") == "cross-site":
        # A link from an e-mail: the strict cookie stays behind, so our own page asks once more.
        response = render(request, "onward.html", onward=onward)
    else:
        response = RedirectResponse(f"/anmelden?weiter={quote(onward, safe='/')}", 303)
    protect(response)
    return response
