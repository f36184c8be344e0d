"""Notes, attached documents, and everything that stands nowhere else."""

from collections.abc import Iterator

from xrechnung.judging.texts import path_in_words
from xrechnung.showing.composing import Composer
from xrechnung.showing.parts import Part
from xrechnung.showing.sheet import Column, Entry, Facts, Row, Section, Table
from xrechnung.showing.values import label_of

_DOCUMENTS = (Column("Kennung"), Column("Beschreibung"), Column("Datei"), Column("Ablageort"))
_OTHER = (Column("Angabe"), Column("Inhalt"), Column("Stelle in der XML-Datei"))


def notes(compose: Composer) -> Section:
    """What the supplier wants to say besides, with what it is about."""
    entries: list[Entry] = []
    for part in Part(compose.invoice).inner("notes"):
        subject = compose.text(part, "subject_code")
        if part.value("text") is None:
            entries += compose.entries(part)
        else:
            label = f"Bemerkung: {subject}" if subject else "Bemerkung"
            entries.append(compose.together(part, label, ("text", "subject_code"), compose.text(part, "text")))
    return Section("bemerkungen", "Bemerkungen", (Facts(tuple(entries)),))


def documents(compose: Composer, address: str | None) -> Section:
    """Supporting documents; those in the invoice have a link where their address is known."""
    parts = enumerate(Part(compose.invoice).inner("supporting_documents"), 1)
    rows = [Row(tuple(_document(compose, part, address and address.format(number=n)))) for n, part in parts]
    blocks = (Table("Rechnungsbegründende Unterlagen", _DOCUMENTS, rows),) if rows else ()
    return Section("anlagen", "Anlagen", blocks)


def unread(compose: Composer) -> Section:
    """Values that are there but are no amount, number or day."""
    rows = [
        Row(
            (
                Entry("Angabe", label_of(each.term), (each.term,)),
                Entry("Inhalt", each.text),
                Entry("", _line(each.line)),
            )
        )
        for each in compose.invoice.unread
    ]
    blocks = (Table("Werte, die sich nicht lesen lassen", _OTHER, rows),) if rows else ()
    return Section("unlesbar", "Nicht lesbare Werte", blocks)


def other(compose: Composer, most_lines: int) -> Section:
    """Everything else: terms without a place above, and texts that are no term at all."""
    rows = [Row(cells) for cells in (*_forgotten(compose, most_lines), *_foreign(compose))]
    blocks = (Table("Weitere Angaben der Rechnung", _OTHER, rows),) if rows else ()
    return Section("weitere-angaben", "Weitere Angaben", blocks)


def _document(compose: Composer, part: Part, address: str | None) -> Iterator[Entry]:
    for name in ("reference", "description"):
        yield compose.cell(part, "", (name,), compose.text(part, name))
    file = compose.cell(part, "", ("attachment",), compose.text(part, "attachment"))
    link = address if address and part.value("attachment") is not None else ""
    yield Entry(file.label, file.text, (), file.findings, file.place, link, file.missing)
    yield compose.cell(part, "", ("location",), compose.text(part, "location"))


def _forgotten(compose: Composer, most_lines: int) -> Iterator[tuple[Entry, ...]]:
    for found in compose.forgotten(most_lines):
        way = " › ".join(f"{label_of(step.group)} {step.number or ''}".strip() for step in found.groups)
        value = compose.wording.of(found.term, found.value)
        yield Entry("Angabe", label_of(found.term), (found.term,)), Entry("Inhalt", value), Entry("", way)


def _foreign(compose: Composer) -> Iterator[tuple[Entry, ...]]:
    for each in compose.invoice.other:
        name = path_in_words(each.path) or each.path.rpartition("/")[2]
        yield Entry("Angabe", name), Entry("Inhalt", each.text), Entry("", each.path)


def _line(number: int | None) -> str:
    return f"Zeile {number}" if number else ""
