"""The HTTP API: every package's routers under /api/v1, health, metrics, and how errors are answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

import eakte.access.api
import eakte.documents.api
import eakte.entrypoints.problems
import eakte.privacy.api
import eakte.records.api.cases
import eakte.records.api.dossiers
import eakte.records.api.plans
import eakte.records.api.records
import eakte.records.api.restrictions
import eakte.search.api
import eakte.web.pages
import ingest.api
import ingest.batches.api
import ingest.sources.uploads.api
import retention.api
import xrechnung.api
import xrechnung.approval.api
from eakte.access.service import authenticate
from eakte.entrypoints.metrics import Observed, metrics
from eakte.entrypoints.openapi import describer
from eakte.entrypoints.reference import add_reference
from eakte.foundation.errors import EakteError, Unauthenticated
from eakte.foundation.problems import (
    Problem,
    answer_database,
    answer_error,
    answer_http,
    answer_system,
    answer_unexpected,
    answer_validation,
)
from eakte.foundation.work import Actor, House
from eakte.web.answers import page_or
from eakte.web.rendering import STATIC

DESCRIPTION = """
Elektronische Aktenführung für Kommunen: Aktenplan, Akten, Vorgänge, Dokumente, Eingang, E-Rechnungen, Suche.

Fehler sind Probleme nach RFC 9457 mit stabilem `code`. Listen sind mit `cursor` und `limit` zu blättern.
Einzelne Datensätze tragen einen starken `ETag`; Änderungen verlangen ihn in `If-Match`. Jeder POST nimmt einen
`Idempotency-Key` an und gibt bei Wiederholung dieselbe Antwort. Unbekannte Felder und Parameter sind Fehler.
"""

# They are tried in this order, which takes time: what is asked most comes first.
ROUTERS = (
    eakte.search.api.router,
    eakte.documents.api.router,
    eakte.records.api.dossiers.router,
    eakte.records.api.cases.router,
    eakte.records.api.records.router,
    eakte.records.api.plans.router,
    eakte.records.api.restrictions.router,
    eakte.access.api.router,
    eakte.privacy.api.router,
    ingest.api.router,
    ingest.batches.api.router,
    ingest.sources.uploads.api.router,
    retention.api.router,
    # Before the invoices themselves, whose ids would take its words.
    xrechnung.approval.api.router,
    xrechnung.api.router,
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
        docs_url=None,
        redoc_url=None,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    app.state.house = house
    app.state.authenticate = authenticate_request
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1", responses={422: {"model": Problem}})
    app.include_router(eakte.entrypoints.problems.router)
    app.include_router(eakte.web.pages.router)
    add_reference(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(EakteError, page_or(answer_error))
    app.add_exception_handler(RequestValidationError, page_or(answer_validation))
    app.add_exception_handler(HTTPException, page_or(answer_http))
    app.add_exception_handler(DBAPIError, page_or(answer_database))
    app.add_exception_handler(StaleDataError, page_or(answer_database))
    app.add_exception_handler(OSError, page_or(answer_system))
    app.add_exception_handler(Exception, page_or(answer_unexpected))
    app.add_middleware(Observed)
    app.add_api_route("/health/live", live, include_in_schema=False)
    app.add_api_route("/health/ready", ready, include_in_schema=False)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
    app.openapi = describer(app)  # type: ignore[method-assign]
    return app


def authenticate_request(request: Request, session: Session, now: datetime) -> Actor:
    """The actor behind the bearer token of a request. Raises Unauthenticated."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated
    return authenticate(session, secret.strip(), now)


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
