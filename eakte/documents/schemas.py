"""What the API shows and takes of documents."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from eakte.documents.models import Document, DocumentKind, DocumentSource, DocumentVersion, RenditionKind, Withheld
from eakte.documents.queries import SeenDocument, renditions_of
from eakte.foundation.http import AN_ID, Shape
from eakte.foundation.work import Actor, UnitOfWork
from eakte.records.rules import RecordKind, allowed_actions, permissions_at
from eakte.records.schemas import NewRecord, RecordFields, RecordPatch, actions_on, columns_of

Enclosure = Annotated[str, Field(min_length=1, max_length=300)]
_SUBTITLE, _REFERS_TO, _CLERK = "Unterbetreff („hier“)", "Bezug", "Bearbeiter"
_ENCLOSURES = "Anlagen, wie das Schreiben sie nennt"


class DocumentShape(RecordFields):
    """Dokument"""

    case_id: UUID = Field(title="Vorgang")
    document_kind: DocumentKind = Field(title="Art: Eingang, Ausgang, intern")
    document_type: str | None = Field(title="Dokumenttyp")
    foreign_reference: str | None = Field(title="Fremdes Geschäftszeichen")
    our_reference: str | None = Field(title="Unser Zeichen")
    subtitle: str | None = Field(title=_SUBTITLE)
    refers_to: str | None = Field(title=_REFERS_TO, examples=["Ihr Schreiben vom 3. März"])
    clerk: str | None = Field(title=_CLERK)
    enclosures: list[str] = Field(title=_ENCLOSURES, examples=[["Lageplan", "Baubeschreibung"]])
    letter_date: date | None = Field(title="Datum des Schreibens")
    received_on: date | None = Field(title="Posteingang")
    sent_on: date | None = Field(title="Postausgang")
    source: DocumentSource = Field(title="Herkunft")
    external_key: str | None = Field(title="Schlüssel im Fachverfahren")


class NewDocument(NewRecord):
    """Neues Dokument"""

    document_kind: DocumentKind = Field(DocumentKind.INCOMING, title="Art: Eingang, Ausgang, intern")
    document_type: str | None = Field(None, title="Dokumenttyp", max_length=100)
    foreign_reference: str | None = Field(None, title="Fremdes Geschäftszeichen", max_length=200)
    our_reference: str | None = Field(None, title="Unser Zeichen", max_length=200)
    subtitle: str | None = Field(None, title=_SUBTITLE, max_length=500, examples=["Nachforderung von Unterlagen"])
    refers_to: str | None = Field(None, title=_REFERS_TO, max_length=500, examples=["Ihr Schreiben vom 3. März"])
    clerk: str | None = Field(None, title=_CLERK, max_length=300, examples=["Frau Öztürk"])
    enclosures: list[Enclosure] = Field(
        default_factory=list, title=_ENCLOSURES, max_length=100, examples=[["Lageplan", "Baubeschreibung"]]
    )
    letter_date: date | None = Field(None, title="Datum des Schreibens")
    received_on: date | None = Field(None, title="Posteingang")
    sent_on: date | None = Field(None, title="Postausgang")
    external_key: str | None = Field(None, title="Schlüssel im Fachverfahren", min_length=1, max_length=200)


class DocumentPatch(RecordPatch):
    """Änderung eines Dokuments"""

    document_kind: DocumentKind | None = Field(None, title="Art: Eingang, Ausgang, intern")
    document_type: str | None = Field(None, title="Dokumenttyp", max_length=100)
    foreign_reference: str | None = Field(None, title="Fremdes Geschäftszeichen", max_length=200)
    our_reference: str | None = Field(None, title="Unser Zeichen", max_length=200)
    subtitle: str | None = Field(None, title=_SUBTITLE, max_length=500, examples=["Nachforderung von Unterlagen"])
    refers_to: str | None = Field(None, title=_REFERS_TO, max_length=500, examples=["Ihr Schreiben vom 3. März"])
    clerk: str | None = Field(None, title=_CLERK, max_length=300, examples=["Frau Öztürk"])
    enclosures: list[Enclosure] | None = Field(None, title=_ENCLOSURES, max_length=100)
    letter_date: date | None = Field(None, title="Datum des Schreibens")
    received_on: date | None = Field(None, title="Posteingang")
    sent_on: date | None = Field(None, title="Postausgang")


class RefileDocument(Shape):
    """Umschreiben eines Dokuments"""

    case_id: UUID = Field(title="Neuer Vorgang", examples=[AN_ID])


class RenditionShape(Shape):
    """Fassung eines Dokuments"""

    kind: RenditionKind = Field(title="Art der Fassung")
    page: int | None = Field(title="Seite, nur bei Vorschaubildern")
    media_type: str = Field(title="Medientyp")
    file_name: str = Field(title="Dateiname")
    size: int = Field(title="Größe in Bytes")
    sha256: str = Field(title="SHA-256")
    pdfa_level: str | None = Field(title="Geprüfte PDF/A-Stufe", examples=["2b"])
    check_report: list[str] | None = Field(title="Befunde der PDF/A-Prüfung")
    created_at: datetime = Field(title="Angelegt am")


class Notice(Shape):
    """Hinweis zur Verarbeitung"""

    code: str = Field(title="Code")
    message: str = Field(title="Erläuterung")


class SignatureShape(Shape):
    """Signatur im Original, wie sie bei der Ankunft zu beurteilen war"""

    field: str = Field(title="Signaturfeld")
    signer: str = Field(title="Signiert von")
    signed_at: datetime | None = Field(title="Angegebene Zeit der Signatur")
    timestamp: datetime | None = Field(title="Zeit nach gültigem Zeitstempel")
    intact: bool = Field(title="Der signierte Inhalt ist unverändert")
    covers_document: bool = Field(title="Danach kam nichts hinzu")
    modification: str = Field(title="Was danach hinzukam", examples=["none"])
    allowed: bool = Field(title="Was hinzukam, war erlaubt")
    trust: str = Field(title="Vertrauen in das Zertifikat", examples=["unknown"])
    certificate: str = Field(title="SHA-256 des Zertifikats")
    summary: str = Field(title="Ergebnis in Worten")


class VersionShape(Shape):
    """Version eines Dokuments"""

    id: UUID = Field(title="Kennung")
    number: int = Field(title="Nummer")
    page_count: int | None = Field(title="Seiten")
    warnings: list[Notice] = Field(title="Hinweise")
    signatures: list[SignatureShape] | None = Field(title="Signaturen im Original; leer: nicht geprüft")
    withheld: Withheld | None = Field(title="Grund, aus dem der Inhalt zurückgehalten wird")
    received_at: datetime = Field(title="Eingang im Haus")
    source_key: str | None = Field(title="Quelle, aus der das Original geholt wurde", examples=["rechnungspostfach"])
    created_at: datetime = Field(title="Angelegt am")
    created_by: UUID = Field(title="Angelegt von")
    renditions: list[RenditionShape] = Field(title="Fassungen")


def document_shape(work: UnitOfWork, document: Document) -> DocumentShape:
    work.session.flush()
    fields: dict[str, Any] = columns_of(document)
    fields.pop("external_client")
    return DocumentShape(**fields, allowed_actions=actions_on(work, document))


def seen_shape(actor: Actor, seen: SeenDocument) -> DocumentShape:
    """A document of a list of hits."""
    columns = seen.columns
    permissions = permissions_at(actor, seen.place)
    restricted = seen.processing_restricted
    allowed = allowed_actions(
        RecordKind.DOCUMENT, columns.state, permissions, inside_open=seen.lies_in_open, restricted=restricted
    )
    fields = {name: value for name, value in zip(columns._fields, columns, strict=True) if name in _SHOWN}
    return DocumentShape(**fields, processing_restricted=restricted, allowed_actions=list(allowed))


_SHOWN = DocumentShape.model_fields.keys()


def version_shape(work: UnitOfWork, version: DocumentVersion) -> VersionShape:
    return VersionShape(
        id=version.id,
        number=version.number,
        page_count=version.page_count,
        warnings=[Notice(**warning) for warning in version.warnings],
        signatures=[SignatureShape.model_validate(each) for each in version.signatures]
        if version.signatures is not None
        else None,
        withheld=version.withheld,
        received_at=version.received_at,
        source_key=version.source_key,
        created_at=version.created_at,
        created_by=version.created_by,
        renditions=[RenditionShape.model_validate(row) for row in renditions_of(work.session, version.id)],
    )
