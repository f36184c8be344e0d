"""What of an invoice must be found in its views, worked out without the code that makes them."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO

import pypdfium2
from lxml import html

from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import parse_xml
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.tree import Tree
from xrechnung.model import Attachment, Identifier, Invoice, terms
from xrechnung.showing.views import view_html

TODAY = date(2026, 9, 15)
_BLANKS = re.compile(r"[\s\u200b]+")
_ON_EVERY_PAGE = re.compile(r"Sichtansicht der[^\n]*Seite \d+ von \d+|Position Artikel Menge Preis USt. Netto")
_PERCENTAGES = {"BT-94", "BT-96", "BT-101", "BT-103", "BT-119", "BT-138", "BT-143", "BT-152"}


def read(data: bytes) -> Invoice:
    with Tree(parse_xml(data)) as tree:
        invoice = read_invoice(tree)
    assert invoice is not None
    return invoice


def page_of(data: bytes) -> "html.HtmlElement":
    """An invoice, judged, as a page."""
    return html.fromstring(view_html(read(data), judge_invoice(data, today=TODAY)))


def words(element: "html.HtmlElement") -> str:
    return " ".join(" ".join(element.itertext()).split())


def squeezed(text: str) -> str:
    """Text without any white space, as lines break elsewhere in every form."""
    return _BLANKS.sub("", text)


def text_of_page(page: str) -> str:
    body = html.fromstring(page).find("body")
    assert body is not None
    return squeezed(" ".join(body.itertext()))


def text_of_pdf(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(BytesIO(pdf)) as opened:
        text = " ".join(page.get_textpage().get_text_range() for page in opened)
    text = _ON_EVERY_PAGE.sub("", text)
    # PDFium takes a hyphen at the end of a line for one that only divides a word.
    return squeezed(re.sub("[\x02\ufffe]", "-", text))


def must_be_found(invoice: Invoice) -> Iterator[tuple[str, str]]:
    """Each term with what must be readable of its value, and every other text."""
    for found in terms(invoice):
        for text in _readable(found.term, found.value):
            yield found.term, squeezed(text)
    for other in invoice.other:
        yield other.path, squeezed(other.text)
    for unread in invoice.unread:
        yield unread.term, squeezed(unread.text)


def _readable(term: str, value: object) -> Iterator[str]:
    match value:
        case Decimal():
            yield _german(value, shortened=term in _PERCENTAGES)
        case date():
            yield value.strftime("%d.%m.%Y")
        case Identifier():
            yield from filter(None, (value.value, value.scheme, value.scheme_version))
        case Attachment():
            yield from filter(None, (value.filename,))
        case _:
            yield str(value)


def _german(value: Decimal, *, shortened: bool) -> str:
    whole, _, decimals = f"{abs(value):f}".partition(".")
    if shortened:
        decimals = decimals.rstrip("0")
    grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", ".", whole)
    sign = "\u2212" if value < 0 else ""
    return f"{sign}{grouped},{decimals}" if decimals else f"{sign}{grouped}"
