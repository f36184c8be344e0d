"""What stands against an act besides the step and the rights of whoever wants to do it, in words for people."""

from collections.abc import Callable, Mapping

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import ClaimedByNobody, ClaimedBySomebodyElse, InvoiceNotAcceptable
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service import bank_accounts, ordering


def can_be_accepted(approval: Approval) -> bool:
    """Whether the invoice says enough to be paid at all."""
    invoice = approval.invoice
    return None not in (invoice.number, invoice.seller_name, invoice.gross, invoice.currency)


def _claimed(work: UnitOfWork, approval: Approval) -> str | None:
    return ClaimedBySomebodyElse.__doc__ if approval.claimed_by is not None else None


def _unclaimed(work: UnitOfWork, approval: Approval) -> str | None:
    return ClaimedByNobody.__doc__ if approval.claimed_by is None else None


def _account_not_in_doubt(work: UnitOfWork, approval: Approval) -> str | None:
    stops = bank_accounts.bank_check(work, approval).stops_the_flow
    return None if stops else "Die Bankverbindung ist nicht zu bestätigen."


def _says_too_little(work: UnitOfWork, approval: Approval) -> str | None:
    return None if can_be_accepted(approval) else InvoiceNotAcceptable.advice


HINDRANCES: Mapping[Act, Callable[[UnitOfWork, Approval], str | None]] = {
    Act.ORDER: ordering.what_is_missing,
    Act.CLAIM: _claimed,
    Act.HAND_BACK: _unclaimed,
    Act.CONFIRM_ACCOUNT: _account_not_in_doubt,
    Act.ACCEPT: _says_too_little,
}
