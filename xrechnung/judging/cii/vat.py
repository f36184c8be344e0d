"""VAT in use: what lines, allowances and charges of a category ask (rules 02 to 07), and that it is broken down (01).

The categories ask the same questions with different answers, which are in `BY_CODE`.
"""

from collections import defaultdict
from dataclasses import dataclass

from xrechnung.judging.cii.allowances import says_charge
from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.cii.presence import is_vat
from xrechnung.judging.cii.vat_bases import Bases
from xrechnung.judging.cii.vat_breakdown import judge_breakdown
from xrechnung.judging.common.vat_categories import BY_CODE, SPLIT_PAYMENT, Identified, Rate, VatCategory
from xrechnung.judging.common.xpath import attributes, is_above_zero, is_not_negative, is_zero
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node


@dataclass(slots=True)
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


_RATES = {**{code: category.rate for code, category in BY_CODE.items()}, "L": Rate.ABOVE_ZERO}
"""UBL allows a rate of 0 in category L."""
_TAXES = ("ram:ApplicableTradeTax", "ram:CategoryTradeTax")
_Counts = defaultdict[str, int]


class Vat:
    """VAT of one invoice: what is asked at once, and what is counted and summed up to the end."""

    def __init__(self) -> None:
        self._registered = Registrations(False, False, False, False, False)
        self._bases = Bases()
        self._breakdowns: list[Node] = []
        self._breakdown_count: _Counts = defaultdict(int)
        self._line_count: _Counts = defaultdict(int)
        self._charge_count: _Counts = defaultdict(int)
        """Allowances and charges."""
        self._codes: set[str] = set()
        """Category codes anywhere in the document, as far as rules speak of them."""
        self._mixed: set[str] = set()
        """Names of taxes that have a category other than O somewhere."""
        self._has_foreign_country = False
        self._has_date = False
        self._has_date_code = False

    def head(self, rules: RuleSet, header: Header, head: Fragment) -> None:
        self._registered = Registrations.of(header)
        self._breakdowns = below(header.settlement, "ram:ApplicableTradeTax")
        _count(self._breakdown_count, self._breakdowns)
        self._bases.add_entries(header)
        self._see(rules, head)

    def line(self, rules: RuleSet, line: Fragment) -> None:
        self._see(rules, line)
        for settlement in line.root.all("ram:SpecifiedLineTradeSettlement"):
            taxes = settlement.all("ram:ApplicableTradeTax")
            _count(self._line_count, taxes)
            self._bases.add_line(settlement, taxes)
            for tax in taxes:
                self._judge_use(rules, tax, 2, 5)

    def _see(self, rules: RuleSet, part: Fragment) -> None:
        """Note codes wherever they stand, and ask allowances and charges."""
        names = part.names
        for code in names.get("ram:CategoryCode", ()):
            if code.text in BY_CODE or code.text == SPLIT_PAYMENT:
                self._codes.add(code.text)
            if code.text != "O" and code.parent is not None and code.parent.name in _TAXES:
                self._mixed.add(code.parent.name)
        if "ram:CategoryTradeTax" in names:
            _count(self._charge_count, names["ram:CategoryTradeTax"])
            for tax in names["ram:CategoryTradeTax"]:
                self._judge_entry(rules, tax)
        if not self._has_foreign_country:
            self._has_foreign_country = any(country.text != "IT" for country in names.get("ram:CountryID", ()))
        self._has_date = self._has_date or "ram:TaxPointDate" in names
        self._has_date_code = self._has_date_code or "ram:DueDateTypeCode" in names

    def _judge_entry(self, rules: RuleSet, tax: Node) -> None:
        entry = tax.parent
        if entry is None or entry.name != "ram:SpecifiedTradeAllowanceCharge":
            return
        if says_charge(entry, False):
            self._judge_use(rules, tax, 3, 6)
        elif says_charge(entry, True):
            self._judge_use(rules, tax, 4, 7)

    def _judge_use(self, rules: RuleSet, tax: Node, identified: int, rated: int) -> None:
        """What a line, allowance or charge of a category asks of the parties and of the rate; by these numbers."""
        code = tax.first("ram:CategoryCode")
        category = BY_CODE.get(code.text) if code is not None else None
        if category is None or not is_vat(tax):
            return
        if not self._registered.fulfil(category.identified):
            rules.break_(category.rule(identified), tax)
        if not _rate_is_right(_RATES[category.code], tax):
            rules.break_(category.rule(rated), tax)

    def end(self, rules: RuleSet, header: Header) -> None:
        for code in self._codes & BY_CODE.keys():
            if not self._is_broken_down(BY_CODE[code]):
                rules.break_(BY_CODE[code].rule(1), header.root)
        if SPLIT_PAYMENT in self._codes:
            rules.demand(not self._has_foreign_country, "BR-B-01", header.root)
            rules.demand("S" not in self._codes, "BR-B-02", header.root)
        for tax in self._breakdowns:
            if not judge_breakdown(rules, header, tax, self._bases, self._mixed):
                rules.demand(not (self._has_date and self._has_date_code), "BR-CO-03", tax)

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


def _count(counter: _Counts, taxes: list[Node]) -> None:
    for tax in taxes:
        for code in tax.all("ram:CategoryCode"):
            if code.text in BY_CODE:
                counter[code.text] += 1


def _rate_is_right(wanted: Rate, tax: Node) -> bool:
    rates = tax.all("ram:RateApplicablePercent")
    if wanted is Rate.ABSENT:
        return not rates
    if wanted is Rate.ZERO:
        return is_zero(rates)
    if wanted is Rate.ABOVE_ZERO:
        return is_above_zero(rates)
    return is_not_negative(rates)
