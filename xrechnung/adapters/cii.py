"""Reading UN/CEFACT CII (D16B), also inside ZUGFeRD and Factur-X, into the semantic model."""

from typing import Any

from xrechnung.adapters.bindings import binding
from xrechnung.adapters.reading import Finish, Reader
from xrechnung.judging.tree import Node, Tree
from xrechnung.model import Invoice

_DUE_CODES = {"5": "3", "29": "35", "72": "432"}
"""When VAT falls due (BT-8): CII writes codes of UNTDID 2475, UBL and EN 16931 those of UNTDID 2005."""
_PARENT = ("ram:AssociatedDocumentLineDocument", "ram:ParentLineID")


def read_cii(tree: Tree) -> Invoice:
    """What an invoice in CII says.

    XRechnung has no sub-lines in CII; in Factur-X EXTENDED a line names the one it belongs to, and is put there.
    """
    return Reader(binding("cii", tree.head.root.name), FINISHING, _parent_of).read(tree)


def _parent_of(line: Node) -> Node | None:
    return next(iter(line.at(*_PARENT)), None)


def _translate_due_code(invoice: dict[str, Any]) -> None:
    code = invoice.get("tax_point_code")
    if code is not None:
        invoice["tax_point_code"] = _DUE_CODES.get(code, code)


FINISHING: dict[type, Finish] = {Invoice: _translate_due_code}
