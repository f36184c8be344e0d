from uuid import UUID

from eakte.foundation.messages import Event, Job

# People wait for what an invoice says, and for nothing else that this queue does. Its view is made for who asks before.
CHECKING, SHOWING, DOUBTING = 15, 5, -20


class InvoiceEvent(Event):
    """Something happened to an invoice; the record is the document it came as."""

    invoice_id: UUID


class InvoiceReceived(InvoiceEvent):
    """An e-invoice reached the house (Rechnungseingang)."""


class InvoiceChecked(InvoiceEvent):
    """An invoice is formally in order."""


class InvoiceRefused(InvoiceEvent):
    """An invoice is not formally in order; it is kept with what is wrong."""


class InvoiceSetAside(InvoiceEvent):
    """An invoice could not be checked; a person has to look."""


class InvoiceDisputed(InvoiceEvent):
    """The official configuration judges an invoice otherwise than we do; a person has to look."""


class InvoiceSentOn(InvoiceEvent):
    """An invoice that could not be checked is on its way to be checked again."""


class InvoiceTwinFound(InvoiceEvent):
    """An invoice is like one that came before (Dublette)."""


class InvoiceShown(InvoiceEvent):
    """What is made of an invoice is kept beside it: its view, its data, what came inside it."""


class JudgeInvoice(Job, queue="ingest", priority=CHECKING, attempts=1000, in_a_row=16):
    """Read and judge an invoice."""

    invoice_id: UUID


class ShowInvoice(Job, queue="ingest", priority=SHOWING, attempts=1000):
    """Make and keep what people, programs and the archive get of a judged invoice."""

    invoice_id: UUID


class SeekSecondOpinion(Job, priority=DOUBTING, attempts=20):
    """Let the official configuration judge an invoice too, where it is installed."""

    invoice_id: UUID
