"""Whether the taxable amount of each VAT breakdown (BT-116) is the sum of what it is charged on (rules 08)."""

from collections import defaultdict
from decimal import Decimal
from math import isinf

from xrechnung.judging.common.vat_categories import BY_CODE, VatCategory
from xrechnung.judging.common.xpath import sole, sole_decimal, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, Undefined, to_double
from xrechnung.judging.ubl.elements import LINES, is_on_document, says_charge
from xrechnung.judging.ubl.over_document import OverDocument
from xrechnung.judging.ubl.vat import category_of, is_in_breakdown

TAXABLE_AMOUNT = 8
STANDARD = "S"
_NOTHING = Decimal(0)

_Share = tuple[str, Decimal | None]
"""Category code, with the rate where there is a breakdown for each rate."""


class VatBases(OverDocument):
    """What lines, allowances and charges add up to, for each category and rate that has a breakdown.

    A line counts for a category if one of its item's categories is that, and for a rate if one of them has it. Lines
    of invoices and of credit notes are summed apart: a base that fits either is right.
    """

    def __init__(self) -> None:
        self._breakdowns: list[tuple[Node, VatCategory]] = []
        self._wanted: set[_Share] = set()
        self._kinds: set[str] = set()
        self._lines: defaultdict[tuple[str, _Share], Decimal] = defaultdict(Decimal)
        self._balance: defaultdict[_Share, Decimal] = defaultdict(Decimal)
        """Charges less allowances of the document."""
        self._charged: set[_Share] = set()
        """Of allowances and charges anywhere, lines included."""

    def head(self, head: Fragment) -> None:
        for node in head.named("cac:TaxCategory"):
            if is_in_breakdown(node) and (category := category_of(node)) is not None:
                self._breakdowns.append((node, category))
                self._wanted.update(_shares([node]))
        self.add(head)

    def add(self, part: Fragment) -> None:
        if not self._wanted:
            return
        for kind in LINES:
            for line in part.named(kind):
                self._add_line(kind, line)
        for node in part.named("cac:AllowanceCharge"):
            if node.has("cac:TaxCategory"):
                self._add_allowance_or_charge(node)

    def _add_line(self, kind: str, line: Node) -> None:
        self._kinds.add(kind)
        amount = (sole_decimal(line.all("cbc:LineExtensionAmount")) if is_on_document(line) else None) or _NOTHING
        for share in _shares(line.at("cac:Item", "cac:ClassifiedTaxCategory")) & self._wanted:
            self._lines[kind, share] += amount

    def _add_allowance_or_charge(self, node: Node) -> None:
        shares = _shares(node.all("cac:TaxCategory")) & self._wanted
        self._charged |= shares
        charge = says_charge(node)
        if charge is not None and is_on_document(node):
            amount = sole_decimal(node.all("cbc:Amount")) or _NOTHING
            for share in shares:
                self._balance[share] += amount if charge else -amount

    def end(self, rules: RuleSet, root: Node) -> None:
        for node, category in self._breakdowns:
            for share in _shares([node]):
                if not self._adds_up(node, category, share):
                    rules.break_(category.rule(TAXABLE_AMOUNT), node)

    def _adds_up(self, node: Node, category: VatCategory, share: _Share) -> bool:
        stated = sole(node.parent.all("cbc:TaxableAmount")) if node.parent is not None else None
        if stated is None:
            return False
        sums = [
            self._lines.get((kind, share), _NOTHING) + self._balance.get(share, _NOTHING)
            for kind in self._asked(category, share)
        ]
        if not category.is_taxed:
            return stated.decimal in sums
        amount = to_double(stated)
        if isinf(amount):
            raise Undefined(stated, f"{stated.name} is too large")
        least, most = Decimal(amount - 1), Decimal(amount + 1)
        return any(least < total < most for total in sums)

    def _asked(self, category: VatCategory, share: _Share) -> set[str]:
        """Kinds of lines that are looked at.

        Both if there is an allowance or charge at the standard rate asked for: its rule is content with that.
        """
        if category.code != STANDARD:
            return self._kinds
        if share in self._charged:
            return set(LINES)
        return {kind for kind in LINES if (kind, share) in self._lines}


def _shares(categories: list[Node]) -> set[_Share]:
    """What the tax categories of a line, allowance or charge, or of a breakdown make it part of."""
    shares: set[_Share] = set()
    for node in categories:
        category = BY_CODE.get(words(node.all("cbc:ID")))
        if category is None:
            continue
        if not category.is_taxed:
            shares.add((category.code, None))
            continue
        for each in categories:
            for percent in each.all("cbc:Percent"):
                shares.add((category.code, percent.decimal))
    return shares
