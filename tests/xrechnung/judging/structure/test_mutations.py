"""Invoices broken by chance: we refuse exactly what the official schemas refuse.

libxml2 takes part as the reader of the official schemas, so the changes leave out the few values it reads differently
from the official validator; those have their table in `test_values.py`.
"""

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from lxml import etree

from tests.support.invoices import instances, needs_corpus
from tests.xrechnung.judging.structure.mutations import Mutator
from tests.xrechnung.judging.structure.official import SCHEMAS
from xrechnung.judging.structure import structure_of
from xrechnung.judging.verdict import Syntax

LARGEST = 40_000


@cache
def originals() -> list[tuple[Syntax, etree._Element]]:
    """Sound invoices of moderate size."""
    sound = (each for each in instances() if each.expected.get("xsd_valid") and len(each.content) < LARGEST)
    return [(Syntax(each.expected["syntax"]), etree.fromstring(each.content)) for each in sound]


@cache
def official(syntax: Syntax) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS[syntax]))


def disagreements(seeds: range) -> Iterator[str]:
    for seed in seeds:
        chance = Random(seed)
        syntax, original = chance.choice(originals())
        changed = Mutator(syntax, chance).change(original, chance.choice((1, 1, 1, 2, 3)))
        invoice = etree.fromstring(etree.tostring(changed))
        wanted = official(syntax).validate(invoice)
        found = structure_of(syntax).check(invoice)
        if wanted == bool(found):
            said = found[0].message if found else official(syntax).error_log[0].message
            yield f"{seed}: official {wanted}, {said}"


@needs_corpus
def test_we_refuse_exactly_what_the_official_schemas_refuse() -> None:
    assert list(disagreements(range(1_000))) == []


@needs_corpus
@pytest.mark.soak
def test_we_refuse_exactly_what_the_official_schemas_refuse_for_long() -> None:
    assert list(disagreements(range(1_000, 60_000))) == []


@needs_corpus
def test_the_examination_agrees_with_the_fast_way() -> None:
    for seed in range(400):
        chance = Random(seed)
        syntax, original = chance.choice(originals())
        invoice = Mutator(syntax, chance).change(original, 1)
        structure = structure_of(syntax)
        assert bool(structure.examine(invoice)) == bool(structure.check(invoice)), seed
