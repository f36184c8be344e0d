"""The HTTP API: every package's routers under /api/v1, health, metrics, and how errors are answered."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import anyio.to_thread
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

import eakte.access.api
import eakte.documents.api
import eakte.records.api.cases
import eakte.records.api.dossiers
import eakte.records.api.plans
import eakte.records.api.records
import eakte.search.api
import ingest.api
from eakte.access.service import authenticate
from eakte.foundation.errors import EakteError, Unauthenticated
from eakte.foundation.http import (
    Problem,
    answer_database,
    answer_error,
    answer_http,
    answer_validation,
)
from eakte.foundation.ids import new_id
from eakte.foundation.work import Actor, House

log = structlog.get_logger()

REQUESTS = Counter("eakte_http_requests_total", "HTTP-Anfragen", ["method", "route", "status"])
SECONDS = Histogram("eakte_http_request_seconds", "Dauer der HTTP-Anfragen", ["method", "route"])

DESCRIPTION = """
Elektronische Aktenführung für Kommunen: Aktenplan, Akten, Vorgänge, Dokumente, Eingang, Suche.

Fehler sind Probleme nach RFC 9457 mit stabilem `code`. Listen sind mit `cursor` und `limit` zu blättern.
Einzelne Datensätze tragen einen starken `ETag`; Änderungen verlangen ihn in `If-Match`. Jeder POST nimmt einen
`Idempotency-Key` an und gibt bei Wiederholung dieselbe Antwort. Unbekannte Felder und Parameter sind Fehler.
"""

ROUTERS = (
    eakte.access.api.router,
    eakte.records.api.plans.router,
    eakte.records.api.dossiers.router,
    eakte.records.api.cases.router,
    eakte.records.api.records.router,
    eakte.documents.api.router,
    eakte.search.api.router,
    ingest.api.router,
)


def create_app(house: House) -> FastAPI:
    """The application over an opened house."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = house.settings.api.threads
        yield

    app = FastAPI(
        title="E-Akte",
        version="1",
        summary="Elektronische Aktenführung",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    app.state.house = house
    app.state.authenticate = authenticate_request
    problems = {code: {"model": Problem} for code in ("400", "401", "403", "404", "409", "422", "503")}
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1", responses=problems)  # type: ignore[arg-type]
    app.add_exception_handler(EakteError, answer_error)
    app.add_exception_handler(RequestValidationError, answer_validation)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(DBAPIError, answer_database)
    app.add_exception_handler(StaleDataError, answer_database)
    app.middleware("http")(observe)
    app.add_api_route("/health/live", live, include_in_schema=False)
    app.add_api_route("/health/ready", ready, include_in_schema=False)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
    return app


def authenticate_request(request: Request, session: Session, now: datetime) -> Actor:
    """The actor behind the bearer token of a request. Raises Unauthenticated."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated
    return authenticate(session, secret.strip(), now)


async def observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give every request a trace id, count and time it, and log it without its query."""
    request.state.trace_id = new_id().hex
    begun = time.perf_counter()
    with structlog.contextvars.bound_contextvars(trace_id=request.state.trace_id):
        response = await call_next(request)
        seconds = time.perf_counter() - begun
        route = getattr(request.scope.get("route"), "path", "unknown")
        REQUESTS.labels(request.method, route, response.status_code).inc()
        SECONDS.labels(request.method, route).observe(seconds)
        log.debug("request", method=request.method, route=route, status=response.status_code, seconds=seconds)
    response.headers["X-Trace-Id"] = request.state.trace_id
    return response


def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


def ready(request: Request) -> JSONResponse:
    """Database and object storage answer."""
    house: House = request.app.state.house
    try:
        with house.sessions() as session:
            session.execute(text("select 1"))
        database = True
    except SQLAlchemyError:
        database = False
    neighbours = {"database": database, "storage": house.storage.answers()}
    return JSONResponse(neighbours, 200 if all(neighbours.values()) else 503)


def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
