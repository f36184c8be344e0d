"""The lines of an invoice (Rechnungspositionen) with everything that belongs to them, sub-lines below their line."""

from collections.abc import Iterator
from itertools import islice

from xrechnung.showing import german
from xrechnung.showing.codes import explained, meaning
from xrechnung.showing.composing import Composer
from xrechnung.showing.parts import Part
from xrechnung.showing.sections.head import period
from xrechnung.showing.sheet import Column, Entry, Facts, Row, Section, Table

_COLUMNS = (
    Column("Position"),
    Column("Artikel"),
    Column("Menge", numeric=True),
    Column("Preis", numeric=True),
    Column("USt.", numeric=True),
    Column("Netto", numeric=True),
)
_STANDARD_RATE = "S"


def lines(compose: Composer, most: int) -> Section:
    """The table of lines; of very many the first ones, and a sentence that says so."""
    root = Part(compose.invoice)
    rows = [row for line in islice(root.inner("lines"), most) for row in _rows(compose, line, "", 0)]
    count = len(compose.invoice.lines)
    remark = ""
    if count > most:
        said = f"{german.count(most)} von {german.count(count)}"
        remark = f"Gezeigt sind die ersten {said} Positionen. Alle Positionen stehen in der XML-Datei der Rechnung."
    blocks = (Table("Rechnungspositionen", _COLUMNS, rows),) if rows else ()
    return Section("positionen", "Positionen", blocks, remark=remark)


def _rows(compose: Composer, line: Part, above: str, depth: int) -> Iterator[Row]:
    """The row of a line and those of its sub-lines."""
    identifier = compose.text(line, "identifier")
    cells = tuple(_cells(compose, line))
    entries = (*_details(compose, line, above), *_left(compose, line))
    yield Row(cells, (Facts(entries),) if entries else (), depth)
    for sub_line in line.inner("sub_lines"):
        yield from _rows(compose, sub_line, identifier or "ohne Nummer", depth + 1)


def _cells(compose: Composer, line: Part) -> Iterator[Entry]:
    nobody = Part(None)
    item = next(line.inner("item"), nobody)
    price = next(line.inner("price"), nobody)
    yield compose.cell(line, "Position", ("identifier",), compose.text(line, "identifier"))
    yield compose.cell(item, "Artikel", ("name",), compose.text(item, "name")) if item.held else Entry("Artikel", "")
    yield compose.cell(line, "Menge", ("quantity", "unit"), _quantity(compose, line, "quantity", "unit"))
    yield _price(compose, line, price) if price.held else Entry("Preis", "")
    yield _vat(compose, line)
    yield compose.cell(line, "Netto", ("net",), compose.text(line, "net"))


def _quantity(compose: Composer, part: Part, quantity: str, unit: str) -> str:
    return " ".join(filter(None, (compose.text(part, quantity), compose.text(part, unit))))


def _price(compose: Composer, line: Part, price: Part) -> Entry:
    """The net price, and of how many of what it is the price."""
    text = compose.text(price, "net")
    per = _base(compose, line, price)
    return compose.cell(price, "Preis", ("net", "base_quantity", "base_unit"), f"{text} je {per}" if per else text)


def _base(compose: Composer, line: Part, price: Part) -> str:
    """`100 Stück`; the code of the unit stands with the quantity, unless it is another one."""
    unit = price.value("base_unit")
    word = meaning("unit", unit) if unit and unit == line.value("unit") else ""
    return " ".join(filter(None, (compose.text(price, "base_quantity"), word or compose.text(price, "base_unit"))))


def _vat(compose: Composer, line: Part) -> Entry:
    entries = [compose.cell(vat, "USt.", ("category", "rate"), _rate(compose, vat)) for vat in line.inner("vat")] or [
        Entry("USt.", "")
    ]
    findings = tuple(dict.fromkeys(number for entry in entries for number in entry.findings))
    return Entry("USt.", "\n".join(entry.text for entry in entries), (), findings, entries[0].place)


def _rate(compose: Composer, vat: Part) -> str:
    """The rate; other categories than the usual are named by their code, which the VAT breakdown explains."""
    category = vat.value("category")
    said = (compose.text(vat, "rate"), f"({category})" if category and category != _STANDARD_RATE else "")
    return " ".join(filter(None, said)) or category or ""


def _details(compose: Composer, line: Part, above: str) -> Iterator[Entry]:
    if above:
        yield Entry("Unterposition zu", above)
    for item in line.inner("item"):
        yield from compose.entries(item, besides=("name",))
        yield from (_attribute(compose, attribute) for attribute in item.inner("attributes"))
    yield from period(compose, line, "Abrechnungszeitraum der Position")
    yield from compose.entries(line, besides=("identifier", "quantity", "unit", "net"))
    for price in line.inner("price"):
        yield from compose.entries(price, ("gross", "discount"))
    for kind, name in (("Nachlass", "allowances"), ("Zuschlag", "charges")):
        yield from (_adjustment(compose, each, kind, name) for each in line.inner(name))


def _left(compose: Composer, line: Part) -> Iterator[Entry]:
    """Findings about the line that no value of it could carry, as about a value it should have."""
    left = compose.marks.left_in(line.path)
    if left.numbers:
        yield Entry("Zu dieser Position", "", (), left.numbers, left.place)


def _attribute(compose: Composer, part: Part) -> Entry:
    """A property by its own name."""
    name, value = compose.text(part, "name"), compose.text(part, "value")
    return compose.together(part, name or "Eigenschaft ohne Namen", ("name", "value"), value)


def _adjustment(compose: Composer, part: Part, kind: str, name: str) -> Entry:
    """An allowance or charge on a line, in one sentence."""
    base, percentage = compose.text(part, "base_amount"), compose.text(part, "percentage")
    of = " von ".join(filter(None, (percentage, base)))
    code = part.value("reason_code")
    listed = "allowance-reason" if name == "allowances" else "charge-reason"
    said = (compose.text(part, "amount"), of, compose.text(part, "reason"), explained(listed, code) if code else "")
    names = ("amount", "base_amount", "percentage", "reason", "reason_code")
    return compose.together(part, f"{kind} auf die Position", names, ", ".join(filter(None, said)))
