"""Reading ZUGFeRD 1.0 into the semantic model: no scenario accepts it any more, but old PDFs still carry it.

It is an older CII: most elements have other names, few have another place.
"""

from functools import cache
from re import compile

from xrechnung.adapters.bindings import Binding, Row, bind, rows
from xrechnung.adapters.cii import FINISHING
from xrechnung.adapters.reading import Reader
from xrechnung.judging.tree import Tree
from xrechnung.model import Invoice

_RENAMED = {
    "rsm:ExchangedDocumentContext": "ferd:SpecifiedExchangedDocumentContext",
    "rsm:ExchangedDocument": "ferd:HeaderExchangedDocument",
    "rsm:SupplyChainTradeTransaction": "ferd:SpecifiedSupplyChainTradeTransaction",
    "ram:ApplicableHeaderTradeAgreement": "ram12:ApplicableSupplyChainTradeAgreement",
    "ram:ApplicableHeaderTradeDelivery": "ram12:ApplicableSupplyChainTradeDelivery",
    "ram:ApplicableHeaderTradeSettlement": "ram12:ApplicableSupplyChainTradeSettlement",
    "ram:SpecifiedLineTradeAgreement": "ram12:SpecifiedSupplyChainTradeAgreement",
    "ram:SpecifiedLineTradeDelivery": "ram12:SpecifiedSupplyChainTradeDelivery",
    "ram:SpecifiedLineTradeSettlement": "ram12:SpecifiedSupplyChainTradeSettlement",
    "ram:SpecifiedTradeSettlementHeaderMonetarySummation": "ram12:SpecifiedTradeSettlementMonetarySummation",
    "ram:SpecifiedTradeSettlementLineMonetarySummation": "ram12:SpecifiedTradeSettlementMonetarySummation",
    "ram:IssuerAssignedID": "ram12:ID",
    "ram:RateApplicablePercent": "ram12:ApplicablePercent",
}
_NAME = compile(r"\b(rsm|ram|udt|qdt):\w+")
_PREFIXES = {"rsm": "ferd", "ram": "ram12", "udt": "udt15", "qdt": "udt15"}


def read_zugferd1(tree: Tree) -> Invoice:
    """What an invoice in ZUGFeRD 1.0 says."""
    return Reader(_binding(), FINISHING).read(tree)


@cache
def _binding() -> Binding:
    return bind([Row(row.term, _renamed(row.path), _renamed(row.scheme_at)) for row in rows("cii", "")])


def _renamed(path: str) -> str:
    return _NAME.sub(lambda found: _RENAMED.get(found[0]) or _moved(found[0]), path)


def _moved(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{_PREFIXES[prefix]}:{local}"
