"""How to pay (BG-16 to BG-19): BR-49 to BR-51, BR-61."""

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.xpath import says_something, texts, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node
from xrechnung.judging.ubl.elements import stands_in

CREDIT_TRANSFERS = frozenset({"30", "58"})
LONGEST_CARD_NUMBER = 10
"""The first six and the last four digits; more must not be told."""


def instructions(rules: RuleSet, node: Node) -> None:
    codes = node.all("cbc:PaymentMeansCode")
    rules.demand(bool(codes), "BR-49", node)
    by_transfer = words(codes) in CREDIT_TRANSFERS
    rules.demand(not by_transfer or bool(node.at("cac:PayeeFinancialAccount", "cbc:ID")), "BR-61", node)
    if not CREDIT_TRANSFERS.isdisjoint(texts(codes)):
        for account in node.all("cac:PayeeFinancialAccount"):
            rules.demand(says_something(account.all("cbc:ID")), "BR-50", account)


def card_number(rules: RuleSet, node: Node) -> None:
    if stands_in(node, "cac:CardAccount", "cac:PaymentMeans"):
        rules.demand(len(words([node])) <= LONGEST_CARD_NUMBER, "BR-51", node)


CHECKS: dict[str, Check] = {"cac:PaymentMeans": instructions, "cbc:PrimaryAccountNumberID": card_number}
