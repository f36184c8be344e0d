"""EN 16931 in CII: the CEN rules."""

from functools import cache
from typing import NamedTuple

from xrechnung.judging.cii import allowances, bindings, codes, presence
from xrechnung.judging.cii.header import Header
from xrechnung.judging.cii.totals import Totals
from xrechnung.judging.cii.vat import Vat
from xrechnung.judging.common.absent import AbsentPaths
from xrechnung.judging.common.checks import Checks
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment


class _Tables(NamedTuple):
    """What is the same for all invoices of a release."""

    checks: Checks
    absent: AbsentPaths


@cache
def _tables(release: Release) -> _Tables:
    named = (presence.CHECKS, allowances.CHECKS, codes.checks(release), bindings.CHECKS)
    return _Tables(Checks(*named), AbsentPaths(release.table("absent_cii.tsv")))


class CiiCore(RuleSet):
    """The rules of EN 16931 over an invoice in CII, as CEN publishes them."""

    def __init__(self, release: Release) -> None:
        super().__init__(release)
        self._tables = _tables(release)
        self._header: Header | None = None
        self._totals = Totals()
        self._vat = Vat()
        self._everywhere = bindings.Everywhere()
        self._has_lines = False

    def head(self, head: Fragment) -> None:
        header = self._header = Header.of(head)
        self._look_at(head)
        presence.document(self, header)
        bindings.document(self, header)
        self._totals.head(self, header)
        self._vat.head(self, header, head)
        self._everywhere.head(self, header, head)

    def line(self, line: Fragment) -> None:
        assert self._header is not None
        self._has_lines = True
        self._look_at(line)
        presence.line(self, self._header, line.root)
        bindings.line(self, line.root)
        self._totals.add_line(line.root)
        self._vat.line(self, line)
        self._everywhere.line(line)

    def end(self) -> None:
        assert self._header is not None
        self.demand(self._has_lines, "BR-16", self._header.root)
        self._totals.end(self, self._header)
        self._vat.end(self, self._header)
        self._everywhere.end(self, self._header)

    def _look_at(self, part: Fragment) -> None:
        """What is asked of single elements, wherever they stand."""
        self._tables.checks.apply(part, self)
        self._tables.absent.judge(part, self)
