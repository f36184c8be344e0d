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
from xrechnung.judging.ubl.over_document import OverDocument
from xrechnung.judging.ubl.peppol import Peppol

EXTENSION, CVD = "extension", "cvd"


class UblNational(RuleSet):
    """BR-DE, BR-TMP and Peppol; BR-DEX with the part `extension`, BR-DE-CVD with the part `cvd`."""

    def __init__(self, release: Release, parts: frozenset[str]) -> None:
        super().__init__(release)
        self._parts = parts
        self._checks = [_checks(release)]
        self._over_document: list[OverDocument] = [OverLines()]
        self._peppol = Peppol()
        self._root: Node | None = None

    def head(self, head: Fragment) -> None:
        self._root = head.root
        self._take_up_parts(head.root)
        for each in self._over_document:
            each.head(head)
        self._peppol.head(head)
        self._look_at(head)

    def _take_up_parts(self, root: Node) -> None:
        """A specification identifier cut in two by a comment chooses no part, whatever the scenario."""
        if any(identifier.pieces > 1 for identifier in root.all("cbc:CustomizationID")):
            return
        if EXTENSION in self._parts:
            self._checks.append(_extension(self.release))
            self._over_document.append(SubLines())
        if CVD in self._parts:
            self._checks.append(_cvd(self.release))
            self._over_document.append(Vehicles())

    def line(self, line: Fragment) -> None:
        for each in self._over_document:
            each.add(line)
        self._look_at(line)

    def _look_at(self, part: Fragment) -> None:
        for checks in self._checks:
            checks.apply(part, self)
        self._peppol.look_at(part, self)
        peppol.empty(self, part)

    def end(self) -> None:
        if self._root is not None and is_document(self._root):
            for each in self._over_document:
                each.end(self, self._root)


@cache
def _checks(release: Release) -> Checks:
    return Checks(german.document_checks(release), *german.CHECKS, german_payment.CHECKS, peppol.CHECKS)


@cache
def _extension(release: Release) -> Checks:
    return extension_checks(release)


@cache
def _cvd(release: Release) -> Checks:
    return cvd_checks(release)
