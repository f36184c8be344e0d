"""What XRechnung asks for beyond EN 16931 (BR-DE, BR-TMP), payment apart."""

from collections import Counter
from collections.abc import Sequence
from re import ASCII, compile

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.skonto import are_sound_terms
from xrechnung.judging.common.xpath import are_filled, own_words, sole, texts, words
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node
from xrechnung.judging.ubl.elements import is_document, is_on_document, stands_in_document
from xrechnung.judging.ubl.over_document import OverDocument

_TYPES = frozenset({"326", "380", "381", "384", "389", "875", "876", "877"})
_CORRECTION = "384"
_WITH_TAX_NUMBER = frozenset({"S", "Z", "E", "AE", "K", "G", "L", "M"})
"""VAT categories of an invoice that says who the seller is for the tax office (BR-DE-16)."""
_SELLER = ("cac:AccountingSupplierParty", "cac:Party")
_LEAST_DIGITS = 3
_DIGIT = compile(r"[0-9]")
_MAIL = compile(r"[^@ \t\r\n]+@([^@. \t\r\n]+\.)+[^@. \t\r\n]+")
_URL = compile(r"[a-zA-Z][a-zA-Z0-9+.\-]+:")
_DATE = compile(r"\d{4}-\d{2}-\d{2}", ASCII)


def document_checks(release: Release) -> dict[str, Check]:
    """The checks of the root element; the specification identifiers (BT-24) are those of the release."""
    specifications = {one.specification for one in release.scenarios if "xrechnung" in one.rule_sets}

    def document(rules: RuleSet, root: Node) -> None:
        if is_document(root):
            rules.demand(not specifications.isdisjoint(texts(root.all("cbc:CustomizationID"))), "BR-DE-21", root)
            _document(rules, root)

    return {"ubl:Invoice": document, "cn:CreditNote": document}


def _document(rules: RuleSet, root: Node) -> None:
    types = {words(root.all("cbc:InvoiceTypeCode")), words(root.all("cbc:CreditNoteTypeCode"))}
    corrects = bool(root.at("cac:BillingReference", "cac:InvoiceDocumentReference"))
    terms = [note for group in root.all("cac:PaymentTerms") for note in group.all("cbc:Note")[:1]]
    rules.demand(root.has("cac:PaymentMeans"), "BR-DE-1", root)
    rules.demand(are_filled(root.all("cbc:BuyerReference")), "BR-DE-15", root)
    rules.demand(not types.isdisjoint(_TYPES), "BR-DE-17", root)
    rules.demand(are_sound_terms(terms), "BR-DE-18", root)
    rules.demand(not _repeats_a_file_name(root), "BR-DE-22", root)
    rules.demand(_CORRECTION not in types or corrects, "BR-DE-26", root)


def _repeats_a_file_name(root: Node) -> bool:
    """Whether two supporting documents bring files of the same name."""
    names = Counter(
        name
        for reference in root.all("cac:AdditionalDocumentReference")
        for name in {
            each.attributes["filename"]
            for each in reference.at("cac:Attachment", "cbc:EmbeddedDocumentBinaryObject")
            if "filename" in each.attributes
        }
    )
    return any(count > 1 for count in names.values())


def seller(rules: RuleSet, node: Node) -> None:
    if is_on_document(node):
        rules.demand(bool(node.at("cac:Party", "cac:Contact")), "BR-DE-2", node)


def contact(rules: RuleSet, node: Node) -> None:
    """The seller's contact (BG-6)."""
    if not stands_in_document(node, "cac:Party", "cac:AccountingSupplierParty"):
        return
    phone, mail = words(node.all("cbc:Telephone")), words(node.all("cbc:ElectronicMail"))
    rules.demand(are_filled(node.all("cbc:Name")), "BR-DE-5", node)
    rules.demand(phone != "", "BR-DE-6", node)
    rules.demand(mail != "", "BR-DE-7", node)
    rules.demand(len(_DIGIT.findall(phone)) >= _LEAST_DIGITS, "BR-DE-27", node)
    rules.demand(_MAIL.fullmatch(mail) is not None, "BR-DE-28", node)


def _place(city: str, post_code: str, *above: str) -> Check:
    """City and post code are there in the address that stands below these elements."""

    def check(rules: RuleSet, node: Node) -> None:
        if stands_in_document(node, *above):
            rules.demand(are_filled(node.all("cbc:CityName")), city, node)
            rules.demand(are_filled(node.all("cbc:PostalZone")), post_code, node)

    return check


def external_document(rules: RuleSet, node: Node) -> None:
    if stands_in_document(node, "cac:Attachment", "cac:AdditionalDocumentReference"):
        address = sole(node.all("cbc:URI"))
        rules.demand(address is not None and _URL.match(address.text) is not None, "BR-TMP-2", node)


def breakdown(rules: RuleSet, node: Node) -> None:
    if stands_in_document(node, "cac:TaxTotal"):
        rules.demand(are_filled(node.at("cac:TaxCategory", "cbc:Percent")), "BR-DE-14", node)


def date(rules: RuleSet, node: Node) -> None:
    rules.demand(_DATE.fullmatch(own_words([node])) is not None, "BR-TMP-6", node)


_DATES = ("IssueDate", "DueDate", "TaxPointDate", "StartDate", "EndDate", "ActualDeliveryDate", "PaymentDueDate")
CHECKS: tuple[dict[str, Check], ...] = (
    {
        "cac:AccountingSupplierParty": seller,
        "cac:Contact": contact,
        "cac:PostalAddress": _place("BR-DE-3", "BR-DE-4", "cac:Party", "cac:AccountingSupplierParty"),
        "cac:Address": _place("BR-DE-10", "BR-DE-11", "cac:DeliveryLocation", "cac:Delivery"),
        "cac:ExternalReference": external_document,
        "cac:TaxSubtotal": breakdown,
        **{f"cbc:{name}": date for name in _DATES},
    },
    {"cac:PostalAddress": _place("BR-DE-8", "BR-DE-9", "cac:Party", "cac:AccountingCustomerParty")},
)


class OverLines(OverDocument):
    """What depends on all lines: tax numbers of the seller (BR-DE-16), dates of delivery (BR-DE-TMP-32)."""

    def __init__(self) -> None:
        self._needs_tax_number = False
        self._every_line_has_period = True

    def head(self, head: Fragment) -> None:
        for each in head.root.all("cac:AllowanceCharge"):
            if not texts(each.all("cbc:ChargeIndicator")).isdisjoint(("true", "false")):
                self._take_up(each.at("cac:TaxCategory", "cbc:ID"))

    def add(self, part: Fragment) -> None:
        self._take_up(part.root.at("cac:Item", "cac:ClassifiedTaxCategory", "cbc:ID"))
        self._every_line_has_period = self._every_line_has_period and part.root.has("cac:InvoicePeriod")

    def _take_up(self, categories: Sequence[Node]) -> None:
        self._needs_tax_number = self._needs_tax_number or any(each.text in _WITH_TAX_NUMBER for each in categories)

    def end(self, rules: RuleSet, root: Node) -> None:
        has_number = are_filled(root.at(*_SELLER, "cac:PartyTaxScheme", "cbc:CompanyID"))
        identified = has_number or root.has("cac:TaxRepresentativeParty")
        rules.demand(identified or not self._needs_tax_number, "BR-DE-16", root)
        dated = bool(root.at("cac:Delivery", "cbc:ActualDeliveryDate")) or root.has("cac:InvoicePeriod")
        rules.demand(dated or self._every_line_has_period, "BR-DE-TMP-32", root)
