"""What the binding to CII allows less often, or in fewer places, than its schema (CII-SR, CII-DT).

Elements that must not be there at all are no matter of this module: they are a table (`absent_cii.tsv`).
"""

from collections.abc import Mapping
from re import compile

from xrechnung.judging.cii.allowances import says_charge_or_fails
from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import texts, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, collapse

Paths = Mapping[str, tuple[str, ...]]

_ONCE_IN_AGREEMENT: Paths = {
    "CII-SR-455": ("ram:SellerTradeParty", "ram:DefinedTradeContact"),
    "CII-SR-456": ("ram:BuyerTradeParty", "ram:DefinedTradeContact"),
    "CII-SR-459": ("ram:SellerTradeParty", "ram:URIUniversalCommunication"),
    "CII-SR-460": ("ram:BuyerTradeParty", "ram:URIUniversalCommunication"),
}
_ONCE_IN_SETTLEMENT: Paths = {
    "CII-SR-452": ("ram:SpecifiedTradePaymentTerms",),
    "CII-SR-453": ("ram:SpecifiedTradePaymentTerms", "ram:Description"),
    "CII-SR-461": ("ram:ApplicableTradeTax", "ram:TaxPointDate"),
}
_ONCE_IN_TOTALS: Paths = {
    "CII-SR-477": ("ram:LineTotalAmount",),
    "CII-SR-478": ("ram:ChargeTotalAmount",),
    "CII-SR-479": ("ram:AllowanceTotalAmount",),
    "CII-SR-480": ("ram:TaxBasisTotalAmount",),
    "CII-SR-481": ("ram:RoundingAmount",),
    "CII-SR-482": ("ram:GrandTotalAmount",),
    "CII-SR-483": ("ram:InformationAmount",),
    "CII-SR-484": ("ram:TotalPrepaidAmount",),
    "CII-SR-485": ("ram:TotalDiscountAmount",),
    "CII-SR-486": ("ram:TotalAllowanceChargeAmount",),
    "CII-SR-487": ("ram:DuePayableAmount",),
    "CII-SR-488": ("ram:RetailValueExcludingTaxInformationAmount",),
    "CII-SR-489": ("ram:TotalDepositFeeInformationAmount",),
    "CII-SR-490": ("ram:ProductValueExcludingTobaccoTaxInformationAmount",),
    "CII-SR-491": ("ram:TotalRetailValueInformationAmount",),
    "CII-SR-492": ("ram:GrossLineTotalAmount",),
    "CII-SR-493": ("ram:NetLineTotalAmount",),
    "CII-SR-494": ("ram:NetIncludingTaxesLineTotalAmount",),
}
_ONCE_IN_ALLOWANCE: Paths = {
    "CII-SR-471": ("ram:RateApplicablePercent",),
    "CII-SR-472": ("ram:CategoryTradeTax",),
    "CII-SR-473": ("ram:ActualAmount",),
}
_SCHEME_ATTRIBUTES = {
    "schemeName": "CII-DT-101",
    "schemeAgencyName": "CII-DT-102",
    "schemeDataURI": "CII-DT-103",
    "schemeURI": "CII-DT-104",
}
_AMOUNT_ATTRIBUTES = {"currencyID": "CII-DT-031", "currencyCodeListVersionID": "CII-DT-032"}
_SCHEMELESS = frozenset(
    {
        ("rsm:ExchangedDocument", "ram:ID"),
        ("ram:GuidelineSpecifiedDocumentContextParameter", "ram:ID"),
        ("ram:AssociatedDocumentLineDocument", "ram:LineID"),
        ("ram:SpecifiedTradeProduct", "ram:SellerAssignedID"),
    }
)
"""Identifiers with rules of their own for these attributes (CII-DT-001 to -007), by parent and name."""
_DAY = compile(r"[ \t\r\n]*\d{4}(?:1[0-2]|0[1-9])(?:3[01]|[12][0-9]|0[1-9])[ \t\r\n]*")


