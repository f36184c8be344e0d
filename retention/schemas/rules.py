"""Retention rules, where they hang, and entered dates, as the API shows and takes them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from eakte.foundation.http import AN_ID, Shape
from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import DisposalCode
from retention.models.rules import ProtectionNeed, RuleAssignment
from retention.rules.inheritance import Inheritance
from retention.rules.periods import Event, Rounding, Unit

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Key = Annotated[str, StringConstraints(pattern=r"^[\w.-]+$", min_length=1, max_length=100)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class RuleShape(Shape):
    """Aufbewahrungsregel"""

    id: UUID = Field(title="Kennung")
    catalogue: str = Field(title="Katalog", examples=["kommunal-haushalt"])
    key: str = Field(title="Schlüssel im Katalog", examples=["nw-belege"])
    name: str = Field(title="Name")
    source: str = Field(title="Rechtsgrundlage", examples=["§ 59 KomHVO NRW"])
    valid_from: date | None = Field(title="Gültig ab")
    valid_until: date | None = Field(title="Gültig bis einschließlich")
    event: Event = Field(title="Fristauslösendes Ereignis")
    event_key: str | None = Field(title="Name des Datums, das eingetragen wird, oder des Fachdatums")
    length: int | None = Field(title="Dauer; null: auf Dauer")
    unit: Unit | None = Field(title="Einheit der Dauer")
    rounding: Rounding = Field(title="Rundung")
    fiscal_month: int = Field(title="Ende des Haushaltsjahres, Monat")
    fiscal_day: int = Field(title="Ende des Haushaltsjahres, Tag")
    disposal: DisposalCode | None = Field(title="Aussonderungsart; null: die des Aktenplaneintrags")
    transfer_months: int | None = Field(title="Transferfrist in Monaten")
    buffer_days: int = Field(title="Puffer nach dem letzten Tag, in Tagen")
    correction_days: int = Field(title="So viele Tage nach der Schließung wird noch nicht gesperrt")
    lock_mode: LockMode = Field(title="Sperre im Objektspeicher")
    protection: ProtectionNeed = Field(title="Schutzbedarf")
    example: bool = Field(title="Mitgeliefertes Beispiel, für diese Kommune nicht geprüft")


class CatalogueShape(Shape):
    """Was die Übernahme eines Katalogs bewirkt hat"""

    catalogue: str = Field(title="Katalog")
    created: int = Field(title="Neue Regeln")
    changed: int = Field(title="Geänderte Regeln")
    unchanged: int = Field(title="Unveränderte Regeln")
    missing: list[str] = Field(title="Schlüssel von Regeln, die nicht mehr im Katalog stehen; sie bleiben bestehen")


class NewAssignment(Shape):
    """Aufbewahrungsregel, die an einen Aktenplaneintrag, eine Akte oder einen Vorgang gehängt wird"""

    rule_id: UUID = Field(title="Aufbewahrungsregel", examples=[AN_ID])
    entry_id: UUID | None = Field(None, title="Aktenplaneintrag", examples=[AN_ID])
    record_id: UUID | None = Field(None, title="Akte oder Vorgang, als örtliche Ausnahme", examples=[AN_ID])
    inheritance: Inheritance = Field(Inheritance.REPLACES, title="Statt der Regeln von oben, oder neben ihnen")
    reason: Reason | None = Field(
        None, title="Grund; nötig bei einer örtlichen Ausnahme", examples=["Beschluss der Aktenplankommission"]
    )


class AssignmentShape(Shape):
    """Zuordnung einer Aufbewahrungsregel"""

    id: UUID = Field(title="Kennung")
    rule_id: UUID = Field(title="Aufbewahrungsregel")
    rule_name: str = Field(title="Name der Regel")
    entry_id: UUID | None = Field(title="Aktenplaneintrag")
    record_id: UUID | None = Field(title="Akte oder Vorgang")
    inheritance: Inheritance = Field(title="Statt der Regeln von oben, oder neben ihnen")
    reason: str | None = Field(title="Grund")
    assigned_by: UUID = Field(title="Zugeordnet von")
    assigned_at: datetime = Field(title="Zugeordnet am")


class NewDate(Shape):
    """Fristauslösendes Datum für ein Haushaltsjahr, oder für eine Akte oder einen Vorgang"""

    key: Key = Field(title="Name des Datums", examples=["annual_statement_adopted"])
    fiscal_year: int | None = Field(None, title="Haushaltsjahr", ge=1900, le=2200, examples=[2025])
    record_id: UUID | None = Field(None, title="Akte oder Vorgang")
    day: date = Field(title="Tag")
    source: Source = Field(title="Woher der Tag bekannt ist", examples=["Ratsbeschluss vom 30.09.2026"])


class DatePatch(Shape):
    """Berichtigung eines fristauslösenden Datums"""

    day: date = Field(title="Tag", examples=["2026-09-30"])
    source: Source = Field(title="Woher der Tag bekannt ist", examples=["Ratsbeschluss vom 30.09.2026"])


class DateShape(Shape):
    """Fristauslösendes Datum"""

    id: UUID = Field(title="Kennung")
    key: str = Field(title="Name des Datums")
    fiscal_year: int | None = Field(title="Haushaltsjahr")
    record_id: UUID | None = Field(title="Akte oder Vorgang")
    day: date = Field(title="Tag")
    source: str = Field(title="Woher der Tag bekannt ist")
    entered_by: UUID = Field(title="Eingetragen von")
    entered_at: datetime = Field(title="Eingetragen am")


class AwaitedShape(Shape):
    """Datum, auf das geschlossene Akten und Vorgänge warten"""

    key: str = Field(title="Name des Datums")
    records: int = Field(title="So viele warten darauf")


def assignment_shape(one: RuleAssignment) -> AssignmentShape:
    values: dict[str, Any] = {name: getattr(one, name) for name in AssignmentShape.model_fields if name != "rule_name"}
    return AssignmentShape(**values, rule_name=one.rule.name)
