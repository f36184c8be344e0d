"""How many decimals amounts may have (BR-DEC, UBL-DT-01): what is written counts, zeros and blanks included.

BR-DEC-13 and BR-DEC-15 look for the currency code inside the amount, where it never stands, so they never fail.
Those of allowances and charges stand with these.
"""

from collections.abc import Iterator, Mapping

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import MOST_DECIMALS, has_many_decimals
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node
from xrechnung.judging.ubl.elements import stands_in

_TOTALS = {
    "cbc:LineExtensionAmount": "BR-DEC-09",
    "cbc:AllowanceTotalAmount": "BR-DEC-10",
    "cbc:ChargeTotalAmount": "BR-DEC-11",
    "cbc:TaxExclusiveAmount": "BR-DEC-12",
    "cbc:TaxInclusiveAmount": "BR-DEC-14",
    "cbc:PrepaidAmount": "BR-DEC-16",
    "cbc:PayableRoundingAmount": "BR-DEC-17",
    "cbc:PayableAmount": "BR-DEC-18",
}
_BREAKDOWN = {"cbc:TaxableAmount": "BR-DEC-19", "cbc:TaxAmount": "BR-DEC-20"}
_LINE = {"cbc:LineExtensionAmount": "BR-DEC-23"}


def totals(rules: RuleSet, node: Node) -> None:
    _check(rules, node, _TOTALS)


def breakdown(rules: RuleSet, node: Node) -> None:
    """One VAT breakdown (BG-23), also one in a line."""
    if stands_in(node, "cac:TaxTotal"):
        _check(rules, node, _BREAKDOWN)


def line(rules: RuleSet, node: Node) -> None:
    _check(rules, node, _LINE)


def _check(rules: RuleSet, node: Node, amounts: Mapping[str, str]) -> None:
    for name, rule in amounts.items():
        if node.has(name):
            rules.demand(not has_many_decimals(node.all(name)), rule, node)


def amount(rules: RuleSet, node: Node) -> None:
    """Any amount but prices and what belongs to them (UBL-DT-01)."""
    if len(node.text.partition(".")[2]) <= MOST_DECIMALS or node.name.endswith("PriceAmount"):
        return
    if not any(upper.name == "cac:Price" and upper.has("cac:AllowanceCharge") for upper in _above(node)):
        rules.break_("UBL-DT-01", node)


def _above(node: Node) -> Iterator[Node]:
    upper = node.parent
    while upper is not None:
        yield upper
        upper = upper.parent


CHECKS: dict[str, Check] = {
    "cac:LegalMonetaryTotal": totals,
    "cac:TaxSubtotal": breakdown,
    "cac:InvoiceLine": line,
    "cac:CreditNoteLine": line,
    "*Amount": amount,
}
