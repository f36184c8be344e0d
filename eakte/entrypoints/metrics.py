"""What operations watch: requests as they pass, and the queues at the moment of a scrape (Prometheus)."""

import time

import structlog
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eakte.entrypoints.monthly_metrics import LASTS, set_monthly_figures
from eakte.foundation import clock
from eakte.foundation.clock import legal_day
from eakte.foundation.ids import new_id
from eakte.foundation.work import House
from xrechnung.approval.queries.figures import under_way, waiting_on

log = structlog.get_logger()

REQUESTS = Counter("eakte_http_requests_total", "HTTP-Anfragen", ["method", "route", "status"])
SECONDS = Histogram("eakte_http_request_seconds", "Dauer der HTTP-Anfragen", ["method", "route"])
JOBS = Gauge("eakte_jobs", "Aufträge je Warteschlange und Zustand", ["queue", "status"])
ITEMS = Gauge("eakte_ingest_items", "Dateien im Eingang je Zustand", ["state"])
INVOICES = Gauge("eakte_invoices", "E-Rechnungen je Stand der formalen Prüfung", ["state"])
DISPUTED = Gauge("eakte_invoices_disputed", "E-Rechnungen, über die die amtliche Prüfkonfiguration anders urteilt")
APPROVALS = Gauge("eakte_invoice_approvals", "E-Rechnungen im Rechnungslauf je Bearbeitungsstand", ["step"])
OVERDUE = Gauge("eakte_invoice_approvals_overdue", "E-Rechnungen, deren letzter Tag für die Anordnung vorüber ist")
AT_STAKE = Gauge("eakte_invoice_skonto_at_stake", "Skonto, das offene E-Rechnungen noch gewinnen können, in Euro")
ORDERS = Gauge("eakte_payment_orders", "Anordnungen, die noch nicht gebucht sind, je Stand der Übergabe", ["state"])
INDEX_LAG = Gauge("eakte_index_requests", "Änderungen, die der Suchindex noch nicht kennt")


class Observed:
    """Gives every request a trace id, counts and times it, and logs it without its query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = new_id().hex
        scope.setdefault("state", {})["trace_id"] = trace_id
        begun, status = time.perf_counter(), 500

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Trace-Id"] = trace_id
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                await self._app(scope, receive, observed_send)
        finally:
            seconds = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(scope["method"], route, status).inc()
            SECONDS.labels(scope["method"], route).observe(seconds)
            log.debug("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))


def metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    house: House = request.app.state.house
    with house.sessions() as session:
        for gauge, statement in (
            (JOBS, "SELECT queue_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2"),
            (ITEMS, "SELECT state, count(*) FROM ingest_items GROUP BY 1"),
            (INVOICES, "SELECT state, count(*) FROM invoices GROUP BY 1"),
            (ORDERS, "SELECT state, count(*) FROM payment_orders WHERE state IN ('open', 'handed_over') GROUP BY 1"),
        ):
            gauge.clear()
            for *labels, count in session.execute(text(statement)):
                gauge.labels(*labels).set(count)
        for figure, statement in (
            (INDEX_LAG, "SELECT count(*) FROM index_requests"),
            (DISPUTED, "SELECT count(*) FROM invoices WHERE disagreement IS NOT NULL"),
        ):
            figure.set(session.execute(text(statement)).scalar_one())
        APPROVALS.clear()
        for step, count in under_way(session).items():
            APPROVALS.labels(step).set(count)
        waiting = waiting_on(session, legal_day(clock.now()))
        OVERDUE.set(waiting.overdue)
        AT_STAKE.set(float(waiting.at_stake))
        state, now = request.app.state, clock.now()
        if getattr(state, "monthly_until", now) <= now:
            set_monthly_figures(session, now)
            state.monthly_until = now + LASTS
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
