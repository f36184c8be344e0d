"""Figures as the API shows them; there is no field for a person."""

from typing import Generic, TypeVar
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from xrechnung.approval.rules.workflow import Step
from xrechnung.schemas import Amount


class CycleTimeShape(Shape):
    """Wie lange Rechnungen an einem Schritt lagen"""

    unit_id: UUID | None = Field(title="Stelle; leer: zentrale Rechnungsstelle")
    unit: str | None = Field(title="Name der Stelle")
    step: Step = Field(title="Bearbeitungsstand, an dem sie lagen")
    invoices: int = Field(title="Anzahl; unter 5 wird nichts gezeigt")
    median_hours: float = Field(title="Median in Stunden")
    p90_hours: float = Field(title="90 von 100 waren nach so vielen Stunden weiter")


class SkontoFigureShape(Shape):
    """Was aus angebotenem Skonto wurde"""

    unit_id: UUID | None = Field(title="Stelle; leer: zentrale Rechnungsstelle")
    unit: str | None = Field(title="Name der Stelle")
    currency: str = Field(title="Währung", examples=["EUR"])
    orders: int = Field(title="Anordnungen, für die Skonto angeboten war; unter 5 wird nichts gezeigt")
    taken: int = Field(title="davon mit Skonto angeordnet")
    share: float = Field(title="Anteil mit Skonto, 0 bis 1")
    won: Amount = Field(title="gezogenes Skonto")
    lost: Amount = Field(title="entgangenes Skonto, gemessen am besten Angebot")


class BacklogShape(Shape):
    """Was an einem Schritt wartet, nach Alter seit dem Eingang"""

    unit_id: UUID | None = Field(title="Stelle; leer: zentrale Rechnungsstelle")
    unit: str | None = Field(title="Name der Stelle")
    step: Step = Field(title="Bearbeitungsstand")
    invoices: int = Field(title="Anzahl")
    up_to_7: int = Field(title="bis 7 Tage alt")
    up_to_14: int = Field(title="8 bis 14 Tage alt")
    up_to_30: int = Field(title="15 bis 30 Tage alt")
    older: int = Field(title="älter")
    overdue: int = Field(title="letzter Tag für die Anordnung ist vorüber")
    at_stake: Amount = Field(title="Skonto, das noch zu gewinnen ist")


class RefusedByShape(Shape):
    """Wie viele Rechnungen eine Regel beanstandet hat"""

    rule: str = Field(title="Regel", examples=["BR-CO-15"])
    invoices: int = Field(title="Anzahl der Rechnungen")


class RefusalsShape(Shape):
    """Beanstandungen bei der formalen Prüfung"""

    checked: int = Field(title="geprüfte Rechnungen")
    refused: int = Field(title="davon beanstandet")
    items: list[RefusedByShape] = Field(title="Nach Regeln, die häufigste zuerst")


RowT = TypeVar("RowT", bound=Shape)


class ReportShape(Shape, Generic[RowT]):
    """Kennzahlen"""

    items: list[RowT] = Field(title="Einträge")
