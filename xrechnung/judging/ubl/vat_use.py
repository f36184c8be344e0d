"""Where VAT categories are used, and what else must then be in the invoice (rules 01 to 04, 11 to 14, BR-B)."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from xrechnung.judging.common.vat_categories import (
    BY_CODE,
    SPLIT_PAYMENT,
    Identified,
    Rate,
    VatCategory,
)
from xrechnung.judging.common.xpath import sole
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, collapse
from xrechnung.judging.ubl.elements import is_on_document, is_vat, says_charge
from xrechnung.judging.ubl.vat import is_in_breakdown

BREAKDOWN, LINE, ALLOWANCE, CHARGE = 1, 2, 3, 4
STANDARD, NOT_SUBJECT, INTRA_COMMUNITY, IGIC = "S", "O", "K", "L"
_ITALY = "IT"
_KNOWN = frozenset({*BY_CODE, SPLIT_PAYMENT})
_OTHER = ""
"""Stands for every other code, so that a hostile invoice does not fill our memory."""


class Place(Enum):
    """Where a tax category may stand; several hold at once."""

    ITEM = auto()
    OTHER_THAN_ITEM = auto()
    ALLOWANCE = auto()
    CHARGE = auto()
    ALLOWANCE_OR_CHARGE = auto()
    DOCUMENT_ALLOWANCE = auto()
    DOCUMENT_CHARGE = auto()
    DOCUMENT_ALLOWANCE_OR_CHARGE = auto()
    BREAKDOWN = auto()


class Use(NamedTuple):
    """A category as it is written somewhere."""

    code: str
    is_vat: bool
    is_bare: bool
    """The code stands without blanks around it."""


@dataclass(frozen=True, slots=True)
class Registrations:
    """Who is identified for tax purposes, anywhere in the document."""

    seller: bool
    seller_vat: bool
    representative_vat: bool
    buyer_vat: bool
    buyer_legal: bool

    @classmethod
    def of(cls, head: Fragment) -> "Registrations":
        registered = _paths(head, "cac:AccountingSupplierParty", "cac:Party", "cac:PartyTaxScheme")
        represented = _paths(head, "cac:TaxRepresentativeParty", "cac:PartyTaxScheme")
        buying = _paths(head, "cac:AccountingCustomerParty", "cac:Party", "cac:PartyTaxScheme")
        return cls(
            seller=any(each.has("cbc:CompanyID") for each in registered),
            seller_vat=_any_for_vat(registered),
            representative_vat=_any_for_vat(represented),
            buyer_vat=_any_for_vat(buying),
            buyer_legal=bool(
                _paths(head, "cac:AccountingCustomerParty", "cac:Party", "cac:PartyLegalEntity", "cbc:CompanyID")
            ),
        )

    def suffice(self, identified: Identified) -> bool:
        match identified:
            case Identified.SELLER:
                return self.seller or self.representative_vat
            case Identified.SELLER_FOR_VAT:
                return self.seller_vat or self.representative_vat
            case Identified.SELLER_AND_BUYER:
                return (self.seller or self.representative_vat) and (self.buyer_vat or self.buyer_legal)
            case Identified.BOTH_FOR_VAT:
                return (self.seller_vat or self.representative_vat) and self.buyer_vat
            case Identified.NOBODY_FOR_VAT:
                return not (self.seller_vat or self.representative_vat or self.buyer_vat)


def _paths(head: Fragment, anywhere: str, *below: str) -> list[Node]:
    return [found for node in head.named(anywhere) for found in node.at(*below)]


def _any_for_vat(registrations: list[Node]) -> bool:
    return any(each.has("cbc:CompanyID") and is_vat(each) for each in registrations)


class VatUse:
    """Which categories an invoice uses where; the rules are asked when all lines have been seen."""

    def __init__(self) -> None:
        self._used: dict[Place, set[Use]] = {place: set() for place in Place}
        self._breakdowns: Counter[str] = Counter()
        self._registrations = Registrations(*[False] * 5)
        self._is_foreign = False
        """Some country code is not that of Italy."""

    def head(self, head: Fragment) -> None:
        self._registrations = Registrations.of(head)
        self.add(head)

    def add(self, part: Fragment) -> None:
        for node in part.named("cac:ClassifiedTaxCategory"):
            self._used[Place.ITEM].add(_use_of(node))
        for node in part.named("cac:TaxCategory"):
            use = _use_of(node)
            for place in _places_of(node):
                self._used[place].add(use)
            if use.is_vat and is_in_breakdown(node):
                self._breakdowns[use.code] += 1
        if not self._is_foreign:
            self._is_foreign = any(country.text != _ITALY for country in part.named("cbc:IdentificationCode"))

    def end(self, rules: RuleSet, root: Node) -> None:
        for category in self._categories():
            rules.demand(self._has_breakdown(category), category.rule(BREAKDOWN), root)
            self._ask_for_registrations(rules, category, root)
        if self._breakdowns[INTRA_COMMUNITY]:
            _ask_for_delivery(rules, root)
        if self._breakdowns[NOT_SUBJECT]:
            self._ask_for_nothing_else(rules, root)
        self._ask_for_split_payment(rules, root)

    def _categories(self) -> list[VatCategory]:
        """Those that stand anywhere; nothing is asked of the others."""
        codes = {use.code for uses in self._used.values() for use in uses}
        return [BY_CODE[code] for code in codes if code in BY_CODE]

    def _is_used(self, code: str, *places: Place, vat_only: bool = True, bare_only: bool = False) -> bool:
        return any(
            use.code == code and (use.is_vat or not vat_only) and (use.is_bare or not bare_only)
            for place in places
            for use in self._used[place]
        )

    def _has_breakdown(self, category: VatCategory) -> bool:
        """A category that is used has its breakdown; a breakdown is of a category that is used.

        Standard rate is looked for under any tax scheme; for L the scheme of the breakdown does not matter, for
        L and M blanks around its code do.
        """
        code = category.code
        if not category.is_taxed:
            return self._breakdowns[code] == 1 or not self._is_used(code, Place.ITEM, Place.OTHER_THAN_ITEM)
        is_standard = code == STANDARD
        if self._is_used(code, Place.ITEM, Place.ALLOWANCE_OR_CHARGE, vat_only=not is_standard):
            any_scheme = code in (STANDARD, IGIC)
            return self._is_used(code, Place.BREAKDOWN, vat_only=not any_scheme, bare_only=not is_standard)
        return not self._is_used(code, Place.BREAKDOWN, vat_only=not is_standard)

    def _ask_for_registrations(self, rules: RuleSet, category: VatCategory, root: Node) -> None:
        code, suffice = category.code, self._registrations.suffice(category.identified)
        on_document = category.rate is Rate.ABSENT
        allowance = Place.DOCUMENT_ALLOWANCE if on_document else Place.ALLOWANCE
        charge = Place.DOCUMENT_CHARGE if on_document else Place.CHARGE
        if code == STANDARD:
            # On lines standard rate counts under any tax scheme, but only VAT can be in order.
            in_order = not self._is_used(code, Place.ITEM, vat_only=False) or (
                suffice and self._is_used(code, Place.ITEM)
            )
        else:
            in_order = suffice or not self._is_used(code, Place.ITEM)
        rules.demand(in_order, category.rule(LINE), root)
        rules.demand(suffice or not self._is_used(code, allowance), category.rule(ALLOWANCE), root)
        rules.demand(suffice or not self._is_used(code, charge, bare_only=code == IGIC), category.rule(CHARGE), root)

    def _ask_for_nothing_else(self, rules: RuleSet, root: Node) -> None:
        """BR-O-11 to -14: beside a breakdown that is not subject to VAT there is nothing else."""
        places = (Place.BREAKDOWN, Place.ITEM, Place.ALLOWANCE, Place.CHARGE)
        for rule, place in zip(("BR-O-11", "BR-O-12", "BR-O-13", "BR-O-14"), places, strict=True):
            others = any(use.is_vat and use.code != NOT_SUBJECT for use in self._used[place])
            rules.demand(not others, rule, root)

    def _ask_for_split_payment(self, rules: RuleSet, root: Node) -> None:
        """BR-B-01, BR-B-02: Italian split payment, in Italy only and not beside standard rate."""

        def stands(code: str, *places: Place) -> bool:
            return self._is_used(code, *places, vat_only=False, bare_only=True)

        anywhere = stands(SPLIT_PAYMENT, Place.ITEM, Place.OTHER_THAN_ITEM)
        rules.demand(not (anywhere and self._is_foreign), "BR-B-01", root)
        places = (Place.BREAKDOWN, Place.DOCUMENT_ALLOWANCE_OR_CHARGE, Place.ITEM)
        rules.demand(not (stands(SPLIT_PAYMENT, *places) and stands(STANDARD, *places)), "BR-B-02", root)


def _use_of(node: Node) -> Use:
    identifier = node.only("cbc:ID")
    written = identifier.text if identifier is not None else ""
    code = collapse(written)
    return Use(code if code in _KNOWN else _OTHER, is_vat(node), code == written)


def _places_of(node: Node) -> list[Place]:
    places = [Place.OTHER_THAN_ITEM]
    if is_in_breakdown(node):
        places.append(Place.BREAKDOWN)
    above = node.parent
    if above is not None and above.name == "cac:AllowanceCharge":
        places.append(Place.ALLOWANCE_OR_CHARGE)
        on_document = is_on_document(above)
        if on_document:
            places.append(Place.DOCUMENT_ALLOWANCE_OR_CHARGE)
        charge = says_charge(above)
        if charge is not None:
            places.append(Place.CHARGE if charge else Place.ALLOWANCE)
            if on_document:
                places.append(Place.DOCUMENT_CHARGE if charge else Place.DOCUMENT_ALLOWANCE)
    return places


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
