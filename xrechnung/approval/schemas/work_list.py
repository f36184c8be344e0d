"""What waits for whom, and what is lost when."""

from datetime import date
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.work_list import MOST_COUNTED
from xrechnung.approval.rules.workflow import STEP_WORDS, InvoiceClass, Step
from xrechnung.approval.schemas.acts import PersonShape
from xrechnung.schemas import Amount


class WorkItemShape(Shape):
    """Rechnung, die auf jemanden wartet"""

    invoice_id: UUID = Field(title="Kennung der Rechnung")
    document_id: UUID = Field(title="Dokument, als das sie abgelegt ist")
    number: str | None = Field(title="Rechnungsnummer", examples=["RE-2026-0815"])
    seller_name: str | None = Field(title="Verkäufer", examples=["Gartenbau Grünau GmbH"])
    gross: Amount | None = Field(title="Bruttobetrag", examples=["119.00"])
    currency: str | None = Field(title="Währung", examples=["EUR"])
    kind: InvoiceClass = Field(title="Rechnungsart")
    step: Step = Field(title="Bearbeitungsstand")
    step_word: str = Field(title="Bearbeitungsstand in Worten", examples=["zugewiesen"])
    unit_id: UUID | None = Field(title="Stelle, bei der sie liegt; leer: zentrale Rechnungsstelle")
    unit: str | None = Field(title="Name der Stelle")
    claimed_by: PersonShape | None = Field(title="Wer sie übernommen hat; leer: sie liegt im Vorrat der Stelle")
    assigned_because: str | None = Field(title="Warum sie dort liegt")
    urgent_on: date = Field(title="Bis dahin ist anzuordnen, sonst geht etwas verloren")
    at_stake: Amount = Field(title="Skonto in Euro, das danach verloren ist; null: der Zahlungsverzug droht")
    skonto_on: date | None = Field(title="Letzter Tag für das nächste erreichbare Skonto")
    due_on: date = Field(title="Letzter Tag für die Zahlung")
    overdue: bool = Field(title="Der letzte Tag für die Anordnung ist vorüber")


class StepCountShape(Shape):
    """Wie viele Rechnungen an einem Schritt warten"""

    step: Step = Field(title="Bearbeitungsstand")
    step_word: str = Field(title="Bearbeitungsstand in Worten")
    count: int = Field(title=f"Anzahl, höchstens {MOST_COUNTED}")
    more: bool = Field(title="Es sind noch mehr")


class WorkCountsShape(Shape):
    """Wie viel wo wartet"""

    items: list[StepCountShape] = Field(title="Einträge")


def work_item(approval: Approval, today: date, units: dict[UUID | None, str], people: dict[UUID, str]) -> WorkItemShape:
    invoice, claimer, unit_id = approval.invoice, approval.claimed_by, approval.unit_id
    return WorkItemShape(
        invoice_id=invoice.id,
        document_id=invoice.document_id,
        number=invoice.number,
        seller_name=invoice.seller_name,
        gross=invoice.gross,
        currency=invoice.currency,
        kind=approval.kind,
        step=approval.step,
        step_word=STEP_WORDS[approval.step],
        unit_id=unit_id,
        unit=units.get(unit_id),
        claimed_by=PersonShape(id=claimer, name=people.get(claimer, "")) if claimer else None,
        assigned_because=approval.assigned_because,
        urgent_on=approval.urgent_on,
        at_stake=approval.at_stake,
        skonto_on=approval.skonto_on,
        due_on=approval.due_on,
        overdue=approval.urgent_on < today,
    )


def work_counts_shape(counts: dict[Step, int]) -> WorkCountsShape:
    return WorkCountsShape(
        items=[
            StepCountShape(
                step=step, step_word=STEP_WORDS[step], count=min(count, MOST_COUNTED), more=count > MOST_COUNTED
            )
            for step, count in counts.items()
        ]
    )
