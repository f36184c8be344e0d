"""Invoices changed at random are judged as the official configuration judges them, where that is at hand."""

import os
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest

from tests.support.invoices import a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from tests.xrechnung.judging.mutations import Mutation, mutate
from tests.xrechnung.judging.pool import Pool
from xrechnung.adapters.kosit import SecondOpinion, disagreement
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Refusal

DAY = date(2026, 9, 1)
BUNDLE = os.environ.get("EAKTE_TEST_KOSIT_BUNDLE", "")
needs_bundle = pytest.mark.skipif(not BUNDLE, reason="EAKTE_TEST_KOSIT_BUNDLE names no official configuration")
SYNTAXES = ("ubl", "cii")
BEFORE_RULES = (Refusal.XML, Refusal.SCENARIO, Refusal.STRUCTURE)
BIGGEST = 300_000
MOST_CHANGES = 3


@pytest.fixture(scope="module")
def official() -> Iterator[SecondOpinion]:
    with SecondOpinion.open(Path(BUNDLE)) as opened:
        yield opened


@pytest.mark.parametrize("content", [a_ubl_invoice(), a_cii_invoice()], ids=SYNTAXES)
def test_whatever_is_changed_there_is_a_verdict(content: bytes) -> None:
    pool, random = Pool([content]), Random(1)
    for _ in range(150):
        changed = mutate(content, pool, random, random.randint(1, MOST_CHANGES))
        assert judge_invoice(changed.content, today=DAY).release, changed.what


@needs_corpus
@needs_bundle
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_some_changed_invoices_are_judged_as_officially(syntax: str, official: SecondOpinion) -> None:
    assert list(disagreements(syntax, official, Random(2), count=60)) == []


@pytest.mark.soak
@needs_corpus
@needs_bundle
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_thousands_of_changed_invoices_are_judged_as_officially(
    syntax: str, seed: int, official: SecondOpinion
) -> None:
    assert list(disagreements(syntax, official, Random(1000 + seed), count=1000)) == []


def disagreements(syntax: str, official: SecondOpinion, random: Random, count: int) -> Iterator[str]:
    """What differs, with the changes that brought it to light."""
    contents = acceptable(syntax)
    pool = pool_of(syntax)
    for _ in range(count):
        changed = mutate(random.choice(contents), pool, random, random.randint(1, MOST_CHANGES))
        difference = difference_of(changed, official)
        if difference:
            yield f"{changed.what}: {difference}"


def difference_of(changed: Mutation, official: SecondOpinion) -> str | None:
    verdict, opinion = judge_invoice(changed.content, today=DAY), official.judge(changed.content)
    if opinion.refusal in BEFORE_RULES:
        return None if verdict.refusal in BEFORE_RULES else f"{verdict.refusal} instead of {opinion.refusal}"
    difference = disagreement(verdict, opinion)
    return difference.summary if difference else None


@cache
def acceptable(syntax: str) -> list[bytes]:
    """Invoices of the corpus that their schema and a scenario know."""
    known = [one for one in instances() if one.expected.get("xsd_valid") and one.expected.get("scenario")]
    return [
        one.content for one in known if str(one.expected["syntax"]).startswith(syntax) and len(one.content) < BIGGEST
    ]


@cache
def pool_of(syntax: str) -> Pool:
    return Pool(acceptable(syntax))
