from datetime import date
from uuid import UUID

from eakte.foundation.messages import Event, Job
from xrechnung.approval.rules.deadlines import Addressee
from xrechnung.approval.rules.workflow import Act
from xrechnung.messages import InvoiceEvent

# After what people wait for, before what follows from it.
ASSIGNING, REMINDING = 12, -5
FILING = -5
"""Nobody waits for it."""
DELIVERIES = 4500
"""Tries to deliver an order, about one a minute: three days, after which it can still be fetched."""


class InvoiceActed(InvoiceEvent):
    """Something was done with an invoice (Bearbeitungsschritt)."""

    act: Act
    act_id: UUID


class InvoiceAccounted(InvoiceEvent):
    """An invoice was booked to accounts (Kontierung)."""


class BudgetChecked(InvoiceEvent):
    """The finance system said whether there is money for an invoice (Mittelprüfung)."""


class PaymentOrderGiven(InvoiceEvent):
    """A payment order was given to the finance system, for the first time or again (Übergabe)."""

    order_id: UUID


class PaymentOrderTaken(InvoiceEvent):
    """The finance system said that it has a payment order (Quittung)."""

    order_id: UUID


class PaymentReported(InvoiceEvent):
    """The finance system said when a booked order was paid (Zahlung)."""

    order_id: UUID


class SupplierTold(InvoiceEvent):
    """An e-mail with the letter that refuses an invoice was handed over, or was not (Benachrichtigung)."""

    act_id: UUID


class CheckBudget(Job, priority=ASSIGNING, attempts=20):
    """Ask the finance system whether there is money for what an invoice is booked to."""

    invoice_id: UUID


class DeliverOrder(Job, priority=ASSIGNING, attempts=DELIVERIES):
    """Send a payment order, or its recall, to the finance system's own address."""

    order_id: UUID


class SigningRightEvent(Event):
    """Something happened to a signing right; the record is the person."""

    right_id: UUID


class SigningRightGranted(SigningRightEvent):
    """A person may sign something (Befugnis erteilt)."""


class SigningRightRevoked(SigningRightEvent):
    """A person may no longer sign something (Befugnis entzogen)."""


class InvoiceLeftToAccounting(InvoiceEvent):
    """No rule names the unit of an invoice, so central accounting has to."""


class SkontoLapsed(InvoiceEvent):
    """A discount can no longer be had (Skonto verfallen)."""


class InvoiceReminded(InvoiceEvent):
    """People were told that something is about to be lost (Erinnerung)."""

    addressee: Addressee


class AssignmentRuleEvent(Event):
    """Something happened to an assignment rule; the record is the rule."""


class AssignmentRuleMade(AssignmentRuleEvent):
    """Invoices that say this go to that unit from now on (Zuweisungsregel)."""


class AssignmentRuleRemoved(AssignmentRuleEvent):
    """An assignment rule no longer holds."""


class AssignInvoice(Job, priority=ASSIGNING, attempts=20):
    """Send an invoice to the unit that the rules name."""

    invoice_id: UUID


class LookAtDeadlines(Job, priority=REMINDING, attempts=20):
    """Note what can no longer be had, and find whom to remind of what, today."""


class RemindOfInvoice(Job, priority=REMINDING, attempts=20):
    """Tell people that something of an invoice is about to be lost."""

    invoice_id: UUID
    deadline: date
    addressee: Addressee


class CompileDigests(Job, priority=REMINDING, attempts=20):
    """Find who gets an e-mail today."""


class SendDigest(Job, priority=REMINDING, attempts=100):
    """Send one person the one e-mail of a day."""

    person_id: UUID
    day: date


class WriteRejection(Job, priority=ASSIGNING, attempts=20):
    """Put the letter that refuses an invoice on paper and into the record."""

    act_id: UUID


class SendRejection(Job, priority=ASSIGNING, attempts=DELIVERIES):
    """Send the supplier the letter that refuses an invoice by e-mail."""

    act_id: UUID


class FileInvoice(Job, priority=FILING, attempts=20):
    """Put the workflow sheet of an invoice into the record (Ablage)."""

    invoice_id: UUID


class CloseInvoiceCase(Job, priority=FILING, attempts=30):
    """Close the case of a filed invoice (zdA)."""

    invoice_id: UUID
