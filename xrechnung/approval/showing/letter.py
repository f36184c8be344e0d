"""The letter that refuses an invoice (Zurückweisung), as a page."""

from datetime import date

from xrechnung.models import Invoice
from xrechnung.showing.german import day
from xrechnung.showing.sheet import Entry, Section, Sheet

FOOTER = "Zurückweisung einer elektronischen Rechnung."


def letter_sheet(invoice: Invoice, text: str, *, reference: str, on: date) -> Sheet:
    """The letter with what it is about; `text` is what the supplier is told, as it is kept with the act."""
    facts = (
        ("An", invoice.seller_name),
        ("Von", invoice.buyer_name),
        ("Rechnung", invoice.number),
        ("Datum", day(on)),
        ("Unser Zeichen", reference),
    )
    return Sheet(
        f"Zurückweisung der Rechnung {invoice.number or ''}".strip(),
        tuple(Entry(label, said) for label, said in facts if said),
        None,
        (Section("schreiben", "Schreiben an den Lieferanten", remark=text),),
    )
