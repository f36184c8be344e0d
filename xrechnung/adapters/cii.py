"""Reading UN/CEFACT CII (D16B), also inside ZUGFeRD and Factur-X, into the semantic model."""

from typing import Any

from xrechnung.adapters.bindings import binding
from xrechnung.adapters.reading import Reader
from xrechnung.judging.tree import Tree
from xrechnung.model import Invoice

_DUE_CODES = {"5": "3", "29": "35", "72": "432"}
"""When VAT falls due (BT-8): CII writes codes of UNTDID 2475, UBL and EN 16931 those of UNTDID 2005."""


def read_cii(tree: Tree) -> Invoice:
    """What an invoice in CII says."""
    return Reader(binding("cii", tree.head.root.name), {Invoice: _translate_due_code}).read(tree)


def _translate_due_code(invoice: dict[str, Any]) -> None:
    code = invoice.get("tax_point_code")
    if code is not None:
        invoice["tax_point_code"] = _DUE_CODES.get(code, code)
