"""VAT: the ten rules of each category, and what holds for every breakdown (BG-23).

The categories ask the same questions with different answers; `BY_CODE` holds the answers. Categories L, M and O are
asked at the breakdown itself, which keeps the general questions from being asked there (in Schematron the first
context wins); the other categories are asked at its category code.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import TypeVar

from xrechnung.judging.cii.allowances import says_charge, says_charge_or_fails
from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.cii.presence import is_vat
from xrechnung.judging.common.numbers import whole_double
from xrechnung.judging.common.vat_categories import BY_CODE, SPLIT_PAYMENT, Identified, Rate, VatCategory
from xrechnung.judging.common.xpath import attributes, doubles, equals, has_many_decimals, is_zero, sole, sole_decimal
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, Undefined, collapse, round2, to_double


class Base(Enum):
    """How exactly the taxable amount of a breakdown (BT-116) must match what it is the sum of."""

    WITHIN_ONE = auto()
    EXACT = auto()
    EXACT_PER_RATE = auto()
    UNASKED = auto()
    """CII looks for the rates at the wrong place (L, M) and finds none to disagree with."""


@dataclass(frozen=True, slots=True)
class Registrations:
    """Who of the parties is registered, as the invoice says."""

    seller_vat: bool
    """BT-31"""
    seller_tax: bool
    """BT-32"""
    representative: bool
    """BT-63"""
    buyer_vat: bool
    """BT-48"""
    buyer_legal: bool
    """BT-47"""

    @classmethod
    def of(cls, header: Header) -> "Registrations":
        def schemes(party: str) -> set[str]:
            return attributes(below(header.agreement, party, "ram:SpecifiedTaxRegistration", "ram:ID"), "schemeID")

        seller = schemes("ram:SellerTradeParty")
        legal = below(header.agreement, "ram:BuyerTradeParty", "ram:SpecifiedLegalOrganization", "ram:ID")
        return cls(
            seller_vat="VA" in seller,
            seller_tax="FC" in seller,
            representative="VA" in schemes("ram:SellerTaxRepresentativeTradeParty"),
            buyer_vat="VA" in schemes("ram:BuyerTradeParty"),
            buyer_legal=bool(legal),
        )

    def fulfil(self, wanted: Identified) -> bool:
        seller = self.seller_vat or self.representative
        match wanted:
            case Identified.SELLER:
                return seller or self.seller_tax
            case Identified.SELLER_FOR_VAT:
                return seller
            case Identified.SELLER_AND_BUYER:
                return (seller or self.seller_tax) and (self.buyer_vat or self.buyer_legal)
            case Identified.BOTH_FOR_VAT:
                return seller and self.buyer_vat
            case Identified.NOBODY_FOR_VAT:
                return not seller and not self.buyer_vat


_BASES = {
    "S": Base.EXACT_PER_RATE,
    "O": Base.EXACT,
    **dict.fromkeys(("L", "M"), Base.UNASKED),
    **dict.fromkeys(("AE", "E", "G", "K", "Z"), Base.WITHIN_ONE),
}
_RATES = {**{code: category.rate for code, category in BY_CODE.items()}, "L": Rate.ABOVE_ZERO}
"""UBL allows a rate of 0 in category L."""
_ASKED_AT_BREAKDOWN = frozenset({"L", "M", "O"})
_ASKED_OF_ANY_TAX = frozenset({"S", "Z"})
"""The others are asked only in breakdowns whose tax type is VAT."""
_CAST = frozenset({"O", "Z"})
"""Here the charge indicator is cast where the others compare it, so it must be there."""
_TAXES = ("ram:ApplicableTradeTax", "ram:CategoryTradeTax")


class Vat:
    """VAT of one invoice: what is asked at once, and what is counted and summed up to the end."""

    def __init__(self) -> None:
        self._registered = Registrations(False, False, False, False, False)
        self._breakdowns: list[Node] = []
        self._breakdown_count: Counter[str] = Counter()
        self._line_count: Counter[str] = Counter()
        self._charge_count: Counter[str] = Counter()
        """Allowances and charges."""
        self._line_sums: dict[str, Decimal] = {}
        self._line_sums_per_rate: dict[Decimal, Decimal] = {}
        self._codes: set[str] = set()
        """Category codes anywhere in the document, as far as rules speak of them."""
        self._taxes_other_than_o: set[str] = set()
        """Names of taxes that have a category other than O somewhere."""
        self._has_foreign_country = False
        self._has_date = False
        self._has_date_code = False

    def head(self, rules: RuleSet, header: Header, head: Fragment) -> None:
        self._registered = Registrations.of(header)
        self._breakdowns = below(header.settlement, "ram:ApplicableTradeTax")
        for tax in self._breakdowns:
            self._breakdown_count.update({code.text for code in tax.all("ram:CategoryCode")})
        self._see(rules, head)

    def line(self, rules: RuleSet, line: Fragment) -> None:
        self._see(rules, line)
        for settlement in line.root.all("ram:SpecifiedLineTradeSettlement"):
            taxes = settlement.all("ram:ApplicableTradeTax")
            for tax in taxes:
                self._judge_use(rules, tax, (2, 5))
            self._add_line(settlement, taxes)

    def _see(self, rules: RuleSet, part: Fragment) -> None:
        """Count codes wherever they stand, and ask allowances and charges."""
        for code in part.named("ram:CategoryCode"):
            if code.text in BY_CODE or code.text == SPLIT_PAYMENT:
                self._codes.add(code.text)
            if code.text != "O" and code.parent is not None and code.parent.name in _TAXES:
                self._taxes_other_than_o.add(code.parent.name)
        for tax in part.named("ram:CategoryTradeTax"):
            for code in tax.all("ram:CategoryCode"):
                if code.text in BY_CODE:
                    self._charge_count[code.text] += 1
            entry = tax.parent
            if entry is not None and entry.name == "ram:SpecifiedTradeAllowanceCharge":
                self._judge_entry(rules, tax, entry)
        self._has_foreign_country |= any(country.text != "IT" for country in part.named("ram:CountryID"))
        self._has_date |= bool(part.named("ram:TaxPointDate"))
        self._has_date_code |= bool(part.named("ram:DueDateTypeCode"))

    def _judge_entry(self, rules: RuleSet, tax: Node, entry: Node) -> None:
        if says_charge(entry, False):
            self._judge_use(rules, tax, (3, 6))
        elif says_charge(entry, True):
            self._judge_use(rules, tax, (4, 7))

    def _judge_use(self, rules: RuleSet, tax: Node, numbers: tuple[int, int]) -> None:
        """What a line, allowance or charge of a category asks of the parties and of the rate."""
        code = tax.first("ram:CategoryCode")
        category = BY_CODE.get(code.text) if code is not None else None
        if category is None or not is_vat(tax):
            return
        rules.demand(self._registered.fulfil(category.identified), category.rule(numbers[0]), tax)
        rules.demand(_rate_is_right(_RATES[category.code], tax), category.rule(numbers[1]), tax)

    def _add_line(self, settlement: Node, taxes: list[Node]) -> None:
        codes = {code.text for tax in taxes for code in tax.all("ram:CategoryCode")} & BY_CODE.keys()
        if not codes:
            return
        totals = settlement.all("ram:SpecifiedTradeSettlementLineMonetarySummation")
        amounts = [total.decimal for each in totals if (total := sole(each.all("ram:LineTotalAmount"))) is not None]
        for code in codes:
            self._line_count[code] += sum(code == each.text for tax in taxes for each in tax.all("ram:CategoryCode"))
            _add(self._line_sums, code, amounts)
        if "S" in codes:
            for rate in {rate.decimal for tax in taxes for rate in tax.all("ram:RateApplicablePercent")}:
                _add(self._line_sums_per_rate, rate, amounts)

    def end(self, rules: RuleSet, header: Header) -> None:
        for code in self._codes & BY_CODE.keys():
            category = BY_CODE[code]
            rules.demand(self._is_broken_down(category), category.rule(1), header.root)
        if SPLIT_PAYMENT in self._codes:
            rules.demand(not self._has_foreign_country, "BR-B-01", header.root)
            rules.demand("S" not in self._codes, "BR-B-02", header.root)
        for tax in self._breakdowns:
            self._judge_breakdown(rules, header, tax)

    def _is_broken_down(self, category: VatCategory) -> bool:
        """A category in use has its breakdown (of a taxed one: two uses are taken for one use and a breakdown)."""
        breakdowns, lines, charges = (
            count[category.code] for count in (self._breakdown_count, self._line_count, self._charge_count)
        )
        if category.is_taxed:
            return all(not uses or uses + breakdowns >= 2 for uses in (lines, charges))
        if breakdowns == 0:
            return category.code == "O" or not (lines or charges)
        return breakdowns == 1 and bool(lines or charges)

    def _judge_breakdown(self, rules: RuleSet, header: Header, tax: Node) -> None:
        code = tax.first("ram:CategoryCode")
        category = BY_CODE.get(code.text) if code is not None else None
        if category is not None and (category.code in _ASKED_OF_ANY_TAX or is_vat(tax)):
            self._judge_category(rules, header, tax, category)
            if category.code in _ASKED_AT_BREAKDOWN:
                return
        _judge_any_breakdown(rules, tax)
        rules.demand(not (self._has_date and self._has_date_code), "BR-CO-03", tax)

    def _judge_category(self, rules: RuleSet, header: Header, tax: Node, category: VatCategory) -> None:
        rules.demand(self._base_is_right(header, tax, category.code), category.rule(8), tax)
        if not category.is_taxed:
            rules.demand(is_zero(tax.all("ram:CalculatedAmount")), category.rule(9), tax)
        elif category.code == "S":
            rules.demand(_tax_is_near(tax), category.rule(9), tax)
        has_reason = tax.has("ram:ExemptionReason") or tax.has("ram:ExemptionReasonCode")
        rules.demand(has_reason is category.needs_reason, category.rule(10), tax)
        if category.code == "K":
            _judge_delivery_abroad(rules, header, tax)
        if category.code == "O":
            for rule in ("BR-O-11", "BR-O-12"):
                rules.demand("ram:ApplicableTradeTax" not in self._taxes_other_than_o, rule, tax)
            for rule in ("BR-O-13", "BR-O-14"):
                rules.demand("ram:CategoryTradeTax" not in self._taxes_other_than_o, rule, tax)

    def _base_is_right(self, header: Header, tax: Node, code: str) -> bool:
        how = _BASES[code]
        if how is Base.UNASKED:
            return True
        stated = tax.all("ram:BasisAmount")
        if how is Base.WITHIN_ONE:
            base, summed = sole(stated), float(self._summed(header, code) or 0)
            return base is not None and to_double(base) - 1 < summed < to_double(base) + 1
        if how is Base.EXACT:
            return _states(stated, self._summed(header, code))
        rates = [rate.decimal for rate in tax.all("ram:RateApplicablePercent")]
        return all(_states(stated, self._summed(header, code, rate)) for rate in rates)

    def _summed(self, header: Header, code: str, rate: Decimal | None = None) -> Decimal | None:
        """Lines and charges less allowances of a category (and rate), each of the three rounded; if there are any."""
        lines = self._line_sums.get(code) if rate is None else self._line_sums_per_rate.get(rate)
        charges, allowances = (_entries_of(header, code, rate, is_charge) for is_charge in (True, False))
        if lines is None and not charges and not allowances:
            return None
        none = Decimal(0)
        return round2(lines or none) + round2(sum(charges, none)) - round2(sum(allowances, none))


_Key = TypeVar("_Key")


def _add(sums: dict[_Key, Decimal], key: _Key, amounts: list[Decimal]) -> None:
    if amounts:
        sums[key] = sum(amounts, sums.get(key, Decimal(0)))


def _states(stated: list[Node], amount: Decimal | None) -> bool:
    """Whether one of the nodes is this amount; where nothing was summed up, just 0."""
    return is_zero(stated) if amount is None else any(equals(each, float(amount)) for each in stated)


def _entries_of(header: Header, code: str, rate: Decimal | None, is_charge: bool) -> list[Decimal]:
    """Amounts of the document's allowances or charges of a category (and rate)."""
    found = []
    for entry in below(header.settlement, "ram:SpecifiedTradeAllowanceCharge"):
        if all(each.text != code for each in entry.at("ram:CategoryTradeTax", "ram:CategoryCode")):
            continue
        if code in _CAST and not entry.at("ram:ChargeIndicator", "udt:Indicator"):
            raise Undefined(entry, "there is no charge indicator to cast")
        rates = entry.at("ram:CategoryTradeTax", "ram:RateApplicablePercent")
        is_of_rate = rate is None or any(each.decimal == rate for each in rates)
        amounts = entry.all("ram:ActualAmount")
        if says_charge_or_fails(entry, is_charge) and is_of_rate and amounts:
            found.append(amounts[0].decimal)
    return found


