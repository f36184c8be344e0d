"""Allowances and charges of the document (BG-20, BG-21) and of lines (BG-27, BG-28): BR-31 to -44, BR-CO-21 to -24."""

from dataclasses import dataclass

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import has_many_decimals
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node
from xrechnung.judging.ubl.elements import is_on_document, is_vat, line_above, says_charge


@dataclass(frozen=True, slots=True)
class _Rules:
    """The same questions have other ids on document and line, for allowances and charges."""

    amount: str
    category: str | None
    reasons: tuple[str, str]
    decimals: tuple[str, str]
    """Of the amount and of its base amount."""


_ON_DOCUMENT = {
    False: _Rules("BR-31", "BR-32", ("BR-33", "BR-CO-21"), ("BR-DEC-01", "BR-DEC-02")),
    True: _Rules("BR-36", "BR-37", ("BR-38", "BR-CO-22"), ("BR-DEC-05", "BR-DEC-06")),
}
_ON_LINE = {
    False: _Rules("BR-41", None, ("BR-42", "BR-CO-23"), ("BR-DEC-24", "BR-DEC-25")),
    True: _Rules("BR-43", None, ("BR-44", "BR-CO-24"), ("BR-DEC-27", "BR-DEC-28")),
}


def allowance_or_charge(rules: RuleSet, node: Node) -> None:
    charge = says_charge(node)
    if charge is None:
        return
    if is_on_document(node):
        asked = _ON_DOCUMENT[charge]
    elif line_above(node) is not None:
        asked = _ON_LINE[charge]
    else:
        return
    rules.demand(node.has("cbc:Amount"), asked.amount, node)
    if asked.category:
        categories = node.all("cac:TaxCategory")
        rules.demand(any(each.has("cbc:ID") and is_vat(each) for each in categories), asked.category, node)
    has_reason = node.has("cbc:AllowanceChargeReason") or node.has("cbc:AllowanceChargeReasonCode")
    for rule in asked.reasons:
        rules.demand(has_reason, rule, node)
    for rule, name in zip(asked.decimals, ("cbc:Amount", "cbc:BaseAmount"), strict=True):
        rules.demand(not has_many_decimals(node.all(name)), rule, node)


CHECKS: dict[str, Check] = {"cac:AllowanceCharge": allowance_or_charge}
