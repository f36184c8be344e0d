"""What an invoice must contain (BR-01 to -65, BR-CO-03, -04, -09, -18 to -20, -26); allowances, payment, VAT apart."""

from collections.abc import Sequence

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.codes import joined
from xrechnung.judging.common.days import start_of
from xrechnung.judging.common.xpath import attributes, is_not_negative, says_something, sole, texts
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node
from xrechnung.judging.ubl.elements import is_document, is_vat, line_above, stands_in

_SELLER = ("cac:AccountingSupplierParty", "cac:Party")
_BUYER = ("cac:AccountingCustomerParty", "cac:Party")


def document(rules: RuleSet, root: Node) -> None:
    """The invoice as a whole."""
    if not is_document(root):
        return
    type_codes = root.all("cbc:InvoiceTypeCode"), root.all("cbc:CreditNoteTypeCode")
    codes = root.at("cac:InvoicePeriod", "cbc:DescriptionCode")
    rules.demand(says_something(root.all("cbc:CustomizationID")), "BR-01", root)
    rules.demand(says_something(root.all("cbc:ID")), "BR-02", root)
    rules.demand(says_something(root.all("cbc:IssueDate")), "BR-03", root)
    rules.demand(any(says_something(code) for code in type_codes), "BR-04", root)
    rules.demand(says_something(root.all("cbc:DocumentCurrencyCode")), "BR-05", root)
    rules.demand(says_something(root.at(*_SELLER, "cac:PartyLegalEntity", "cbc:RegistrationName")), "BR-06", root)
    rules.demand(says_something(root.at(*_BUYER, "cac:PartyLegalEntity", "cbc:RegistrationName")), "BR-07", root)
    rules.demand(bool(root.at(*_SELLER, "cac:PostalAddress")), "BR-08", root)
    rules.demand(bool(root.at(*_BUYER, "cac:PostalAddress")), "BR-10", root)
    rules.demand(not (root.has("cbc:TaxPointDate") and codes), "BR-CO-03", root)
    rules.demand(bool(root.at("cac:TaxTotal", "cac:TaxSubtotal")), "BR-CO-18", root)


def totals(rules: RuleSet, total: Node) -> None:
    rules.demand(total.has("cbc:LineExtensionAmount"), "BR-12", total)
    rules.demand(total.has("cbc:TaxExclusiveAmount"), "BR-13", total)
    rules.demand(total.has("cbc:TaxInclusiveAmount"), "BR-14", total)
    rules.demand(total.has("cbc:PayableAmount"), "BR-15", total)


def line(rules: RuleSet, node: Node) -> None:
    """One invoice line (BG-25)."""
    quantities = node.all("cbc:InvoicedQuantity") + node.all("cbc:CreditedQuantity")
    prices = node.at("cac:Price", "cbc:PriceAmount")
    gross_prices = node.at("cac:Price", "cac:AllowanceCharge", "cbc:BaseAmount")
    categories = node.at("cac:Item", "cac:ClassifiedTaxCategory")
    rules.demand(says_something(node.all("cbc:ID")), "BR-21", node)
    rules.demand(bool(quantities), "BR-22", node)
    rules.demand(bool(attributes(quantities, "unitCode")), "BR-23", node)
    rules.demand(node.has("cbc:LineExtensionAmount"), "BR-24", node)
    rules.demand(says_something(node.at("cac:Item", "cbc:Name")), "BR-25", node)
    rules.demand(bool(prices), "BR-26", node)
    rules.demand(is_not_negative(prices), "BR-27", node)
    rules.demand(not gross_prices or is_not_negative(gross_prices), "BR-28", node)
    rules.demand(any(category.has("cbc:ID") and is_vat(category) for category in categories), "BR-CO-04", node)


def seller(rules: RuleSet, node: Node) -> None:
    parties = node.all("cac:Party")
    registered = any(
        registration.has("cbc:CompanyID") and is_vat(registration)
        for party in parties
        for registration in party.all("cac:PartyTaxScheme")
    )
    known = node.at("cac:Party", "cac:PartyIdentification", "cbc:ID")
    identified = any(identifier.attributes.get("schemeID") != "SEPA" for identifier in known)
    legal = node.at("cac:Party", "cac:PartyLegalEntity", "cbc:CompanyID")
    rules.demand(registered or identified or bool(legal), "BR-CO-26", node)


def representative(rules: RuleSet, node: Node) -> None:
    """The seller's tax representative (BG-11)."""
    registrations = node.all("cac:PartyTaxScheme")
    rules.demand(says_something(node.at("cac:PartyName", "cbc:Name")), "BR-18", node)
    rules.demand(node.has("cac:PostalAddress"), "BR-19", node)
    rules.demand(any(each.has("cbc:CompanyID") and is_vat(each) for each in registrations), "BR-56", node)


