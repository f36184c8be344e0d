"""Where VAT categories are used, and what else must then be in the invoice (rules 01 to 04, 11 to 14, BR-B)."""

from enum import StrEnum
from typing import NamedTuple

from xrechnung.judging.common.vat_categories import BY_CODE, SPLIT_PAYMENT, Identified, Rate, VatCategory
from xrechnung.judging.common.xpath import sole
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, collapse
from xrechnung.judging.ubl.elements import is_on_document, is_vat, says_charge
from xrechnung.judging.ubl.over_document import OverDocument
from xrechnung.judging.ubl.vat import is_in_breakdown

BREAKDOWN, LINE, ALLOWANCE, CHARGE = 1, 2, 3, 4
STANDARD, NOT_SUBJECT, INTRA_COMMUNITY, IGIC = "S", "O", "K", "L"
_ITALY = "IT"
_KNOWN = frozenset({*BY_CODE, SPLIT_PAYMENT})
_OTHER = ""
"""Stands for every other code, so that a hostile invoice does not fill our memory."""


class Place(StrEnum):
    """What a tax category is that of."""

    ITEM = "item"
    ALLOWANCE = "allowance"
    CHARGE = "charge"
    ALLOWANCE_OR_CHARGE = "allowance or charge"
    """It does not say which."""
    BREAKDOWN = "breakdown"
    ELSEWHERE = "elsewhere"


_ALLOWANCES_AND_CHARGES = frozenset({Place.ALLOWANCE, Place.CHARGE, Place.ALLOWANCE_OR_CHARGE})


class Use(NamedTuple):
    """A category as it stands somewhere."""

    code: str
    place: Place
    on_document: bool
    """An allowance or charge of the document, not of a line."""
    is_vat: bool
    is_bare: bool
    """The code stands without blanks around it."""


class Registrations:
    """Who is identified for tax purposes, anywhere in the document."""

    def __init__(self, head: Fragment | None = None) -> None:
        self._head = head

    def suffice(self, identified: Identified) -> bool:
        match identified:
            case Identified.SELLER:
                return self._seller or self._representative_vat
            case Identified.SELLER_FOR_VAT:
                return self._seller_vat or self._representative_vat
            case Identified.SELLER_AND_BUYER:
                return (self._seller or self._representative_vat) and (self._buyer_vat or self._buyer_legal)
            case Identified.BOTH_FOR_VAT:
                return (self._seller_vat or self._representative_vat) and self._buyer_vat
            case Identified.NOBODY_FOR_VAT:
                return not (self._seller_vat or self._representative_vat or self._buyer_vat)

    @property
    def _seller(self) -> bool:
        return bool(self._paths("cac:AccountingSupplierParty", "cac:Party", "cac:PartyTaxScheme", "cbc:CompanyID"))

    @property
    def _seller_vat(self) -> bool:
        return self._is_any_for_vat("cac:AccountingSupplierParty", "cac:Party", "cac:PartyTaxScheme")

    @property
    def _representative_vat(self) -> bool:
        return self._is_any_for_vat("cac:TaxRepresentativeParty", "cac:PartyTaxScheme")

    @property
    def _buyer_vat(self) -> bool:
        return self._is_any_for_vat("cac:AccountingCustomerParty", "cac:Party", "cac:PartyTaxScheme")

    @property
    def _buyer_legal(self) -> bool:
        return bool(self._paths("cac:AccountingCustomerParty", "cac:Party", "cac:PartyLegalEntity", "cbc:CompanyID"))

    def _is_any_for_vat(self, anywhere: str, *below: str) -> bool:
        return any(each.has("cbc:CompanyID") and is_vat(each) for each in self._paths(anywhere, *below))

    def _paths(self, anywhere: str, *below: str) -> list[Node]:
        holders = self._head.named(anywhere) if self._head is not None else []
        return [found for node in holders for found in node.at(*below)]


