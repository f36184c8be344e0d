"""Payment instructions (BG-16) as XRechnung wants them: what goes with which means code (BR-DE-19 to -25, -30, -31)."""

from xrechnung.judging.cii.header import Header, below
from xrechnung.judging.common.iban import is_sound_iban
from xrechnung.judging.common.skonto import are_sound_terms
from xrechnung.judging.common.xpath import sole, words
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node

CREDIT_TRANSFERS = frozenset({"30", "58"})
SEPA_CREDIT_TRANSFER = "58"
CARDS = frozenset({"48", "54", "55"})
SEPA_DIRECT_DEBIT = "59"
_DEBITED = ("ram:PayerPartyDebtorFinancialAccount", "ram:IBANID")
_CARD = "ram:ApplicableTradeSettlementFinancialCard"
_DEBTOR_BANK = "ram:PayerSpecifiedDebtorFinancialInstitution"


def document(rules: RuleSet, header: Header) -> None:
    means = below(header.settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    terms = below(header.settlement, "ram:SpecifiedTradePaymentTerms")
    rules.demand(bool(means), "BR-DE-1", header.root)
    notes = [note for each in terms for note in each.all("ram:Description")[:1]]
    rules.demand(are_sound_terms(notes), "BR-DE-18", header.root)
    mandate = bool(below(terms, "ram:DirectDebitMandateID"))
    creditor = bool(below(header.settlement, "ram:CreditorReferenceID"))
    debited = bool(below(means, *_DEBITED))
    if mandate or creditor or debited:
        rules.demand(creditor and (mandate or debited), "BR-DE-30", header.root)
        rules.demand(debited and (mandate or creditor), "BR-DE-31", header.root)
    for each in means:
        _means(rules, each, is_debit=mandate or creditor)


def _means(rules: RuleSet, means: Node, *, is_debit: bool) -> None:
    """`is_debit`: the document has a mandate or a creditor identifier, which belong to no single means."""
    code = words(means.all("ram:TypeCode"))
    account, card = means.has("ram:PayeePartyCreditorFinancialAccount"), means.has(_CARD)
    is_debit = is_debit or bool(means.at(*_DEBITED))
    if code in CREDIT_TRANSFERS:
        if code == SEPA_CREDIT_TRANSFER:
            iban = means.at("ram:PayeePartyCreditorFinancialAccount", "ram:IBANID")
            rules.demand(_is_sound(iban), "BR-DE-19", means)
        rules.demand(account, "BR-DE-23-a", means)
        rules.demand(not card and not is_debit, "BR-DE-23-b", means)
    elif code in CARDS:
        rules.demand(card, "BR-DE-24-a", means)
        rules.demand(not account and not is_debit, "BR-DE-24-b", means)
    elif code == SEPA_DIRECT_DEBIT:
        rules.demand(_is_sound(means.at(*_DEBITED)), "BR-DE-20", means)
        rules.demand(is_debit, "BR-DE-25-a", means)
        banks = means.has("ram:PayeeSpecifiedCreditorFinancialInstitution") or means.has(_DEBTOR_BANK)
        rules.demand(not account and not card and not banks, "BR-DE-25-b", means)


def _is_sound(iban: list[Node]) -> bool:
    node = sole(iban)
    return node is not None and is_sound_iban(node.text)
