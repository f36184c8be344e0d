"""Reading invoices in tests."""

from lxml import etree

from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import parse_xml
from xrechnung.judging.tree import Tree
from xrechnung.model import Invoice


def read(data: bytes | etree._Element) -> Invoice:
    """The model of an invoice."""
    root = parse_xml(data) if isinstance(data, bytes) else data
    with Tree(root) as tree:
        invoice = read_invoice(tree)
    assert invoice is not None
    return invoice
