"""Account assignments to propose: how the last invoices of the same supplier were booked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.queries.orders import orders_of_supplier
from xrechnung.approval.rules.accounts import Account, Share, in_percent
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.payment import TaxTreatment
from xrechnung.approval.service.accounting import WantedLine

_REMEMBERED = 50
_MOST = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way to book an invoice, how often and when it was last used; without amounts, which are another invoice's."""

    lines: tuple[WantedLine, ...]
    used: int
    last_used: date


def proposals_for(work: UnitOfWork, invoice_id: UUID) -> list[Proposal]:
    """How the supplier's last invoices were booked, in percent: by the same unit first, then the most usual.

    Raises InvoiceNotFound, ApprovalNotBegun.
    """
    approval = get_approval(work, invoice_id)
    if approval.supplier_key is None:
        return []
    found: dict[tuple[WantedLine, ...], list[tuple[PaymentOrder, Approval]]] = {}
    for order, other in orders_of_supplier(work.session, approval.supplier_key, limit=_REMEMBERED):
        if other.invoice_id != invoice_id and order.payable:
            found.setdefault(_lines(order), []).append((order, other))

    def rank(lines: tuple[WantedLine, ...]) -> tuple[bool, int]:
        return any(other.unit_id == approval.unit_id for _, other in found[lines]), len(found[lines])

    return [
        Proposal(lines, len(found[lines]), legal_day(found[lines][0][0].ordered_at))
        for lines in sorted(found, key=rank, reverse=True)[:_MOST]
    ]


def _lines(order: PaymentOrder) -> tuple[WantedLine, ...]:
    """What was booked as shares of the whole; shares too small to count are left out."""
    kept = [line for line in order.lines if Decimal(line["amount"])]
    shares = in_percent([Decimal(line["amount"]) for line in kept])
    return tuple(
        WantedLine(
            Share(
                Account(line["product"], line["ledgerAccount"], line.get("costCentre"), line.get("investment")),
                percent=share,
            ),
            TaxTreatment(line["tax"]),
            tax_rate=Decimal(line["taxRate"]) if "taxRate" in line else None,
            deductible_percent=Decimal(line.get("deductiblePercent", 100)),
        )
        for line, share in zip(kept, shares, strict=True)
        if share
    )
