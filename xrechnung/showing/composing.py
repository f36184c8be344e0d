"""Entries of a view from the terms of an invoice, and what of them was shown."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xrechnung.model import Invoice, TermValue, terms
from xrechnung.model.walking import Step
from xrechnung.showing.marks import NOTHING, Marks
from xrechnung.showing.parts import Part
from xrechnung.showing.sheet import Entry, Facts
from xrechnung.showing.values import Wording, label_of

NO_LABELS: Mapping[str, str] = {}


class Composer:
    """Makes entries of terms; each knows its findings, and none is forgotten."""

    def __init__(self, invoice: Invoice, marks: Marks) -> None:
        self.invoice = invoice
        self.marks = marks
        self.wording = Wording(invoice.currency, invoice.vat_currency)
        self._shown: set[tuple[str, tuple[Step, ...]]] = set()

    def entries(
        self,
        part: Part,
        names: Iterable[str] | None = None,
        *,
        besides: Iterable[str] = (),
        labels: Mapping[str, str] = NO_LABELS,
        of: str = "",
    ) -> Iterator[Entry]:
        """The terms of a group, or those named in their order.

        `labels` calls some of them otherwise than they are called alone; `of` is what labels need not repeat.
        """
        fields = {term.name: term for term in part.terms()}
        left_out = set(besides)
        for name in fields if names is None else names:
            if name in left_out or name not in fields:
                continue
            field, value = fields[name], part.value(name)
            values = value if field.several else (() if value is None else (value,))
            label = labels.get(name) or label_of(field.term).replace(of, "")
            for each in values:
                yield self._entry(part, label, self.wording.of(field.term, each), field.term)
            if not values:
                yield from self.missing(part, (name,), labels=labels, of=of)

    def missing(
        self, part: Part, names: Iterable[str], *, labels: Mapping[str, str] = NO_LABELS, of: str = ""
    ) -> Iterator[Entry]:
        """Terms that are not given although a finding says that they should be."""
        fields = {term.name: term.term for term in part.terms()}
        for name in names:
            found = NOTHING if part.value(name) else self.marks.at(part.path, fields[name])
            if found.numbers:
                label = labels.get(name) or label_of(fields[name]).replace(of, "")
                yield Entry(label, "", (fields[name],), found.numbers, found.place, missing=True)

    def together(self, part: Part, label: str, names: Iterable[str], text: str) -> Entry:
        """Several terms of a group as one entry with a text of its own."""
        fields = {term.name: term.term for term in part.terms()}
        return self._entry(part, label, text, *(fields[name] for name in names if part.value(name) is not None))

    def cell(self, part: Part, label: str, names: Iterable[str], text: str) -> Entry:
        """A cell of a table for some terms of a group, also where none of them is given."""
        fields = {term.name: term.term for term in part.terms()}
        wanted = [fields[name] for name in names if name in fields]
        entry = self._entry(part, label, text, *wanted)
        return Entry(
            entry.label, entry.text, (), entry.findings, entry.place, missing=not text and bool(entry.findings)
        )

    def facts(self, part: Part, heading: str = "", **choice: Any) -> Facts:
        return Facts(tuple(self.entries(part, **choice)), heading)

    def text(self, part: Part, name: str) -> str:
        """One value in words, nothing where it is not given."""
        term = next((term.term for term in part.terms() if term.name == name), "")
        value = part.value(name)
        return "" if value is None else self.wording.of(term, value)

    def forgotten(self, most_lines: int) -> Iterator[TermValue]:
        """Terms of the invoice that no part of the view showed, but for lines beyond those that it shows."""
        for found in terms(self.invoice):
            beyond = found.groups and found.groups[0].group == "BG-25" and (found.groups[0].number or 0) > most_lines
            if not beyond and (found.term, found.groups) not in self._shown:
                yield found

    def _entry(self, part: Part, label: str, text: str, *terms: str) -> Entry:
        self._shown.update((term, part.path) for term in terms)
        found = self.marks.at(part.path, *terms)
        return Entry(label, text, terms, found.numbers, found.place)
