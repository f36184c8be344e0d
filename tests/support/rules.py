"""The rules asked about an invoice, whatever its schema or scenario would say."""

from lxml import etree

from xrechnung.judging.applying import Outcome, apply, rule_sets_for
from xrechnung.judging.releases import releases
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Tree
from xrechnung.judging.verdict import Syntax

RELEASE = releases()[-1]
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_CUSTOMIZATION = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}CustomizationID"


def outcomes_in_ubl(content: bytes) -> dict[str, Outcome]:
    """What `core` and `national` find; the parts of the extension and of CVD where the invoice says so (BT-24)."""
    root = etree.fromstring(content, _PARSER)
    specification = "".join("".join(each.itertext()) for each in root.findall(_CUSTOMIZATION))
    parts = [one.rule_sets for one in RELEASE.scenarios if one.specification == specification]
    sets: tuple[RuleSet, ...] = rule_sets_for(RELEASE, Syntax.UBL_INVOICE, frozenset({"xrechnung"}).union(*parts))
    return dict(zip(("core", "national"), apply(sets, Tree(root)), strict=True))


def broken_in_ubl(content: bytes) -> set[str]:
    """Rules a UBL document breaks; fails where a rule has no result for it."""
    outcomes = outcomes_in_ubl(content)
    for outcome in outcomes.values():
        assert outcome.undefined is None, outcome.undefined
    return {rule for outcome in outcomes.values() for rule in outcome.broken}


def is_undefined_in_ubl(content: bytes) -> bool:
    """Whether some rule has no result for a UBL document."""
    return any(outcome.undefined is not None for outcome in outcomes_in_ubl(content).values())
