"""What invoice it is, what it refers to, and who has to do with it."""

from collections.abc import Iterator

from xrechnung.model import Invoice
from xrechnung.showing import german
from xrechnung.showing.codes import meaning
from xrechnung.showing.composing import Composer
from xrechnung.showing.parts import Part
from xrechnung.showing.sheet import Entry, Facts, Section

_PLAIN_INVOICE = "380"
_REFERENCES = (
    "buyer_reference",
    "purchase_order",
    "sales_order",
    "contract",
    "project",
    "tender",
    "receiving_advice",
    "despatch_advice",
    "invoiced_object",
    "buyer_accounting_reference",
)
_PARTY = {"vat_id": "USt-IdNr.", "legal_information": "Rechtliche Informationen"}
_CONTACT = {"point": "Ansprechpartner", "phone": "Telefon", "email": "E-Mail"}
_STREET = ("line_1", "line_2", "line_3")
_PLACE = ("post_code", "city")


def title_of(invoice: Invoice) -> str:
    """`Rechnung 4711`, or what else it is."""
    kind = "" if invoice.type_code in (None, _PLAIN_INVOICE) else meaning("document-type", invoice.type_code or "")
    return f"{kind or 'Rechnung'} {invoice.number or 'ohne Nummer'}"


def summary_of(compose: Composer) -> tuple[Entry, ...]:
    """Who wants how much by when, at one glance; everything stands again in its place below."""
    invoice = compose.invoice
    payable = invoice.totals.payable if invoice.totals else None
    said = (
        ("Von", invoice.seller.name if invoice.seller else None),
        ("An", invoice.buyer.name if invoice.buyer else None),
        ("Rechnungsdatum", invoice.issue_date and german.day(invoice.issue_date)),
        ("Zu zahlen", None if payable is None else compose.wording.amount(payable)),
        ("Fällig am", invoice.due_date and german.day(invoice.due_date)),
    )
    return tuple(Entry(label, text) for label, text in said if text)


def identity(compose: Composer) -> Section:
    """What kind of invoice, of when, in which currency, and by which rules it was made."""
    root = Part(compose.invoice)
    names = ("number", "type_code", "issue_date")
    later = ("tax_point_date", "tax_point_code", "currency", "vat_currency")
    entries = [*compose.entries(root, names)]
    for delivery in root.inner("delivery"):
        entries += period(compose, delivery, "Abrechnungszeitraum")
    entries += compose.entries(root, later)
    for process in root.inner("process"):
        entries += compose.entries(process)
    return Section("rechnungsdaten", "Rechnungsdaten", (Facts(tuple(entries)),))


def references(compose: Composer) -> Section:
    """What the invoice refers to: orders, contracts, earlier invoices."""
    root = Part(compose.invoice)
    earlier = tuple(compose.facts(part, "Vorausgegangene Rechnung") for part in root.inner("preceding_invoices"))
    return Section("verweise", "Verweise", (compose.facts(root, names=_REFERENCES), *earlier))


def parties(compose: Composer) -> Section:
    """Seller and buyer beside each other, then who else there is."""
    root = Part(compose.invoice)
    sides = [
        *(_party(compose, part, "Verkäufer", " des Verkäufers") for part in root.inner("seller")),
        *(_party(compose, part, "Käufer", " des Käufers") for part in root.inner("buyer")),
        *(_party(compose, part, "Zahlungsempfänger", " des Zahlungsempfängers") for part in root.inner("payee")),
        *(
            _party(compose, part, "Steuervertreter", " des Steuervertreters")
            for part in root.inner("tax_representative")
        ),
        *(_party(compose, part, "Lieferung", " der Lieferanschrift") for part in root.inner("delivery")),
    ]
    return Section("beteiligte", "Beteiligte", sides=tuple(side for side in sides if side.entries))


def period(compose: Composer, holder: Part, label: str) -> Iterator[Entry]:
    """From when until when, as one entry."""
    for part in holder.inner("period"):
        start, end = compose.text(part, "start"), compose.text(part, "end")
        if start and end:
            yield compose.together(part, label, ("start", "end"), f"{start} bis {end}")
        else:
            yield from compose.entries(part)


def _party(compose: Composer, part: Part, heading: str, of: str) -> Facts:
    """A party by name, address, contact, and numbers."""
    fields = {group.name for group in part.groups()}
    first = ("name", "trading_name", "party_name")
    entries = [*compose.entries(part, first, of=of)]
    for address in part.inner("address") if "address" in fields else ():
        entries += _address(compose, address, of)
    for contact in part.inner("contact") if "contact" in fields else ():
        entries += compose.entries(contact, labels=_CONTACT)
    entries += compose.entries(part, besides=first, labels=_PARTY, of=of)
    return Facts(tuple(entries), heading)


def _address(compose: Composer, part: Part, of: str) -> Iterator[Entry]:
    """The address as on an envelope; what should be in it and is not follows."""
    street = [compose.text(part, name) for name in _STREET]
    place = " ".join(filter(None, (compose.text(part, name) for name in _PLACE)))
    lines = [*street, place, compose.text(part, "subdivision"), compose.text(part, "country")]
    names = (*_STREET, *_PLACE, "subdivision", "country")
    if any(lines):
        yield compose.together(part, "Anschrift", names, "\n".join(filter(None, lines)))
    yield from compose.missing(part, names, of=of)
