"""What the API shows and takes of plans and records. Shapes only; decisions live elsewhere."""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from eakte.access import Confidentiality
from eakte.foundation.http import AN_ID, Shape, Shown
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, PartyRole, Record
from eakte.records.queries import path_of, permissions_on
from eakte.records.rules import Action, Medium, RecordKind, RecordState, allowed_actions

Title = Annotated[str, Field(title="Betreff", min_length=1, max_length=500, examples=["Bauantrag Grillenstraße 14"])]
Remark = Annotated[str | None, Field(title="Bemerkung", max_length=10_000)]
Keyword = Annotated[str, Field(min_length=1, max_length=100)]
Location = Annotated[str | None, Field(title="Standort", max_length=200, examples=["Archivraum 2, Regal 14"])]

_KEEPING_UNIT_OF_CASE = "Aktenführende Organisationseinheit; ohne: die der Akte"


class RecordFields(Shown):
    """What every record shows."""

    id: UUID = Field(title="Kennung")
    record_kind: RecordKind = Field(title="Art des Schriftguts")
    reference: str = Field(title="Aktenzeichen", examples=["63.2-2026/0118"])
    title: str = Field(title="Betreff")
    remark: str | None = Field(title="Bemerkung")
    keywords: list[str] = Field(title="Schlagworte")
    state: RecordState = Field(title="Zustand")
    confidentiality: Confidentiality = Field(title="Vertraulichkeitsstufe")
    medium: Medium = Field(title="Medium")
    location: str | None = Field(title="Standort")
    unit_id: UUID = Field(title="Federführende Organisationseinheit")
    created_at: datetime = Field(title="Angelegt am")
    modified_at: datetime = Field(title="Geändert am")
    closed_at: datetime | None = Field(title="zdA am")
    cancelled_at: datetime | None = Field(title="Storniert am")
    processing_restricted: bool = Field(
        title="Verarbeitung eingeschränkt (Art. 18 DSGVO), auch durch Vorgang oder Akte"
    )
    allowed_actions: list[Action] = Field(title="Erlaubte Handlungen")


class DossierShape(RecordFields):
    """Akte"""

    entry_id: UUID = Field(title="Aktenplaneintrag")
    entry_code: str = Field(title="Kennzeichen", examples=["63.2"])
    keeping_unit_id: UUID | None = Field(title="Aktenführende Organisationseinheit")
    dossier_type: str | None = Field(title="Aktentyp")
    runs_from: date | None = Field(title="Laufzeit von")
    runs_until: date | None = Field(title="Laufzeit bis")
    protected: bool = Field(title="Geschützt")


class CaseShape(RecordFields):
    """Vorgang"""

    dossier_id: UUID = Field(title="Akte")
    keeping_unit_id: UUID | None = Field(title=_KEEPING_UNIT_OF_CASE)
    case_type: str | None = Field(title="Vorgangstyp")
    runs_from: date | None = Field(title="Laufzeit von")
    runs_until: date | None = Field(title="Laufzeit bis")


class NewRecord(Shape):
    """What may be said of any new record."""

    title: Title
    remark: Remark = None
    keywords: list[Keyword] = Field(default_factory=list, title="Schlagworte", max_length=100)
    confidentiality: Confidentiality | None = Field(None, title="Vertraulichkeitsstufe")
    medium: Medium = Field(Medium.ELECTRONIC, title="Medium")
    location: Location = None


class NewDossier(NewRecord):
    """Neue Akte"""

    entry_id: UUID = Field(title="Aktenplaneintrag")
    unit_id: UUID = Field(title="Federführende Organisationseinheit")
    keeping_unit_id: UUID | None = Field(None, title="Aktenführende Organisationseinheit")
    dossier_type: str | None = Field(None, title="Aktentyp", max_length=100)
    runs_from: date | None = Field(None, title="Laufzeit von")
    runs_until: date | None = Field(None, title="Laufzeit bis")


class NewCase(NewRecord):
    """Neuer Vorgang"""

    keeping_unit_id: UUID | None = Field(None, title=_KEEPING_UNIT_OF_CASE)
    case_type: str | None = Field(None, title="Vorgangstyp", max_length=100)
    runs_from: date | None = Field(None, title="Laufzeit von")
    runs_until: date | None = Field(None, title="Laufzeit bis")


class RecordPatch(Shape):
    """Fields to change (merge patch): what is absent stays, null empties."""

    title: Title | None = Field(None, title="Betreff")
    remark: Remark = None
    keywords: list[Keyword] | None = Field(None, title="Schlagworte", max_length=100)
    confidentiality: Confidentiality | None = Field(None, title="Vertraulichkeitsstufe")
    medium: Medium | None = Field(None, title="Medium")
    location: Location = None

    def fields(self) -> dict[str, Any]:
        """The fields that were sent; null only where emptying makes sense."""
        sent = self.model_dump(exclude_unset=True)
        required = {"title", "keywords", "confidentiality", "medium", "document_kind", "enclosures"}
        return {name: value for name, value in sent.items() if value is not None or name not in required}


class CasePatch(RecordPatch):
    """Änderung eines Vorgangs"""

    keeping_unit_id: UUID | None = Field(None, title=_KEEPING_UNIT_OF_CASE)
    case_type: str | None = Field(None, title="Vorgangstyp", max_length=100)
    runs_from: date | None = Field(None, title="Laufzeit von")
    runs_until: date | None = Field(None, title="Laufzeit bis")


