"""Account assignment (Kontierung): which share of an invoice is booked where, and what of it is paid now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import AccountLinesInvalid, ActNotPossible, ActNotYours
from xrechnung.approval.messages import InvoiceAccounted
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import AccountLine
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.rules.accounts import IN_WORDS, Account, Share, SplitFault, TaxedAmount, split, taxes_of
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.payment import BankCheck, BudgetState, TaxTreatment
from xrechnung.approval.rules.workflow import STEP_WORDS, Step
from xrechnung.approval.service.budgets import ask_for_budget
from xrechnung.approval.service.entitlement import entitlement
from xrechnung.approval.service.terms import set_times
from xrechnung.models import Invoice
from xrechnung.rules import is_credit_note

_ACCOUNTABLE = (Step.CHECKED, Step.ASSIGNED)
_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as somebody enters it; either an amount or a percentage, and a rate where VAT is treated apart."""

    share: Share
    tax: TaxTreatment = TaxTreatment.INCLUDED
    text: str | None = None
    tax_rate: Decimal | None = None
    deductible_percent: Decimal = _WHOLE


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What somebody decides about paying: to which account, with Skonto or without, what is held back until when."""

    pay_to: str | None = None
    takes_skonto: bool = True
    retained_percent: Decimal = Decimal(0)
    retained_until: date | None = None


def amount_due(invoice: Invoice) -> Decimal:
    """What is to be paid (BT-115); negative where the supplier owes."""
    due = invoice.payable if invoice.payable is not None else invoice.gross
    if due is None:
        return Decimal(0)
    return -due if is_credit_note(invoice.type_code) else due


def may_account(work: UnitOfWork, approval: Approval) -> bool:
    """Whether the actor may book an invoice to accounts now. Callers load it first."""
    return approval.step in _ACCOUNTABLE and _is_theirs(work, approval)


def _is_theirs(work: UnitOfWork, approval: Approval) -> bool:
    position = entitlement(work, approval)
    return position.is_accounting or position.works_in_unit or position.may_sign_something


def set_lines(
    work: UnitOfWork,
    invoice_id: UUID,
    wanted: Sequence[WantedLine],
    *,
    terms: PaymentTerms | None = None,
    revision: int | None = None,
) -> list[AccountLine]:
    """Book an invoice to accounts, in place of whatever was entered before; sums are right to the cent.

    Without `terms` those entered before stay. Raises InvoiceNotFound, ApprovalNotBegun, Stale, ActNotPossible,
    ActNotYours, AccountLinesInvalid.
    """
    approval = get_approval(work, invoice_id, lock=True, revision=revision)
    if approval.step not in _ACCOUNTABLE:
        raise ActNotPossible(step=STEP_WORDS[approval.step])
    if not _is_theirs(work, approval):
        raise ActNotYours
    lines = _lines(approval.invoice, wanted)
    changes: dict[str, tuple[object, object]] = {} if terms is None else _take_terms(work, approval, terms)
    before = [described(line) for line in lines_of(work.session, invoice_id)]
    work.session.execute(delete(AccountLine).where(AccountLine.invoice_id == invoice_id))
    work.session.add_all(lines)
    approval.accounted_at = work.now
    work.session.flush()
    changes["lines"] = (before, [described(line) for line in lines])
    record_id = approval.invoice.document_id
    work.publish(InvoiceAccounted(record_id=record_id, invoice_id=invoice_id, changes=changes))
    ask_for_budget(work, approval)
    return lines


def _lines(invoice: Invoice, wanted: Sequence[WantedLine]) -> list[AccountLine]:
    """Raises AccountLinesInvalid."""
    booked = split(amount_due(invoice), [one.share for one in wanted])
    if isinstance(booked, SplitFault):
        raise AccountLinesInvalid(obstacle=IN_WORDS[booked])
    if any(one.tax is not TaxTreatment.INCLUDED and one.tax_rate is None for one in wanted):
        raise AccountLinesInvalid(obstacle="Für Vorsteuer und § 13b UStG ist der Steuersatz anzugeben.")
    taxed = [
        TaxedAmount(amount, one.tax, one.tax_rate, one.deductible_percent)
        for one, amount in zip(wanted, booked, strict=True)
    ]
    return [
        AccountLine(
            invoice_id=invoice.id,
            position=position,
            product=one.share.account.product,
            ledger_account=one.share.account.ledger_account,
            cost_centre=one.share.account.cost_centre,
            investment=one.share.account.investment,
            amount=one.share.amount,
            percent=one.share.percent,
            booked=amount,
            tax=one.tax,
            tax_rate=one.tax_rate,
            deductible_percent=one.deductible_percent,
            tax_amount=tax,
            budget=BudgetState.UNCHECKED,
            text=one.text,
        )
        for position, (one, amount, tax) in enumerate(zip(wanted, booked, taxes_of(taxed), strict=True), 1)
    ]


def _take_terms(work: UnitOfWork, approval: Approval, terms: PaymentTerms) -> dict[str, tuple[object, object]]:
    """Note what was decided about paying; what changed of it. Raises AccountLinesInvalid."""
    if terms.pay_to is not None and terms.pay_to not in approval.invoice.ibans:
        raise AccountLinesInvalid(obstacle="Gezahlt wird nur auf ein Konto, das die Rechnung selbst nennt.")
    if terms.retained_percent and terms.retained_until is None:
        raise AccountLinesInvalid(obstacle="Zum Sicherheitseinbehalt gehört der Tag, an dem er frei wird.")
    if terms.pay_to != approval.pay_to and approval.bank_check is BankCheck.CONFIRMED:
        # Confirmed was the account chosen before.
        approval.bank_check = BankCheck.OPEN
    changes: dict[str, tuple[object, object]] = {}
    for name in ("pay_to", "takes_skonto", "retained_percent", "retained_until"):
        before, after = getattr(approval, name), getattr(terms, name)
        if before != after:
            setattr(approval, name, after)
            changes[name] = (before, after)
    set_times(approval, legal_day(work.now), work.settings.xrechnung)
    return changes


def share_of(line: AccountLine) -> Share:
    """The share a line stands for."""
    return Share(account_of(line), line.amount, line.percent)


def account_of(line: AccountLine) -> Account:
    return Account(line.product, line.ledger_account, line.cost_centre, line.investment)


def described(line: AccountLine) -> str:
    """A line in the audit trail: "55101/5241 · 119.00"."""
    places = (line.product, line.ledger_account, line.cost_centre, line.investment)
    return f"{'/'.join(place for place in places if place)} · {line.booked}"
