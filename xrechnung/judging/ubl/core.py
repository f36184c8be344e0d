"""The rules of EN 16931 for UBL invoices and credit notes, as CEN publishes them."""

from functools import cache

from xrechnung.judging.common.absent import AbsentPaths
from xrechnung.judging.common.checks import Checks
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node
from xrechnung.judging.ubl import allowances, bindings, decimals, payment, presence, totals, vat
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
        self._line_sum, self._vat_use, self._vat_bases = LineSum(), VatUse(), VatBases()
        self._throughout = bindings.Throughout()
        self._tax_currency = TaxInTaxCurrency()
        self._root: Node | None = None
        self._has_lines = False

    def head(self, head: Fragment) -> None:
        if is_document(head.root):
            self._root = head.root
        self._vat_use.head(head)
        self._vat_bases.head(head)
        self._tax_currency.head(head)
        self._look_at(head)

    def line(self, line: Fragment) -> None:
        self._has_lines = True
        self._vat_use.add(line)
        self._vat_bases.add(line)
        self._tax_currency.add(line)
        self._look_at(line)

    def _look_at(self, part: Fragment) -> None:
        self._checks.apply(part, self)
        self._absent.judge(part, self)
        self._line_sum.add(part)
        self._throughout.add(part)

    def end(self) -> None:
        self._line_sum.end(self)
        self._vat_bases.end(self)
        if self._root is not None:
            self.demand(self._has_lines, "BR-16", self._root)
            self._vat_use.end(self, self._root)
            self._throughout.end(self, self._root)
            self._tax_currency.end(self, self._root)


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
