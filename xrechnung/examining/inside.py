"""What is in a file: the XML of the invoice, and what it says as far as it can be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xrechnung.adapters.embedding import EmbeddingRefused, embedded_in, is_pdf
from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import XmlRefused, is_invoice, parse_xml
from xrechnung.judging.tree import Tree
from xrechnung.model import Identifier, Invoice, terms
from xrechnung.showing.values import Wording, label_of

_BEGINNING = 1 << 16
_MOST_LETTERS = 5_000_000
"""Letters of an invoice that search knows; an invoice of 100,000 lines has more, and its XML is kept whole."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The invoice in a file: `embedded` is its name in a PDF; `invoice` is None where nothing can be read."""

    embedded: str | None
    invoice: Invoice | None


def knows(source: Path) -> bool:
    """Whether a file is XML with the root element of an invoice, of whatever version, well-formed or not."""
    with source.open("rb") as file:
        return is_invoice(file.read(_BEGINNING))


def inside_of(data: bytes) -> Inside | None:
    """The invoice in an XML file or a PDF; None for a PDF that holds none."""
    embedded = None
    if is_pdf(data):
        try:
            found = embedded_in(data)
        except EmbeddingRefused:
            return None
        data, embedded = found.data, found.name
    try:
        root = parse_xml(data)
    except XmlRefused:
        return Inside(embedded, None)
    with Tree(root) as tree:
        return Inside(embedded, read_invoice(tree))


def lines_of(invoice: Invoice) -> tuple[str, ...]:
    """Everything an invoice says, a name and a value each, for search: in words, and as it is written."""
    return tuple(_within(dict.fromkeys(_lines(invoice))))


def _lines(invoice: Invoice) -> Iterator[str]:
    wording = Wording(invoice.currency, invoice.vat_currency)
    for found in terms(invoice):
        said, written = wording.of(found.term, found.value), found.value
        line = f"{label_of(found.term)}: {said}"
        if isinstance(written, Identifier):
            written = written.value
        # Of an IBAN in groups of four nobody would find the whole.
        yield f"{line} {written}" if isinstance(written, str) and written not in said else line
    for one in invoice.unread:
        yield f"{label_of(one.term)}: {one.text}"
    for other in invoice.other:
        yield other.text


def _within(lines: Iterable[str]) -> Iterator[str]:
    left = _MOST_LETTERS
    for line in lines:
        left -= len(line)
        if left < 0:
            return
        yield line
