"""Every CII document of the corpus breaks exactly the rules it breaks officially, schema or scenario aside."""

import pytest

from tests.support.invoices import instances, needs_corpus
from tests.support.rules import differences, outcomes_in_cii

SETS = (
    *("testsuite-standard", "testsuite-technical", "kosit-schematron", "kosit-config", "cen-unit", "cen-examples"),
    *("zugferd-xml", "zugferd-pdf"),
)


@needs_corpus
@pytest.mark.parametrize("name", SETS)
def test_the_same_rules_are_broken_as_officially(name: str) -> None:
    judged = [one for one in instances(name) if one.expected.get("wellformed") and one.expected.get("syntax") == "cii"]
    assert judged
    assert [difference for one in judged for difference in differences(one, outcomes_in_cii(one.content))] == []
