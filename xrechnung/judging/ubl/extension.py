"""The extension of XRechnung (BR-DEX): sub lines, third party payments, more schemes and media types."""

from decimal import Decimal

from xrechnung.judging.common.checks import Check, Checks
from xrechnung.judging.common.codes import extended
from xrechnung.judging.common.xpath import are_filled, attributes, has_many_decimals, sole_decimal, texts
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, round2
from xrechnung.judging.ubl.codes import attribute_in, below, party_scheme
from xrechnung.judging.ubl.elements import INVOICE, is_on_document
from xrechnung.judging.ubl.over_document import OverDocument

_SUB_LINE = "cac:SubInvoiceLine"
_XML = "application/xml"
_NOTHING = Decimal(0)


def extension_checks(release: Release) -> Checks:
    lists = release.code_lists
    more = lists["diga-extension"]
    schemes, addresses = extended(more, lists["iso6523-icd"]), extended(more, lists["eas"])
    types = lists["mime"] | {_XML}

    def attachment(rules: RuleSet, node: Node) -> None:
        rules.demand(node.attributes.get("mimeCode") in types, "BR-DEX-01", node)

    named: dict[str, Check] = {
        "cbc:EmbeddedDocumentBinaryObject": attachment,
        "cbc:ID": below(
            {
                "cac:PartyIdentification": party_scheme(schemes, "BR-DEX-04"),
                "cac:StandardItemIdentification": attribute_in("schemeID", schemes, "BR-DEX-06"),
                "cac:DeliveryLocation": attribute_in("schemeID", schemes, "BR-DEX-08"),
            }
        ),
        "cbc:CompanyID": below({"cac:PartyLegalEntity": attribute_in("schemeID", schemes, "BR-DEX-05")}),
        "cbc:EndpointID": attribute_in("schemeID", addresses, "BR-DEX-07"),
        "cac:LegalMonetaryTotal": totals,
        "cac:PrepaidPayment": third_party_payment,
    }
    return Checks(named)


def totals(rules: RuleSet, node: Node) -> None:
    """BR-DEX-09: the amount due, with what is to be paid to third parties."""
    beside = node.parent.all("cac:PrepaidPayment") if node.parent is not None else []
    paid = [amount for payment in beside for amount in payment.all("cbc:PaidAmount")]
    third_party = sum((amount.decimal for amount in paid), _NOTHING) if are_filled(paid) else _NOTHING
    payable, gross = sole_decimal(node.all("cbc:PayableAmount")), sole_decimal(node.all("cbc:TaxInclusiveAmount"))
    rounding = sole_decimal(node.all("cbc:PayableRoundingAmount")) or _NOTHING
    prepaid = sole_decimal(node.all("cbc:PrepaidAmount")) or _NOTHING
    is_due = (
        payable is not None
        and gross is not None
        and round2(payable - rounding) == round2(gross - prepaid + third_party)
    )
    rules.demand(is_due, "BR-DEX-09", node)


def third_party_payment(rules: RuleSet, node: Node) -> None:
    """A third party payment (BG-DEX-09) of an invoice."""
    root = node.parent
    if root is None or not is_on_document(node) or root.name != INVOICE:
        return
    amounts = node.all("cbc:PaidAmount")
    currencies = attributes(amounts, "currencyID")
    rules.demand(are_filled(node.all("cbc:ID")), "BR-DEX-10", node)
    rules.demand(are_filled(amounts), "BR-DEX-11", node)
    rules.demand(are_filled(node.all("cbc:InstructionID")), "BR-DEX-12", node)
    rules.demand(not has_many_decimals(amounts), "BR-DEX-13", node)
    rules.demand(not currencies.isdisjoint(texts(root.all("cbc:DocumentCurrencyCode"))), "BR-DEX-14", node)


class SubLines(OverDocument):
    """Sub lines (BG-DEX-01) add up to the line above them (BR-DEX-02) and have one VAT category each (BR-DEX-03)."""

    def __init__(self) -> None:
        self._add_up = True
        self._have_category = True

    def add(self, part: Fragment) -> None:
        subs = part.named(_SUB_LINE)
        if not subs:
            return
        lines = [line for line in part.named("cac:InvoiceLine") if is_on_document(line)]
        self._add_up = self._add_up and all(_adds_up(line) for line in (*lines, *subs) if line.has(_SUB_LINE))
        items = [item for sub in subs for item in sub.all("cac:Item")]
        self._have_category = self._have_category and all(len(i.all("cac:ClassifiedTaxCategory")) == 1 for i in items)

    def end(self, rules: RuleSet, root: Node) -> None:
        if root.name == INVOICE:
            rules.demand(self._add_up, "BR-DEX-02", root)
            rules.demand(self._have_category, "BR-DEX-03", root)


def _adds_up(line: Node) -> bool:
    parts = [sole_decimal(sub.all("cbc:LineExtensionAmount")) or _NOTHING for sub in line.all(_SUB_LINE)]
    return sole_decimal(line.all("cbc:LineExtensionAmount")) == sum(parts, _NOTHING)
