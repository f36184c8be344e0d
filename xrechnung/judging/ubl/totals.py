"""The sums of an invoice (BR-CO-10 to BR-CO-17): each to cents, and exact, except the tax of a breakdown."""

from decimal import ROUND_FLOOR, Decimal

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import attributes, sole, sole_decimal, texts
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, round2
from xrechnung.judging.ubl.elements import LINES, is_document, is_on_document, is_vat, says_charge, stands_in
from xrechnung.judging.ubl.over_document import OverDocument

_NOTHING = Decimal(0)
_HALF = Decimal("0.5")
_ONE = Decimal(1)


class LineSum(OverDocument):
    """BR-CO-10: the sum of the lines is known when all lines have been seen."""

    def __init__(self) -> None:
        self._stated: list[tuple[Node, list[Node]]] = []
        """Totals, with what they say of the lines."""
        self._sum = _NOTHING

    def add(self, part: Fragment) -> None:
        for node in part.named("cac:LegalMonetaryTotal"):
            self._stated.append((node, node.all("cbc:LineExtensionAmount")))
        for name in LINES:
            for line in part.named(name):
                self._sum += sole_decimal(line.all("cbc:LineExtensionAmount")) or _NOTHING

    def end(self, rules: RuleSet, root: Node) -> None:
        total = round2(self._sum)
        for node, stated in self._stated:
            rules.demand(sole_decimal(stated) == total, "BR-CO-10", node)


class TaxInTaxCurrency(OverDocument):
    """BR-53: where the tax currency (BT-6) is given, some tax total is in it, be it that of a line."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def head(self, head: Fragment) -> None:
        self._missing = texts(head.root.all("cbc:TaxCurrencyCode"))
        self.add(head)

    def add(self, part: Fragment) -> None:
        if self._missing:
            for total in part.named("cac:TaxTotal"):
                self._missing -= attributes(total.all("cbc:TaxAmount"), "currencyID")

    def end(self, rules: RuleSet, root: Node) -> None:
        rules.demand(not self._missing, "BR-53", root)


def totals(rules: RuleSet, node: Node) -> None:
    """The document totals (BG-22) among themselves and with the allowances and charges of the document."""

    def stated(name: str) -> Decimal | None:
        return sole_decimal(node.all(name))

    allowances, charges = stated("cbc:AllowanceTotalAmount"), stated("cbc:ChargeTotalAmount")
    for rule, total, charge in (("BR-CO-11", allowances, False), ("BR-CO-12", charges, True)):
        those = [each for each in _beside(node, "cac:AllowanceCharge") if says_charge(each) is charge]
        amounts = [sole_decimal(each.all("cbc:Amount")) for each in those]
        rules.demand(_is_sum(total, amounts) if those or total is not None else True, rule, node)
    lines, net, gross = (
        stated("cbc:LineExtensionAmount"),
        stated("cbc:TaxExclusiveAmount"),
        stated("cbc:TaxInclusiveAmount"),
    )
    rules.demand(_is_net(net, lines, allowances, charges), "BR-CO-13", node)
    due = stated("cbc:PayableAmount"), stated("cbc:PrepaidAmount"), stated("cbc:PayableRoundingAmount")
    rules.demand(_is_due(*due, gross), "BR-CO-16", node)


def _beside(node: Node, name: str) -> list[Node]:
    return node.parent.all(name) if node.parent is not None else []


def _is_sum(total: Decimal | None, amounts: list[Decimal | None]) -> bool:
    return total == round2(sum((amount for amount in amounts if amount is not None), _NOTHING))


def _is_net(net: Decimal | None, lines: Decimal | None, allowances: Decimal | None, charges: Decimal | None) -> bool:
    """Lines less allowances plus charges; rounded only where there are any."""
    if net is None or lines is None:
        return False
    if allowances is None and charges is None:
        return net == lines
    return net == round2(lines + (charges or _NOTHING) - (allowances or _NOTHING))


def _is_due(payable: Decimal | None, prepaid: Decimal | None, rounding: Decimal | None, gross: Decimal | None) -> bool:
    """Gross total less what is paid already plus rounding; each side rounded only where there is something to add."""
    if payable is None or gross is None:
        return False
    left = payable if rounding is None else round2(payable - rounding)
    right = gross if prepaid is None else round2(gross - prepaid)
    return left == right


def document(rules: RuleSet, root: Node) -> None:
    """BR-CO-15: gross total is net total plus the one tax total in the invoice currency."""
    if is_document(root):
        for currency in texts(root.all("cbc:DocumentCurrencyCode")):
            rules.demand(_is_gross(root, currency), "BR-CO-15", root)


def _is_gross(root: Node, currency: str) -> bool:
    taxes = [
        tax
        for total in root.all("cac:TaxTotal")
        for tax in total.all("cbc:TaxAmount")
        if tax.attributes.get("currencyID") == currency
    ]
    if len(taxes) != 1:
        return False
    net = sole_decimal(root.at("cac:LegalMonetaryTotal", "cbc:TaxExclusiveAmount"))
    gross = [each.decimal for each in root.at("cac:LegalMonetaryTotal", "cbc:TaxInclusiveAmount")]
    return net is not None and round2(net + taxes[0].decimal) in gross


def tax_total(rules: RuleSet, node: Node) -> None:
    """BR-CO-14: the tax total is the sum of the breakdowns."""
    if is_on_document(node) and node.has("cac:TaxSubtotal"):
        amounts = [sole_decimal(each.all("cbc:TaxAmount")) for each in node.all("cac:TaxSubtotal")]
        rules.demand(_is_sum(sole_decimal(node.all("cbc:TaxAmount")), amounts), "BR-CO-14", node)


def breakdown(rules: RuleSet, node: Node) -> None:
    """BR-CO-17: the tax of a breakdown is less than 1 off base times rate; a rate that rounds to 0 means no tax."""
    if not stands_in(node, "cac:TaxTotal"):
        return
    tax, base = sole_decimal(node.all("cbc:TaxAmount")), sole_decimal(node.all("cbc:TaxableAmount"))
    rate = sole([rate for each in node.all("cac:TaxCategory") if is_vat(each) for rate in each.all("cbc:Percent")])
    rules.demand(tax is not None and _is_tax(tax, base, rate.decimal if rate else None), "BR-CO-17", node)


def _is_tax(tax: Decimal, base: Decimal | None, rate: Decimal | None) -> bool:
    if rate is None or _whole(rate) == 0:
        return _whole(tax) == 0
    return is_near_tax(tax, base, rate)


def is_near_tax(tax: Decimal, base: Decimal | None, rate: Decimal) -> bool:
    """Whether a tax is less than 1 off what the rate makes of the base; signs do not count."""
    return base is not None and abs(abs(tax) - round2((abs(base) * rate).scaleb(-2))) < _ONE


def _whole(number: Decimal) -> Decimal:
    """XPath's `round`: a half goes up towards plus infinity."""
    return (number + _HALF).to_integral_value(ROUND_FLOOR)


CHECKS: dict[str, Check] = {
    "ubl:Invoice": document,
    "cn:CreditNote": document,
    "cac:LegalMonetaryTotal": totals,
    "cac:TaxTotal": tax_total,
    "cac:TaxSubtotal": breakdown,
}
