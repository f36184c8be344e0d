"""What taxable amounts (BT-116) are sums of: lines, charges and allowances of a category (and rate)."""

from decimal import Decimal

from xrechnung.judging.cii.allowances import says_charge_or_fails
from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.vat_categories import BY_CODE
from xrechnung.judging.common.xpath import sole
from xrechnung.judging.tree import Node, Undefined, round2

STANDARD = "S"
"""Summed up for each rate; the other categories as a whole."""
_CAST = frozenset({"O", "Z"})
"""Here the charge indicator is cast where the others compare it, so it must be there."""
_NOTHING = Decimal(0)

Key = tuple[str, Decimal | None]
"""Category and rate."""


class Bases:
    """The sums of one invoice."""

    def __init__(self) -> None:
        self._lines: dict[Key, Decimal] = {}
        self._charges: dict[Key, Decimal] = {}
        self._allowances: dict[Key, Decimal] = {}
        self._without_indicator: dict[str, Node] = {}

    def summed(self, code: str, rate: Decimal | None = None) -> Decimal:
        """Lines and charges less allowances, each of the three rounded; undefined where an indicator is missing."""
        if code in self._without_indicator:
            raise Undefined(self._without_indicator[code], "there is no charge indicator to cast")
        lines, charges, allowances = (
            round2(sums.get((code, rate), _NOTHING)) for sums in (self._lines, self._charges, self._allowances)
        )
        return lines + charges - allowances

    def add_line(self, settlement: Node, taxes: list[Node]) -> None:
        """A line counts for each category it has, and for each of its rates."""
        keys = _keys(taxes)
        if not keys:
            return
        for each in settlement.all("ram:SpecifiedTradeSettlementLineMonetarySummation"):
            total = sole(each.all("ram:LineTotalAmount"))
            if total is not None:
                _add(self._lines, keys, total.decimal)

    def add_entries(self, header: Header) -> None:
        """The document's allowances and charges."""
        for entry in below(header.settlement, "ram:SpecifiedTradeAllowanceCharge"):
            keys = _keys(entry.all("ram:CategoryTradeTax"))
            if not entry.at("ram:ChargeIndicator", "udt:Indicator"):
                self._without_indicator.update((code, entry) for code, _ in keys if code in _CAST)
            amounts = entry.all("ram:ActualAmount")
            if amounts and keys:
                for sums, is_charge in ((self._charges, True), (self._allowances, False)):
                    if says_charge_or_fails(entry, is_charge):
                        _add(sums, keys, amounts[0].decimal)


def _keys(taxes: list[Node]) -> set[Key]:
    """Categories and rates of a line or entry; with several taxes, every rate may go with every category."""
    codes = {code.text for tax in taxes for code in tax.all("ram:CategoryCode")}
    keys: set[Key] = {(code, None) for code in codes if code != STANDARD and code in BY_CODE}
    if STANDARD in codes:
        keys.update((STANDARD, rate.decimal) for tax in taxes for rate in tax.all("ram:RateApplicablePercent"))
    return keys


def _add(sums: dict[Key, Decimal], keys: set[Key], amount: Decimal) -> None:
    for key in keys:
        sums[key] = sums.get(key, _NOTHING) + amount
