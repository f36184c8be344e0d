"""What every HTTP edge shares: work per request, ETags, idempotency, strict shapes."""

import hashlib
import hmac
import inspect
import re
from collections.abc import Callable, Collection, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from eakte.foundation import errors
from eakte.foundation.bodies import TEXT_LIMIT_MB, bounded, must_have_only, take_in_form
from eakte.foundation.idempotency import KeptAnswer, claim_key, keep_answer
from eakte.foundation.problems import MalformedRequest, PreconditionRequired, UnknownParameter
from eakte.foundation.settings import Settings
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork


class _Repeated(Exception):
    """This POST was answered before; carries the kept answer out of the dependency."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__(kept.key)
        self.status = kept.status or 200
        self.headers = {**(kept.headers or {}), "idempotency-replayed": "true"}
        self.body = kept.body or b""


AN_ID = "01a1ff9e-5496-73a4-b22d-bf3a26974802"
"""An id as examples show it."""


# --- shapes -----------------------------------------------------------------------------------------


class Shown(BaseModel):
    """Base of what the API only shows: camelCase outside, unknown fields refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", from_attributes=True, str_max_length=100_000
    )


class Shape(Shown):
    """Base of what the API takes: every text can be stored."""

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        if isinstance(data, dict) and not all(_storable(value) for value in data.values()):
            raise ValueError("Das Zeichen NUL und einzelne Surrogate sind nicht erlaubt.")
        return data


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(value: Any) -> bool:
    match value:
        case str():
            return _UNSTORABLE.search(value) is None
        case list():
            return all(_storable(item) for item in value)
        case _:
            return True


ItemT = TypeVar("ItemT")


class PageShape(Shown, Generic[ItemT]):
    """One page of a list; `next` is the cursor of the following page, or null."""

    items: list[ItemT] = Field(title="Einträge")
    next: str | None = Field(None, title="Marke der nächsten Seite, als „cursor“ anzugeben; null auf der letzten")


Limit = Annotated[int, Query(ge=1, le=500, description="Höchstzahl der Einträge je Seite", examples=[50])]
Cursor = Annotated[str | None, Query(max_length=2000, description="Fortsetzungsmarke aus „next“")]


ModifiedAfter = Annotated[
    AwareDatetime | None,
    Query(alias="modifiedAfter", description="Nur später Geändertes", examples=["2026-11-21T08:00:00Z"]),
]


# --- work -------------------------------------------------------------------------------------------


# Given by the entry point, since the foundation does not know identities.
Authenticate = Callable[[Request, Session, datetime], Actor]


def begin_work(request: Request) -> Iterator[UnitOfWork]:
    """One work per request, for the identity behind the request's token; commits before the answer leaves."""
    house: House = request.app.state.house
    authenticate: Authenticate = request.app.state.authenticate
    with house.begin_as(lambda session, now: authenticate(request, session, now)) as work:
        request.state.work = work
        key = getattr(request.state, "idempotency_key", None)
        if key is not None:
            kept = claim_key(work, key, request.state.request_hash)
            if kept is not None:
                raise _Repeated(kept)
        yield work


def begin_reading(request: Request) -> Iterator[UnitOfWork]:
    """Work that can only read: each statement stands for itself, which saves the way to the database and back twice."""
    house: House = request.app.state.house
    authenticate: Authenticate = request.app.state.authenticate
    with house.begin_as(lambda session, now: authenticate(request, session, now), reads=True) as work:
        yield work


def begin_anonymous_work(request: Request) -> Iterator[UnitOfWork]:
    """Work for those not logged in yet: the login itself."""
    house: House = request.app.state.house
    with house.begin(SYSTEM) as work:
        yield work


# scope="function" commits before the response leaves; FastAPI's default commits after.
Work = Annotated[UnitOfWork, Depends(begin_work, scope="function")]
Reading = Annotated[UnitOfWork, Depends(begin_reading, scope="function")]
AnonymousWork = Annotated[UnitOfWork, Depends(begin_anonymous_work, scope="function")]


def etag(revision: int) -> str:
    """The strong entity tag of a record's revision."""
    return f'"{revision}"'


def expected_revision(
    if_match: Annotated[str | None, Header(description="ETag des geladenen Standes", examples=['"3"'])] = None,
) -> int | None:
    """The revision the caller last saw, from If-Match; None for `*`. Raises PreconditionRequired, Stale."""
    if if_match is None:
        raise PreconditionRequired
    if if_match.strip() == "*":
        return None
    match = re.fullmatch(r'"(\d{1,9})"', if_match.strip())
    if match is None:
        raise errors.Stale
    return int(match[1])


Revision = Annotated[int | None, Depends(expected_revision)]


@dataclass(frozen=True, slots=True)
class Sends:
    """Beside the `Response` of a route: which headers its answer comes with, for the OpenAPI document."""

    names: tuple[str, ...]


