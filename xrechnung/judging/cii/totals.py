"""The totals of the invoice (BG-22): how they follow from lines, allowances, charges and VAT (BR-CO-10 to BR-CO-16).

Official sums over texts are sums of doubles, so half a cent may fall to the other side; they are made the same way.
"""

from decimal import Decimal
from math import isfinite

from xrechnung.judging.cii.allowances import says_charge_or_fails
from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.numbers import added, cents_double, whole_double
from xrechnung.judging.common.xpath import equals, first_decimal, has_many_decimals, is_zero, sole, texts
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node, Undefined, round2, to_double

_DECIMALS = {
    "ram:LineTotalAmount": "BR-DEC-09",
    "ram:AllowanceTotalAmount": "BR-DEC-10",
    "ram:ChargeTotalAmount": "BR-DEC-11",
    "ram:TaxBasisTotalAmount": "BR-DEC-12",
    "ram:GrandTotalAmount": "BR-DEC-14",
    "ram:TotalPrepaidAmount": "BR-DEC-16",
    "ram:RoundingAmount": "BR-DEC-17",
    "ram:DuePayableAmount": "BR-DEC-18",
}


class Totals:
    """The totals of one invoice, and the running sum of its lines."""

    def __init__(self) -> None:
        self._lines = 0.0

    def add_line(self, item: Node) -> None:
        for amount in item.at(
            "ram:SpecifiedLineTradeSettlement",
            "ram:SpecifiedTradeSettlementLineMonetarySummation",
            "ram:LineTotalAmount",
        ):
            self._lines += to_double(amount)

    def head(self, rules: RuleSet, header: Header) -> None:
        """What holds between the totals themselves."""
        for node in header.summation:
            for name, amounts in node.kids.items():
                if name in _DECIMALS and has_many_decimals(amounts):
                    rules.break_(_DECIMALS[name], node)
            _allowances_and_charges(rules, header, node)
            rules.demand(_net_total_is_right(node), "BR-CO-13", node)
            rules.demand(_amount_due_is_right(node), "BR-CO-16", node)
            _vat_totals(rules, header, node)
        if header.invoice_currency:
            rules.demand(_gross_total_is_right(header), "BR-CO-15", header.root)

    def end(self, rules: RuleSet, header: Header) -> None:
        """The sum of the lines (BT-106)."""
        for node in header.summation:
            stated = sole(node.all("ram:LineTotalAmount"))
            if not isfinite(self._lines):
                raise Undefined(node, "the sum of the lines has no limit")
            summed = round2(Decimal(self._lines))
            rules.demand(stated is not None and stated.decimal == summed, "BR-CO-10", node)


def _allowances_and_charges(rules: RuleSet, header: Header, node: Node) -> None:
    entries = below(header.settlement, "ram:SpecifiedTradeAllowanceCharge")
    for is_charge, total, rule in (
        (False, "ram:AllowanceTotalAmount", "BR-CO-11"),
        (True, "ram:ChargeTotalAmount", "BR-CO-12"),
    ):
        alike = [each for each in entries if says_charge_or_fails(each, is_charge)]
        stated = node.all(total)
        if alike or stated:
            amounts = [each.all("ram:ActualAmount")[0] for each in alike if each.has("ram:ActualAmount")]
            rules.demand(bool(_sums_among(stated, amounts)), rule, node)


def _sums_among(stated: list[Node], amounts: list[Node]) -> list[Node]:
    """The totals that are the sum of amounts as doubles, to cents; the sum of none is 0, and no double."""
    if not amounts:
        return [each for each in stated if is_zero([each])]
    summed = cents_double(added(to_double(each) for each in amounts))
    return [each for each in stated if equals(each, summed)]


def _net_total_is_right(node: Node) -> bool:
    net, lines = first_decimal(node.all("ram:TaxBasisTotalAmount")), first_decimal(node.all("ram:LineTotalAmount"))
    allowances = first_decimal(node.all("ram:AllowanceTotalAmount")) or 0
    charges = first_decimal(node.all("ram:ChargeTotalAmount")) or 0
    return net is not None and lines is not None and net == round2(lines - allowances + charges)


def _amount_due_is_right(node: Node) -> bool:
    due, gross = first_decimal(node.all("ram:DuePayableAmount")), first_decimal(node.all("ram:GrandTotalAmount"))
    prepaid = first_decimal(node.all("ram:TotalPrepaidAmount")) or 0
    rounding = first_decimal(node.all("ram:RoundingAmount")) or 0
    return due is not None and gross is not None and due == gross - prepaid + rounding


def _gross_total_is_right(header: Header) -> bool:
    """One VAT total in the invoice currency makes up the difference; or there is no difference at all."""
    gross = first_decimal(below(header.summation, "ram:GrandTotalAmount"))
    net = first_decimal(below(header.summation, "ram:TaxBasisTotalAmount"))
    if gross is None or net is None:
        return False
    currency = header.invoice_currency[0].text
    taxes = [
        tax for tax in below(header.summation, "ram:TaxTotalAmount") if tax.attributes.get("currencyID") == currency
    ]
    if len(taxes) == 1 and gross == round2(net + taxes[0].decimal):
        return True
    return gross == net


def _vat_totals(rules: RuleSet, header: Header, node: Node) -> None:
    totals = node.all("ram:TaxTotalAmount")
    if not totals:
        return
    currencies, foreign = texts(header.invoice_currency), texts(header.tax_currency)
    own = [total for total in totals if total.attributes.get("currencyID") in currencies]
    abroad = [total for total in totals if total.attributes.get("currencyID") in foreign]
    rules.demand(len(own) < len(totals) or any(_is_in_cents(total) for total in own), "BR-DEC-13", node)
    rules.demand(not foreign or any(_is_in_cents(total) for total in abroad), "BR-DEC-15", node)
    if own:
        taxes = below(header.settlement, "ram:ApplicableTradeTax", "ram:CalculatedAmount")
        right = set(_sums_among(own, taxes))
        rules.forbid("BR-CO-14", (total for total in own if total not in right))


def _is_in_cents(total: Node) -> bool:
    return equals(total, whole_double(to_double(total) * 100) / 100)
