"""Every UBL document of the corpus breaks exactly the rules it breaks officially, schema or scenario aside."""

import pytest

from tests.support.invoices import Instance, instances, needs_corpus
from tests.support.rules import outcomes_in_ubl

SETS = (
    *("testsuite-standard", "testsuite-extension", "testsuite-technical", "kosit-schematron", "kosit-config"),
    *("cen-unit", "cen-testfiles", "cen-examples"),
)
NATIONAL = ("BR-DE-", "BR-DEX-", "BR-TMP-", "PEPPOL-")
NAMES = {"EN16931": "core"}
"""The official name of the rule set that stopped; any other is the national one."""


@needs_corpus
@pytest.mark.parametrize("name", SETS)
def test_the_same_rules_are_broken_as_officially(name: str) -> None:
    judged = [one for one in instances(name) if is_ubl(one)]
    assert judged
    assert [difference for one in judged for difference in differences(one)] == []


def is_ubl(one: Instance) -> bool:
    return bool(one.expected.get("wellformed")) and str(one.expected.get("syntax")).startswith("ubl-")


def differences(one: Instance) -> list[str]:
    fired, stopped = (
        set(one.expected["fired"]),
        {NAMES.get(each, "national") for each in one.expected.get("engine_error", ())},
    )
    official = {"core": {rule for rule in fired if not rule.startswith(NATIONAL)}}
    if str(one.expected.get("scenario")).startswith("EN16931 XRechnung"):
        official["national"] = {rule for rule in fired if rule.startswith(NATIONAL)}
    outcomes = outcomes_in_ubl(one.content)
    found = []
    for name, rules in official.items():
        if (outcomes[name].undefined is not None) != (name in stopped):
            found.append(f"{one.name}: {name} {outcomes[name].undefined or 'has a result'}")
        elif set(outcomes[name].broken) != rules:
            found.append(f"{one.name}: {sorted(set(outcomes[name].broken) ^ rules)}")
    return found
