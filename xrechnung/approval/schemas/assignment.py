"""Which invoices go to which unit by rule."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from xrechnung.approval.rules.assignment import MOST_LETTERS, Criterion
from xrechnung.approval.rules.workflow import InvoiceClass
from xrechnung.approval.service.assignment import USUAL_POSITION


class AssignmentRuleFields(Shape):
    """Zuweisungsregel: Rechnungen, die das sagen, gehen an diese Stelle"""

    criterion: Criterion = Field(title="Woran die Regel Rechnungen erkennt")
    pattern: str = Field(
        title="Muster: Leitweg-ID, auch nur ihr Anfang bis zu einem Bindestrich; Bestell- oder Vertragsnummer, in der "
        "* für Beliebiges steht; USt-IdNr. oder Steuernummer; zusammenstehende Wörter",
        min_length=1,
        max_length=MOST_LETTERS,
        examples=["04011000-1234512345"],
    )
    unit_id: UUID = Field(title="Stelle")
    position: int = Field(
        USUAL_POSITION, title="Rang; der kleinste entscheidet, bei gleichem das genauere Muster", ge=1, le=1_000_000
    )
    kind: InvoiceClass | None = Field(None, title="Rechnungsart, die solche Rechnungen haben; leer: wie erkannt")
    valid_from: date | None = Field(None, title="Gültig ab")
    valid_until: date | None = Field(None, title="Gültig bis einschließlich")


class AssignmentRuleShape(AssignmentRuleFields):
    """Geltende Zuweisungsregel"""

    id: UUID = Field(title="Kennung")
    created_by: UUID = Field(title="Wer sie eingetragen hat")
    created_at: datetime = Field(title="Angelegt am")


class RememberedFields(Shape):
    """Was von dieser Rechnung als Regel gelten soll"""

    criterion: Criterion = Field(title="Woran gleiche Rechnungen zu erkennen sind", examples=["supplier"])


class OfferShape(Shape):
    """Woran gleiche Rechnungen zu erkennen wären"""

    criterion: Criterion = Field(title="Merkmal")
    pattern: str = Field(title="Muster der Regel", examples=["vat:DE123456788"])


class OffersShape(Shape):
    """Regeln, als die eine Zuweisung von Hand zu merken wäre"""

    items: list[OfferShape] = Field(title="Einträge")
