"""Payment orders (Anordnung): what has to be there first, what is frozen, and how one is taken back."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import NotOrderable
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import AccountLine, PaymentOrder, SupplierAccount
from xrechnung.approval.queries.orders import known_accounts, lines_of, living_order, orders_of
from xrechnung.approval.rules.accounts import IN_WORDS, SplitFault, payment_of, split
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.payment import BankCheck, OrderState, PaymentType
from xrechnung.approval.service.accounting import account_of, amount_due, share_of
from xrechnung.approval.service.terms import best_skonto

_IBAN_DIFFERS = (
    "Die Bankverbindung weicht von der bekannten des Lieferanten ab. Eine zweite Person muss sie auf einem anderen Weg "
    "beim Lieferanten bestätigen lassen."
)


def must_be_orderable(work: UnitOfWork, approval: Approval) -> None:
    """Raises NotOrderable."""
    missing = what_is_missing(work, approval)
    if missing is not None:
        raise NotOrderable(obstacle=missing)


def what_is_missing(work: UnitOfWork, approval: Approval) -> str | None:
    """Why payment cannot be ordered yet, in German; None if it can."""
    lines = lines_of(work.session, approval.invoice_id)
    booked = split(amount_due(approval.invoice), [share_of(line) for line in lines])
    if isinstance(booked, SplitFault):
        return IN_WORDS[booked]
    if booked != tuple(line.booked for line in lines):
        return "Die Kontierung passt nicht mehr zum Rechnungsbetrag; bitte neu kontieren."
    return _IBAN_DIFFERS if bank_check(work, approval).stops_the_flow else None


def bank_check(work: UnitOfWork, approval: Approval) -> BankCheck:
    """How the account to be paid to compares with those the supplier is known by, now."""
    if approval.bank_check is BankCheck.CONFIRMED:
        return BankCheck.CONFIRMED
    if payment_type(approval) is not PaymentType.TRANSFER:
        return BankCheck.NOT_NEEDED
    known = known_accounts(work.session, approval.supplier_key or "")
    if not known:
        return BankCheck.FIRST
    ibans = approval.invoice.ibans
    return BankCheck.KNOWN if ibans and set(ibans) <= set(known) else BankCheck.DIFFERENT


def payment_type(approval: Approval) -> PaymentType:
    """How the invoice is settled."""
    due = amount_due(approval.invoice)
    if due < 0:
        return PaymentType.OFFSET
    if due == 0:
        return PaymentType.NONE
    return PaymentType.TRANSFER


def issue(work: UnitOfWork, approval: Approval, act: InvoiceAct) -> PaymentOrder:
    """Make the order that was signed; from now on nothing of it changes."""
    invoice = approval.invoice
    kind = payment_type(approval)
    approval.bank_check = bank_check(work, approval)
    due = amount_due(invoice)
    skonto = best_skonto(invoice, legal_day(work.now), work.settings.xrechnung) if approval.takes_skonto else None
    retained = payment_of(due, retained_percent=approval.retained_percent).retained
    taken_off = Decimal(0) if skonto is None else skonto.amount
    former = orders_of(work.session, invoice.id)
    lines = lines_of(work.session, invoice.id)
    order = PaymentOrder(
        id=new_id(),
        invoice_id=invoice.id,
        act_id=act.id,
        number=_next_number(work, approval.fiscal_year),
        replaces_id=former[-1].id if former else None,
        payment_type=kind,
        payee=invoice.seller_name or "",
        iban=invoice.ibans[0] if kind is PaymentType.TRANSFER and invoice.ibans else None,
        bic=None,
        currency=invoice.currency or "EUR",
        payable=due,
        skonto=taken_off,
        retained=retained,
        tax_owed=Decimal(0),
        amount=due - taken_off - retained,
        pay_on=approval.due_on if skonto is None else skonto.last_day,
        due_on=approval.due_on,
        remittance=f"{invoice.number or ''}".strip(),
        fiscal_year=approval.fiscal_year,
        lines=[_frozen(line) for line in lines],
        ordered_at=work.now,
        state=OrderState.OPEN,
        deliveries=0,
    )
    work.session.add(order)
    work.session.flush()
    _remember_account(work, approval, order, confirmed_by=None)
    return order


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
        order.recalled_at = work.now
        work.session.flush()


def trust_account(work: UnitOfWork, approval: Approval) -> None:
    """Take the account of an invoice as the supplier's own, because a second person asked the supplier."""
    approval.bank_check = BankCheck.CONFIRMED
    for iban in approval.invoice.ibans:
        _note_account(work, approval, iban, confirmed_by=work.actor.id)


def _remember_account(work: UnitOfWork, approval: Approval, order: PaymentOrder, *, confirmed_by: Any) -> None:
    if order.iban is not None:
        _note_account(work, approval, order.iban, confirmed_by=confirmed_by)


def _note_account(work: UnitOfWork, approval: Approval, iban: str, *, confirmed_by: Any) -> None:
    key = approval.supplier_key
    if key is None or iban in known_accounts(work.session, key):
        return
    work.session.add(
        SupplierAccount(
            id=new_id(),
            supplier_key=key,
            iban=iban,
            known_since=work.now,
            invoice_id=approval.invoice_id,
            confirmed_by=confirmed_by,
        )
    )
    work.session.flush()


def _next_number(work: UnitOfWork, year: int) -> str:
    """The number of an order within its budget year; those of one year are given one after another."""
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"payment order {year}", 0))))
    count = work.session.scalar(select(func.count()).where(PaymentOrder.fiscal_year == year)) or 0
    return f"AO-{year}-{count + 1:06d}"


def _frozen(line: AccountLine) -> dict[str, Any]:
    account = {key: value for key, value in asdict(account_of(line)).items() if value is not None}
    return {**account, "amount": str(line.booked), "tax": line.tax.value, "text": line.text}
