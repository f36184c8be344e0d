"""Reading UBL 2.1, Invoice and CreditNote, into the semantic model."""

from re import DOTALL, compile
from typing import Any

from xrechnung.adapters.bindings import binding
from xrechnung.adapters.reading import Reader
from xrechnung.judging.tree import Tree
from xrechnung.model import Invoice, Note

_NOTE_WITH_SUBJECT = compile(r"#([A-Z0-9]{3})#(.*)", DOTALL)
"""UBL has no place for the subject code of a note (BT-21), so it stands before the text."""


def read_ubl(tree: Tree) -> Invoice:
    """What an invoice or credit note in UBL says."""
    return Reader(binding("ubl", tree.head.root.name), {Note: _split_subject}).read(tree)


def _split_subject(note: dict[str, Any]) -> None:
    found = _NOTE_WITH_SUBJECT.fullmatch(note.get("text") or "")
    if found is not None:
        note["subject_code"], text = found.groups()
        note["text"] = text.strip(" \t\r\n") or None
