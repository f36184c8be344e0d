"""The semantic model of EN 16931 (semantisches Datenmodell): what an invoice says, whatever syntax says it.

Each field knows its business term (BT) or group (BG); `terms` walks through all that is filled.
"""

from xrechnung.model.as_json import to_json
from xrechnung.model.invoice import (
    Delivery,
    Invoice,
    Note,
    PrecedingInvoice,
    ProcessControl,
    SupportingDocument,
)
from xrechnung.model.lines import InvoiceLine, Item, ItemAttribute, LineVat, Period, PriceDetails
from xrechnung.model.money import (
    AllowanceOrCharge,
    CreditTransfer,
    DirectDebit,
    PaymentCard,
    PaymentInstructions,
    ThirdPartyPayment,
    Totals,
    VatBreakdown,
)
from xrechnung.model.parties import Buyer, Contact, Payee, PostalAddress, Seller, TaxRepresentative
from xrechnung.model.values import Attachment, AttachmentUnreadable, Identifier, Other, Unread
from xrechnung.model.walking import TermValue, terms

__all__ = [
    "AllowanceOrCharge",
    "Attachment",
    "AttachmentUnreadable",
    "Buyer",
    "Contact",
    "CreditTransfer",
    "Delivery",
    "DirectDebit",
    "Identifier",
    "Invoice",
    "InvoiceLine",
    "Item",
    "ItemAttribute",
    "LineVat",
    "Note",
    "Other",
    "Payee",
    "PaymentCard",
    "PaymentInstructions",
    "Period",
    "PostalAddress",
    "PrecedingInvoice",
    "PriceDetails",
    "ProcessControl",
    "Seller",
    "SupportingDocument",
    "TaxRepresentative",
    "TermValue",
    "ThirdPartyPayment",
    "Totals",
    "Unread",
    "VatBreakdown",
    "terms",
    "to_json",
]
