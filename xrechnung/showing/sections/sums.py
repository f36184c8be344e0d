"""Allowances and charges on the whole invoice, VAT, and totals."""

from collections.abc import Iterator

from xrechnung.showing.composing import Composer
from xrechnung.showing.parts import Part
from xrechnung.showing.sheet import Column, Entry, Row, Section, Table

_ADJUSTMENTS = (
    Column("Art"),
    Column("Grund"),
    Column("Grundbetrag", numeric=True),
    Column("Prozent", numeric=True),
    Column("USt."),
    Column("Betrag", numeric=True),
)
_BREAKDOWN = (
    Column("Steuersatz"),
    Column("Kategorie"),
    Column("Steuerbasis", numeric=True),
    Column("Steuerbetrag", numeric=True),
)
_TOTALS = (Column("Summe"), Column("Betrag", numeric=True))
_THIRD_PARTY = (Column("Art"), Column("Beschreibung"), Column("Betrag", numeric=True))


def adjustments(compose: Composer) -> Section:
    """Allowances and charges on document level."""
    root = Part(compose.invoice)
    rows = [
        Row(tuple(_adjustment(compose, part, kind)))
        for kind, name in (("Nachlass", "allowances"), ("Zuschlag", "charges"))
        for part in root.inner(name)
    ]
    blocks = (Table("Nachlässe und Zuschläge auf die Rechnung", _ADJUSTMENTS, rows),) if rows else ()
    return Section("nachlaesse", "Nachlässe und Zuschläge", blocks)


def vat(compose: Composer) -> Section:
    """The VAT breakdown."""
    rows = [Row(tuple(_breakdown(compose, part))) for part in Part(compose.invoice).inner("vat_breakdown")]
    blocks = (Table("Umsatzsteueraufschlüsselung", _BREAKDOWN, rows),) if rows else ()
    return Section("umsatzsteuer", "Umsatzsteuer", blocks)


def totals(compose: Composer) -> Section:
    """Totals one below the other, as they add up."""
    rows = [
        Row((Entry("Summe", entry.label, entry.terms), Entry("Betrag", entry.text, (), entry.findings, entry.place)))
        for part in Part(compose.invoice).inner("totals")
        for entry in compose.entries(part)
    ]
    blocks = (Table("Gesamtbeträge der Rechnung", _TOTALS, rows),) if rows else ()
    return Section("gesamtbetraege", "Gesamtbeträge", blocks)


def third_party_payments(compose: Composer) -> Section:
    """Claims of others that are paid along with the invoice."""
    rows = [
        Row(
            tuple(
                compose.cell(part, "", (name,), compose.text(part, name)) for name in ("kind", "description", "amount")
            )
        )
        for part in Part(compose.invoice).inner("third_party_payments")
    ]
    blocks = (Table("Fremdforderungen (Zahlungen an Dritte)", _THIRD_PARTY, rows),) if rows else ()
    return Section("fremdforderungen", "Fremdforderungen", blocks)


def _adjustment(compose: Composer, part: Part, kind: str) -> Iterator[Entry]:
    reason = "\n".join(filter(None, (compose.text(part, "reason"), compose.text(part, "reason_code"))))
    vat_said = " ".join(filter(None, (compose.text(part, "vat_rate"), compose.text(part, "vat_category"))))
    yield Entry("Art", kind)
    yield compose.cell(part, "Grund", ("reason", "reason_code"), reason)
    yield compose.cell(part, "Grundbetrag", ("base_amount",), compose.text(part, "base_amount"))
    yield compose.cell(part, "Prozent", ("percentage",), compose.text(part, "percentage"))
    yield compose.cell(part, "USt.", ("vat_category", "vat_rate"), vat_said)
    yield compose.cell(part, "Betrag", ("amount",), compose.text(part, "amount"))


def _breakdown(compose: Composer, part: Part) -> Iterator[Entry]:
    names = ("category", "exemption_reason", "exemption_code")
    category = "\n".join(filter(None, (compose.text(part, name) for name in names)))
    yield compose.cell(part, "Steuersatz", ("rate",), compose.text(part, "rate"))
    yield compose.cell(part, "Kategorie", names, category)
    yield compose.cell(part, "Steuerbasis", ("taxable_amount",), compose.text(part, "taxable_amount"))
    yield compose.cell(part, "Steuerbetrag", ("tax_amount",), compose.text(part, "tax_amount"))
