"""Whether there is money for what is to be booked (Mittelprüfung), asked of the finance system where it can answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.adapters.budget_port import BudgetAnswer, BudgetItem
from xrechnung.approval.messages import BudgetChecked, CheckBudget
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.flow import approval_of
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.rules.accounts import Account
from xrechnung.approval.rules.payment import BudgetState


@dataclass(frozen=True, slots=True)
class BudgetQuestion:
    """What to ask about an invoice as it was booked at one instant."""

    invoice_id: UUID
    accounted_at: datetime
    fiscal_year: int
    items: tuple[BudgetItem, ...]


def ask_for_budget(work: UnitOfWork, approval: Approval) -> None:
    """Have the budget checked of what was just booked, where a finance system answers."""
    if work.settings.finance.budget_url:
        work.defer(CheckBudget(invoice_id=approval.invoice_id))


def budget_question(work: UnitOfWork, invoice_id: UUID) -> BudgetQuestion | None:
    """What to ask; None where nothing is spent, the amounts are no euros, or it has been answered."""
    approval = approval_of(work.session, invoice_id)
    if approval is None or approval.accounted_at is None or approval.invoice.currency != "EUR":
        return None
    lines = [line for line in lines_of(work.session, invoice_id) if line.booked > 0]
    if not lines or any(line.budget is not BudgetState.UNCHECKED for line in lines):
        return None
    items = tuple(
        BudgetItem(Account(line.product, line.ledger_account, line.cost_centre, line.investment), line.cost)
        for line in lines
    )
    return BudgetQuestion(invoice_id, approval.accounted_at, approval.fiscal_year, items)


def note_budget(work: UnitOfWork, question: BudgetQuestion, answers: Sequence[BudgetAnswer]) -> None:
    """Keep what the finance system said, unless the invoice was booked anew since."""
    approval = approval_of(work.session, question.invoice_id, lock=True)
    if approval is None or approval.accounted_at != question.accounted_at:
        return
    lines = [line for line in lines_of(work.session, question.invoice_id) if line.booked > 0]
    for line, answer in zip(lines, answers, strict=True):
        line.budget, line.budget_left = answer.state, answer.left
    work.session.flush()
    overspent = [line.position for line in lines if line.budget is BudgetState.OVERSPENT]
    work.publish(
        BudgetChecked(
            record_id=approval.invoice.document_id,
            invoice_id=approval.invoice_id,
            changes={"overspent": (None, overspent)},
        )
    )


def is_overspent(work: UnitOfWork, approval: Approval) -> bool:
    """Whether the finance system said that there is not enough money for some of it."""
    return any(line.budget is BudgetState.OVERSPENT for line in lines_of(work.session, approval.invoice_id))
