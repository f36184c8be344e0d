"""What XRechnung asks beyond EN 16931 (BR-DE, BR-TMP), apart from payment."""

from re import ASCII, compile

from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import are_filled, attributes, sole, texts, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, collapse

INVOICE_TYPES = frozenset({"326", "380", "381", "384", "389", "875", "876", "877"})
CORRECTED_INVOICE = "384"
LEAST_DIGITS = 3
VAT_CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G", "L", "M"})
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EXTENSION = f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD = f"{XRECHNUNG}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
_EMAIL = compile(r"[^@ \t\r\n]+@(?:[^@. \t\r\n]+\.)+[^@. \t\r\n]+")
_ABSOLUTE_URL = compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:", ASCII)
_DAY = compile(r"\d{8}")


def guidelines(header: Header) -> list[Node]:
    """Specification identifiers (BT-24)."""
    return below(header.context, "ram:GuidelineSpecifiedDocumentContextParameter", "ram:ID")


def document(rules: RuleSet, header: Header) -> None:
    references = below(header.agreement, "ram:BuyerReference")
    rules.demand(are_filled(references), "BR-DE-15", header.root)
    code = words(below(header.document, "ram:TypeCode"))
    rules.demand(code in INVOICE_TYPES, "BR-DE-17", header.root)
    preceding = below(header.settlement, "ram:InvoiceReferencedDocument")
    rules.demand(code != CORRECTED_INVOICE or bool(preceding), "BR-DE-26", header.root)
    known = texts(guidelines(header)) & {XRECHNUNG, EXTENSION, CVD}
    for context in header.context:
        rules.demand(bool(known), "BR-DE-21", context)
    for seller in below(header.agreement, "ram:SellerTradeParty"):
        rules.demand(seller.has("ram:DefinedTradeContact"), "BR-DE-2", seller)
        for contact in seller.all("ram:DefinedTradeContact"):
            _contact(rules, contact)
    _address(rules, below(header.agreement, "ram:SellerTradeParty"), "BR-DE-3", "BR-DE-4")
    _address(rules, below(header.agreement, "ram:BuyerTradeParty"), "BR-DE-8", "BR-DE-9")
    _address(rules, below(header.delivery, "ram:ShipToTradeParty"), "BR-DE-10", "BR-DE-11")
    for reference in below(header.agreement, "ram:AdditionalReferencedDocument"):
        if "916" in texts(reference.all("ram:TypeCode")):
            _supporting_document(rules, reference)
    for tax in below(header.settlement, "ram:ApplicableTradeTax"):
        rules.demand(are_filled(tax.all("ram:RateApplicablePercent")), "BR-DE-14", tax)


def _contact(rules: RuleSet, contact: Node) -> None:
    """A contact point, a telephone number with some digits, and an e-mail address that looks like one."""
    telephone = contact.at("ram:TelephoneUniversalCommunication", "ram:CompleteNumber")
    email = contact.at("ram:EmailURIUniversalCommunication", "ram:URIID")
    rules.demand(are_filled(contact.all("ram:PersonName") + contact.all("ram:DepartmentName")), "BR-DE-5", contact)
    rules.demand(are_filled(telephone), "BR-DE-6", contact)
    rules.demand(are_filled(email), "BR-DE-7", contact)
    digits = sum(letter in "0123456789" for letter in words(telephone))
    rules.demand(digits >= LEAST_DIGITS, "BR-DE-27", contact)
    rules.demand(_EMAIL.fullmatch(words(email)) is not None, "BR-DE-28", contact)


def _address(rules: RuleSet, parties: list[Node], city: str, post_code: str) -> None:
    for address in below(parties, "ram:PostalTradeAddress"):
        rules.demand(are_filled(address.all("ram:CityName")), city, address)
        rules.demand(are_filled(address.all("ram:PostcodeCode")), post_code, address)


def _supporting_document(rules: RuleSet, reference: Node) -> None:
    address = sole(reference.all("ram:URIID"))
    rules.demand(address is None or _ABSOLUTE_URL.match(address.text) is not None, "BR-TMP-2", reference)
    rules.demand(len(reference.all("ram:Name")) <= 1, "BR-TMP-4", reference)
    rules.demand(len(reference.all("ram:AttachmentBinaryObject")) <= 1, "BR-TMP-5", reference)


