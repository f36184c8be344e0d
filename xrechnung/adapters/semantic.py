"""Reading an invoice into the semantic model, whatever syntax it is written in."""

from xrechnung.adapters.cii import read_cii
from xrechnung.adapters.ubl import read_ubl
from xrechnung.adapters.zugferd1 import read_zugferd1
from xrechnung.judging.tree import Tree
from xrechnung.model import Invoice

_READERS = {
    "ubl:Invoice": read_ubl,
    "cn:CreditNote": read_ubl,
    "rsm:CrossIndustryInvoice": read_cii,
    "ferd:CrossIndustryDocument": read_zugferd1,
}


def read_invoice(tree: Tree) -> Invoice | None:
    """What an invoice says, ZUGFeRD 1.0 included; None if its root element is none of an invoice."""
    read = _READERS.get(tree.head.root.name)
    return None if read is None else read(tree)
