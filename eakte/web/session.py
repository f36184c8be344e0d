"""Who is at the page: the session cookie, proof that a form is one of ours, and the work a page does.

The cookie holds an API token of the login; `SameSite=Strict` keeps other sites from using it, the Origin of a
request and a token in each form are looked at all the same. The API does not read the cookie.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from eakte.access.service import authenticate
from eakte.foundation.bodies import TEXT_LIMIT_MB, bounded
from eakte.foundation.errors import Stale, Unauthenticated
from eakte.foundation.problems import MalformedRequest
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from eakte.web.errors import ForeignForm, FormOutdated

MAX_FILES = 1000

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


# --- cookies ------------------------------------------------------------------------------------------


def is_https(request: Request) -> bool:
    """Whether people reach us by https, be it through a proxy."""
    house: House = request.app.state.house
    return request.url.scheme == "https" or house.settings.api.public_url.startswith("https://")


def cookie_name(request: Request, stem: str) -> str:
    """With https the name carries the prefix that no neighbouring host can set."""
    return f"__Host-{stem}" if is_https(request) else stem


SESSION = "eakte"
LOGIN_FORM = "eakte-anmeldung"


def set_cookie(request: Request, response: Response, stem: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(request, stem),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )


def drop_cookie(request: Request, response: Response, stem: str) -> None:
    response.delete_cookie(
        cookie_name(request, stem), path="/", httponly=True, samesite="strict", secure=is_https(request)
    )


def session_secret(request: Request) -> str:
    """The token in the session cookie, or nothing."""
    return request.cookies.get(cookie_name(request, SESSION), "")


# --- forms --------------------------------------------------------------------------------------------


def form_token(request: Request) -> str:
    """What every form of this session carries; whoever cannot read the cookie cannot make it."""
    return hmac.new(session_secret(request).encode(), b"form", hashlib.sha256).hexdigest()


def login_token(request: Request) -> str:
    """What the login form carries, where there is no session yet: a random value that is in a cookie too."""
    return request.cookies.get(cookie_name(request, LOGIN_FORM)) or secrets.token_urlsafe(24)


def same_token(expected: str, form: FormData) -> bool:
    """Whether a form carries the token it must."""
    given = form.get("csrf")
    return bool(expected) and isinstance(given, str) and hmac.compare_digest(expected.encode(), given.encode())


def must_come_from_here(request: Request) -> None:
    """Refuse a change that another site's page has sent. Raises ForeignForm.

    Browsers say where a form was in Origin, and in Sec-Fetch-Site; what says neither is no browser.
    """
    house: House = request.app.state.house
    origin = request.headers.get("origin")
    if origin is not None:
        known = {request.headers.get("host", ""), urlsplit(house.settings.api.public_url).netloc} - {""}
        if urlsplit(origin).netloc not in known:
            raise ForeignForm
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForeignForm


def local_path(path: str | None) -> str:
    """A path on this site to go on to, or the start page; never an address elsewhere."""
    return path if path is not None and re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", path) else "/"


class PageRoute(APIRoute):
    """A route whose answers are pages: safe headers, and no change asked for by another site."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if "\x00" in request.url.path or "%00" in f"{request.url.path}?{request.url.query}":
                raise MalformedRequest(problem="Das Zeichen NUL ist in der Adresse nicht erlaubt.")
            if request.method not in ("GET", "HEAD"):
                must_come_from_here(request)
            response = await handle(request)
            protect(response)
            return response

        return guarded


def protect(response: Response) -> None:
    """Put the headers of a page on an answer that has none of its own."""
    for name, value in PAGE_HEADERS.items():
        response.headers.setdefault(name, value)


# --- work ---------------------------------------------------------------------------------------------


def authenticate_page(request: Request) -> Actor:
    """The actor behind the session cookie. Raises Unauthenticated."""
    secret = session_secret(request)
    if not secret:
        raise Unauthenticated
    house: House = request.app.state.house
    with house.begin(SYSTEM) as work:
        actor = authenticate(work.session, secret, work.now)
    request.state.actor = actor
    return actor


SignedIn = Annotated[Actor, Depends(authenticate_page)]


async def _parsed(request: Request, limit_mb: int) -> AsyncIterator[FormData]:
    """The fields and files of a form; large files wait on disk until the answer is sent. Raises TooLarge."""
    async with bounded(request, limit_mb).form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        if any("\x00" in value for value in form.values() if isinstance(value, str)):
            raise MalformedRequest(problem="Das Zeichen NUL ist in einem Feld nicht erlaubt.")
        yield form


async def read_form(request: Request) -> AsyncIterator[FormData]:
    """A form of anybody, which has no room for files."""
    async for form in _parsed(request, TEXT_LIMIT_MB):
        yield form


async def read_own_form(request: Request, _: SignedIn) -> AsyncIterator[FormData]:
    """A form of somebody signed in: nobody else's files are taken in."""
    house: House = request.app.state.house
    files = request.headers.get("content-type", "").startswith("multipart/")
    async for form in _parsed(request, house.settings.api.max_upload_mb + 1 if files else TEXT_LIMIT_MB):
        yield form


AnyForm = Annotated[FormData, Depends(read_form)]
OwnForm = Annotated[FormData, Depends(read_own_form)]


def begin_page_work(request: Request) -> Iterator[UnitOfWork]:
    """One work per page; it commits before the answer leaves. Raises Unauthenticated."""
    house: House = request.app.state.house
    secret = session_secret(request)
    if not secret:
        raise Unauthenticated
    with house.begin_as(lambda session, now: authenticate(session, secret, now)) as work:
        request.state.actor = work.actor
        yield work


def begin_form_work(request: Request, actor: SignedIn, form: OwnForm) -> Iterator[UnitOfWork]:
    """One work per sent form, if the form is one of this session. Raises FormOutdated."""
    if not same_token(form_token(request), form):
        raise FormOutdated
    house: House = request.app.state.house
    with house.begin(actor) as work:
        yield work


# scope="function" commits before the response leaves; FastAPI's default commits after.
PageWork = Annotated[UnitOfWork, Depends(begin_page_work, scope="function")]
FormWork = Annotated[UnitOfWork, Depends(begin_form_work, scope="function")]


def seen_revision(form: FormData) -> int:
    """The revision of the record that the form was made from. Raises Stale."""
    given = form.get("revision")
    if not isinstance(given, str) or not re.fullmatch(r"\d{1,9}", given):
        raise Stale
    return int(given)
