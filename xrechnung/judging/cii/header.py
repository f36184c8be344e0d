"""The parts of a CII invoice above its lines, named as the rules speak of them."""

from dataclasses import dataclass

from xrechnung.judging.tree import Fragment, Node


@dataclass(slots=True)
class Header:
    """Each of these lists holds one node in a valid document; rules ask as if there could be none or several."""

    root: Node
    context: list[Node]
    document: list[Node]
    transaction: list[Node]
    agreement: list[Node]
    delivery: list[Node]
    settlement: list[Node]
    summation: list[Node]
    invoice_currency: list[Node]
    """BT-5"""
    tax_currency: list[Node]
    """BT-6"""

    @classmethod
    def of(cls, head: Fragment) -> "Header":
        root = head.root
        transaction = root.all("rsm:SupplyChainTradeTransaction")
        settlement = below(transaction, "ram:ApplicableHeaderTradeSettlement")
        return cls(
            root=root,
            context=root.all("rsm:ExchangedDocumentContext"),
            document=root.all("rsm:ExchangedDocument"),
            transaction=transaction,
            agreement=below(transaction, "ram:ApplicableHeaderTradeAgreement"),
            delivery=below(transaction, "ram:ApplicableHeaderTradeDelivery"),
            settlement=settlement,
            summation=below(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"),
            invoice_currency=below(settlement, "ram:InvoiceCurrencyCode"),
            tax_currency=below(settlement, "ram:TaxCurrencyCode"),
        )


def below(nodes: list[Node], *names: str) -> list[Node]:
    """All nodes at the end of a path of names below these."""
    for name in names:
        if len(nodes) == 1:
            nodes = nodes[0].kids.get(name, [])
        elif nodes:
            nodes = [kid for node in nodes for kid in node.kids.get(name, ())]
        else:
            break
    return nodes
