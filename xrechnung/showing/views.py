"""Invoices as people see them: the content in its order, the verdict, and the findings where they belong."""

from dataclasses import replace
from datetime import date

from xrechnung.judging.verdict import Verdict
from xrechnung.model import Invoice
from xrechnung.showing.composing import Composer
from xrechnung.showing.html import render_html
from xrechnung.showing.judgement import judgement_of
from xrechnung.showing.marks import Marks
from xrechnung.showing.pdf import render_pdf
from xrechnung.showing.sections import head, lines, payment, remainder, sums
from xrechnung.showing.sheet import Section, Sheet

MOST_LINES = 5_000
"""Lines shown on a page; one with more serves nobody, and all of them stand in the XML."""
MOST_LINES_ON_PAPER = 2_000
"""Lines in a PDF; setting so many takes some seconds and half a gigabyte."""
_FOOTER = "Sichtansicht der elektronischen Rechnung. Verbindlich ist die XML-Datei."
_HOMES = {
    "rechnungsdaten": {"BG-2"},
    "verweise": {"BG-3"},
    "beteiligte": {"BG-4", "BG-7", "BG-10", "BG-11", "BG-13"},
    "positionen": {"BG-25"},
    "nachlaesse": {"BG-20", "BG-21"},
    "umsatzsteuer": {"BG-23"},
    "gesamtbetraege": {"BG-22"},
    "fremdforderungen": {"BG-DEX-09"},
    "zahlung": {"BG-16"},
    "bemerkungen": {"BG-1"},
    "anlagen": {"BG-24"},
}


def view_html(
    invoice: Invoice,
    verdict: Verdict | None = None,
    *,
    attachment_address: str | None = None,
    footer: str = _FOOTER,
    most_lines: int = MOST_LINES,
) -> str:
    """The invoice as one HTML page that needs nothing else, neither scripts nor network.

    `attachment_address` leads to the attached documents, with `{number}` from 1 in the order of BG-24; without it
    the page has no links but those within itself. For a file that could not be read, `Invoice()` shows the verdict.
    """
    return render_html(sheet_of(invoice, verdict, attachment_address, most_lines), footer)


def view_pdf(
    invoice: Invoice,
    verdict: Verdict | None = None,
    *,
    on: date,
    footer: str = _FOOTER,
    most_lines: int = MOST_LINES_ON_PAPER,
) -> bytes:
    """The invoice as PDF/A-2a and PDF/UA-1; the same bytes for the same content and the same date `on`."""
    return render_pdf(sheet_of(invoice, verdict, None, most_lines), footer, on=on)


def sheet_of(invoice: Invoice, verdict: Verdict | None, attachment_address: str | None, most_lines: int) -> Sheet:
    """What both forms show."""
    marks = Marks(verdict.findings if verdict else (), invoice)
    compose = Composer(invoice, marks)
    sections = [
        head.identity(compose),
        head.parties(compose),
        head.references(compose),
        lines.lines(compose, most_lines),
        sums.adjustments(compose),
        sums.vat(compose),
        sums.totals(compose),
        sums.third_party_payments(compose),
        payment.payment(compose),
        remainder.notes(compose),
        remainder.documents(compose, attachment_address),
        remainder.unread(compose),
        remainder.other(compose, most_lines),
    ]
    placed = [_with_findings(section, marks) for section in sections]
    return Sheet(
        head.title_of(invoice),
        head.summary_of(compose),
        judgement_of(verdict, marks) if verdict else None,
        tuple(section for section in placed if _says_something(section)),
    )


def _with_findings(section: Section, marks: Marks) -> Section:
    """Findings about what should stand in this section and does not stand anywhere."""
    left = marks.left_about(_HOMES.get(section.name, ()))
    return replace(section, findings=left.numbers, place=left.place) if left.numbers else section


def _says_something(section: Section) -> bool:
    shown = [*section.sides, *section.blocks]
    return bool(section.findings) or any(getattr(each, "entries", True) for each in shown)
