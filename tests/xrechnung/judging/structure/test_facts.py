"""Our tables of structure say what the official schemas say, no more and no less."""

import pytest

from tests.support.invoices import needs_corpus
from tests.xrechnung.judging.structure.official import Holds, OfficialSchema, Place
from xrechnung.judging.structure.facts import EXTENSION_CONTENT, FOREIGN, ROOTS, Library, Member, clark, library
from xrechnung.judging.verdict import Syntax


def our_groups(known: Library, root: str) -> dict[str, list[Place]]:
    """Our groups in the terms of the official schemas, by the official name of their type."""
    found: dict[str, list[Place]] = {}
    todo = [(known.official_type(root, _holds_of(root)), _holds_of(root))]
    while todo:
        official_type, name = todo.pop()
        if official_type in found or name in known.values or name == FOREIGN:
            continue
        members = known.groups[name].members if name != EXTENSION_CONTENT else []
        found[official_type] = [(clark(each.element), each.occurs, _held(known, each)) for each in members]
        todo.extend((known.official_type(each.element, each.holds), each.holds) for each in members)
    return found


def _holds_of(root: str) -> str:
    return next(each.holds for each in ROOTS.values() if each.element == root)


def _held(known: Library, member: Member) -> Holds:
    value = known.values.get(member.holds)
    if value is None:
        return Holds(known.official_type(member.element, member.holds))
    attributes = frozenset((each.name, each.must_stand, each.reads, each.only) for each in value.attributes.values())
    return Holds(known.official_type(member.element, member.holds), value.reads, attributes)


@needs_corpus
@pytest.mark.parametrize("syntax", Syntax)
def test_every_group_has_the_official_elements_in_the_official_order(syntax: Syntax) -> None:
    ours = our_groups(library(ROOTS[syntax].library), ROOTS[syntax].element)
    official = OfficialSchema(syntax).groups()
    assert set(ours) == set(official)
    assert [name for name in official if ours[name] != official[name]] == []


@pytest.mark.parametrize("name", ["ubl", "cii"])
def test_whatever_an_element_holds_is_in_the_tables(name: str) -> None:
    known = library(name)
    held = {member.holds for group in known.groups.values() for member in group.members}
    assert held - set(known.groups) - set(known.values) <= {EXTENSION_CONTENT, FOREIGN}


def test_a_ubl_element_means_the_same_wherever_it_stands() -> None:
    members = {(member.element, member.holds) for group in library("ubl").groups.values() for member in group.members}
    assert len(members) == len({element for element, _ in members})


@pytest.mark.parametrize("name", ["ubl", "cii"])
def test_no_group_names_an_element_twice(name: str) -> None:
    assert [each.name for each in library(name).groups.values() if len(each.places) != len(each.members)] == []