def sent(*names: str) -> dict[str, Any]:
    """Headers of an answer as the OpenAPI document refers to them; it says once what each of them is."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


Tagged = Annotated[Response, Sends(("ETag",))]
Located = Annotated[Response, Sends(("Location",))]
Created = Annotated[Response, Sends(("ETag", "Location"))]


class ApiRoute(APIRoute):
    """A route that refuses what it does not know and keeps answers to POSTs with an Idempotency-Key."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: Collection[str], **options: Any) -> None:
        reads = set(methods) <= {"GET", "HEAD"}
        super().__init__(path, _on_one_thread(endpoint) if reads else endpoint, methods=set(methods), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = {parameter.alias for parameter in _query_parameters(self.dependant)}
        fields = {parameter.alias for parameter in self.dependant.body_params}
        takes_files = self.body_field is not None and isinstance(self.body_field.field_info, Form)

        async def checked(request: Request) -> Response:
            if "%00" in request.url.path or "\x00" in request.url.path or "%00" in request.url.query:
                raise MalformedRequest(problem="Das Zeichen NUL ist in der Adresse nicht erlaubt.")
            for name in request.query_params:
                if name not in known:
                    raise UnknownParameter(name=name)
            if request.method == "GET":
                try:
                    return _unless_known(request, await handle(request))
                except RequestValidationError:
                    # Whoever is unknown is told that, and nothing of how to ask.
                    await run_in_threadpool(must_be_known, request)
                    raise
            if takes_files:
                # Before the body is read: nobody unknown makes us fill the disk.
                await run_in_threadpool(must_be_known, request)
                settings: Settings = request.app.state.house.settings
                request = bounded(request, settings.api.max_upload_mb + 1)
                await must_have_only(request, fields)
            else:
                request = bounded(request, TEXT_LIMIT_MB)
                if self.body_field is not None:
                    await request.body()
            key = request.headers.get("idempotency-key") if request.method == "POST" else None
            if key is None:
                return await handle(request)
            if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
                raise MalformedRequest(problem="Ein Idempotency-Key hat 1 bis 200 druckbare ASCII-Zeichen.")
            request.state.idempotency_key = key
            request.state.request_hash = await _request_hash(request, is_form=takes_files)
            try:
                response = await handle(request)
            except _Repeated as repeated:
                return Response(repeated.body, repeated.status, repeated.headers)
            work: UnitOfWork | None = getattr(request.state, "work", None)
            if work is not None and response.status_code < 400:
                # What must not be stored anywhere, a token's secret, is not stored here either.
                secret = response.headers.get("cache-control") == "no-store"
                dropped = {"content-length", "content-type"} if secret else {"content-length"}
                kept = {name: value for name, value in response.headers.items() if name not in dropped}
                body = b"" if secret else bytes(response.body)
                await run_in_threadpool(keep_answer, work, key, status=response.status_code, headers=kept, body=body)
            return response

        return checked


def _on_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """A reading endpoint whose work begins and ends where it runs: handing it over costs as much as a small answer."""
    signature = inspect.signature(endpoint)
    works = {
        name: begin
        for name, parameter in signature.parameters.items()
        for annotation, begin in ((Work, begin_work), (Reading, begin_reading))
        if parameter.annotation == annotation
    }
    if not works or inspect.iscoroutinefunction(endpoint):
        return endpoint
    ((name, begin),) = works.items()
    begun = contextmanager(begin)

    def run(values: dict[str, Any]) -> Any:
        with begun(values[name]) as work:
            return endpoint(**{**values, name: work})

    @wraps(endpoint)
    async def on_one_thread(**values: Any) -> Any:
        return await run_in_threadpool(run, values)

    parameters = [
        parameter.replace(annotation=Request) if parameter.name == name else parameter
        for parameter in signature.parameters.values()
    ]
    on_one_thread.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return on_one_thread


def must_be_known(request: Request) -> None:
    """Before anything of a body is read. Raises Unauthenticated."""
    house: House = request.app.state.house
    authenticate: Authenticate = request.app.state.authenticate
    with house.begin_as(lambda session, now: authenticate(request, session, now)):
        pass


def _unless_known(request: Request, response: Response) -> Response:
    tag = response.headers.get("etag")
    known = request.headers.get("if-none-match", "")
    if tag is not None and tag in (candidate.strip().removeprefix("W/") for candidate in known.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    return response


def _query_parameters(dependant: Any) -> Iterator[Any]:
    yield from dependant.query_params
    for nested in dependant.dependencies:
        yield from _query_parameters(nested)


async def _request_hash(request: Request, *, is_form: bool) -> str:
    # Keyed, since a body may hold a password, and a plain hash of one can be guessed.
    house: House = request.app.state.house
    address = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    digest = hmac.new(house.settings.audit.key.get_secret_value().encode(), address, hashlib.sha256)
    if is_form:
        await run_in_threadpool(take_in_form, digest, await request.form())
    else:
        digest.update(await request.body())
    return digest.hexdigest()
