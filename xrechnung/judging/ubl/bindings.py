"""How UBL is narrowed for EN 16931 (UBL-SR, UBL-DT and those UBL-CR that ask more than whether something is there)."""

from collections.abc import Iterable, Sequence

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import texts
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node
from xrechnung.judging.ubl.codes import SEPA
from xrechnung.judging.ubl.elements import (
    CREDIT_NOTE,
    INVOICED_OBJECT,
    is_document,
    is_reference_to_object,
    says_charge,
    stands_in,
)
from xrechnung.judging.ubl.over_document import OverDocument

PROJECT = "50"
"""Type of the document reference that carries the project (BT-11) in a credit note."""
_UBL_VERSION = "2.1"
MOST_REGISTRATIONS = 2
"""BT-31 and BT-32."""
_SELLER = ("cac:AccountingSupplierParty", "cac:Party")
_BUYER = ("cac:AccountingCustomerParty", "cac:Party")

_Limits = Sequence[tuple[str, tuple[str, ...]]]
"""Rules, and the path of what may stand once."""

_ONCE_IN_DOCUMENT: dict[tuple[str, ...], _Limits] = {
    (): (
        ("UBL-SR-01", ("cac:ContractDocumentReference", "cbc:ID")),
        ("UBL-SR-02", ("cac:ReceiptDocumentReference", "cbc:ID")),
        ("UBL-SR-03", ("cac:DespatchDocumentReference", "cbc:ID")),
        ("UBL-SR-05", ("cac:PaymentTerms", "cbc:Note")),
        ("UBL-SR-08", ("cac:InvoicePeriod",)),
        ("UBL-SR-24", ("cac:Delivery",)),
        ("UBL-SR-39", ("cac:ProjectReference", "cbc:ID")),
        ("UBL-SR-49", ("cac:InvoicePeriod", "cbc:DescriptionCode")),
        ("UBL-SR-56", ("cac:OriginatorDocumentReference", "cbc:ID")),
    ),
    ("cac:PaymentMeans",): (
        ("UBL-SR-45", ("cbc:PaymentDueDate",)),
        ("UBL-SR-54", ("cac:CardAccount",)),
        ("UBL-SR-55", ("cac:PaymentMandate",)),
    ),
    _SELLER: (
        ("UBL-SR-09", ("cac:PartyLegalEntity", "cbc:RegistrationName")),
        ("UBL-SR-10", ("cac:PartyName", "cbc:Name")),
        ("UBL-SR-11", ("cac:PartyLegalEntity", "cbc:CompanyID")),
        ("UBL-SR-14", ("cac:PartyLegalEntity", "cbc:CompanyLegalForm")),
    ),
    _BUYER: (
        ("UBL-SR-15", ("cac:PartyLegalEntity", "cbc:RegistrationName")),
        ("UBL-SR-16", ("cac:PartyIdentification", "cbc:ID")),
        ("UBL-SR-17", ("cac:PartyLegalEntity", "cbc:CompanyID")),
        ("UBL-SR-40", ("cac:PartyName", "cbc:Name")),
    ),
}
_ONCE_IN_LINE: _Limits = (
    ("UBL-SR-34", ("cbc:Note",)),
    ("UBL-SR-35", ("cac:OrderLineReference", "cbc:LineID")),
    ("UBL-SR-36", ("cac:InvoicePeriod",)),
    ("UBL-SR-37", ("cac:Price", "cac:AllowanceCharge", "cbc:Amount")),
    ("UBL-SR-50", ("cac:Item", "cbc:Description")),
    ("UBL-SR-52", ("cac:DocumentReference",)),
)
_ONCE: dict[str, _Limits] = {
    "cac:PaymentMeans": (
        ("UBL-SR-26", ("cbc:PaymentID",)),
        ("UBL-SR-27", ("cbc:PaymentMeansCode",)),
        ("UBL-SR-28", ("cac:PaymentMandate", "cbc:ID")),
    ),
    "cac:TaxRepresentativeParty": (
        ("UBL-SR-22", ("cac:PartyName", "cbc:Name")),
        ("UBL-SR-23", ("cac:PartyTaxScheme", "cbc:CompanyID")),
    ),
    "cac:TaxSubtotal": (("UBL-SR-32", ("cac:TaxCategory", "cbc:TaxExemptionReason")),),
    "cac:Delivery": (("UBL-SR-25", ("cac:DeliveryParty", "cac:PartyName", "cbc:Name")),),
    "cac:InvoiceLine": _ONCE_IN_LINE,
    "cac:CreditNoteLine": _ONCE_IN_LINE,
}


