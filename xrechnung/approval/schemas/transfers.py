"""What the finance system sees of payment orders, and what it reports. XML and CSV are made of the same values."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import AN_ID, Shape
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.rules.payment import OrderState, PaymentType, TaxTreatment
from xrechnung.approval.service.transferring import ClaimedOrders
from xrechnung.schemas import Amount


class OrderedLineShape(Shape):
    """Kontierungszeile, wie sie angeordnet ist"""

    product: str = Field(title="Produkt oder Haushaltsstelle", examples=["55101"])
    ledger_account: str = Field(title="Sachkonto", examples=["5241"])
    cost_centre: str | None = Field(default=None, title="Kostenstelle")
    investment: str | None = Field(default=None, title="Investitionsmaßnahme")
    amount: Amount = Field(title="Anteil am fälligen Betrag, brutto", examples=["119.00"])
    tax: TaxTreatment = Field(title="Steuerkennzeichen")
    tax_rate: Amount | None = Field(default=None, title="Steuersatz in Prozent", examples=["19"])
    deductible_percent: Amount | None = Field(default=None, title="Abziehbarer Teil der Vorsteuer in Prozent")
    tax_amount: Amount | None = Field(
        default=None, title="Abziehbare Vorsteuer, oder nach § 13b UStG geschuldete Steuer"
    )
    text: str | None = Field(default=None, title="Buchungstext")


class AboutInvoiceShape(Shape):
    """Was die Rechnung von sich sagt"""

    id: UUID = Field(title="Kennung")
    number: str | None = Field(default=None, title="Rechnungsnummer (BT-1)")
    type_code: str | None = Field(default=None, title="Rechnungsart (BT-3)")
    issue_date: date | None = Field(default=None, title="Rechnungsdatum (BT-2)")
    gross: Amount | None = Field(default=None, title="Bruttobetrag (BT-112)")
    seller: str | None = Field(default=None, title="Verkäufer (BT-27)")
    seller_vat_id: str | None = Field(default=None, title="Umsatzsteuer-Identifikationsnummer (BT-31)")
    seller_tax_number: str | None = Field(default=None, title="Steuernummer (BT-32)")
    buyer_reference: str | None = Field(default=None, title="Leitweg-ID (BT-10)")
    order_number: str | None = Field(default=None, title="Bestellnummer (BT-13)")
    contract_number: str | None = Field(default=None, title="Vertragsnummer (BT-12)")


class TransferShape(Shape):
    """Anordnung, wie sie unterschrieben ist, und wie weit sie im Finanzverfahren ist"""

    id: UUID = Field(title="Kennung, unter der sie nur einmal ausgeführt wird")
    number: str = Field(title="Nummer der Anordnung, zugleich End-to-End-Kennung", examples=["AO-2026-000001"])
    replaces_id: UUID | None = Field(title="Frühere Anordnung, an deren Stelle sie tritt")
    state: OrderState = Field(title="Stand der Übergabe")
    recalled_at: datetime | None = Field(title="Zurückgerufen am; dann nicht mehr ausführen, sondern :fail melden")
    ordered_at: datetime = Field(title="Angeordnet am")
    fiscal_year: int = Field(title="Haushaltsjahr")
    payment_type: PaymentType = Field(title="Zahlungsart")
    payee: str = Field(title="Zahlungsempfänger")
    iban: str | None = Field(title="Konto, auf das gezahlt wird")
    bic: str | None = Field(title="BIC")
    account_name: str | None = Field(title="Kontoinhaber")
    mandate: str | None = Field(title="Mandatsreferenz (BT-89)")
    creditor_id: str | None = Field(title="Gläubiger-Identifikationsnummer (BT-90)")
    currency: str = Field(title="Währung", examples=["EUR"])
    payable: Amount = Field(title="Fälliger Betrag (BT-115); negativ: der Lieferant schuldet")
    skonto: Amount = Field(title="Davon Skonto")
    retained: Amount = Field(title="Davon Sicherheitseinbehalt")
    retained_until: date | None = Field(title="Tag, an dem der Sicherheitseinbehalt frei wird")
    amount: Amount = Field(title="Zahlbetrag")
    tax_owed: Amount = Field(title="Nach § 13b UStG geschuldete Steuer, nicht Teil des Zahlbetrags")
    pay_on: date = Field(title="Ausführungstag")
    due_on: date = Field(title="Fälligkeit")
    remittance: str = Field(title="Verwendungszweck")
    invoice: AboutInvoiceShape = Field(title="Rechnung")
    lines: list[OrderedLineShape] = Field(title="Kontierung; die Summe ist der fällige Betrag")
    deliveries: int = Field(title="So oft ausgegeben")
    lease: UUID | None = Field(title="Letzte Abholung")
    leased_until: datetime | None = Field(title="Bis dahin bekommt sie niemand sonst")
    taken_at: datetime | None = Field(title="Quittiert am")
    settled_at: datetime | None = Field(title="Als gebucht oder gescheitert gemeldet, oder zurückgezogen am")
    ledger_number: str | None = Field(title="Buchungsnummer")
    booked_on: date | None = Field(title="Gebucht am")
    paid_on: date | None = Field(title="Gezahlt am")
    failure: str | None = Field(title="Warum sie nicht ausgeführt wurde")


class ClaimFields(Shape):
    """Abholung von Anordnungen"""

    limit: int = Field(default=100, ge=1, le=500, title="Höchstzahl", examples=[50])
    lease_seconds: int = Field(default=900, ge=1, le=86_400, title="So lange bekommt sie niemand sonst", examples=[900])


class ClaimShape(Shape):
    """Abgeholte Anordnungen"""

    lease: UUID = Field(title="Kennung dieser Abholung, mit der quittiert wird")
    leased_until: datetime = Field(title="Was bis dahin nicht quittiert ist, wird wieder ausgegeben")
    items: list[TransferShape] = Field(title="Einträge")


class AcknowledgeFields(Shape):
    """Quittung: die Anordnung liegt im Finanzverfahren"""

    lease: UUID = Field(title="Abholung, mit der sie kam", examples=[AN_ID])


class BookFields(Shape):
    """Meldung: gebucht, vielleicht schon gezahlt"""

    ledger_number: str = Field(
        min_length=1, max_length=100, pattern=r"\S", title="Buchungsnummer", examples=["2026-004711"]
    )
    booked_on: date = Field(title="Gebucht am", examples=["2026-11-23"])
    paid_on: date | None = Field(default=None, title="Gezahlt am; kann nachgemeldet werden", examples=["2026-12-01"])


class FailFields(Shape):
    """Meldung: nicht ausgeführt, und wird nie ausgeführt"""

    reason: str = Field(
        min_length=1, max_length=1000, pattern=r"\S", title="Grund, auf Deutsch", examples=["Kreditor gesperrt"]
    )


class DeliveryShape(Shape):
    """Nachricht an die Adresse des Finanzverfahrens"""

    id: str = Field(title="Kennung der Nachricht, bei jeder Wiederholung dieselbe")
    type: str = Field(title="Was geschah", examples=["eakte.invoice.ordered", "eakte.invoice.recalled"])
    timestamp: datetime = Field(title="Gesendet am")
    data: TransferShape = Field(title="Die Anordnung")


def transfer_shape(order: PaymentOrder) -> TransferShape:
    computed = {"invoice", "lines", "lease"}
    return TransferShape(
        **{name: getattr(order, name) for name in TransferShape.model_fields if name not in computed},
        invoice=AboutInvoiceShape.model_validate({**order.about, "id": order.invoice_id}),
        lines=[OrderedLineShape.model_validate(line) for line in order.lines],
        lease=order.leases[-1] if order.leases else None,
    )


def claim_shape(claimed: ClaimedOrders) -> ClaimShape:
    shapes = [transfer_shape(order) for order in claimed.orders]
    return ClaimShape(lease=claimed.lease, leased_until=claimed.until, items=shapes)


def delivery_shape(order: PaymentOrder, at: datetime) -> DeliveryShape:
    word = "ordered" if order.recalled_at is None else "recalled"
    return DeliveryShape(
        id=f"{order.id}-{word}", type=f"eakte.invoice.{word}", timestamp=at, data=transfer_shape(order)
    )


def as_plain(order: PaymentOrder) -> dict[str, Any]:
    """An order as JSON has it, for other formats."""
    return transfer_shape(order).model_dump(mode="json", by_alias=True)
