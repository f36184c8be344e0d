"""Clean vehicles (CVD): contract, tender, and vehicle category with cleanness on a line (BR-DE-CVD, BR-TMP-CVD)."""

from collections.abc import Collection

from xrechnung.judging.cii.header import Header
from xrechnung.judging.common.codes import extended, is_listed
from xrechnung.judging.common.xpath import says_something, texts, words
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node, collapse

LIST = "CVD"
VEHICLE_CATEGORIES = frozenset({"M1", "M2", "M3", "N1", "N2", "N3"})
ATTRIBUTE = "cva"
CLEANNESS = frozenset({"clean", "zero-emission", "other"})


class CleanVehicles:
    """The CVD rules over one invoice."""

    def __init__(self, release: Release) -> None:
        self._lists: Collection[str] = extended([LIST], release.code_lists["untdid-7143"])
        self._has_vehicle = False

    def head(self, rules: RuleSet, header: Header) -> None:
        for agreement in header.agreement:
            contract = agreement.at("ram:ContractReferencedDocument", "ram:IssuerAssignedID")
            rules.demand(any(collapse(each.text) for each in contract), "BR-DE-CVD-01", agreement)
            tenders = agreement.all("ram:AdditionalReferencedDocument")
            rules.demand(any(_is_tender(each) for each in tenders), "BR-DE-CVD-02", agreement)

    def line(self, rules: RuleSet, item: Node) -> None:
        for product in item.all("ram:SpecifiedTradeProduct"):
            self._product(rules, product)

    def _product(self, rules: RuleSet, product: Node) -> None:
        codes = product.at("ram:DesignatedProductClassification", "ram:ClassCode")
        vehicles = [code for code in codes if code.attributes.get("listID") == LIST]
        properties = product.all("ram:ApplicableProductCharacteristic")
        clean = [each for each in properties if ATTRIBUTE in texts(each.all("ram:Description"))]
        rules.demand(not clean or len(vehicles) == 1, "BR-DE-CVD-06-b", product)
        rules.demand(not vehicles or len(clean) == 1, "BR-DE-CVD-06-a", product)
        self._has_vehicle |= bool(vehicles and clean)
        for code in codes:
            self._class_code(rules, code)
        for each in clean:
            rules.demand(words(each.all("ram:Value")) in CLEANNESS, "BR-DE-CVD-05", each)

    def _class_code(self, rules: RuleSet, code: Node) -> None:
        list_id = collapse(code.attributes.get("listID", ""))
        rules.demand(is_listed(list_id, self._lists), "BR-TMP-CVD-01", code)
        rules.demand(list_id != LIST or collapse(code.text) in VEHICLE_CATEGORIES, "BR-DE-CVD-04", code)

    def end(self, rules: RuleSet, header: Header) -> None:
        if not self._has_vehicle:
            rules.forbid("BR-DE-CVD-03", header.transaction)


def _is_tender(document: Node) -> bool:
    is_named = says_something(document.all("ram:IssuerAssignedID"))
    return words(document.all("ram:TypeCode")) == "50" and is_named