def _rate_is_right(wanted: Rate, tax: Node) -> bool:
    rates = tax.all("ram:RateApplicablePercent")
    if wanted is Rate.ABSENT:
        return not rates
    if wanted is Rate.ZERO:
        return is_zero(rates)
    if wanted is Rate.ABOVE_ZERO:
        return any(rate > 0 for rate in doubles(rates))
    return any(rate >= 0 for rate in doubles(rates))


def _tax_is_near(tax: Node) -> bool:
    """Less than one unit between tax and base times rate; the product is one of doubles."""
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


def _judge_any_breakdown(rules: RuleSet, tax: Node) -> None:
    rules.demand(tax.has("ram:BasisAmount"), "BR-45", tax)
    rules.demand(tax.has("ram:CalculatedAmount"), "BR-46", tax)
    of_vat = is_vat(tax)
    rules.demand(of_vat and tax.has("ram:CategoryCode"), "BR-47", tax)
    without_rate = any(code.text == "O" for code in tax.all("ram:CategoryCode"))
    rules.demand(of_vat and (tax.has("ram:RateApplicablePercent") or without_rate), "BR-48", tax)
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
    return abs(stated) - 1 <= round2(abs(base) * (rate / 100)) <= abs(stated) + 1


def _whole(number: Decimal) -> Decimal:
    return round2(number / 100) * 100
