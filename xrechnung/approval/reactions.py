"""What the approval does when others speak: an invoice that was checked begins its way."""

from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.messages import AssignInvoice, InvoiceActed
from xrechnung.approval.rules.workflow import Act
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
    """What may be worked on is sent to its unit, once it is known whether it came before."""
    if event.act in (Act.CHECK, Act.ACCEPT):
        work.defer(AssignInvoice(invoice_id=event.invoice_id))
