"""What the API shows of invoices."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer

from eakte.documents.models import Document, DocumentSource
from eakte.documents.queries import SeenDocument
from eakte.foundation.http import Shape
from xrechnung.judging.telling import as_json
from xrechnung.judging.verdict import Refusal, Severity, Syntax, Verdict
from xrechnung.models import Invoice
from xrechnung.rules import InvoiceState
from xrechnung.service.reading import Twin

Amount = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")]
"""An amount as text with a decimal point, so that nobody rounds it."""


class SkontoShape(Shape):
    """Skonto, wie es die Zahlungsbedingungen (BT-20) anbieten"""

    days: int = Field(title="Tage ab Rechnungsdatum", examples=[14])
    percent: Amount = Field(title="Prozent", examples=["2.00"])
    until: date | None = Field(title="Letzter Tag nach dem Rechnungsdatum")
    amount: Amount | None = Field(title="Nachlass", examples=["2.38"])
    pay: Amount | None = Field(title="Zahlbetrag mit Skonto", examples=["116.62"])


class InvoiceShape(Shape):
    """Eingegangene E-Rechnung"""

    id: UUID = Field(title="Kennung")
    document_id: UUID = Field(title="Dokument, als das sie abgelegt ist")
    version_id: UUID = Field(title="Version des Dokuments")
    case_id: UUID = Field(title="Vorgang")
    reference: str = Field(title="Aktenzeichen des Dokuments", examples=["20.21-2026/0007-001-001"])
    state: InvoiceState = Field(title="Stand der formalen Prüfung")
    failure: str | None = Field(title="Warum sie nicht geprüft werden konnte")
    channel: DocumentSource = Field(title="Eingangsweg")
    source_key: str | None = Field(title="Quelle, aus der sie geholt wurde", examples=["rechnungspostfach"])
    received_at: datetime = Field(title="Eingang im Haus; Zahlungsfristen beginnen damit")
    judged_at: datetime | None = Field(title="Zeitpunkt der Prüfung")
    accepted: bool | None = Field(title="Angenommen, wie das amtliche Prüfwerkzeug entscheidet")
    refusal: Refusal | None = Field(title="Prüfschritt, an dem sie scheitert")
    release: str | None = Field(title="Stand der Prüfregeln", examples=["2026-08-31"])
    syntax: Syntax | None = Field(title="Syntax")
    specification: str | None = Field(title="Spezifikationskennung (BT-24)")
    scenario: str | None = Field(title="Prüfszenario")
    embedded: str | None = Field(title="Name der Rechnung in der PDF-Datei", examples=["factur-x.xml"])
    remarks: list[str] = Field(title="Was sonst zu wissen ist, etwa über Anlagen, die sich nicht herauslösen ließen")
    errors: int = Field(title="Fehler")
    warnings: int = Field(title="Warnungen und Informationen")
    hints: int = Field(title="Eigene Hinweise")
    second_release: str | None = Field(title="Stand der amtlichen Konfiguration, die sie ebenfalls geprüft hat")
    disputed: bool = Field(title="Die amtliche Prüfkonfiguration urteilt anders")
    twins: int = Field(title="Rechnungen im Haus, denen sie gleicht")
    number: str | None = Field(title="Rechnungsnummer (BT-1)", examples=["RE-2026-0815"])
    type_code: str | None = Field(title="Rechnungsart (BT-3)", examples=["380"])
    issue_date: date | None = Field(title="Rechnungsdatum (BT-2)")
    due_date: date | None = Field(title="Fälligkeit (BT-9)")
    currency: str | None = Field(title="Währung (BT-5)", examples=["EUR"])
    gross: Amount | None = Field(title="Bruttobetrag (BT-112)")
    payable: Amount | None = Field(title="Fälliger Betrag (BT-115)")
    seller_name: str | None = Field(title="Verkäufer (BT-27)", examples=["Gartenbau Grünau GmbH"])
    seller_vat_id: str | None = Field(title="Umsatzsteuer-Identifikationsnummer (BT-31)", examples=["DE123456788"])
    seller_tax_number: str | None = Field(title="Steuernummer (BT-32)")
    seller_email: str | None = Field(title="E-Mail-Adresse des Verkäufers (BT-43, sonst BT-34)")
    buyer_name: str | None = Field(title="Käufer (BT-44)")
    buyer_reference: str | None = Field(title="Käuferreferenz, Leitweg-ID (BT-10)", examples=["04011000-1234512345-06"])
    order_number: str | None = Field(title="Bestellnummer (BT-13)")
    contract_number: str | None = Field(title="Vertragsnummer (BT-12)")
    ibans: list[str] = Field(title="Konten, auf die gezahlt werden soll (BT-84)")
    skonto: list[SkontoShape] = Field(title="Skonto")


class TwinShape(Shape):
    """Rechnung im Haus, der eine andere gleicht"""

    invoice_id: UUID | None = Field(title="Die andere Rechnung; leer, wenn Sie sie nicht sehen dürfen")
    came_before: bool = Field(title="Sie kam vor dieser")
    received_at: datetime | None = Field(title="Eingang der anderen")
    same_file: bool = Field(title="Byte für Byte dieselbe Datei")
    differences: list[str] = Field(title="Worin sie sich unterscheiden")
    noted_at: datetime = Field(title="Erkannt am")


class InvoiceDetailShape(InvoiceShape):
    """Eingegangene E-Rechnung mit dem, wovor zu warnen ist"""

    alike: list[TwinShape] = Field(title="Rechnungen im Haus, denen sie gleicht")


class FindingShape(Shape):
    """Befund"""

    rule: str = Field(title="Regel", examples=["BR-CO-10"])
    severity: Severity = Field(title="Schwere")
    official: bool = Field(title="Amtliche Regel; sonst ein Hinweis von uns")
    term: str | None = Field(title="Angabe, um die es geht", examples=["BT-106"])
    location: str = Field(title="Ort (XPath)")
    line: int | None = Field(title="Zeile im XML")
    message: str = Field(title="Was zu beanstanden ist")
    remedy: str = Field(title="Was der Lieferant ändern sollte")


class VerdictShape(Shape):
    """Prüfergebnis"""

    syntax: Syntax | None = Field(title="Syntax")
    specification: str | None = Field(title="Spezifikationskennung (BT-24)")
    scenario: str | None = Field(title="Prüfszenario")
    accepted: bool = Field(title="Angenommen, wie das amtliche Prüfwerkzeug entscheidet")
    refusal: Refusal | None = Field(title="Prüfschritt, an dem die Rechnung scheitert")
    findings: list[FindingShape] = Field(title="Befunde")
    release: str = Field(title="Stand der Prüfregeln", examples=["2026-08-31"])
    embedded: str | None = Field(title="Name der Rechnung in der PDF-Datei")


def verdict_shape(verdict: Verdict) -> VerdictShape:
    return VerdictShape.model_validate(as_json(verdict))


def kept_verdict_shape(invoice: Invoice) -> VerdictShape:
    """The verdict of an invoice that has one."""
    return VerdictShape.model_validate(
        {name: getattr(invoice, name) for name in VerdictShape.model_fields if name != "findings"}
        | {"findings": invoice.findings}
    )


def invoice_shape(invoice: Invoice, seen: SeenDocument) -> InvoiceShape:
    return InvoiceShape(**_fields(invoice, seen.columns.case_id, seen.columns.reference))


def detail_shape(invoice: Invoice, document: Document, alike: Sequence[Twin]) -> InvoiceDetailShape:
    fields = _fields(invoice, document.case_id, document.reference)
    return InvoiceDetailShape(**fields, alike=[_twin_shape(twin) for twin in alike])


_COMPUTED = {"case_id", "reference", "disputed", "skonto"}


def _fields(invoice: Invoice, case_id: UUID, reference: str) -> dict[str, object]:
    return {
        **{name: getattr(invoice, name) for name in InvoiceShape.model_fields if name not in _COMPUTED},
        "case_id": case_id,
        "reference": reference,
        "disputed": invoice.disagreement is not None,
        "skonto": [SkontoShape.model_validate(one) for one in invoice.skonto],
    }


def _twin_shape(twin: Twin) -> TwinShape:
    return TwinShape(
        invoice_id=twin.invoice.id if twin.invoice is not None else None,
        came_before=twin.came_before,
        received_at=twin.invoice.received_at if twin.invoice is not None else None,
        same_file=twin.same_file,
        differences=list(twin.differences),
        noted_at=twin.noted_at,
    )
