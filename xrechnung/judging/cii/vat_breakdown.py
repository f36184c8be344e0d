"""Each VAT breakdown (BG-23): what its category asks (rules 08 to 14), and what is asked of any.

Categories L, M and O are asked at the breakdown itself, which keeps the general questions from being asked there (in
Schematron the first context wins); the other categories are asked at its category code.
"""

from collections.abc import Collection
from decimal import Decimal
from enum import Enum, auto

from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.cii.presence import is_vat
from xrechnung.judging.cii.vat_bases import STANDARD, Bases
from xrechnung.judging.common.numbers import whole_double
from xrechnung.judging.common.vat_categories import BY_CODE, VatCategory
from xrechnung.judging.common.xpath import equals, has_many_decimals, is_zero, sole, sole_decimal
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node, collapse, round2, to_double


class Base(Enum):
    """How exactly the taxable amount (BT-116) must match what it is the sum of."""

    WITHIN_ONE = auto()
    EXACT = auto()
    EXACT_PER_RATE = auto()
    UNASKED = auto()
    """CII looks for the rates at the wrong place (L, M) and finds none to disagree with."""


_BASES = {
    STANDARD: Base.EXACT_PER_RATE,
    "O": Base.EXACT,
    **dict.fromkeys(("L", "M"), Base.UNASKED),
    **dict.fromkeys(("AE", "E", "G", "K", "Z"), Base.WITHIN_ONE),
}
_ASKED_AT_BREAKDOWN = frozenset({"L", "M", "O"})
_ASKED_OF_ANY_TAX = frozenset({STANDARD, "Z"})
"""The others are asked only in breakdowns whose tax type is VAT."""
_ONLY_O = {
    "ram:ApplicableTradeTax": ("BR-O-11", "BR-O-12"),
    "ram:CategoryTradeTax": ("BR-O-13", "BR-O-14"),
}


def judge_breakdown(rules: RuleSet, header: Header, tax: Node, bases: Bases, mixed: Collection[str]) -> bool:
    """Judge one breakdown; whether its category leaves no room for the general questions.

    `mixed` are the names of taxes that have a category other than O somewhere in the document.
    """
    code = tax.first("ram:CategoryCode")
    category = BY_CODE.get(code.text) if code is not None else None
    if category is not None and (category.code in _ASKED_OF_ANY_TAX or is_vat(tax)):
        _judge_category(rules, header, tax, category, bases)
        if category.code == "O":
            for name in mixed:
                for rule in _ONLY_O[name]:
                    rules.break_(rule, tax)
        if category.code in _ASKED_AT_BREAKDOWN:
            return True
    _judge_any(rules, tax)
    return False


def _judge_category(rules: RuleSet, header: Header, tax: Node, category: VatCategory, bases: Bases) -> None:
    if not _base_is_right(tax, category.code, bases):
        rules.break_(category.rule(8), tax)
    if not _tax_is_right(tax, category):
        rules.break_(category.rule(9), tax)
    has_reason = tax.has("ram:ExemptionReason") or tax.has("ram:ExemptionReasonCode")
    if has_reason is not category.needs_reason:
        rules.break_(category.rule(10), tax)
    if category.code == "K":
        _judge_delivery_abroad(rules, header, tax)


def _base_is_right(tax: Node, code: str, bases: Bases) -> bool:
    how = _BASES[code]
    if how is Base.UNASKED:
        return True
    stated = tax.all("ram:BasisAmount")
    if how is Base.WITHIN_ONE:
        base, summed = sole(stated), float(bases.summed(code))
        return base is not None and to_double(base) - 1 < summed < to_double(base) + 1
    if how is Base.EXACT:
        return _states(stated, bases.summed(code))
    rates = [rate.decimal for rate in tax.all("ram:RateApplicablePercent")]
    return all(_states(stated, bases.summed(code, rate)) for rate in rates)


def _states(stated: list[Node], amount: Decimal) -> bool:
    return any(equals(each, float(amount)) for each in stated)


def _tax_is_right(tax: Node, category: VatCategory) -> bool:
    """No tax where none is due; for the standard rate less than one unit off, the product being one of doubles."""
    if not category.is_taxed:
        return is_zero(tax.all("ram:CalculatedAmount"))
    if category.code != STANDARD:
        return True
    stated = sole_decimal(tax.all("ram:CalculatedAmount"))
    base, rate = sole_decimal(tax.all("ram:BasisAmount")), sole(tax.all("ram:RateApplicablePercent"))
    if stated is None or base is None or rate is None:
        return False
    due = whole_double(float(abs(base)) * to_double(rate)) / 100
    return float(abs(stated) - 1) < due < float(abs(stated) + 1)


def _judge_delivery_abroad(rules: RuleSet, header: Header, tax: Node) -> None:
    """Intra-community supply: when, and to which country."""
    event = below(header.delivery, "ram:ActualDeliverySupplyChainEvent", "ram:OccurrenceDateTime", "udt:DateTimeString")
    period = tax.parent.all("ram:BillingSpecifiedPeriod") if tax.parent is not None else []
    limits = below(period, "ram:StartDateTime") or below(period, "ram:EndDateTime")
    rules.demand(bool(event or limits), "BR-IC-11", tax)
    country = below(header.delivery, "ram:ShipToTradeParty", "ram:PostalTradeAddress", "ram:CountryID")
    rules.demand(bool(country), "BR-IC-12", tax)


def _judge_any(rules: RuleSet, tax: Node) -> None:
    rules.demand(tax.has("ram:BasisAmount"), "BR-45", tax)
    rules.demand(tax.has("ram:CalculatedAmount"), "BR-46", tax)
    of_vat = is_vat(tax)
    rules.demand(of_vat and tax.has("ram:CategoryCode"), "BR-47", tax)
    rules.demand(of_vat and tax.has("ram:RateApplicablePercent"), "BR-48", tax)
    rules.demand(not has_many_decimals(tax.all("ram:BasisAmount")), "BR-DEC-19", tax)
    rules.demand(not has_many_decimals(tax.all("ram:CalculatedAmount")), "BR-DEC-20", tax)
    rules.demand(_tax_follows_from_rate(tax), "BR-CO-17", tax)


def _tax_follows_from_rate(tax: Node) -> bool:
    """At most one unit between tax and base times rate; a rate that rounds to 0 wants a tax that does."""
    stated = sole_decimal(tax.all("ram:CalculatedAmount"))
    if stated is None:
        return False
    of_vat = any(collapse(code.text.upper()) == "VAT" for code in tax.all("ram:TypeCode"))
    rate = sole_decimal(tax.all("ram:RateApplicablePercent")) if of_vat else None
    if rate is None or _whole(rate) == 0:
        return _whole(stated) == 0
    base = sole_decimal(tax.all("ram:BasisAmount"))
    if base is None:
        return False
    return abs(stated) - 1 <= round2(abs(base) * rate / 100) <= abs(stated) + 1


def _whole(number: Decimal) -> Decimal:
    return round2(number / 100) * 100
