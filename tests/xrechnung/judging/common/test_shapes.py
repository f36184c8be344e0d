"""What is worked out once for all parts of invoices in which the same elements stand."""

from lxml import etree

from xrechnung.judging.common.absent import AbsentPaths
from xrechnung.judging.common.checks import Checks
from xrechnung.judging.common.shapes import LONGEST_SHAPE, MOST_SHAPES, ByShape
from xrechnung.judging.releases import releases
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, Tree

_NAMES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)


class _Notes(RuleSet):
    """Only takes down what is broken."""

    def __init__(self) -> None:
        super().__init__(releases()[-1])

    def head(self, head: Fragment) -> None: ...

    def line(self, line: Fragment) -> None: ...

    def end(self) -> None: ...


def _part(inside: str) -> Fragment:
    return Tree(etree.fromstring(f"<Invoice {_NAMES}>{inside}</Invoice>")).head


def test_parts_of_one_shape_are_judged_by_where_their_elements_stand() -> None:
    absent = AbsentPaths([("R-1", "cac:Party/cbc:Name")])
    allowed = _part("<cac:Party/><cac:Item><cbc:Name/></cac:Item>")
    forbidden = _part("<cac:Party/><cac:Item/><cac:Party><cbc:Name/></cac:Party>")
    assert allowed.shape == forbidden.shape
    for part, count in ((allowed, 0), (forbidden, 1), (allowed, 0)):
        notes = _Notes()
        absent.judge(part, notes)
        assert notes.counts["R-1"] == count


def test_a_forbidden_line_is_found_although_what_it_stands_in_is_another_part() -> None:
    absent = AbsentPaths([("R-1", "cac:InvoiceLine"), ("R-2", "ubl:Invoice/cac:InvoiceLine")])
    tree = Tree(etree.fromstring(f"<Invoice {_NAMES}><cac:InvoiceLine/></Invoice>"))
    notes = _Notes()
    for line in tree.lines():
        absent.judge(line, notes)
    assert dict(notes.counts) == {"R-1": 1}


def test_every_element_of_a_shape_that_is_known_is_checked() -> None:
    checks = Checks({"cbc:*": lambda rules, node: rules.break_("R-1", node)}, {"cbc:ID": _break_second})
    for count in (1, 3):
        notes = _Notes()
        checks.apply(_part("<cbc:ID/>" * count), notes)
        assert (notes.counts["R-1"], notes.counts["R-2"]) == (count, count)


def _break_second(rules: RuleSet, node: Node) -> None:
    rules.break_("R-2", node)


def test_a_plan_is_made_once_for_a_shape_and_neither_long_nor_many_shapes_fill_the_memory() -> None:
    made: list[tuple[str, ...]] = []

    def make(shape: tuple[str, ...]) -> int:
        made.append(shape)
        return len(shape)

    plans = ByShape(make)
    usual, long = _part("<cbc:ID/>"), _part(f"<{'x' * LONGEST_SHAPE}/>")
    assert [plans.of(part) for part in (usual, usual, long, long)] == [2, 2, 2, 2]
    assert made == [usual.shape, long.shape, long.shape]
    for number in range(MOST_SHAPES):
        plans.of(_part(f"<x{number}/>"))
    plans.of(usual)
    assert made[-1] == usual.shape
