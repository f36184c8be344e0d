"""Payment orders (Anordnung): what has to be there first, what is frozen, and how one is taken back."""

from datetime import date
from decimal import Decimal
from typing import Any

from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.service.numbering import next_reference
from xrechnung.approval.errors import NotOrderable
from xrechnung.approval.messages import DeliverOrder
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import AccountLine, PaymentOrder
from xrechnung.approval.queries.orders import lines_of, living_order, orders_of
from xrechnung.approval.rules.accounts import IN_WORDS, Payment, SplitFault, payment_of, split
from xrechnung.approval.rules.deadlines import last_safe_day, legal_day
from xrechnung.approval.rules.payment import OrderState, PaymentType, TaxTreatment
from xrechnung.approval.rules.remittance import plain_text, reference_of
from xrechnung.approval.service.accounting import amount_due, share_of
from xrechnung.approval.service.bank_accounts import (
    IBAN_DIFFERS,
    SEVERAL_ACCOUNTS,
    account_to_pay,
    bank_check,
    payment_type,
    remember_account,
    settle_bank_check,
)
from xrechnung.approval.service.budgets import is_overspent
from xrechnung.approval.service.terms import Skonto, best_skonto, holidays_of
from xrechnung.models import Invoice

_NUMBERS = "AO-{year}-{number:06}"
"""Orders are numbered within their budget year."""
_OVERSPENT = "Die Mittel reichen nicht aus; wer trotzdem anordnet, gibt dafür einen Grund an."
_NOTHING_LEFT = "Skonto und Sicherheitseinbehalt sind zusammen höher als der fällige Betrag."


def must_be_orderable(work: UnitOfWork, approval: Approval, reason: str | None) -> None:
    """Raises NotOrderable."""
    missing = what_is_missing(work, approval)
    if missing is None and needs_reason(work, approval) and not (reason or "").strip():
        missing = _OVERSPENT
    if missing is not None:
        raise NotOrderable(obstacle=missing)


def needs_reason(work: UnitOfWork, approval: Approval) -> bool:
    """Whether ordering takes a reason: there is not enough money for it (über- und außerplanmäßige Ausgabe)."""
    return is_overspent(work, approval)


def what_is_missing(work: UnitOfWork, approval: Approval) -> str | None:
    """Why payment cannot be ordered yet, in German; None if it can."""
    lines = lines_of(work.session, approval.invoice_id)
    booked = split(amount_due(approval.invoice), [share_of(line) for line in lines])
    if isinstance(booked, SplitFault):
        return IN_WORDS[booked]
    if booked != tuple(line.booked for line in lines):
        return "Die Kontierung passt nicht mehr zum Rechnungsbetrag; bitte neu kontieren."
    if payment_type(approval) is PaymentType.TRANSFER and account_to_pay(approval) is None:
        return SEVERAL_ACCOUNTS
    if amount_due(approval.invoice) > 0 and _payment(approval, _skonto(work, approval)).paid_now < 0:
        return _NOTHING_LEFT
    return IBAN_DIFFERS if bank_check(work, approval).stops_the_flow else None


def issue(work: UnitOfWork, approval: Approval, act: InvoiceAct) -> PaymentOrder:
    """Make the order that was signed; from now on nothing of it changes."""
    settle_bank_check(work, approval)
    order = _order(work, approval, act)
    work.session.add(order)
    work.session.flush()
    if order.iban is not None:
        remember_account(work, approval, order.iban, confirmed_by=None)
    _send(work, order)
    return order


def _order(work: UnitOfWork, approval: Approval, act: InvoiceAct) -> PaymentOrder:
    invoice, kind = approval.invoice, payment_type(approval)
    skonto = _skonto(work, approval)
    payment = _payment(approval, skonto)
    former = orders_of(work.session, invoice.id)
    lines = lines_of(work.session, invoice.id)
    return PaymentOrder(
        id=new_id(),
        invoice_id=invoice.id,
        act_id=act.id,
        number=next_reference(work, _NUMBERS, {"year": approval.fiscal_year})[0],
        replaces_id=former[-1].id if former else None,
        payment_type=kind,
        payee=plain_text(invoice.payee_name) or plain_text(invoice.seller_name),
        **(_account(approval) if kind is PaymentType.TRANSFER else {}),
        mandate=plain_text(invoice.mandate) or None,
        creditor_id=plain_text(invoice.creditor_id) or None,
        currency=invoice.currency or "EUR",
        payable=payment.due,
        skonto=payment.skonto,
        retained=payment.retained,
        retained_until=approval.retained_until if payment.retained else None,
        tax_owed=sum((line.tax_amount for line in lines if line.tax is TaxTreatment.REVERSE_CHARGE), Decimal(0)),
        amount=payment.paid_now,
        pay_on=_day_to_pay(work, approval, skonto),
        due_on=approval.due_on,
        remittance=reference_of(invoice.number, invoice.remittance),
        fiscal_year=approval.fiscal_year,
        about=_about(invoice),
        lines=[_frozen(line) for line in lines],
        ordered_at=work.now,
        state=OrderState.OPEN,
        deliveries=0,
        leases=[],
    )