def _demand_once(rules: RuleSet, node: Node, holders: Sequence[Node], limits: _Limits) -> None:
    """At the end of each path below these holders there is one node at most."""
    for rule, path in limits:
        count = 0
        for holder in holders:
            if path[0] in holder.kids:
                count += len(holder.at(*path))
        if count > 1:
            rules.break_(rule, node)


def _once(limits: _Limits) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        _demand_once(rules, node, (node,), limits)

    return check


def document(rules: RuleSet, root: Node) -> None:
    if not is_document(root):
        return
    for path, limits in _ONCE_IN_DOCUMENT.items():
        _demand_once(rules, root, root.at(*path), limits)
    objects = [
        identifier
        for reference in root.all("cac:AdditionalDocumentReference")
        if is_reference_to_object(reference)
        for identifier in reference.all("cbc:ID")
    ]
    rules.demand(len(objects) <= 1, "UBL-SR-04", root)
    seller, buyer = _registered(root, _SELLER), _registered(root, _BUYER)
    rules.demand(seller.count(True) <= 1, "UBL-SR-12", root)
    rules.demand(seller.count(False) <= 1, "UBL-SR-13", root)
    rules.demand(buyer.count(True) <= 1, "UBL-SR-18", root)
    named = [code for code in root.at("cac:PaymentMeans", "cbc:PaymentMeansCode") if "name" in code.attributes]
    rules.demand(len(named) <= 1, "UBL-SR-46", root)
    versions = texts(root.all("cbc:UBLVersionID"))
    rules.demand(not versions or _UBL_VERSION in versions, "UBL-CR-002", root)
    if root.name != CREDIT_NOTE:
        rules.demand(not root.at("cac:PaymentMeans", "cbc:PaymentDueDate"), "UBL-CR-412", root)


def _registered(root: Node, party: tuple[str, ...]) -> list[bool]:
    """For each tax number of a party whether its scheme is VAT; blanks around it make it another one."""
    found: list[bool] = []
    for registration in root.at(*party, "cac:PartyTaxScheme"):
        for scheme in registration.all("cac:TaxScheme"):
            identifier = scheme.only("cbc:ID")
            is_vat = identifier is not None and identifier.text.upper() == "VAT"
            found += [is_vat] * len(registration.all("cbc:CompanyID"))
    return found


def line(rules: RuleSet, node: Node) -> None:
    rules.demand(len(node.at("cac:Item", "cac:ClassifiedTaxCategory")) == 1, "UBL-SR-48", node)


def reference(rules: RuleSet, node: Node) -> None:
    """Supporting documents (BG-24) and, by their type, the invoiced object (BT-18) and the project (BT-11)."""
    types, identifiers = texts(node.all("cbc:DocumentTypeCode")), node.all("cbc:ID")
    has_scheme = any("schemeID" in identifier.attributes for identifier in identifiers)
    to_object = INVOICED_OBJECT in types
    to_project = PROJECT in types and _root(node).name == CREDIT_NOTE
    rules.demand(len(node.all("cbc:DocumentDescription")) <= 1, "UBL-SR-33", node)
    rules.demand(to_object or to_project or not (has_scheme or types), "UBL-SR-43", node)
    rules.demand(not has_scheme or types == {INVOICED_OBJECT}, "UBL-CR-665", node)
    if to_object:
        rules.demand(not node.has("cac:Attachment"), "UBL-CR-666", node)
        rules.demand(not node.has("cbc:DocumentDescription"), "UBL-CR-673", node)