def document(rules: RuleSet, header: Header) -> None:
    for context in header.context:
        guidelines = context.all("ram:GuidelineSpecifiedDocumentContextParameter")
        processes = context.all("ram:BusinessProcessSpecifiedDocumentContextParameter")
        rules.demand(len(processes) <= 1, "CII-SR-003", context)
        rules.demand(len(guidelines) == 1, "CII-SR-009", context)
        rules.demand(len(below(guidelines, "ram:ID")) == 1, "CII-SR-010", context)
    for document in header.document:
        rules.demand(len(document.all("ram:TypeCode")) == 1, "CII-SR-014", document)
        for note in document.all("ram:IncludedNote"):
            rules.demand(len(note.all("ram:Content")) <= 1, "CII-SR-030", note)
    for agreement in header.agreement:
        _agreement(rules, agreement)
    for settlement in header.settlement:
        _at_most_once(rules, settlement, _ONCE_IN_SETTLEMENT)
        _credit_transfers(rules, settlement)
    for summation in header.summation:
        _at_most_once(rules, summation, _ONCE_IN_TOTALS)
    _one_kind_of_id(rules, header.agreement, "ram:BuyerTradeParty", "CII-SR-450")
    _one_kind_of_id(rules, header.delivery, "ram:ShipToTradeParty", "CII-SR-449")
    _one_kind_of_id(rules, header.settlement, "ram:PayeeTradeParty", "CII-SR-451")


def _one_kind_of_id(rules: RuleSet, groups: list[Node], party: str, rule: str) -> None:
    for group in groups:
        if group.at(party, "ram:ID") and group.at(party, "ram:GlobalID"):
            rules.break_(rule, group)


def _agreement(rules: RuleSet, agreement: Node) -> None:
    _at_most_once(rules, agreement, _ONCE_IN_AGREEMENT)
    documents = agreement.all("ram:AdditionalReferencedDocument")
    for rule, code in (("CII-SR-457", "50"), ("CII-SR-458", "130")):
        rules.demand(sum(code in texts(each.all("ram:TypeCode")) for each in documents) <= 1, rule, agreement)
    supporting = [each for each in documents if words(each.all("ram:TypeCode")) == "916"]
    rules.demand(len(below(supporting, "ram:Name")) <= 1, "CII-SR-475", agreement)
    rules.demand(len(below(supporting, "ram:AttachmentBinaryObject")) <= 1, "CII-SR-476", agreement)
    for rule, party in (("CII-SR-465", "ram:SellerTradeParty"), ("CII-SR-466", "ram:BuyerTradeParty")):
        contacts = agreement.at(party, "ram:DefinedTradeContact")
        both = below(contacts, "ram:PersonName") and below(contacts, "ram:DepartmentName")
        rules.demand(not both, rule, agreement)


def _credit_transfers(rules: RuleSet, settlement: Node) -> None:
    """A credit transfer (30, 58) names an account, by IBAN or otherwise."""
    for means in settlement.all("ram:SpecifiedTradeSettlementPaymentMeans"):
        if words(means.all("ram:TypeCode")) in ("30", "58"):
            account = means.all("ram:PayeePartyCreditorFinancialAccount")
            named = below(account, "ram:IBANID") or below(account, "ram:ProprietaryID")
            rules.demand(bool(named), "CII-SR-470", means)


def _at_most_once(rules: RuleSet, node: Node, paths: Paths) -> None:
    for rule, path in paths.items():
        if path[0] in node.kids and len(node.at(*path)) > 1:
            rules.break_(rule, node)