def _account(approval: Approval) -> dict[str, str | None]:
    iban = account_to_pay(approval)
    named = next((one for one in approval.invoice.accounts if one["iban"] == iban), {})
    return {"iban": iban, "bic": named.get("bic"), "account_name": plain_text(named.get("name")) or None}


def _skonto(work: UnitOfWork, approval: Approval) -> Skonto | None:
    """What is taken off for paying early: where the house itself decides when to pay."""
    if not approval.takes_skonto or payment_type(approval) not in (PaymentType.TRANSFER, PaymentType.OTHER):
        return None
    return best_skonto(approval.invoice, legal_day(work.now), work.settings.xrechnung)


def _payment(approval: Approval, skonto: Skonto | None) -> Payment:
    """What becomes of the amount due; of money the supplier owes nothing is held back."""
    due = amount_due(approval.invoice)
    retained = payment_of(due, retained_percent=approval.retained_percent).retained if due > 0 else Decimal(0)
    return Payment(due, Decimal(0) if skonto is None else skonto.amount, retained)


def _day_to_pay(work: UnitOfWork, approval: Approval, skonto: Skonto | None) -> date:
    """When the bank is to carry it out, so that the money arrives in time; never a day that is over."""
    if skonto is not None:
        return skonto.last_day
    last = last_safe_day(approval.due_on, holidays_of(work.settings.xrechnung.land))
    return max(last, legal_day(work.now))


def withdraw(work: UnitOfWork, approval: Approval) -> None:
    """Take back an order that never left the house (Rücknahme)."""
    order = living_order(work.session, approval.invoice_id)
    if order is None or order.state is not OrderState.OPEN:
        raise NotOrderable(obstacle="Die Anordnung ist schon übergeben; sie kann nur zurückgerufen werden.")
    order.state, order.settled_at = OrderState.WITHDRAWN, work.now
    work.session.flush()


def recall(work: UnitOfWork, approval: Approval) -> None:
    """Ask the finance system to give back an order it may have (Rückruf); its answer settles it."""
    order = living_order(work.session, approval.invoice_id)
    if order is not None:
        # It is given out again at once, so that the finance system hears of it.
        order.recalled_at, order.leased_until = work.now, None
        work.session.flush()
        _send(work, order)


def _send(work: UnitOfWork, order: PaymentOrder) -> None:
    if work.settings.finance.webhook_url:
        work.defer(DeliverOrder(order_id=order.id))


def _about(invoice: Invoice) -> dict[str, Any]:
    """What the finance system needs to know of the invoice itself, as it says so."""
    said = {
        "number": plain_text(invoice.number),
        "typeCode": invoice.type_code,
        "issueDate": None if invoice.issue_date is None else invoice.issue_date.isoformat(),
        "gross": None if invoice.gross is None else format(invoice.gross, "f"),
        "seller": plain_text(invoice.seller_name),
        "sellerVatId": plain_text(invoice.seller_vat_id),
        "sellerTaxNumber": plain_text(invoice.seller_tax_number),
        "buyerReference": plain_text(invoice.buyer_reference),
        "orderNumber": plain_text(invoice.order_number),
        "contractNumber": plain_text(invoice.contract_number),
    }
    return {name: value for name, value in said.items() if value}


def _frozen(line: AccountLine) -> dict[str, Any]:
    """A line as it was signed; amounts and rates as text, so that nobody rounds them."""
    numbers: dict[str, Decimal | None] = {}
    if line.tax is not TaxTreatment.INCLUDED:
        numbers |= {"taxRate": line.tax_rate, "taxAmount": line.tax_amount}
    if line.tax is TaxTreatment.DEDUCTIBLE:
        numbers |= {"deductiblePercent": line.deductible_percent}
    kept = {
        "product": line.product,
        "ledgerAccount": line.ledger_account,
        "costCentre": line.cost_centre,
        "investment": line.investment,
        "amount": format(line.booked, "f"),
        "tax": line.tax.value,
        **{name: None if value is None else format(value, "f") for name, value in numbers.items()},
        "text": plain_text(line.text) or None,
    }
    return {name: value for name, value in kept.items() if value is not None}
