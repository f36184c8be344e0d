from uuid import UUID

from eakte.foundation.messages import Event
from xrechnung.approval.rules.workflow import Act
from xrechnung.messages import InvoiceEvent


class InvoiceActed(InvoiceEvent):
    """Something was done with an invoice (Bearbeitungsschritt)."""

    act: Act
    act_id: UUID


class InvoiceAccounted(InvoiceEvent):
    """An invoice was booked to accounts (Kontierung)."""


class SigningRightEvent(Event):
    """Something happened to a signing right; the record is the person."""

    right_id: UUID


class SigningRightGranted(SigningRightEvent):
    """A person may sign something (Befugnis erteilt)."""


class SigningRightRevoked(SigningRightEvent):
    """A person may no longer sign something (Befugnis entzogen)."""
