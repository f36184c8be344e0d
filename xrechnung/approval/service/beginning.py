"""An invoice that was formally checked begins its way (Rechnungslauf)."""

from collections.abc import Mapping
from decimal import Decimal

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.messages import AssignInvoice
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.flow import approval_of
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.payment import BankCheck
from xrechnung.approval.rules.signing import amount_to_sign
from xrechnung.approval.rules.workflow import Act, Step, class_of
from xrechnung.approval.service.acting import perform
from xrechnung.approval.service.assignment import assign_at_once
from xrechnung.approval.service.terms import set_times
from xrechnung.judging.hints.duplicates import supplier_key
from xrechnung.models import Invoice
from xrechnung.rules import InvoiceState


def begin_approval(work: UnitOfWork, invoice: Invoice) -> Approval:
    """Let an invoice begin its way, with central accounting; what is formally in order is sent to its unit. Once each.

    Whoever calls has noted which invoices it is like.
    """
    approval = approval_of(work.session, invoice.id, lock=True)
    if approval is None:
        approval = _new(work, invoice)
    if invoice.state is InvoiceState.CHECKED and approval.step is Step.RECEIVED:
        perform(work, approval, Act.CHECK, by_house=True)
        if not assign_at_once(work.as_house(), approval):
            work.defer(AssignInvoice(invoice_id=invoice.id))
    return approval


def _new(work: UnitOfWork, invoice: Invoice) -> Approval:
    settings, today = work.settings.xrechnung, legal_day(work.now)
    approval = Approval(
        invoice_id=invoice.id,
        invoice=invoice,
        step=Step.RECEIVED,
        kind=class_of(invoice.type_code, order=invoice.order_number, contract=invoice.contract_number),
        round=1,
        certificates=[],
        supplier_key=supplier_key(invoice.seller_vat_id, invoice.seller_tax_number, invoice.seller_name),
        amount=_amount(invoice, dict(settings.exchange_rates)),
        bank_check=BankCheck.OPEN,
        takes_skonto=True,
        retained_percent=Decimal(0),
        fiscal_year=(invoice.issue_date or today).year,
        step_since=work.now,
    )
    set_times(approval, today, settings)
    work.session.add(approval)
    work.session.flush()
    return approval


def _amount(invoice: Invoice, rates: Mapping[str, Decimal]) -> Decimal | None:
    if invoice.gross is None or invoice.currency is None:
        return None
    return amount_to_sign(invoice.gross, invoice.currency, rates)
