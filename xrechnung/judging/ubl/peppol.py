"""The rules of Peppol that XRechnung has taken over (PEPPOL-EN16931-R…)."""

from collections.abc import Callable
from decimal import Decimal

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.days import start_of
from xrechnung.judging.common.numbers import divided
from xrechnung.judging.common.xpath import doubles, own_words, sole, sole_decimal, texts, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, Undefined, round2
from xrechnung.judging.ubl.elements import (
    INVOICE,
    INVOICED_OBJECT,
    LINES,
    ROOTS,
    is_on_document,
    line_above,
    stands_in,
)

_NOTHING, _ONE = Decimal(0), Decimal(1)
_SLACK, _SLACK_IN_FORINT = Decimal("0.02"), Decimal("0.5")
_WITH_MANDATE = frozenset({"49", "59"})
_BOOLEANS = ("true", "false")


def document(rules: RuleSet, root: Node) -> None:
    rules.demand(root.has("cbc:ProfileID"), "PEPPOL-EN16931-R001", root)
    totals, foreign = root.all("cac:TaxTotal"), root.has("cbc:TaxCurrencyCode")
    detailed = sum(total.has("cac:TaxSubtotal") for total in totals)
    rules.demand(detailed == 1, "PEPPOL-EN16931-R053", root)
    rules.demand(len(totals) - detailed == (1 if foreign else 0), "PEPPOL-EN16931-R054", root)
    rules.demand(not foreign or _have_same_sign(root), "PEPPOL-EN16931-R055", root)


def _have_same_sign(root: Node) -> bool:
    """Tax in the tax currency and in the invoice currency."""
    amounts = root.at("cac:TaxTotal", "cbc:TaxAmount")

    def stated(name: str) -> list[float]:
        currency = words(root.all(name))
        return doubles([amount for amount in amounts if amount.attributes.get("currencyID") == currency])

    both = stated("cbc:TaxCurrencyCode"), stated("cbc:DocumentCurrencyCode")
    return all(any(tax <= 0 for tax in taxes) for taxes in both) or all(
        any(tax >= 0 for tax in taxes) for taxes in both
    )


def tax_currency(rules: RuleSet, node: Node) -> None:
    currency = node.parent.all("cbc:DocumentCurrencyCode") if node.parent is not None else []
    rules.demand(own_words([node]) != own_words(currency), "PEPPOL-EN16931-R005", node)


def party(rules: RuleSet, node: Node) -> None:
    if not node.has("cbc:EndpointID"):
        if stands_in(node, "cac:AccountingCustomerParty"):
            rules.break_("PEPPOL-EN16931-R010", node)
        elif stands_in(node, "cac:AccountingSupplierParty"):
            rules.break_("PEPPOL-EN16931-R020", node)


def payment_means(rules: RuleSet, node: Node) -> None:
    if words(node.all("cbc:PaymentMeansCode")) in _WITH_MANDATE:
        rules.demand(bool(node.at("cac:PaymentMandate", "cbc:ID")), "PEPPOL-EN16931-R061", node)


def price_discount(rules: RuleSet, node: Node) -> None:
    """On the price level there is no charge, and the discount leads from the gross to the net price."""
    if not stands_in(node, "cac:Price") or node.parent is None:
        return
    rules.demand(words(node.all("cbc:ChargeIndicator")) == "false", "PEPPOL-EN16931-R044", node)
    if node.has("cbc:BaseAmount"):
        net = sole_decimal(node.parent.all("cbc:PriceAmount"))
        gross, discount = sole_decimal(node.all("cbc:BaseAmount")), sole_decimal(node.all("cbc:Amount"))
        leads_there = gross is not None and discount is not None and net == gross - discount
        rules.demand(leads_there, "PEPPOL-EN16931-R046", node)


def base_quantity(rules: RuleSet, node: Node) -> None:
    """The price is for the same unit as the quantity."""
    if "unitCode" not in node.attributes or not stands_in(node, "cac:Price"):
        return
    line = node.parent.parent if node.parent is not None else None
    quantities = line.kids if line is not None else {}
    if "cbc:InvoicedQuantity" in quantities or "cbc:CreditedQuantity" in quantities:
        units = {each.attributes.get("unitCode") for each in quantities.get(_quantity_of(node), [])}
        rules.demand(node.attributes["unitCode"] in units, "PEPPOL-EN16931-R130", node)


def _quantity_of(node: Node) -> str:
    while node.parent is not None:
        node = node.parent
    return "cbc:InvoicedQuantity" if node.name == INVOICE else "cbc:CreditedQuantity"


CHECKS: dict[str, Check] = {
    "ubl:Invoice": document,
    "cn:CreditNote": document,
    "cbc:TaxCurrencyCode": tax_currency,
    "cac:Party": party,
    "cac:PaymentMeans": payment_means,
    "cac:AllowanceCharge": price_discount,
    "cbc:BaseQuantity": base_quantity,
}


