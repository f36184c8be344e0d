"""What the API shows and takes of filing plans and their entries."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from eakte.records.plan_rules import LONGEST, LONGEST_RETENTION, DisposalCode, EntryKind
from eakte.records.service.plans import CASE_PATTERN, DOCUMENT_PATTERN, DOSSIER_PATTERN

Name = Annotated[str, Field(title="Name", min_length=1, max_length=300, examples=["Aktenplan der Stadt Musterhausen"])]
Version = Annotated[str, Field(title="Fassung", min_length=1, max_length=50, examples=["2026"])]
Pattern = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[
    str, Field(title="Kennzeichen", min_length=1, max_length=LONGEST["code"], pattern=r"^\S(.*\S)?$", examples=["63.2"])
]
EntryTitle = Annotated[
    str, Field(title="Inhaltsangabe", min_length=1, max_length=LONGEST["title"], examples=["Baugenehmigungen"])
]
ShortTitle = Annotated[str | None, Field(title="Kurzer Betreff", max_length=LONGEST["short_title"])]
Years = Annotated[int | None, Field(title="Aufbewahrungsdauer in Jahren", ge=0, le=LONGEST_RETENTION, examples=[10])]
LogReading = Annotated[bool, Field(title="Zugriffe protokollieren, hier und darunter")]
ValidFrom = Annotated[date | None, Field(title="Gültig ab")]
ValidUntil = Annotated[date | None, Field(title="Gültig bis einschließlich")]


class PlanShape(Shape):
    """Aktenplan"""

    id: UUID = Field(title="Kennung")
    key: str = Field(title="Kennung", examples=["musterhausen"])
    name: Name
    version: Version
    valid_from: ValidFrom
    valid_until: ValidUntil
    dossier_pattern: str = Field(title="Vorgabe für Aktenzeichen", examples=[DOSSIER_PATTERN])
    case_pattern: str = Field(title="Vorgabe für Vorgangszeichen", examples=[CASE_PATTERN])
    document_pattern: str = Field(title="Vorgabe für Dokumentzeichen", examples=[DOCUMENT_PATTERN])
    created_at: datetime = Field(title="Angelegt am")


class NewPlan(Shape):
    """Neuer Aktenplan"""

    key: str = Field(title="Kennung", min_length=1, max_length=50, pattern=r"^[\w.-]+$", examples=["musterhausen"])
    name: Name
    version: Version = "1"
    valid_from: ValidFrom = None
    valid_until: ValidUntil = None
    dossier_pattern: Pattern = Field(DOSSIER_PATTERN, title="Vorgabe für Aktenzeichen")
    case_pattern: Pattern = Field(CASE_PATTERN, title="Vorgabe für Vorgangszeichen")
    document_pattern: Pattern = Field(DOCUMENT_PATTERN, title="Vorgabe für Dokumentzeichen")


class Patch(Shape):
    """Fields to change (merge patch): what is absent stays, null empties."""

    def fields(self) -> dict[str, Any]:
        """The fields that were sent; null only where emptying makes sense."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None or name in _EMPTIABLE}


_EMPTIABLE = {"valid_from", "valid_until", "short_title", "retention_years"}


class PlanPatch(Patch):
    """Änderung eines Aktenplans"""

    name: Name | None = Field(None, title="Name")
    version: Version | None = Field(None, title="Fassung")
    valid_from: ValidFrom = None
    valid_until: ValidUntil = None
    dossier_pattern: Pattern | None = Field(None, title="Vorgabe für Aktenzeichen")
    case_pattern: Pattern | None = Field(None, title="Vorgabe für Vorgangszeichen")
    document_pattern: Pattern | None = Field(None, title="Vorgabe für Dokumentzeichen")


class EntryShape(Shape):
    """Aktenplaneintrag"""

    id: UUID = Field(title="Kennung")
    plan_id: UUID = Field(title="Aktenplan")
    parent_id: UUID | None = Field(title="Übergeordneter Eintrag")
    path: list[UUID] = Field(title="Einträge von der Wurzel bis hierher")
    kind: EntryKind = Field(title="Art")
    code: Code
    title: EntryTitle
    short_title: ShortTitle
    retention_years: Years
    retention_unlimited: bool = Field(title="Unbefristet aufzubewahren")
    disposal: DisposalCode = Field(title="Aussonderungsart: A archivieren, B bewerten, V vernichten")
    log_reading: LogReading
    reading_logged: bool = Field(title="Zugriffe werden protokolliert, hier oder darüber festgelegt")
    valid_from: ValidFrom
    valid_until: ValidUntil
    closed_down_at: datetime | None = Field(title="Stillgelegt am")


class NewEntry(Shape):
    """Neuer Aktenplaneintrag"""

    plan_id: UUID = Field(title="Aktenplan")
    parent_id: UUID | None = Field(None, title="Übergeordneter Eintrag")
    code: Code
    title: EntryTitle
    kind: EntryKind = Field(EntryKind.SUBJECT_UNIT, title="Art")
    short_title: ShortTitle = None
    retention_years: Years = None
    retention_unlimited: bool = Field(False, title="Unbefristet aufzubewahren")
    disposal: DisposalCode = Field(DisposalCode.APPRAISE, title="Aussonderungsart")
    log_reading: LogReading = False
    valid_from: ValidFrom = None
    valid_until: ValidUntil = None


class EntryPatch(Patch):
    """Änderung eines Aktenplaneintrags"""

    title: EntryTitle | None = Field(None, title="Inhaltsangabe")
    kind: EntryKind | None = Field(None, title="Art")
    short_title: ShortTitle = None
    retention_years: Years = None
    retention_unlimited: bool | None = Field(None, title="Unbefristet aufzubewahren")
    disposal: DisposalCode | None = Field(None, title="Aussonderungsart")
    log_reading: LogReading | None = Field(None, title="Zugriffe protokollieren, hier und darunter")
    valid_from: ValidFrom = None
    valid_until: ValidUntil = None


class ImportShape(Shape):
    """Ergebnis einer Übernahme"""

    created: int = Field(title="Angelegt")
    changed: int = Field(title="Geändert")
    unchanged: int = Field(title="Unverändert")