def _root(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def address(rules: RuleSet, node: Node) -> None:
    rules.demand(len(node.all("cac:AddressLine")) <= 1, "UBL-SR-51", node)


def party(rules: RuleSet, node: Node) -> None:
    if stands_in(node, "cac:AccountingSupplierParty"):
        rules.demand(len(node.all("cac:PartyTaxScheme")) <= MOST_REGISTRATIONS, "UBL-SR-42", node)


def registration(rules: RuleSet, node: Node) -> None:
    rules.demand(bool(node.at("cac:TaxScheme", "cbc:ID")) and node.has("cbc:CompanyID"), "UBL-SR-53", node)


def allowance_or_charge(rules: RuleSet, node: Node) -> None:
    charge = says_charge(node)
    if charge is not None:
        once = len(node.all("cbc:AllowanceChargeReason")) <= 1
        rules.demand(once, "UBL-SR-31" if charge else "UBL-SR-30", node)


def payee(rules: RuleSet, node: Node) -> None:
    """Counts of the payee's names and numbers; all three fail as well where its name is the seller's or missing."""
    seller = node.parent.at(*_SELLER, "cac:PartyLegalEntity", "cbc:RegistrationName") if node.parent else []
    names = node.at("cac:PartyName", "cbc:Name")
    is_another = any(name != other for name in texts(names) for other in texts(seller))
    identifiers = [
        identifier
        for identifier in node.at("cac:PartyIdentification", "cbc:ID")
        if identifier.attributes.get("schemeID", "").upper() != SEPA
    ]
    rules.demand(is_another and len(names) <= 1, "UBL-SR-19", node)
    rules.demand(is_another and len(identifiers) <= 1, "UBL-SR-20", node)
    rules.demand(is_another and len(node.at("cac:PartyLegalEntity", "cbc:CompanyID")) <= 1, "UBL-SR-21", node)


def preceding_invoice(rules: RuleSet, node: Node) -> None:
    rules.demand(len(node.all("cac:InvoiceDocumentReference")) <= 1, "UBL-SR-06", node)
    rules.demand(bool(node.at("cac:InvoiceDocumentReference", "cbc:ID")), "UBL-SR-07", node)


def attachment(rules: RuleSet, node: Node) -> None:
    rules.demand("mimeCode" in node.attributes, "UBL-DT-06", node)
    rules.demand("filename" in node.attributes, "UBL-DT-07", node)


CHECKS: tuple[dict[str, Check], ...] = (
    {
        "ubl:Invoice": document,
        "cn:CreditNote": document,
        "cac:InvoiceLine": line,
        "cac:CreditNoteLine": line,
        "cac:AdditionalDocumentReference": reference,
        "cac:PostalAddress": address,
        "cac:Address": address,
        "cac:Party": party,
        "cac:PartyTaxScheme": registration,
        "cac:AllowanceCharge": allowance_or_charge,
        "cac:PayeeParty": payee,
        "cac:BillingReference": preceding_invoice,
        "*BinaryObject": attachment,
    },
    {name: _once(limits) for name, limits in _ONCE.items()},
)


class SameThroughout(OverDocument):
    """What must be the same, or stand only once, in the whole document, lines included."""

    def __init__(self) -> None:
        self._payment_ids: set[str] = set()
        self._means_codes: set[str] = set()
        self._creditor_ids = 0
        self._has_name = False

    def add(self, part: Fragment) -> None:
        _take_up(self._payment_ids, part.named("cbc:PaymentID"))
        _take_up(self._means_codes, part.named("cbc:PaymentMeansCode"))
        for holder in part.named("cac:PartyIdentification"):
            for identifier in holder.all("cbc:ID"):
                self._creditor_ids += identifier.attributes.get("schemeID", "").upper() == SEPA
        for node in part.attributed:
            if "name" in node.attributes and node.name != "cbc:PaymentMeansCode":
                self._has_name = True

    def end(self, rules: RuleSet, root: Node) -> None:
        rules.demand(self._creditor_ids <= 1, "UBL-SR-29", root)
        rules.demand(len(self._payment_ids) <= 1, "UBL-SR-44", root)
        rules.demand(len(self._means_codes) <= 1, "UBL-SR-47", root)
        rules.demand(not self._has_name, "UBL-DT-18", root)


def _take_up(values: set[str], nodes: Iterable[Node]) -> None:
    for node in nodes:
        if len(values) <= 1:
            values.add(node.text)
