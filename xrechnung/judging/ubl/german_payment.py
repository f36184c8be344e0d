"""What XRechnung asks of payment (BR-DE-19, -20, -23 to -25, -30, -31): each means with its own details only."""

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.iban import is_sound_iban
from xrechnung.judging.common.xpath import sole, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node
from xrechnung.judging.ubl.codes import SEPA
from xrechnung.judging.ubl.elements import is_document, is_on_document
from xrechnung.judging.ubl.payment import CREDIT_TRANSFERS

_CARDS = frozenset({"48", "54", "55"})
_SEPA_TRANSFER, _SEPA_DEBIT = "58", "59"
_ACCOUNT, _CARD, _MANDATE = "cac:PayeeFinancialAccount", "cac:CardAccount", "cac:PaymentMandate"


def instructions(rules: RuleSet, node: Node) -> None:
    """Payment instructions (BG-16) of the document."""
    if not is_on_document(node):
        return
    code = words(node.all("cbc:PaymentMeansCode"))
    if code in CREDIT_TRANSFERS:
        iban = sole(node.at(_ACCOUNT, "cbc:ID")) if code == _SEPA_TRANSFER else None
        rules.demand(code != _SEPA_TRANSFER or _is_sound(iban), "BR-DE-19", node)
        rules.demand(node.has(_ACCOUNT), "BR-DE-23-a", node)
        rules.demand(not (node.has(_CARD) or node.has(_MANDATE)), "BR-DE-23-b", node)
    elif code in _CARDS:
        rules.demand(node.has(_CARD), "BR-DE-24-a", node)
        rules.demand(not (node.has(_ACCOUNT) or node.has(_MANDATE)), "BR-DE-24-b", node)
    elif code == _SEPA_DEBIT:
        rules.demand(_is_sound(sole(node.at(_MANDATE, "cac:PayerFinancialAccount", "cbc:ID"))), "BR-DE-20", node)
        rules.demand(node.has(_MANDATE), "BR-DE-25-a", node)
        rules.demand(not (node.has(_ACCOUNT) or node.has(_CARD)), "BR-DE-25-b", node)


def _is_sound(account: Node | None) -> bool:
    return account is not None and is_sound_iban(account.text)


def direct_debit(rules: RuleSet, root: Node) -> None:
    """A direct debit (BG-19) names the creditor (BT-90) and the debited account (BT-91)."""
    if not is_document(root) or not root.at("cac:PaymentMeans", _MANDATE):
        return
    seller = root.at("cac:AccountingSupplierParty", "cac:Party", "cac:PartyIdentification", "cbc:ID")
    payee = root.at("cac:PayeeParty", "cac:PartyIdentification", "cbc:ID")
    named = any(identifier.attributes.get("schemeID") == SEPA for identifier in (*seller, *payee))
    debited = root.at("cac:PaymentMeans", _MANDATE, "cac:PayerFinancialAccount", "cbc:ID")
    rules.demand(named, "BR-DE-30", root)
    rules.demand(bool(debited), "BR-DE-31", root)


CHECKS: dict[str, Check] = {
    "ubl:Invoice": direct_debit,
    "cn:CreditNote": direct_debit,
    "cac:PaymentMeans": instructions,
}