def payee(rules: RuleSet, node: Node) -> None:
    """The payee (BG-10), who is somebody else than the seller."""
    above = [node.parent] if node.parent is not None else []
    names, identifiers = ("cac:PartyName", "cbc:Name"), ("cac:PartyIdentification", "cbc:ID")
    same_name = not texts(node.at(*names)).isdisjoint(texts(_from(above, *_SELLER, *names)))
    same_identifier = not texts(node.at(*identifiers)).isdisjoint(texts(_from(above, *_SELLER, *identifiers)))
    rules.demand(bool(node.at(*names)) and not same_name and not same_identifier, "BR-17", node)


def _from(nodes: Sequence[Node], *path: str) -> list[Node]:
    return [found for node in nodes for found in node.at(*path)]


def electronic_address(rules: RuleSet, node: Node) -> None:
    if "schemeID" not in node.attributes:
        if stands_in(node, *reversed(_SELLER)):
            rules.break_("BR-62", node)
        elif stands_in(node, *reversed(_BUYER)):
            rules.break_("BR-63", node)


_ADDRESSES = (
    ("BR-09", ("cac:Party", "cac:AccountingSupplierParty")),
    ("BR-11", ("cac:Party", "cac:AccountingCustomerParty")),
    ("BR-20", ("cac:TaxRepresentativeParty",)),
)


def postal_address(rules: RuleSet, node: Node) -> None:
    for rule, above in _ADDRESSES:
        if stands_in(node, *above):
            rules.demand(says_something(node.at("cac:Country", "cbc:IdentificationCode")), rule, node)


def delivery_address(rules: RuleSet, node: Node) -> None:
    if stands_in(node, "cac:DeliveryLocation", "cac:Delivery"):
        rules.demand(bool(node.at("cac:Country", "cbc:IdentificationCode")), "BR-57", node)


def period(rules: RuleSet, node: Node) -> None:
    """The period of the invoice (BG-14) or of a line (BG-26)."""
    starts, ends = node.all("cbc:StartDate"), node.all("cbc:EndDate")
    in_line = line_above(node) is not None
    start, end = (sole(starts), sole(ends)) if starts and ends else (None, None)
    in_order = start is None or end is None or start_of(end) >= start_of(start)
    rules.demand(in_order, "BR-30" if in_line else "BR-29", node)
    dated = bool(starts or ends)
    if in_line:
        rules.demand(dated, "BR-CO-20", node)
    else:
        rules.demand(dated or node.has("cbc:DescriptionCode"), "BR-CO-19", node)


def supporting_document(rules: RuleSet, node: Node) -> None:
    rules.demand(says_something(node.all("cbc:ID")), "BR-52", node)


def preceding_invoice(rules: RuleSet, node: Node) -> None:
    rules.demand(bool(node.at("cac:InvoiceDocumentReference", "cbc:ID")), "BR-55", node)


def item_attribute(rules: RuleSet, node: Node) -> None:
    rules.demand(node.has("cbc:Name") and node.has("cbc:Value"), "BR-54", node)


def item_standard_id(rules: RuleSet, node: Node) -> None:
    for identifier in node.all("cbc:ID"):
        if "schemeID" not in identifier.attributes and line_above(node, "cac:Item"):
            rules.break_("BR-64", identifier)


def item_classification(rules: RuleSet, node: Node) -> None:
    for code in node.all("cbc:ItemClassificationCode"):
        if "listID" not in code.attributes and line_above(node, "cac:Item"):
            rules.break_("BR-65", code)


def registration_checks(prefixes: Sequence[str]) -> dict[str, Check]:
    """BR-CO-09: a VAT id begins with one of these country codes, or with letters out of their list."""
    written = joined(prefixes)

    def registration(rules: RuleSet, node: Node) -> None:
        if is_vat(node):
            identifier = sole(node.all("cbc:CompanyID"))
            rules.demand((identifier.text[:2] if identifier else "") in written, "BR-CO-09", node)

    return {"cac:PartyTaxScheme": registration}


CHECKS: dict[str, Check] = {
    "ubl:Invoice": document,
    "cn:CreditNote": document,
    "cac:LegalMonetaryTotal": totals,
    "cac:InvoiceLine": line,
    "cac:CreditNoteLine": line,
    "cac:AccountingSupplierParty": seller,
    "cac:TaxRepresentativeParty": representative,
    "cac:PayeeParty": payee,
    "cbc:EndpointID": electronic_address,
    "cac:PostalAddress": postal_address,
    "cac:Address": delivery_address,
    "cac:InvoicePeriod": period,
    "cac:AdditionalDocumentReference": supporting_document,
    "cac:BillingReference": preceding_invoice,
    "cac:AdditionalItemProperty": item_attribute,
    "cac:StandardItemIdentification": item_standard_id,
    "cac:CommodityClassification": item_classification,
}
