"""What the approval does when others speak: an invoice that was checked begins its way."""

from collections.abc import Iterable

from eakte.foundation.errors import Finding
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards
from eakte.records.models import Record
from eakte.records.rules import Action
from xrechnung.approval.messages import AssignInvoice, FileInvoice, InvoiceActed, WriteRejection
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.filing import UNPAID_ENDS, unfinished_in
from xrechnung.approval.rules.workflow import STEP_WORDS, Act
from xrechnung.approval.service.beginning import begin_approval
from xrechnung.messages import InvoiceChecked, InvoiceDisputed, InvoiceEvent, InvoiceRefused, InvoiceSetAside
from xrechnung.models import Invoice


@on(InvoiceChecked)
@on(InvoiceRefused)
@on(InvoiceSetAside)
@on(InvoiceDisputed)
def begin(work: UnitOfWork, event: InvoiceEvent) -> None:
    """In order or not, everything that was checked comes before people."""
    begin_approval(work, work.session.get_one(Invoice, event.invoice_id))


@on(InvoiceActed)
def find_its_unit(work: UnitOfWork, event: InvoiceActed) -> None:
    """What a person accepted is sent to its unit; what the house itself finds in order, it sends on at once."""
    if event.act is Act.ACCEPT:
        work.defer(AssignInvoice(invoice_id=event.invoice_id))


@on(InvoiceActed)
def go_on(work: UnitOfWork, event: InvoiceActed) -> None:
    """What follows by itself: a letter to the supplier, filing, the formal check of what is taken up again."""
    match event.act:
        case Act.REJECT:
            work.defer(WriteRejection(act_id=event.act_id))
        case Act.ACKNOWLEDGE_BOOKED:
            work.defer(FileInvoice(invoice_id=event.invoice_id))
        case Act.REOPEN:
            begin_approval(work, work.session.get_one(Invoice, event.invoice_id))


@guards(Action.CLOSE)
def _invoices_on_their_way(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    """Nothing is closed in which an invoice is not filed yet."""
    for approval, seen in unfinished_in(work, record):
        yield _not_filed(approval, seen=seen)


@guards(Action.CANCEL)
def _invoices_to_be_paid(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    """Nothing is cancelled in which an invoice may still be paid."""
    for approval, seen in unfinished_in(work, record):
        if approval.step not in UNPAID_ENDS:
            yield _not_filed(approval, seen=seen)


def _not_filed(approval: Approval, *, seen: bool) -> Finding:
    message = f"Eine E-Rechnung ist noch im Rechnungslauf ({STEP_WORDS[approval.step]})."
    return Finding("invoice-not-filed", message, str(approval.invoice_id) if seen else "")
