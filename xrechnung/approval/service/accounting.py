"""Account assignment (Kontierung): which share of an invoice is booked where, and what of it is paid now."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import AccountLinesInvalid, ActNotPossible, ActNotYours
from xrechnung.approval.messages import InvoiceAccounted
from xrechnung.approval.models.payment import AccountLine
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.rules.accounts import IN_WORDS, Account, Share, SplitFault, split
from xrechnung.approval.rules.payment import TaxTreatment
from xrechnung.approval.rules.workflow import STEP_WORDS, Step
from xrechnung.approval.service.entitlement import entitlement
from xrechnung.models import Invoice
from xrechnung.rules import is_credit_note

_ACCOUNTABLE = (Step.CHECKED, Step.ASSIGNED)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as somebody enters it; either an amount or a percentage."""

    share: Share
    tax: TaxTreatment = TaxTreatment.INCLUDED
    text: str | None = None


def amount_due(invoice: Invoice) -> Decimal:
    """What is to be paid (BT-115); negative where the supplier owes."""
    due = invoice.payable if invoice.payable is not None else invoice.gross
    if due is None:
        return Decimal(0)
    return -due if is_credit_note(invoice.type_code) else due


def set_lines(
    work: UnitOfWork, invoice_id: UUID, wanted: Sequence[WantedLine], *, revision: int | None = None
) -> list[AccountLine]:
    """Book an invoice to accounts, in place of whatever was entered before; sums are right to the cent.

    Raises InvoiceNotFound, ApprovalNotBegun, Stale, ActNotPossible, ActNotYours, AccountLinesInvalid.
    """
    approval = get_approval(work, invoice_id, lock=True, revision=revision)
    if approval.step not in _ACCOUNTABLE:
        raise ActNotPossible(step=STEP_WORDS[approval.step])
    position = entitlement(work, approval)
    if not (position.is_accounting or position.works_in_unit or position.may_sign_something):
        raise ActNotYours
    booked = split(amount_due(approval.invoice), [one.share for one in wanted])
    if isinstance(booked, SplitFault):
        raise AccountLinesInvalid(obstacle=IN_WORDS[booked])
    before = [described(line) for line in lines_of(work.session, invoice_id)]
    work.session.execute(delete(AccountLine).where(AccountLine.invoice_id == invoice_id))
    lines = [
        AccountLine(
            invoice_id=invoice_id,
            position=position_,
            product=one.share.account.product,
            ledger_account=one.share.account.ledger_account,
            cost_centre=one.share.account.cost_centre,
            investment=one.share.account.investment,
            amount=one.share.amount,
            percent=one.share.percent,
            booked=amount,
            tax=one.tax,
            text=one.text,
        )
        for position_, (one, amount) in enumerate(zip(wanted, booked, strict=True), 1)
    ]
    work.session.add_all(lines)
    approval.accounted_at = work.now
    work.session.flush()
    changes = {"lines": (before, [described(line) for line in lines])}
    record_id = approval.invoice.document_id
    work.publish(InvoiceAccounted(record_id=record_id, invoice_id=invoice_id, changes=changes))
    return lines


def share_of(line: AccountLine) -> Share:
    """The share a line stands for."""
    return Share(account_of(line), line.amount, line.percent)


def account_of(line: AccountLine) -> Account:
    return Account(line.product, line.ledger_account, line.cost_centre, line.investment)


def described(line: AccountLine) -> str:
    """A line in the audit trail: "55101/5241 · 119.00"."""
    places = (line.product, line.ledger_account, line.cost_centre, line.investment)
    return f"{'/'.join(place for place in places if place)} · {line.booked}"