class VatUse(OverDocument):
    """Which categories an invoice uses where; the rules are asked when all lines have been seen."""

    def __init__(self) -> None:
        self._registrations = Registrations()
        self._uses: set[Use] = set()
        self._breakdowns: list[str] = []
        """Category codes of the VAT breakdowns of the document."""
        self._is_foreign = False
        """Some country code is not that of Italy."""

    def head(self, head: Fragment) -> None:
        self._registrations = Registrations(head)
        self.add(head)

    def add(self, part: Fragment) -> None:
        for node in part.named("cac:ClassifiedTaxCategory"):
            self._uses.add(_use(node, Place.ITEM))
        for node in part.named("cac:TaxCategory"):
            self._add_other(node)
        if not self._is_foreign:
            self._is_foreign = any(country.text != _ITALY for country in part.named("cbc:IdentificationCode"))

    def _add_other(self, node: Node) -> None:
        above = node.parent
        if above is not None and above.name == "cac:AllowanceCharge":
            charge = says_charge(above)
            said = Place.CHARGE if charge else Place.ALLOWANCE
            self._uses.add(_use(node, Place.ALLOWANCE_OR_CHARGE if charge is None else said, is_on_document(above)))
            return
        use = _use(node, Place.BREAKDOWN if is_in_breakdown(node) else Place.ELSEWHERE)
        self._uses.add(use)
        if use.place is Place.BREAKDOWN and use.is_vat:
            self._breakdowns.append(use.code)

    def end(self, rules: RuleSet, root: Node) -> None:
        codes = {use.code for use in self._uses}
        for code in codes & BY_CODE.keys():
            self._judge(rules, BY_CODE[code], [use for use in self._uses if use.code == code], root)
        if INTRA_COMMUNITY in self._breakdowns:
            _ask_for_delivery(rules, root)
        if NOT_SUBJECT in self._breakdowns:
            self._ask_for_nothing_else(rules, root)
        if SPLIT_PAYMENT in codes:
            self._ask_for_split_payment(rules, root)

    def _judge(self, rules: RuleSet, category: VatCategory, uses: list[Use], root: Node) -> None:
        if not self._has_breakdown(category, uses):
            rules.break_(category.rule(BREAKDOWN), root)
        suffices = self._registrations.suffice(category.identified)
        if not _may_stand_on_items(category, uses, suffices=suffices):
            rules.break_(category.rule(LINE), root)
        if suffices:
            return
        asked = [use for use in uses if use.is_vat and (use.on_document or category.rate is not Rate.ABSENT)]
        if any(use.place is Place.ALLOWANCE for use in asked):
            rules.break_(category.rule(ALLOWANCE), root)
        if any(use.place is Place.CHARGE and (use.is_bare or category.code != IGIC) for use in asked):
            rules.break_(category.rule(CHARGE), root)

    def _has_breakdown(self, category: VatCategory, uses: list[Use]) -> bool:
        """A category that is used has its breakdown; a breakdown is of a category that is used.

        Standard rate is looked for under any tax scheme; for L the scheme of the breakdown does not matter, for
        L and M blanks around its code do.
        """
        if not category.is_taxed:
            return self._breakdowns.count(category.code) == 1 or not any(use.is_vat for use in uses)
        is_standard = category.code == STANDARD
        breakdowns = [use for use in uses if use.place is Place.BREAKDOWN]
        charged = [use for use in uses if use.place is Place.ITEM or use.place in _ALLOWANCES_AND_CHARGES]
        if any(use.is_vat or is_standard for use in charged):
            any_scheme = category.code in (STANDARD, IGIC)
            return any((use.is_vat or any_scheme) and (use.is_bare or is_standard) for use in breakdowns)
        return not any(use.is_vat or is_standard for use in breakdowns)

    def _ask_for_nothing_else(self, rules: RuleSet, root: Node) -> None:
        """BR-O-11 to -14: beside a breakdown that is not subject to VAT there is nothing else."""
        others = {use.place for use in self._uses if use.is_vat and use.code != NOT_SUBJECT}
        rules.demand(Place.BREAKDOWN not in others, "BR-O-11", root)
        rules.demand(Place.ITEM not in others, "BR-O-12", root)
        rules.demand(Place.ALLOWANCE not in others, "BR-O-13", root)
        rules.demand(Place.CHARGE not in others, "BR-O-14", root)

    def _ask_for_split_payment(self, rules: RuleSet, root: Node) -> None:
        """BR-B-01, BR-B-02: Italian split payment, in Italy only and not beside standard rate."""
        bare = [use for use in self._uses if use.is_bare]
        codes = {use.code for use in bare}
        rules.demand(SPLIT_PAYMENT not in codes or not self._is_foreign, "BR-B-01", root)
        places = (Place.BREAKDOWN, Place.ITEM)
        beside = {use.code for use in bare if use.place in places or use.on_document}
        rules.demand(not {SPLIT_PAYMENT, STANDARD} <= beside, "BR-B-02", root)


def _use(node: Node, place: Place, on_document: bool = False) -> Use:
    identifier = node.only("cbc:ID")
    written = identifier.text if identifier is not None else ""
    code = collapse(written)
    return Use(code if code in _KNOWN else _OTHER, place, on_document, is_vat(node), code == written)


def _may_stand_on_items(category: VatCategory, uses: list[Use], *, suffices: bool) -> bool:
    """On lines standard rate counts under any tax scheme, but only VAT can be in order."""
    items = [use for use in uses if use.place is Place.ITEM]
    if category.code == STANDARD:
        return not items or (suffices and any(use.is_vat for use in items))
    return suffices or not any(use.is_vat for use in items)


def _ask_for_delivery(rules: RuleSet, root: Node) -> None:
    """BR-IC-11, BR-IC-12: intra-community supply says when and to which country.

    The period is looked at first: with it, two dates of delivery leave nothing undefined.
    """
    has_period = any(period.kids for period in root.all("cac:InvoicePeriod"))
    date = None if has_period else sole(root.at("cac:Delivery", "cbc:ActualDeliveryDate"))
    rules.demand(has_period or (date is not None and len(date.text) > 1), "BR-IC-11", root)
    country = sole(
        root.at("cac:Delivery", "cac:DeliveryLocation", "cac:Address", "cac:Country", "cbc:IdentificationCode")
    )
    rules.demand(country is not None and len(country.text) > 1, "BR-IC-12", root)
