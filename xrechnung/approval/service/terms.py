"""What the terms of payment mean for the house: until when to pay, and what is lost when."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import holidays as public_holidays

from eakte.foundation.settings import XrechnungSettings
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.rules.deadlines import last_safe_day, legal_day, payment_due, skonto_until
from xrechnung.models import Invoice


@dataclass(frozen=True, slots=True)
class Skonto:
    """A discount that can still be had: how much, and the last day on which payment can be ordered for it."""

    amount: Decimal
    until: date
    last_day: date


@cache
def holidays_of(land: str) -> public_holidays.HolidayBase:
    """The public holidays of a Land, by its two letters; further years are added when they are asked for."""
    return public_holidays.country_holidays("DE", subdiv=land)


def best_skonto(invoice: Invoice, today: date, settings: XrechnungSettings) -> Skonto | None:
    """The largest discount that payment ordered today still gets."""
    free = holidays_of(settings.land)
    offers = [
        Skonto(Decimal(term["amount"]), until, last_safe_day(until, free))
        for term in invoice.skonto
        if term["amount"] is not None and invoice.issue_date is not None
        for until in (_until(term["days"], invoice.issue_date, invoice, settings),)
    ]
    reachable = [offer for offer in offers if offer.last_day >= today and offer.amount > 0]
    return max(reachable, key=lambda offer: offer.amount, default=None)


def _until(days: int, issued: date, invoice: Invoice, settings: XrechnungSettings) -> date:
    received = legal_day(invoice.received_at)
    return skonto_until(days, issued, received, from_receipt=settings.skonto_from == "receipt")


def set_times(approval: Approval, today: date, settings: XrechnungSettings) -> None:
    """Note until when an invoice is to be paid and what is lost next."""
    invoice, free = approval.invoice, holidays_of(settings.land)
    approval.due_on = payment_due(invoice.due_date, legal_day(invoice.received_at), free)
    skonto = best_skonto(invoice, today, settings) if approval.takes_skonto else None
    approval.skonto_on = None if skonto is None else skonto.until
    approval.at_stake = Decimal(0) if skonto is None else skonto.amount
    approval.urgent_on = last_safe_day(approval.due_on, free) if skonto is None else skonto.last_day
