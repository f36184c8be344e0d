"""What Prometheus is told of the approval of invoices: the figures of the last 30 days, by step, unit and rule.

They look through a month of acts and change slowly, so that a scrape makes them anew only every ten minutes.
"""

from datetime import datetime, timedelta

from prometheus_client import Gauge
from sqlalchemy.orm import Session

from eakte.foundation.clock import legal_day
from xrechnung.approval.queries.figures import (
    Backlog,
    CycleTime,
    Period,
    SkontoFigure,
    backlog,
    cycle_times,
    judged,
    refusals,
    skonto,
)
from xrechnung.approval.queries.names import unit_keys_of

LASTS = timedelta(minutes=10)
_MONTH = timedelta(days=30)
_CENTRAL = "zentral"

CYCLE = Gauge(
    "eakte_invoice_cycle_hours", "Mittlere Liegezeit (Median) je Stelle und Stand, 30 Tage, Stunden", ["unit", "step"]
)
OFFERED = Gauge("eakte_invoice_skonto_orders", "Anordnungen mit Skontoangebot, 30 Tage", ["unit", "currency"])
TAKEN = Gauge("eakte_invoice_skonto_orders_taken", "Anordnungen mit gezogenem Skonto, 30 Tage", ["unit", "currency"])
WON = Gauge("eakte_invoice_skonto_won", "Gezogenes Skonto, 30 Tage", ["unit", "currency"])
LOST = Gauge("eakte_invoice_skonto_lost", "Verlorenes Skonto, 30 Tage", ["unit", "currency"])
BACKLOG = Gauge(
    "eakte_invoice_backlog", "Offene E-Rechnungen nach Alter in Tagen seit Eingang", ["unit", "step", "age"]
)
CHECKED = Gauge("eakte_invoices_checked", "Formal geprüfte E-Rechnungen, 30 Tage")
WANTING = Gauge("eakte_invoices_wanting", "Davon beanstandet")
REFUSED_BY = Gauge("eakte_invoices_refused_by", "E-Rechnungen, die eine Regel beanstandet hat, 30 Tage", ["rule"])


def set_monthly_figures(session: Session, now: datetime) -> None:
    """Make the figures anew; groups so small that they would speak of one person are left out, as in the reports."""
    period = Period(now - _MONTH, None)
    cycles, discounts = cycle_times(session, None, period), skonto(session, None, period)
    waiting = backlog(session, None, now, legal_day(now))
    seen: list[CycleTime | SkontoFigure | Backlog] = [*cycles, *discounts, *waiting]
    keys = unit_keys_of(session, (one.unit_id for one in seen))
    for gauge in (CYCLE, OFFERED, TAKEN, WON, LOST, BACKLOG, REFUSED_BY):
        gauge.clear()
    for cycle in cycles:
        CYCLE.labels(keys.get(cycle.unit_id, _CENTRAL), cycle.step).set(cycle.median)
    for discount in discounts:
        labels = keys.get(discount.unit_id, _CENTRAL), discount.currency
        OFFERED.labels(*labels).set(discount.orders)
        TAKEN.labels(*labels).set(discount.taken)
        WON.labels(*labels).set(float(discount.won))
        LOST.labels(*labels).set(float(discount.lost))
    for heap in waiting:
        for age, count in _by_age(heap):
            BACKLOG.labels(keys.get(heap.unit_id, _CENTRAL), heap.step, age).set(count)
    checked, wanting = judged(session, None, period)
    CHECKED.set(checked)
    WANTING.set(wanting)
    for refusal in refusals(session, None, period):
        REFUSED_BY.labels(refusal.rule).set(refusal.invoices)


def _by_age(heap: Backlog) -> tuple[tuple[str, int], ...]:
    return ("7", heap.up_to_7), ("14", heap.up_to_14), ("30", heap.up_to_30), ("older", heap.older)
