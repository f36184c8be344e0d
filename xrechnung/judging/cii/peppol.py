"""Rules of Peppol BIS Billing that XRechnung has taken over (PEPPOL-EN16931-R001 to -R130)."""

import operator
from decimal import Decimal

from lxml import etree

from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.numbers import divided
from xrechnung.judging.common.xpath import attributes, doubles, own_words, sole, sole_decimal, texts, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, round2

SLACK = Decimal("0.02")
FORINT, FORINT_SLACK = "HUF", Decimal("0.5")
MAY_BE_EMPTY = "ApplicableHeaderTradeDelivery"
DIRECT_DEBITS = frozenset({"49", "59"})


def document(rules: RuleSet, header: Header) -> None:
    for settlement in header.settlement:
        _currencies(rules, header, settlement)
        _mandate(rules, settlement)


def _currencies(rules: RuleSet, header: Header, settlement: Node) -> None:
    """VAT in the invoice currency and in the accounting currency (BT-5 and BT-6, BT-110 and BT-111)."""
    own, foreign = texts(header.invoice_currency), texts(header.tax_currency)
    accounting = settlement.all("ram:TaxCurrencyCode")
    if accounting:
        differs = own_words(accounting) != own_words(settlement.all("ram:InvoiceCurrencyCode"))
        rules.demand(differs, "PEPPOL-EN16931-R005", settlement)
    totals = settlement.at("ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:TaxTotalAmount")
    named = [(total, total.attributes["currencyID"]) for total in totals if "currencyID" in total.attributes]
    in_own = [total for total, currency in named if currency in own]
    in_other = [total for total, currency in named if own - {currency}]
    rules.demand(len(in_own) <= 1, "PEPPOL-EN16931-R053", settlement)
    rules.demand(len(in_other) == (1 if accounting else 0), "PEPPOL-EN16931-R054", settlement)
    if header.tax_currency and in_own:
        in_foreign = doubles([total for total, currency in named if currency in foreign])
        signs, other_signs = ({amount < 0 for amount in amounts} for amounts in (doubles(in_own), in_foreign))
        rules.demand(not signs.isdisjoint(other_signs), "PEPPOL-EN16931-R055", settlement)


def _mandate(rules: RuleSet, settlement: Node) -> None:
    """A direct debit needs a mandate, which stands among the payment terms."""
    means = settlement.all("ram:SpecifiedTradeSettlementPaymentMeans")
    debits = [each for each in means if words(each.all("ram:TypeCode")) in DIRECT_DEBITS]
    if debits and not settlement.at("ram:SpecifiedTradePaymentTerms", "ram:DirectDebitMandateID"):
        rules.forbid("PEPPOL-EN16931-R061", debits)


def slack_of(header: Header) -> Decimal:
    """By how much computed amounts may be off."""
    return FORINT_SLACK if FORINT in texts(header.invoice_currency) else SLACK


def empty_elements(rules: RuleSet, part: Fragment) -> None:
    """No element is empty, but the delivery may be, if its prefix is the usual one."""
    for node in part.empty:
        if not _is_delivery(node.element):
            rules.break_("PEPPOL-EN16931-R008", node)


def _is_delivery(element: etree._Element) -> bool:
    return element.prefix == "ram" and etree.QName(element).localname == MAY_BE_EMPTY


def line(rules: RuleSet, header: Header, item: Node, slack: Decimal) -> None:
    settlement = item.all("ram:SpecifiedLineTradeSettlement")
    stated, computed = _line_total(settlement), _computed_total(item, settlement)
    rules.demand(_is_near(stated, computed, slack), "PEPPOL-EN16931-R120", item)
    documents = below(settlement, "ram:AdditionalReferencedDocument")
    is_object = "130" in texts(below(documents, "ram:TypeCode"))
    rules.demand(not documents or is_object, "PEPPOL-EN16931-R101", item)
    _period(rules, header, settlement)
    for price in item.at("ram:SpecifiedLineTradeAgreement", "ram:GrossPriceProductTradePrice"):
        _gross_price(rules, price)


def _is_near(stated: Decimal, computed: Decimal, slack: Decimal) -> bool:
    return stated - slack <= computed <= stated + slack


