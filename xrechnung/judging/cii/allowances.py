"""Allowances and charges of document and line: amount, VAT category, reason, decimals (BR-31 to BR-44, BR-DEC)."""

from dataclasses import dataclass

from xrechnung.judging.cii.presence import is_vat
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import boolean, boolean_or_none, has_many_decimals
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node


@dataclass(frozen=True, slots=True)
class _Kind:
    """The ids of what is asked of one kind of allowance or charge."""

    amount: str
    reasons: tuple[str, str]
    decimals: str
    base_decimals: str
    category: str | None = None
    """Asked on document level only."""


_KINDS = {
    ("ram:ApplicableHeaderTradeSettlement", "false"): _Kind(
        "BR-31", ("BR-33", "BR-CO-21"), "BR-DEC-01", "BR-DEC-02", "BR-32"
    ),
    ("ram:ApplicableHeaderTradeSettlement", "true"): _Kind(
        "BR-36", ("BR-38", "BR-CO-22"), "BR-DEC-05", "BR-DEC-06", "BR-37"
    ),
    ("ram:SpecifiedLineTradeSettlement", "false"): _Kind("BR-41", ("BR-42", "BR-CO-23"), "BR-DEC-24", "BR-DEC-25"),
    ("ram:SpecifiedLineTradeSettlement", "true"): _Kind("BR-43", ("BR-44", "BR-CO-24"), "BR-DEC-27", "BR-DEC-28"),
}


def _allowance_or_charge(rules: RuleSet, node: Node) -> None:
    """Asked only where the indicator reads exactly `true` or `false`, although `1` and `0` are valid too."""
    if node.parent is None:
        return
    for indicator in node.at("ram:ChargeIndicator", "udt:Indicator"):
        kind = _KINDS.get((node.parent.name, indicator.text))
        if kind is not None:
            _judge(rules, node, kind)


def _judge(rules: RuleSet, node: Node, kind: _Kind) -> None:
    rules.demand(node.has("ram:ActualAmount"), kind.amount, node)
    if kind.category is not None:
        taxes = node.all("ram:CategoryTradeTax")
        rules.demand(any(is_vat(tax) and tax.has("ram:CategoryCode") for tax in taxes), kind.category, node)
    if not node.has("ram:Reason") and not node.has("ram:ReasonCode"):
        for rule in kind.reasons:
            rules.break_(rule, node)
    rules.demand(not has_many_decimals(node.all("ram:ActualAmount")[:1]), kind.decimals, node)
    rules.demand(not has_many_decimals(node.all("ram:BasisAmount")), kind.base_decimals, node)


def says_charge(entry: Node, is_charge: bool) -> bool:
    """Whether an allowance or charge says it is a charge (or says it is none)."""
    return any(boolean_or_none(each) is is_charge for each in entry.at("ram:ChargeIndicator", "udt:Indicator"))


def says_charge_or_fails(entry: Node, is_charge: bool) -> bool:
    """The same in the test of a rule, which has no result for an indicator that is neither true nor false."""
    return any(boolean(each) is is_charge for each in entry.at("ram:ChargeIndicator", "udt:Indicator"))


CHECKS: dict[str, Check] = {"ram:SpecifiedTradeAllowanceCharge": _allowance_or_charge}
