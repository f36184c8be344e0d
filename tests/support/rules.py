"""The rules asked about an invoice, whatever its schema or scenario would say."""

from lxml import etree

from tests.support.invoices import Instance
from xrechnung.judging.applying import Outcome, apply, rule_sets_for
from xrechnung.judging.releases import releases
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Tree
from xrechnung.judging.verdict import Syntax

RELEASE = releases()[-1]
NATIONAL = ("BR-DE-", "BR-DEX-", "BR-TMP-", "PEPPOL-")
CORE_NAME = "EN16931"
"""The official name of the set `core` where it stopped; any other is the national one."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_CUSTOMIZATION = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}CustomizationID"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_GUIDELINE = f"*/{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"


def outcomes_in_ubl(content: bytes) -> dict[str, Outcome]:
    """What `core` and `national` find; the parts of the extension and of CVD where the invoice says so (BT-24)."""
    return _outcomes(content, Syntax.UBL_INVOICE, _CUSTOMIZATION)


def outcomes_in_cii(content: bytes) -> dict[str, Outcome]:
    """The same for CII."""
    return _outcomes(content, Syntax.CII, _GUIDELINE)


def _outcomes(content: bytes, syntax: Syntax, identifier: str) -> dict[str, Outcome]:
    root = etree.fromstring(content, _PARSER)
    specifications = {str(each.xpath("string()")) for each in root.findall(identifier)}
    parts = [one.rule_sets for one in RELEASE.scenarios if one.specification in specifications]
    sets: tuple[RuleSet, ...] = rule_sets_for(RELEASE, syntax, frozenset({"xrechnung"}).union(*parts))
    return dict(zip(("core", "national"), apply(sets, Tree(root)), strict=True))


def differences(one: Instance, outcomes: dict[str, Outcome]) -> list[str]:
    """Where the outcomes differ from the official ones; national rules are known for scenarios of XRechnung only."""
    fired = set(one.expected["fired"])
    stopped = {"core" if name == CORE_NAME else "national" for name in one.expected.get("engine_error") or ()}
    official = {"core": {rule for rule in fired if not rule.startswith(NATIONAL)}}
    if str(one.expected.get("scenario")).startswith("EN16931 XRechnung"):
        official["national"] = {rule for rule in fired if rule.startswith(NATIONAL)}
    found = []
    for name, rules in official.items():
        outcome = outcomes[name]
        if (outcome.undefined is not None) != (name in stopped):
            found.append(f"{one.name}: {name} {outcome.undefined or 'has a result'}")
        elif set(outcome.broken) != rules:
            found.append(f"{one.name}: {sorted(set(outcome.broken) ^ rules)}")
    return found


def rewritten(content: bytes, *changes: tuple[str, str]) -> bytes:
    """A document with some of its text replaced, everywhere; each text must be there."""
    text = content.decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def broken_in_ubl(content: bytes) -> set[str]:
    """Rules a UBL document breaks; fails where a rule has no result for it."""
    return _broken(outcomes_in_ubl(content))


def broken_in_cii(content: bytes) -> set[str]:
    """Rules a CII document breaks; fails where a rule has no result for it."""
    return _broken(outcomes_in_cii(content))


def is_undefined_in_ubl(content: bytes) -> bool:
    """Whether some rule has no result for a UBL document."""
    return any(outcome.undefined is not None for outcome in outcomes_in_ubl(content).values())


def is_undefined_in_cii(content: bytes) -> bool:
    """Whether some rule has no result for a CII document."""
    return any(outcome.undefined is not None for outcome in outcomes_in_cii(content).values())


def _broken(outcomes: dict[str, Outcome]) -> set[str]:
    for outcome in outcomes.values():
        assert outcome.undefined is None, outcome.undefined
    return {rule for outcome in outcomes.values() for rule in outcome.broken}