def _line_total(settlement: list[Node]) -> Decimal:
    total = below(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation", "ram:LineTotalAmount")
    return sole_decimal(total) or Decimal(0)


def _computed_total(item: Node, settlement: list[Node]) -> Decimal:
    """Quantity times price per base quantity, charges and allowances of the line added up."""
    quantity = sole_decimal(item.at("ram:SpecifiedLineTradeDelivery", "ram:BilledQuantity"))
    net = item.at("ram:SpecifiedLineTradeAgreement", "ram:NetPriceProductTradePrice")
    gross = item.at("ram:SpecifiedLineTradeAgreement", "ram:GrossPriceProductTradePrice")
    price = sole_decimal(below(net, "ram:ChargeAmount")) or Decimal(0)
    base = sole_decimal(below(net, "ram:BasisQuantity")) or sole_decimal(below(gross, "ram:BasisQuantity"))
    each = divided(price, base) if base else price
    total = each if quantity is None else quantity * each
    entries = below(settlement, "ram:SpecifiedTradeAllowanceCharge")
    if not entries:
        return total
    return total + _entries(entries, "true") - _entries(entries, "false")


def _entries(entries: list[Node], indicator: str) -> Decimal:
    alike = [each for each in entries if words(each.at("ram:ChargeIndicator", "udt:Indicator")) == indicator]
    return round2(sum((amount.decimal for amount in below(alike, "ram:ActualAmount")), Decimal(0)))


def _period(rules: RuleSet, header: Header, settlement: list[Node]) -> None:
    """A line's period lies within that of the invoice; days compare as texts."""
    periods = below(settlement, "ram:BillingSpecifiedPeriod")
    if not periods:
        return
    around = below(header.settlement, "ram:BillingSpecifiedPeriod")
    for rule, limit, is_within in (
        ("PEPPOL-EN16931-R110", "ram:StartDateTime", operator.ge),
        ("PEPPOL-EN16931-R111", "ram:EndDateTime", operator.le),
    ):
        limits = below(around, limit)
        outer = texts(below(limits, "udt:DateTimeString"))
        for inner in below(periods, limit) if limits else ():
            days = texts(inner.all("udt:DateTimeString"))
            rules.demand(any(is_within(day, bound) for day in days for bound in outer), rule, inner)


def _gross_price(rules: RuleSet, price: Node) -> None:
    """A discount makes the gross price the net price, and there are no charges on it."""
    entries = price.all("ram:AppliedTradeAllowanceCharge")
    amounts = [amount for entry in entries for amount in entry.all("ram:ActualAmount")[:1]]
    if amounts:
        says_none = "false" in texts(below(entries, "ram:ChargeIndicator", "udt:Indicator"))
        rules.demand(says_none, "PEPPOL-EN16931-R044", price)
    if price.has("ram:ChargeAmount"):
        rules.demand(_is_net(price, amounts), "PEPPOL-EN16931-R046", price)


def _is_net(price: Node, discounts: list[Node]) -> bool:
    """Whether the net price beside this gross price is what the discount leaves of it."""
    beside = price.parent
    net = sole_decimal(beside.at("ram:NetPriceProductTradePrice", "ram:ChargeAmount")) if beside is not None else None
    if net is None:
        return False
    gross = sole_decimal(price.all("ram:ChargeAmount")) or Decimal(0)
    return net == gross - (sole_decimal(discounts) or Decimal(0))


def _process(rules: RuleSet, node: Node) -> None:
    has_id = bool(node.at("ram:BusinessProcessSpecifiedDocumentContextParameter", "ram:ID"))
    rules.demand(has_id, "PEPPOL-EN16931-R001", node)


def _buyer(rules: RuleSet, node: Node) -> None:
    rules.demand(bool(node.at("ram:URIUniversalCommunication", "ram:URIID")), "PEPPOL-EN16931-R010", node)


def _seller(rules: RuleSet, node: Node) -> None:
    rules.demand(bool(node.at("ram:URIUniversalCommunication", "ram:URIID")), "PEPPOL-EN16931-R020", node)


def entries(rules: RuleSet, part: Fragment, slack: Decimal) -> None:
    """Allowances and charges: base and percentage come together, and make the amount."""
    for node in part.named("ram:SpecifiedTradeAllowanceCharge"):
        percent, base = node.all("ram:CalculationPercent"), node.all("ram:BasisAmount")
        if percent and not base:
            rules.break_("PEPPOL-EN16931-R041", node)
        elif base and not percent:
            rules.break_("PEPPOL-EN16931-R042", node)
        else:
            if percent:
                _entry_amount(rules, node, slack)
            _indicator(rules, node, "PEPPOL-EN16931-R043-1")


def _entry_amount(rules: RuleSet, node: Node, slack: Decimal) -> None:
    base, percent, amount = (
        sole_decimal(node.all(name)) or Decimal(0)
        for name in ("ram:BasisAmount", "ram:CalculationPercent", "ram:ActualAmount")
    )
    rules.demand(_is_near(amount, base * percent / 100, slack), "PEPPOL-EN16931-R040", node)


def _price_entry(rules: RuleSet, node: Node) -> None:
    _indicator(rules, node, "PEPPOL-EN16931-R043-2")


def _indicator(rules: RuleSet, node: Node, rule: str) -> None:
    said = own_words(node.at("ram:ChargeIndicator", "udt:Indicator"))
    rules.demand(said in ("true", "false"), rule, node)


def _price(rules: RuleSet, node: Node) -> None:
    base = sole(node.all("ram:BasisQuantity"))
    rules.demand(base is None or base.decimal > 0, "PEPPOL-EN16931-R121", node)


def _base_quantity(rules: RuleSet, node: Node) -> None:
    """The unit of the base quantity is that of the quantity."""
    price = node.parent
    if "unitCode" not in node.attributes or price is None or price.name not in _PRICES:
        return
    item = price.parent.parent if price.parent is not None else None
    billed = item.at("ram:SpecifiedLineTradeDelivery", "ram:BilledQuantity") if item is not None else []
    is_same = node.attributes["unitCode"] in attributes(billed, "unitCode")
    rules.demand(is_same, "PEPPOL-EN16931-R130", node)


_PRICES = ("ram:NetPriceProductTradePrice", "ram:GrossPriceProductTradePrice")
CHECKS: dict[str, Check] = {
    "rsm:ExchangedDocumentContext": _process,
    "ram:BuyerTradeParty": _buyer,
    "ram:SellerTradeParty": _seller,
    "ram:AppliedTradeAllowanceCharge": _price_entry,
    **dict.fromkeys(_PRICES, _price),
    "ram:BasisQuantity": _base_quantity,
}
