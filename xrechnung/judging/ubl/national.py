"""The rules of XRechnung for UBL invoices and credit notes, as KoSIT publishes them."""

from functools import cache

from xrechnung.judging.common.checks import Checks
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node
from xrechnung.judging.ubl import german, german_payment, peppol
from xrechnung.judging.ubl.cvd import Vehicles, cvd_checks
from xrechnung.judging.ubl.elements import is_document
from xrechnung.judging.ubl.extension import SubLines, extension_checks
from xrechnung.judging.ubl.german import OverLines
from xrechnung.judging.ubl.peppol import Peppol

EXTENSION, CVD = "extension", "cvd"


class UblNational(RuleSet):
    """BR-DE, BR-TMP and Peppol; BR-DEX with the part `extension`, BR-DE-CVD with the part `cvd`."""

    def __init__(self, release: Release, parts: frozenset[str]) -> None:
        super().__init__(release)
        self._parts = parts
        self._checks = _checks(release)
        self._peppol, self._over_lines = Peppol(), OverLines()
        self._sub_lines, self._vehicles = SubLines(), Vehicles()
        self._root: Node | None = None

    def head(self, head: Fragment) -> None:
        if is_document(head.root):
            self._root = head.root
        self._take_up_parts(head.root)
        self._over_lines.head(head)
        self._peppol.head(head, self)
        self._look_at(head)

    def _take_up_parts(self, root: Node) -> None:
        """A specification identifier cut in two by a comment chooses no part; the scenario still holds."""
        if any(identifier.pieces > 1 for identifier in root.all("cbc:CustomizationID")):
            self._parts -= {EXTENSION, CVD}

    def line(self, line: Fragment) -> None:
        self._over_lines.line(line.root)
        self._vehicles.line(line.root)
        self._peppol.look_at(line, self)
        self._look_at(line)

    def _look_at(self, part: Fragment) -> None:
        self._checks.apply(part, self)
        peppol.empty(self, part)
        if EXTENSION in self._parts:
            _extension(self.release).apply(part, self)
            self._sub_lines.add(part)
        if CVD in self._parts:
            _cvd(self.release).apply(part, self)

    def end(self) -> None:
        if self._root is None:
            return
        self._over_lines.end(self, self._root)
        if EXTENSION in self._parts:
            self._sub_lines.end(self, self._root)
        if CVD in self._parts:
            self._vehicles.end(self, self._root)


@cache
def _checks(release: Release) -> Checks:
    return Checks(german.document_checks(release), *german.CHECKS, german_payment.CHECKS, peppol.CHECKS)


@cache
def _extension(release: Release) -> Checks:
    return extension_checks(release)


@cache
def _cvd(release: Release) -> Checks:
    return cvd_checks(release)
