"""VAT categories asked where they stand: the rate on lines, allowances and charges (rules 05 to 07), and what belongs
to the breakdown (09, 10). Where a category is used without its breakdown or its registrations: `vat_use`; whether the
taxable amounts add up: `vat_bases`.
"""

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.vat_categories import BY_CODE, Rate, VatCategory
from xrechnung.judging.common.xpath import is_above_zero, is_not_negative, sole_decimal, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node
from xrechnung.judging.ubl.elements import is_vat, line_above, says_charge, stands_in
from xrechnung.judging.ubl.totals import is_near_tax

LINE_RATE, ALLOWANCE_RATE, CHARGE_RATE, TAX, REASON = 5, 6, 7, 9, 10


def category_of(node: Node) -> VatCategory | None:
    """The category a node names, if it is a VAT category with rules of its own."""
    category = BY_CODE.get(words(node.all("cbc:ID")))
    return category if category is not None and is_vat(node) else None


def is_in_breakdown(node: Node) -> bool:
    """Whether a tax category is that of a VAT breakdown (BG-23) of the document."""
    if not stands_in(node, "cac:TaxSubtotal", "cac:TaxTotal"):
        return False
    total = node.parent.parent if node.parent is not None else None
    return total is not None and total.parent is not None and total.parent.parent is None


def of_item(rules: RuleSet, node: Node) -> None:
    """The category of a line's item (BG-30)."""
    category = category_of(node) if line_above(node, "cac:Item") is not None else None
    if category is not None and not _is_allowed(node, category.rate):
        rules.break_(category.rule(LINE_RATE), node)


def of_anything_else(rules: RuleSet, node: Node) -> None:
    """The category of an allowance, a charge or a breakdown."""
    category = category_of(node)
    if category is None or node.parent is None:
        return
    if node.parent.name == "cac:AllowanceCharge":
        charge = says_charge(node.parent)
        if charge is not None and not _is_allowed(node, category.rate):
            rules.break_(category.rule(CHARGE_RATE if charge else ALLOWANCE_RATE), node)
    elif is_in_breakdown(node):
        _breakdown(rules, node, node.parent, category)


def _is_allowed(node: Node, rate: Rate) -> bool:
    percents = node.all("cbc:Percent")
    match rate:
        case Rate.ABOVE_ZERO:
            return is_above_zero(percents)
        case Rate.NOT_NEGATIVE:
            return is_not_negative(percents)
        case Rate.ZERO:
            return sole_decimal(percents) == 0
        case Rate.ABSENT:
            return not percents


def _breakdown(rules: RuleSet, node: Node, subtotal: Node, category: VatCategory) -> None:
    tax = sole_decimal(subtotal.all("cbc:TaxAmount"))
    if category.is_taxed:
        base, rate = sole_decimal(subtotal.all("cbc:TaxableAmount")), sole_decimal(node.all("cbc:Percent"))
        is_right = tax is not None and rate is not None and is_near_tax(tax, base, rate)
    else:
        is_right = tax == 0
    if not is_right:
        rules.break_(category.rule(TAX), node)
    if (node.has("cbc:TaxExemptionReason") or node.has("cbc:TaxExemptionReasonCode")) is not category.needs_reason:
        rules.break_(category.rule(REASON), node)


def breakdown(rules: RuleSet, node: Node) -> None:
    """What every VAT breakdown contains (BR-45 to BR-48), also one in a line."""
    if not stands_in(node, "cac:TaxTotal"):
        return
    categories = [each for each in node.all("cac:TaxCategory") if is_vat(each)]
    has_rate = any(each.has("cbc:Percent") for each in categories)
    rules.demand(node.has("cbc:TaxableAmount"), "BR-45", node)
    rules.demand(node.has("cbc:TaxAmount"), "BR-46", node)
    rules.demand(any(each.has("cbc:ID") for each in categories), "BR-47", node)
    rules.demand(has_rate or any(words(each.all("cbc:ID")) == "O" for each in categories), "BR-48", node)


CHECKS: dict[str, Check] = {
    "cac:ClassifiedTaxCategory": of_item,
    "cac:TaxCategory": of_anything_else,
    "cac:TaxSubtotal": breakdown,
}