class DossierPatch(RecordPatch):
    """Änderung einer Akte"""

    keeping_unit_id: UUID | None = Field(None, title="Aktenführende Organisationseinheit")
    dossier_type: str | None = Field(None, title="Aktentyp", max_length=100)
    runs_from: date | None = Field(None, title="Laufzeit von")
    runs_until: date | None = Field(None, title="Laufzeit bis")


class RefileDossier(Shape):
    """Umschreiben einer Akte"""

    entry_id: UUID = Field(title="Neuer Aktenplaneintrag", examples=[AN_ID])
    unit_id: UUID | None = Field(None, title="Neue federführende Organisationseinheit", examples=[AN_ID])


class RefileCase(Shape):
    """Umschreiben eines Vorgangs"""

    dossier_id: UUID = Field(title="Neue Akte", examples=[AN_ID])


class Protection(Shape):
    """Schutz einer Akte durch namentlich Berechtigte"""

    protected: bool = Field(title="Geschützt", examples=[True])
    readers: list[UUID] = Field(default_factory=list, title="Berechtigte", max_length=1000, examples=[[AN_ID]])


class RecordSummary(Shape):
    """Schriftgut beliebiger Art"""

    id: UUID = Field(title="Kennung")
    record_kind: RecordKind = Field(title="Art des Schriftguts")
    reference: str = Field(title="Aktenzeichen")
    former_references: list[str] = Field(title="Frühere Aktenzeichen")
    title: str = Field(title="Betreff")
    state: RecordState = Field(title="Zustand")
    processing_restricted: bool = Field(title="Verarbeitung eingeschränkt (Art. 18 DSGVO)")
    allowed_actions: list[Action] = Field(title="Erlaubte Handlungen")


class PartyFields(Shape):
    """Beteiligter"""

    role: PartyRole = Field(title="Rolle")
    name: str = Field(title="Name", min_length=1, max_length=300, examples=["Annegret Tschöpe-Mühlbauer"])
    organisation: str | None = Field(None, title="Organisation", max_length=300)
    street: str | None = Field(None, title="Straße", max_length=300)
    postal_code: str | None = Field(None, title="Postleitzahl", max_length=20)
    city: str | None = Field(None, title="Ort", max_length=200)
    email: str | None = Field(None, title="E-Mail", max_length=320)
    external_id: str | None = Field(None, title="Kennung im Fachverfahren", max_length=200)


class PartyShape(PartyFields):
    """Beteiligter mit Kennung"""

    id: UUID = Field(title="Kennung")


BusinessName = Annotated[str, Field(min_length=1, max_length=200)]
BusinessValue = Annotated[str, Field(max_length=10_000)]


class NewLink(Shape):
    """Neuer Verweis"""

    target_id: UUID = Field(title="Ziel", examples=[AN_ID])
    note: str | None = Field(None, title="Anmerkung", max_length=1000, examples=["Widerspruch gegen diesen Bescheid"])


class LinkShape(Shape):
    """Verweis auf anderes Schriftgut"""

    id: UUID = Field(title="Kennung")
    outgoing: bool = Field(title="Von hier aus gesetzt")
    note: str | None = Field(title="Anmerkung")
    record: RecordSummary = Field(title="Das andere Schriftgut")


class AuditEntryShape(Shape):
    """Protokolleintrag"""

    id: UUID = Field(title="Kennung")
    at: datetime = Field(title="Zeitpunkt")
    actor_id: UUID = Field(title="Kennung des handelnden Kontos")
    actor_name: str = Field(title="Handelnde Person oder System")
    event: str = Field(title="Ereignis", examples=["records.RecordClosed"])
    record_id: UUID = Field(title="Kennung des Schriftguts")
    changes: dict[str, Any] = Field(title="Alter und neuer Wert je Feld")
    details: dict[str, Any] = Field(title="Weitere Angaben")


def actions_on(work: UnitOfWork, record: Record) -> list[Action]:
    """What the actor may do to a record now, from the transition table."""
    inside_open = all(step.state is RecordState.OPEN for step in path_of(record)[1:])
    permissions = permissions_on(work.actor, record)
    restricted = record.processing_restricted
    return list(
        allowed_actions(record.record_kind, record.state, permissions, inside_open=inside_open, restricted=restricted)
    )


def dossier_shape(work: UnitOfWork, dossier: Dossier) -> DossierShape:
    work.session.flush()
    dossier_fields = columns_of(dossier)
    return DossierShape(**dossier_fields, entry_code=dossier.entry.code, allowed_actions=actions_on(work, dossier))


def case_shape(work: UnitOfWork, case: Case) -> CaseShape:
    work.session.flush()
    return CaseShape(**columns_of(case), allowed_actions=actions_on(work, case))


def summary_shape(work: UnitOfWork, record: Record, former: list[str]) -> RecordSummary:
    return RecordSummary(
        id=record.id,
        record_kind=record.record_kind,
        reference=record.reference,
        former_references=former,
        title=record.title,
        state=record.state,
        processing_restricted=record.processing_restricted,
        allowed_actions=actions_on(work, record),
    )


_INTERNAL = {"reference_sort", "number", "created_by", "revision", "restricted"}


def columns_of(record: Record) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(record, name) for name in _shown_columns(type(record))}
    columns["processing_restricted"] = record.processing_restricted
    return columns


@cache
def _shown_columns(kind: type[Record]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in kind.__mapper__.column_attrs if attribute.key not in _INTERNAL)