def line(rules: RuleSet, item: Node) -> None:
    for about in item.all("ram:AssociatedDocumentLineDocument"):
        notes = about.all("ram:IncludedNote")
        rules.demand(len(notes) <= 1, "CII-SR-039", about)
        rules.demand(len(below(notes, "ram:Content")) <= 1, "CII-SR-040", about)
    for product in item.all("ram:SpecifiedTradeProduct"):
        _product(rules, product)
    for agreement in item.all("ram:SpecifiedLineTradeAgreement"):
        prices = agreement.at("ram:NetPriceProductTradePrice", "ram:ChargeAmount")
        rules.demand(len(prices) == 1, "CII-SR-439", agreement)
        rules.demand(len(prices) <= 1, "CII-SR-441", agreement)
        _price_discount(rules, agreement)
    for settlement in item.all("ram:SpecifiedLineTradeSettlement"):
        rules.demand(len(settlement.all("ram:ApplicableTradeTax")) == 1, "CII-SR-454", settlement)
        documents = settlement.all("ram:AdditionalReferencedDocument")
        objects = [each for each in documents if words(each.all("ram:TypeCode")) == "130"]
        rules.demand(len(objects) <= 1, "CII-SR-474", settlement)


def _product(rules: RuleSet, product: Node) -> None:
    standard = product.all("ram:GlobalID")
    rules.demand(not standard or any("schemeID" in each.attributes for each in standard), "CII-SR-046", product)
    origin = product.all("ram:OriginTradeCountry")
    rules.demand(not origin or len(below(origin, "ram:ID")) == 1, "CII-SR-090", product)
    for attribute in product.all("ram:ApplicableProductCharacteristic"):
        rules.demand(len(attribute.all("ram:Description")) == 1, "CII-SR-069", attribute)
        rules.demand(len(attribute.all("ram:Value")) == 1, "CII-SR-072", attribute)


def _price_discount(rules: RuleSet, agreement: Node) -> None:
    """A discount on the price says that it is none but an allowance, and how much."""
    entries = agreement.at("ram:GrossPriceProductTradePrice", "ram:AppliedTradeAllowanceCharge")
    if not entries:
        return
    amounts = below(entries, "ram:ActualAmount")
    is_whole = amounts and any(says_charge_or_fails(entry, False) for entry in entries)
    is_none = not amounts and not below(entries, "ram:ChargeIndicator")
    rules.demand(bool(is_whole or is_none), "CII-SR-119", agreement)


def _allowance_or_charge(rules: RuleSet, node: Node) -> None:
    rules.demand(node.has("ram:ChargeIndicator"), "CII-SR-463", node)
    _at_most_once(rules, node, _ONCE_IN_ALLOWANCE)


def _price_entry(rules: RuleSet, node: Node) -> None:
    if node.parent is not None and node.parent.name == "ram:GrossPriceProductTradePrice":
        rules.demand(len(node.all("ram:ActualAmount")) <= 1, "CII-SR-440", node)


def _identifier(rules: RuleSet, node: Node) -> None:
    if node.attributes and not _has_rules_of_its_own(node):
        _without_attributes(rules, node, _SCHEME_ATTRIBUTES)


def _has_rules_of_its_own(node: Node) -> bool:
    return node.parent is not None and (node.parent.name, node.name) in _SCHEMELESS


def _amount(rules: RuleSet, node: Node) -> None:
    if node.attributes and node.name != "ram:TaxTotalAmount":
        _without_attributes(rules, node, _AMOUNT_ATTRIBUTES)


def _without_attributes(rules: RuleSet, node: Node, attributes: Mapping[str, str]) -> None:
    for attribute in node.attributes.keys() & attributes.keys():
        rules.break_(attributes[attribute], node)


def _referenced_document(rules: RuleSet, node: Node) -> None:
    """Most of what may be said of a document is allowed for supporting documents (916) or invoiced objects (130)."""
    codes = texts(node.all("ram:TypeCode"))
    known = codes if node.name == "ram:AdditionalReferencedDocument" else set()
    is_supporting = "916" in known
    for rule, name in (
        ("CII-DT-015", "ram:URIID"),
        ("CII-DT-021", "ram:Name"),
        ("CII-DT-022", "ram:AttachmentBinaryObject"),
    ):
        rules.demand(is_supporting or not node.has(name), rule, node)
    rules.demand(not codes or not known.isdisjoint(("50", "130", "916")), "CII-DT-018", node)
    rules.demand("130" in known or not node.has("ram:ReferenceTypeCode"), "CII-DT-024", node)
    is_dated = node.name == "ram:InvoiceReferencedDocument" or not node.has("ram:FormattedIssueDateTime")
    rules.demand(is_dated, "CII-DT-027", node)


