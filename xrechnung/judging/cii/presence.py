"""What an invoice must contain (BR-01 to BR-65, some of BR-CO), apart from allowances, sums and VAT."""

from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import (
    attribute_words,
    attributes,
    has_many_decimals,
    is_not_negative,
    says_something,
    texts,
    words,
)
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node

LONGEST_CARD_NUMBER = 10


def document(rules: RuleSet, header: Header) -> None:
    root, agreement, issued = header.root, header.agreement, below(header.document, "ram:IssueDateTime")
    guideline = below(header.context, "ram:GuidelineSpecifiedDocumentContextParameter", "ram:ID")
    days = [day for day in below(issued, "udt:DateTimeString") if day.attributes.get("format") == "102"]
    rules.demand(says_something(guideline), "BR-01", root)
    rules.demand(says_something(below(header.document, "ram:ID")), "BR-02", root)
    rules.demand(says_something(days), "BR-03", root)
    rules.demand(says_something(below(header.document, "ram:TypeCode")), "BR-04", root)
    rules.demand(says_something(header.invoice_currency), "BR-05", root)
    seller, buyer = below(agreement, "ram:SellerTradeParty"), below(agreement, "ram:BuyerTradeParty")
    _party(rules, seller, ("BR-06", "BR-08", "BR-09", "BR-62"), root)
    _party(rules, buyer, ("BR-07", "BR-10", "BR-11", "BR-63"), root)
    _delivery(rules, header)
    for summation in header.summation:
        _totals(rules, header, summation)
    for reference in below(header.settlement, "ram:InvoiceReferencedDocument"):
        rules.demand(says_something(reference.all("ram:IssuerAssignedID")), "BR-55", reference)


def _party(rules: RuleSet, party: list[Node], ids: tuple[str, str, str, str], root: Node) -> None:
    """Name, address, country, and the scheme of the (first) electronic address of seller or buyer."""
    name, address, country, scheme = ids
    addresses = below(party, "ram:PostalTradeAddress")
    rules.demand(says_something(below(party, "ram:Name")), name, root)
    rules.demand(bool(addresses), address, root)
    rules.demand(says_something(below(addresses, "ram:CountryID")), country, root)
    electronic = [each.all("ram:URIUniversalCommunication")[:1] for each in party]
    ids_there = below([each for first in electronic for each in first], "ram:URIID")
    rules.demand(attribute_words(ids_there, "schemeID") != "" or not any(electronic), scheme, root)


def _delivery(rules: RuleSet, header: Header) -> None:
    for delivery in header.delivery:
        addresses = delivery.at("ram:ShipToTradeParty", "ram:PostalTradeAddress")
        rules.demand(not addresses or says_something(below(addresses, "ram:CountryID")), "BR-57", delivery)


def _totals(rules: RuleSet, header: Header, node: Node) -> None:
    rules.demand(node.has("ram:LineTotalAmount"), "BR-12", node)
    rules.demand(node.has("ram:TaxBasisTotalAmount"), "BR-13", node)
    rules.demand(node.has("ram:GrandTotalAmount"), "BR-14", node)
    rules.demand(node.has("ram:DuePayableAmount"), "BR-15", node)
    if header.tax_currency:
        foreign = texts(header.tax_currency)
        stated = not foreign.isdisjoint(attributes(node.all("ram:TaxTotalAmount"), "currencyID"))
        differs = foreign.isdisjoint(texts(header.invoice_currency))
        rules.demand(stated and differs, "BR-53", node)


