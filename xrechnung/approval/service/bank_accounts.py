"""To which account money goes, and whether it is the supplier's (Betrugsabwehr)."""

from uuid import UUID

from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import NotOrderable
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import SupplierAccount
from xrechnung.approval.queries.orders import hold_supplier, known_accounts
from xrechnung.approval.rules.payment import BankCheck, PaymentType, type_of_payment
from xrechnung.approval.service.accounting import amount_due
from xrechnung.judging.hints.duplicates import folded_name

IBAN_DIFFERS = (
    "Die Bankverbindung weicht von der bekannten des Lieferanten ab. Eine zweite Person muss sie auf einem anderen Weg "
    "beim Lieferanten bestätigen lassen."
)
SEVERAL_ACCOUNTS = "Die Rechnung nennt mehrere Konten; bitte bei der Kontierung wählen, auf welches gezahlt wird."


def payment_type(approval: Approval) -> PaymentType:
    """How the invoice is settled."""
    invoice = approval.invoice
    return type_of_payment(amount_due(invoice), invoice.payment_means, has_account=bool(invoice.ibans))


def account_to_pay(approval: Approval) -> str | None:
    """The account somebody chose, or the only one there is; None where it is not chosen yet."""
    ibans = approval.invoice.ibans
    return approval.pay_to or (ibans[0] if len(ibans) == 1 else None)


def must_have_account(approval: Approval) -> None:
    """Raises NotOrderable where it is not chosen yet which account is meant."""
    if account_to_pay(approval) is None:
        raise NotOrderable(obstacle=SEVERAL_ACCOUNTS)


def bank_check(work: UnitOfWork, approval: Approval) -> BankCheck:
    """How the account to be paid to compares with those the supplier is known by, now.

    A supplier is known by its key, and by its name: who uses that with another tax number is somebody else, until a
    second person has asked.
    """
    if payment_type(approval) is not PaymentType.TRANSFER:
        return BankCheck.NOT_NEEDED
    if approval.bank_check is BankCheck.CONFIRMED:
        return BankCheck.CONFIRMED
    known = known_accounts(work.session, approval.supplier_key, _name_key(approval))
    chosen = account_to_pay(approval)
    wanted = {chosen} if chosen is not None else set(approval.invoice.ibans)
    if wanted <= known:
        return BankCheck.KNOWN
    return BankCheck.DIFFERENT if known or approval.supplier_key is None else BankCheck.FIRST


def settle_bank_check(work: UnitOfWork, approval: Approval) -> None:
    """Note how the account compares as the order is signed. Raises NotOrderable.

    Somebody else may have been first with another account of this supplier, at the same moment.
    """
    _hold_supplier(work, approval)
    approval.bank_check = bank_check(work, approval)
    if approval.bank_check.stops_the_flow:
        raise NotOrderable(obstacle=IBAN_DIFFERS)


def trust_account(work: UnitOfWork, approval: Approval) -> None:
    """Take the account of an invoice as the supplier's own, because a second person asked the supplier."""
    _hold_supplier(work, approval)
    approval.bank_check = BankCheck.CONFIRMED
    iban = account_to_pay(approval)
    if iban is not None:
        remember_account(work, approval, iban, confirmed_by=work.actor.id)


def remember_account(work: UnitOfWork, approval: Approval, iban: str, *, confirmed_by: UUID | None) -> None:
    """Know a supplier by this account from now on."""
    key = approval.supplier_key
    if key is None or iban in known_accounts(work.session, key, None):
        return
    work.session.add(
        SupplierAccount(
            id=new_id(),
            supplier_key=key,
            name_key=_name_key(approval),
            iban=iban,
            known_since=work.now,
            invoice_id=approval.invoice_id,
            confirmed_by=confirmed_by,
        )
    )
    work.session.flush()


def _hold_supplier(work: UnitOfWork, approval: Approval) -> None:
    hold_supplier(work.session, approval.supplier_key, _name_key(approval))


def _name_key(approval: Approval) -> str:
    return folded_name(approval.invoice.seller_name or "")
