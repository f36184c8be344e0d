"""Clean vehicles (BR-DE-CVD, BR-TMP-CVD): procurement references, vehicle category and drive of each vehicle."""

from xrechnung.judging.common.checks import Check, Checks
from xrechnung.judging.common.codes import extended, is_listed
from xrechnung.judging.common.xpath import are_filled, attributes, texts, words
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, collapse
from xrechnung.judging.ubl.elements import is_document, is_on_document, line_above
from xrechnung.judging.ubl.over_document import OverDocument

_LIST, _PROPERTY = "CVD", "cva"
_VEHICLES = frozenset({"M1", "M2", "M3", "N1", "N2", "N3"})
_DRIVES = frozenset({"clean", "zero-emission", "other"})


def cvd_checks(release: Release) -> Checks:
    lists = extended({_LIST}, release.code_lists["untdid-7143"])

    def classification(rules: RuleSet, node: Node) -> None:
        """A classification of an item (BT-158) of a line of the document."""
        line = line_above(node, "cac:CommodityClassification", "cac:Item")
        if line is None or not is_on_document(line):
            return
        scheme = node.attributes.get("listID", "")
        rules.demand(is_listed(scheme, lists), "BR-TMP-CVD-01", node)
        rules.demand(collapse(scheme) != _LIST or collapse(node.text) in _VEHICLES, "BR-DE-CVD-04", node)

    named: dict[str, Check] = {
        "ubl:Invoice": document,
        "cn:CreditNote": document,
        "cac:Item": item,
        "cbc:ItemClassificationCode": classification,
        "cac:AdditionalItemProperty": item_attribute,
    }
    return Checks(named)


def document(rules: RuleSet, root: Node) -> None:
    if is_document(root):
        rules.demand(are_filled(root.at("cac:ContractDocumentReference", "cbc:ID")), "BR-DE-CVD-01", root)
        rules.demand(are_filled(root.at("cac:OriginatorDocumentReference", "cbc:ID")), "BR-DE-CVD-02", root)


def item(rules: RuleSet, node: Node) -> None:
    """Vehicle category and drive are told together, each once."""
    line = line_above(node)
    if line is None or not is_on_document(line):
        return
    codes = node.at("cac:CommodityClassification", "cbc:ItemClassificationCode")
    categories = sum(code.attributes.get("listID") == _LIST for code in codes)
    drives = sum(_PROPERTY in texts(each.all("cbc:Name")) for each in node.all("cac:AdditionalItemProperty"))
    rules.demand(not categories or drives == 1, "BR-DE-CVD-06-a", node)
    rules.demand(not drives or categories == 1, "BR-DE-CVD-06-b", node)


def item_attribute(rules: RuleSet, node: Node) -> None:
    line = line_above(node, "cac:Item")
    if line is not None and is_on_document(line) and _PROPERTY in texts(node.all("cbc:Name")):
        rules.demand(words(node.all("cbc:Value")) in _DRIVES, "BR-DE-CVD-05", node)


class Vehicles(OverDocument):
    """BR-DE-CVD-03: some line is about a vehicle."""

    def __init__(self) -> None:
        self._found = False

    def head(self, head: Fragment) -> None:
        """A vehicle is a line."""

    def add(self, part: Fragment) -> None:
        self._found = self._found or any(
            _LIST in attributes(item.at("cac:CommodityClassification", "cbc:ItemClassificationCode"), "listID")
            and _PROPERTY in texts(item.at("cac:AdditionalItemProperty", "cbc:Name"))
            for item in part.root.all("cac:Item")
        )

    def end(self, rules: RuleSet, root: Node) -> None:
        rules.demand(self._found, "BR-DE-CVD-03", root)
