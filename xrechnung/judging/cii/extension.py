"""The XRechnung extension in CII: more code lists and types of attachments (BR-DEX-01 to -08), no sub lines (-15)."""

from collections.abc import Collection

from xrechnung.judging.cii.codes import is_scheme_of_registration, of_electronic_addresses, of_global_ids
from xrechnung.judging.cii.header import Header
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.codes import extended, is_listed
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node

ALSO_ATTACHED = "application/xml"


def checks(release: Release) -> dict[str, Check]:
    """The checks of this release's code lists, with the codes of the extension."""
    lists = release.code_lists
    icd = extended(lists["diga-extension"], lists["iso6523-icd"])
    return {
        "ram:GlobalID": of_global_ids("BR-DEX-04", "BR-DEX-06", "BR-DEX-08", icd),
        "ram:ID": _of_ids(icd),
        "ram:URIID": of_electronic_addresses("BR-DEX-07", extended(lists["diga-extension"], lists["eas"])),
        "ram:AttachmentBinaryObject": _of_attachments(lists["mime"] | {ALSO_ATTACHED}),
    }


def _of_ids(codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        scheme = node.attributes.get("schemeID")
        if scheme is not None and not is_scheme_of_registration(node):
            rules.demand(is_listed(scheme, codes), "BR-DEX-05", node)

    return check


def _of_attachments(types: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        rules.demand(node.attributes.get("mimeCode") in types, "BR-DEX-01", node)

    return check


class SubLines:
    """A parent line anywhere hints at sub lines, which every line is then reminded of."""

    def __init__(self) -> None:
        self._has_parent = False
        self._lines: list[Node] = []

    def see(self, part: Fragment) -> None:
        self._has_parent |= bool(part.named("ram:ParentLineID"))

    def line(self, line: Fragment) -> None:
        self.see(line)
        if not self._lines:
            self._lines = line.root.all("ram:AssociatedDocumentLineDocument")

    def end(self, rules: RuleSet, header: Header) -> None:
        if self._has_parent:
            rules.forbid("BR-DEX-15", self._lines)
