"""The rules of EN 16931 for UBL invoices and credit notes, as CEN publishes them."""

from functools import cache

from xrechnung.judging.common.absent import AbsentPaths
from xrechnung.judging.common.checks import Checks
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node
from xrechnung.judging.ubl import allowances, bindings, decimals, payment, presence, totals, vat
from xrechnung.judging.ubl.bindings import SameThroughout
from xrechnung.judging.ubl.codes import code_checks
from xrechnung.judging.ubl.elements import is_document
from xrechnung.judging.ubl.totals import LineSum, TaxInTaxCurrency
from xrechnung.judging.ubl.vat_bases import VatBases
from xrechnung.judging.ubl.vat_use import VatUse


class UblCore(RuleSet):
    """BR, BR-CO, BR-DEC, BR-CL, the VAT categories, UBL-SR, UBL-DT, UBL-CR."""

    def __init__(self, release: Release) -> None:
        super().__init__(release)
        self._checks, self._absent = _checks(release), _absent(release)
        self._over_document = (LineSum(), VatUse(), VatBases(), TaxInTaxCurrency(), SameThroughout())
        self._root: Node | None = None
        self._has_lines = False

    def head(self, head: Fragment) -> None:
        self._root = head.root
        for each in self._over_document:
            each.head(head)
        self._look_at(head)

    def line(self, line: Fragment) -> None:
        self._has_lines = True
        for each in self._over_document:
            each.add(line)
        self._look_at(line)

    def _look_at(self, part: Fragment) -> None:
        self._checks.apply(part, self)
        self._absent.judge(part, self)

    def end(self) -> None:
        if self._root is not None and is_document(self._root):
            self.demand(self._has_lines, "BR-16", self._root)
            for each in self._over_document:
                each.end(self, self._root)


@cache
def _absent(release: Release) -> AbsentPaths:
    return AbsentPaths(release.table("absent_ubl.tsv"))


@cache
def _checks(release: Release) -> Checks:
    return Checks(
        presence.CHECKS,
        presence.registration_checks(release.codes_in_order["vat-id-prefix-ubl"]),
        allowances.CHECKS,
        payment.CHECKS,
        totals.CHECKS,
        decimals.CHECKS,
        vat.CHECKS,
        code_checks(release),
        *bindings.CHECKS,
    )
