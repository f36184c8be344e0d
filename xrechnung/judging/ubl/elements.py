"""How the rules name the places of a UBL document."""

from xrechnung.judging.common.xpath import boolean, texts
from xrechnung.judging.tree import Node, collapse

ROOTS = ("ubl:Invoice", "cn:CreditNote")
INVOICE, CREDIT_NOTE = ROOTS
LINES = ("cac:InvoiceLine", "cac:CreditNoteLine")
INVOICED_OBJECT = "130"
"""Type of a document reference that is no supporting document but the invoiced object (BT-18, BT-128)."""


def is_document(node: Node) -> bool:
    """Whether this is the root element of an invoice or credit note."""
    return node.parent is None and node.name in ROOTS


def is_on_document(node: Node) -> bool:
    """Whether this stands directly in the invoice or credit note, not in a line."""
    return node.parent is not None and is_document(node.parent)


def stands_in(node: Node, *above: str) -> bool:
    """Whether the elements above a node have these names, the nearest first."""
    upper = node.parent
    for name in above:
        if upper is None or upper.name != name:
            return False
        upper = upper.parent
    return True


def stands_in_document(node: Node, *above: str) -> bool:
    """The same, and the last of them directly in the invoice or credit note."""
    upper: Node | None = node
    for name in above:
        upper = upper.parent if upper is not None else None
        if upper is None or upper.name != name:
            return False
    return upper is not None and is_on_document(upper)


def line_above(node: Node, *between: str) -> Node | None:
    """The invoice line a node stands in, below just these elements (the nearest first)."""
    upper = node.parent
    for name in between:
        if upper is None or upper.name != name:
            return None
        upper = upper.parent
    return upper if upper is not None and upper.name in LINES else None


def says_charge(allowance_charge: Node) -> bool | None:
    """Whether it is a charge; False for an allowance, None if it does not say."""
    indicators = allowance_charge.all("cbc:ChargeIndicator")
    return boolean(indicators[0]) if indicators else None


def is_vat(holder: Node) -> bool:
    """Whether the tax scheme of a tax category or registration is VAT, in whatever letters."""
    for scheme in holder.all("cac:TaxScheme"):
        identifier = scheme.only("cbc:ID")
        if identifier is not None and (identifier.text == "VAT" or collapse(identifier.text.upper()) == "VAT"):
            return True
    return False


def is_reference_to_object(reference: Node) -> bool:
    """Whether a document reference is to the invoiced object."""
    return INVOICED_OBJECT in texts(reference.all("cbc:DocumentTypeCode"))