def empty(rules: RuleSet, part: Fragment) -> None:
    """R008: no element is empty, but an order reference without a number may be."""
    for node in part.empty:
        if node.name != "cbc:ID" or not stands_in(node, "cac:OrderReference"):
            rules.break_("PEPPOL-EN16931-R008", node)


class Peppol:
    """The rules that need the invoice currency or the invoicing period for what stands in lines."""

    def __init__(self) -> None:
        self._slack = _SLACK
        self._period: dict[str, list[Node]] = {}

    def head(self, head: Fragment) -> None:
        if "HUF" in texts(head.root.all("cbc:DocumentCurrencyCode")):
            self._slack = _SLACK_IN_FORINT
        for name in ("cbc:StartDate", "cbc:EndDate"):
            self._period[name] = head.root.at("cac:InvoicePeriod", name)

    def look_at(self, part: Fragment, rules: RuleSet) -> None:
        for name in LINES:
            for line in part.named(name):
                self._line(rules, line)
        for node in part.named("cac:AllowanceCharge"):
            holder = node.parent if node.parent is not None else node
            if holder.name in ROOTS or line_of_document(node):
                self._allowance_or_charge(rules, node)
        for node in part.named("cac:InvoicePeriod"):
            if line_of_document(node):
                self._within(rules, node, "cbc:StartDate", "PEPPOL-EN16931-R110", lambda day, start: day >= start)
                self._within(rules, node, "cbc:EndDate", "PEPPOL-EN16931-R111", lambda day, end: day <= end)

    def _allowance_or_charge(self, rules: RuleSet, node: Node) -> None:
        percents, bases = node.all("cbc:MultiplierFactorNumeric"), node.all("cbc:BaseAmount")
        if percents and not bases:
            rules.break_("PEPPOL-EN16931-R041", node)
        elif bases and not percents:
            rules.break_("PEPPOL-EN16931-R042", node)
        else:
            if percents and bases:
                stated = _stated(node, "cbc:Amount", _NOTHING)
                base = _stated(node, "cbc:BaseAmount", _NOTHING)
                expected = (base * _stated(node, "cbc:MultiplierFactorNumeric", _NOTHING)).scaleb(-2)
                rules.demand(self._is_near(stated, expected), "PEPPOL-EN16931-R040", node)
            says = own_words(node.all("cbc:ChargeIndicator"))
            rules.demand(says in _BOOLEANS, "PEPPOL-EN16931-R043", node)

    def _within(self, rules: RuleSet, period: Node, name: str, rule: str, holds: Callable[[int, int], bool]) -> None:
        """A day of a line's period against that of the invoicing period, if there is one."""
        for day in period.all(name) if self._period[name] else ():
            bound = sole(self._period[name])
            if day.pieces > 1:
                raise Undefined(day, f"the text of {name} is in pieces")
            is_within = bound is not None and day.text != "" and holds(start_of(day), start_of(bound))
            rules.demand(is_within, rule, day)

    def _line(self, rules: RuleSet, line: Node) -> None:
        price = line.only("cac:Price")
        base = sole_decimal(price.all("cbc:BaseQuantity")) if price is not None else None
        stated = _stated(line, "cbc:LineExtensionAmount", _NOTHING)
        rules.demand(self._is_near(stated, _net(line, price, base)), "PEPPOL-EN16931-R120", line)
        rules.demand(base is None or base > 0, "PEPPOL-EN16931-R121", line)
        if line.has("cac:DocumentReference"):
            types = texts(line.at("cac:DocumentReference", "cbc:DocumentTypeCode"))
            rules.demand(INVOICED_OBJECT in types, "PEPPOL-EN16931-R101", line)

    def _is_near(self, stated: Decimal, expected: Decimal) -> bool:
        return abs(stated - expected) <= self._slack


def line_of_document(node: Node) -> bool:
    """Whether this stands directly in a line of the document."""
    line = line_above(node)
    return line is not None and is_on_document(line)


def _net(line: Node, price: Node | None, base: Decimal | None) -> Decimal:
    """Quantity times price for the base quantity, with charges and without allowances."""
    quantity = _stated(line, _quantity_of(line), _ONE)
    amount = _stated(price, "cbc:PriceAmount", _NOTHING) if price is not None else _NOTHING
    net = quantity * divided(amount, base or _ONE)
    if line.has("cac:AllowanceCharge"):
        net += _sum(line, "true") - _sum(line, "false")
    return net


def _sum(line: Node, says: str) -> Decimal:
    """Charges or allowances of a line, to cents."""
    amounts = [
        amount.decimal
        for each in line.all("cac:AllowanceCharge")
        if words(each.all("cbc:ChargeIndicator")) == says
        for amount in each.all("cbc:Amount")
    ]
    return round2(sum(amounts, _NOTHING))


def _stated(node: Node, name: str, otherwise: Decimal) -> Decimal:
    number = sole_decimal(node.all(name))
    return otherwise if number is None else number