def line(rules: RuleSet, item: Node) -> None:
    """Base quantity and its unit are the same under gross and net price; quantities compare as texts."""
    gross = item.at("ram:SpecifiedLineTradeAgreement", "ram:GrossPriceProductTradePrice", "ram:BasisQuantity")
    net = item.at("ram:SpecifiedLineTradeAgreement", "ram:NetPriceProductTradePrice", "ram:BasisQuantity")
    if not gross or not net:
        return
    gross_units, net_units = attributes(gross, "unitCode"), attributes(net, "unitCode")
    same_unit = not (gross_units and net_units) or not gross_units.isdisjoint(net_units)
    rules.demand(same_unit and not texts(gross).isdisjoint(texts(net)), "BR-TMP-3", item)


def _day(rules: RuleSet, node: Node) -> None:
    is_day = node.attributes.get("format") == "102" and _DAY.fullmatch(collapse(node.text)) is not None
    rules.demand(is_day, "BR-TMP-7", node)


CHECKS: dict[str, Check] = {"udt:DateTimeString": _day, "qdt:DateTimeString": _day, "udt:DateString": _day}


class OverLines:
    """What depends on every line: registration of the seller, a date of delivery, different file names."""

    def __init__(self) -> None:
        self._has_vat_line = False
        self._categories: set[str] = set()
        self._lines_without_period = 0
        self._names_are_alike = False

    def head(self, head: Fragment) -> None:
        self._see(head)

    def line(self, line: Fragment) -> None:
        for settlement in line.root.all("ram:SpecifiedLineTradeSettlement"):
            taxes = settlement.all("ram:ApplicableTradeTax")
            self._has_vat_line |= "VAT" in texts(below(taxes, "ram:TypeCode"))
            self._categories |= texts(below(taxes, "ram:CategoryCode")) & VAT_CATEGORIES
        if not line.root.at("ram:SpecifiedLineTradeSettlement", "ram:BillingSpecifiedPeriod"):
            self._lines_without_period += 1
        self._see(line)

    def _see(self, part: Fragment) -> None:
        """Look for documents side by side whose attachments have the same file name."""
        seen: dict[Node | None, set[str]] = {}
        for document in part.named("ram:AdditionalReferencedDocument"):
            names = attributes(document.all("ram:AttachmentBinaryObject"), "filename")
            before = seen.setdefault(document.parent, set())
            self._names_are_alike |= not before.isdisjoint(names)
            before |= names

    def end(self, rules: RuleSet, header: Header) -> None:
        rules.demand(not self._names_are_alike, "BR-DE-22", header.root)
        if self._uses_vat(header):
            rules.demand(_is_registered(header), "BR-DE-16", header.root)
        if not self._is_dated(header):
            rules.forbid("BR-DE-TMP-32", header.transaction)

    def _uses_vat(self, header: Header) -> bool:
        """VAT type and category need not stand in the same line or entry."""
        entries = below(header.settlement, "ram:SpecifiedTradeAllowanceCharge", "ram:CategoryTradeTax")
        if self._has_vat_line and self._categories:
            return True
        in_entries = not VAT_CATEGORIES.isdisjoint(texts(below(entries, "ram:CategoryCode")))
        return in_entries and any(_whole_text(tax) == "VAT" for tax in entries)

    def _is_dated(self, header: Header) -> bool:
        events = below(header.delivery, "ram:ActualDeliverySupplyChainEvent", "ram:OccurrenceDateTime")
        periods = below(header.settlement, "ram:BillingSpecifiedPeriod")
        return bool(events or periods) or self._lines_without_period == 0


def _is_registered(header: Header) -> bool:
    ids = below(header.agreement, "ram:SellerTradeParty", "ram:SpecifiedTaxRegistration", "ram:ID")
    known = [each for each in ids if collapse(each.attributes.get("schemeID", "")) in ("VA", "FC")]
    return are_filled(known) or bool(below(header.agreement, "ram:SellerTaxRepresentativeTradeParty"))


def _whole_text(node: Node) -> str:
    """All text in an element, white space between its children too, as comparing the element itself reads it."""
    return str(node.element.xpath("string()"))