def line(rules: RuleSet, header: Header, item: Node) -> None:
    """One invoice line (BG-25)."""
    product, settlement = item.all("ram:SpecifiedTradeProduct"), item.all("ram:SpecifiedLineTradeSettlement")
    quantity = item.at("ram:SpecifiedLineTradeDelivery", "ram:BilledQuantity")
    rules.demand(says_something(item.at("ram:AssociatedDocumentLineDocument", "ram:LineID")), "BR-21", item)
    rules.demand(bool(quantity), "BR-22", item)
    rules.demand(any("unitCode" in each.attributes for each in quantity), "BR-23", item)
    total = below(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation", "ram:LineTotalAmount")
    rules.demand(bool(total), "BR-24", item)
    rules.demand(not has_many_decimals(total), "BR-DEC-23", item)
    rules.demand(says_something(below(product, "ram:Name")), "BR-25", item)
    _prices(rules, item)
    standard = below(product, "ram:GlobalID")
    rules.demand(not standard or attribute_words(standard, "schemeID") != "", "BR-64", item)
    taxes = below(settlement, "ram:ApplicableTradeTax")
    rules.demand(any(is_vat(tax) and tax.has("ram:CategoryCode") for tax in taxes), "BR-CO-04", item)
    rules.demand(bool(below(header.settlement, "ram:ApplicableTradeTax")), "BR-CO-18", item)


def _prices(rules: RuleSet, item: Node) -> None:
    net = item.at("ram:SpecifiedLineTradeAgreement", "ram:NetPriceProductTradePrice", "ram:ChargeAmount")
    gross = item.at("ram:SpecifiedLineTradeAgreement", "ram:GrossPriceProductTradePrice", "ram:ChargeAmount")
    rules.demand(bool(net), "BR-26", item)
    rules.demand(is_not_negative(net), "BR-27", item)
    rules.demand(not gross or is_not_negative(gross), "BR-28", item)


def is_vat(tax: Node) -> bool:
    """Whether a tax says it is VAT, in capitals or not."""
    code = tax.first("ram:TypeCode")
    return code is not None and code.text.upper() == "VAT"


def _classification(rules: RuleSet, node: Node) -> None:
    codes = node.all("ram:ClassCode")
    rules.demand(not codes or attribute_words(codes, "listID") != "", "BR-65", node)


def _supporting_document(rules: RuleSet, node: Node) -> None:
    rules.demand(says_something(node.all("ram:IssuerAssignedID")), "BR-52", node)


def _characteristic(rules: RuleSet, node: Node) -> None:
    rules.demand(node.has("ram:Description") and node.has("ram:Value"), "BR-54", node)


def _card(rules: RuleSet, node: Node) -> None:
    rules.demand(len(words(node.all("ram:ID"))) <= LONGEST_CARD_NUMBER, "BR-51", node)


def _payment_means(rules: RuleSet, node: Node) -> None:
    codes = texts(node.all("ram:TypeCode"))
    rules.demand(bool(codes), "BR-49", node)
    if "30" not in codes and "58" not in codes:
        return
    for account in node.all("ram:PayeePartyCreditorFinancialAccount"):
        iban, other = account.all("ram:IBANID"), account.all("ram:ProprietaryID")
        rules.demand(says_something(iban) or says_something(other), "BR-50", account)
        rules.demand(bool(iban or other), "BR-61", account)


def _payee(rules: RuleSet, node: Node) -> None:
    """A payee is named and is not the seller, by name, identifier and registration."""
    seller = []
    if node.parent is not None and node.parent.parent is not None:
        seller = node.parent.parent.at("ram:ApplicableHeaderTradeAgreement", "ram:SellerTradeParty")
    differs = all(
        texts(node.at(*path)).isdisjoint(texts(below(seller, *path)))
        for path in (("ram:Name",), ("ram:ID",), ("ram:SpecifiedLegalOrganization", "ram:ID"))
    )
    rules.demand(node.has("ram:Name") and differs, "BR-17", node)


def _seller(rules: RuleSet, node: Node) -> None:
    identified = (
        node.has("ram:ID")
        or node.has("ram:GlobalID")
        or bool(node.at("ram:SpecifiedLegalOrganization", "ram:ID"))
        or "VA" in attributes(node.at("ram:SpecifiedTaxRegistration", "ram:ID"), "schemeID")
    )
    rules.demand(identified, "BR-CO-26", node)


def _tax_representative(rules: RuleSet, node: Node) -> None:
    registrations = node.at("ram:SpecifiedTaxRegistration", "ram:ID")
    rules.demand(says_something(node.all("ram:Name")), "BR-18", node)
    rules.demand(node.has("ram:PostalTradeAddress"), "BR-19", node)
    rules.demand(says_something(node.at("ram:PostalTradeAddress", "ram:CountryID")), "BR-20", node)
    vat_ids = [each for each in registrations if each.attributes.get("schemeID") == "VA"]
    rules.demand(says_something(vat_ids), "BR-56", node)


def _period(rules: RuleSet, node: Node) -> None:
    """A period has a start or an end, and does not end before it starts; days compare as texts."""
    if node.parent is None:
        return
    if node.parent.name == "ram:SpecifiedLineTradeSettlement":
        order, presence = "BR-30", "BR-CO-20"
    elif node.parent.name == "ram:ApplicableHeaderTradeSettlement":
        order, presence = "BR-29", "BR-CO-19"
    else:
        return
    starts, ends = node.all("ram:StartDateTime"), node.all("ram:EndDateTime")
    rules.demand(bool(starts or ends), presence, node)
    if starts and ends:
        rules.demand(any(end >= start for end in _days(ends) for start in _days(starts)), order, node)


def _days(instants: list[Node]) -> list[str]:
    days = below(instants, "udt:DateTimeString")
    return [day.text for day in days if day.attributes.get("format") == "102"]


CHECKS: dict[str, Check] = {
    "ram:DesignatedProductClassification": _classification,
    "ram:AdditionalReferencedDocument": _supporting_document,
    "ram:ApplicableProductCharacteristic": _characteristic,
    "ram:ApplicableTradeSettlementFinancialCard": _card,
    "ram:SpecifiedTradeSettlementPaymentMeans": _payment_means,
    "ram:PayeeTradeParty": _payee,
    "ram:SellerTradeParty": _seller,
    "ram:SellerTaxRepresentativeTradeParty": _tax_representative,
    "ram:BillingSpecifiedPeriod": _period,
}
