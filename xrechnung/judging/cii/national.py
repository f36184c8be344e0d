"""XRechnung in CII: the rules of KoSIT, those of Peppol among them."""

from decimal import Decimal
from functools import cache

from xrechnung.judging.cii import cvd, extension, payment, peppol, requirements
from xrechnung.judging.cii.header import Header
from xrechnung.judging.common.checks import Checks
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment


@cache
def _checks(release: Release, *, is_extension: bool) -> Checks:
    further = (extension.checks(release),) if is_extension else ()
    return Checks(requirements.CHECKS, peppol.CHECKS, *further)


class CiiNational(RuleSet):
    """The rules of XRechnung over an invoice in CII, as KoSIT publishes them, with those of the extension or of CVD.

    Those two apply where `parts` name them, and where the specification identifier (BT-24) is not in pieces.
    """

    def __init__(self, release: Release, parts: frozenset[str]) -> None:
        super().__init__(release)
        self._parts = parts
        self._header: Header | None = None
        self._checks: Checks | None = None
        self._slack = Decimal(0)
        self._over_lines = requirements.OverLines()
        self._sub_lines: extension.SubLines | None = None
        self._vehicles: cvd.CleanVehicles | None = None

    def head(self, head: Fragment) -> None:
        header = self._header = Header.of(head)
        whole = {node.text for node in requirements.guidelines(header) if node.pieces == 1}
        is_extension = "extension" in self._parts and requirements.EXTENSION in whole
        self._checks = _checks(self.release, is_extension=is_extension)
        self._sub_lines = extension.SubLines() if is_extension else None
        self._slack = peppol.slack_of(header)
        requirements.document(self, header)
        payment.document(self, header)
        peppol.document(self, header)
        self._look_at(head)
        self._over_lines.head(head)
        if self._sub_lines is not None:
            self._sub_lines.see(head)
        if "cvd" in self._parts and requirements.CVD in whole:
            self._vehicles = cvd.CleanVehicles(self.release)
            self._vehicles.head(self, header)

    def line(self, line: Fragment) -> None:
        assert self._header is not None
        self._look_at(line)
        requirements.line(self, line.root)
        peppol.line(self, self._header, line.root, self._slack)
        self._over_lines.line(line)
        if self._sub_lines is not None:
            self._sub_lines.line(line)
        if self._vehicles is not None:
            self._vehicles.line(self, line.root)

    def end(self) -> None:
        assert self._header is not None
        self._over_lines.end(self, self._header)
        if self._sub_lines is not None:
            self._sub_lines.end(self, self._header)
        if self._vehicles is not None:
            self._vehicles.end(self, self._header)

    def _look_at(self, part: Fragment) -> None:
        """What is asked of single elements, wherever they stand."""
        assert self._checks is not None
        self._checks.apply(part, self)
        peppol.entries(self, part, self._slack)
        peppol.empty_elements(self, part)