def _trade_tax(rules: RuleSet, node: Node) -> None:
    codes = node.all("ram:TypeCode")
    rules.demand(not codes or "VAT" in texts(codes), "CII-DT-037", node)
    if node.name != "ram:ApplicableTradeTax":
        rules.demand(not node.has("ram:ExemptionReasonCode"), "CII-DT-052", node)
        rules.demand(not node.has("ram:ExemptionReason"), "CII-DT-098", node)
    for rule, name in (
        ("CII-DT-041", "ram:BasisAmount"),
        ("CII-DT-054", "ram:TaxPointDate"),
        ("CII-DT-058", "ram:DueDateTypeCode"),
    ):
        if node.has(name) and not _stands_in_settlement(node):
            rules.break_(rule, node)


def _stands_in_settlement(node: Node) -> bool:
    above = node.parent
    while above is not None:
        if above.name == "ram:ApplicableHeaderTradeSettlement":
            return True
        above = above.parent
    return False


def _day(rules: RuleSet, node: Node) -> None:
    if node.attributes.get("format") == "102":
        rules.demand(_DAY.fullmatch(node.text) is not None, "CII-DT-097", node)


CHECKS: dict[str, Check] = {
    "ram:SpecifiedTradeAllowanceCharge": _allowance_or_charge,
    "ram:AppliedTradeAllowanceCharge": _price_entry,
    "udt:DateTimeString": _day,
    "ram:*ID": _identifier,
    "ram:*Amount": _amount,
    "ram:*ReferencedDocument": _referenced_document,
    "ram:*TradeTax": _trade_tax,
}


class Everywhere:
    """What must be alike, or stand once, in the whole document."""

    def __init__(self) -> None:
        self._date_codes: set[str] = set()
        self._quantity_with_unit: Node | None = None
        self._has_billed_unit = False

    def head(self, rules: RuleSet, header: Header, head: Fragment) -> None:
        self._see(head)
        means = head.named("ram:SpecifiedTradeSettlementPaymentMeans")
        for rule, name in (("CII-SR-467", "ram:TypeCode"), ("CII-SR-468", "ram:Information")):
            said = below(means, name)
            rules.demand(len({collapse(each.text) for each in said}) <= 1, rule, header.root)
        references = below(head.named("ram:ApplicableHeaderTradeSettlement"), "ram:PaymentReference")
        rules.demand(len(references) <= 1, "CII-SR-469", header.root)

    def line(self, line: Fragment) -> None:
        self._see(line)
        billed = line.root.at("ram:SpecifiedLineTradeDelivery", "ram:BilledQuantity")
        self._has_billed_unit |= any("unitCode" in each.attributes for each in billed)

    def _see(self, part: Fragment) -> None:
        for code in part.named("ram:DueDateTypeCode"):
            if code.parent is not None and code.parent.name == "ram:ApplicableTradeTax" and len(self._date_codes) <= 1:
                self._date_codes.add(code.text)
        if self._quantity_with_unit is None and not self._has_billed_unit:
            self._quantity_with_unit = next(filter(_is_quantity_with_unit, part.attributed), None)

    def end(self, rules: RuleSet, header: Header) -> None:
        for settlement in header.settlement:
            rules.demand(len(self._date_codes) <= 1, "CII-SR-462", settlement)
        if self._quantity_with_unit is not None and not self._has_billed_unit:
            rules.break_("CII-DT-033", self._quantity_with_unit)


def _is_quantity_with_unit(node: Node) -> bool:
    return "unitCode" in node.attributes and node.name.startswith("ram:") and node.name.endswith("Quantity")
