"""What the API shows and takes of ingests."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from eakte.documents.models import DocumentSource
from eakte.documents.schemas import Notice
from eakte.foundation.http import Shape
from ingest.models import IngestItem
from ingest.rules import ItemState


class ItemShape(Shape):
    """Datei im Eingang"""

    id: UUID = Field(title="Kennung")
    ingest_id: UUID = Field(title="Kennung des Eingangs")
    file_name: str = Field(title="Dateiname")
    state: ItemState = Field(title="Zustand")
    failure_code: str | None = Field(title="Code des Hindernisses")
    failure_message: str | None = Field(title="Grund und was zu tun ist")
    malware: str | None = Field(title="Was der Virenscanner fand")
    in_quarantine: bool = Field(title="In Quarantäne: wird nicht verarbeitet und nicht herausgegeben")
    media_type: str = Field(title="Medientyp nach Inhalt")
    size: int = Field(title="Größe in Bytes")
    sha256: str = Field(title="SHA-256 des Originals")
    page_count: int | None = Field(title="Seiten")
    warnings: list[Notice] = Field(title="Hinweise")
    seconds: float = Field(title="Rechenzeit in Sekunden")
    document_id: UUID | None = Field(title="Dokument")
    reference: str | None = Field(title="Aktenzeichen des Dokuments")
    created_at: datetime = Field(title="Angelegt am")
    changed_at: datetime = Field(title="Geändert am")


class Release(Shape):
    """Freigabe aus der Quarantäne"""

    reason: str = Field(title="Grund", min_length=3, max_length=1000, examples=["Fehlalarm, vom Hersteller bestätigt"])


class IngestShape(Shape):
    """Eingang"""

    id: UUID = Field(title="Kennung")
    source: DocumentSource = Field(title="Herkunft")
    target_id: UUID | None = Field(title="Zielakte oder Zielvorgang")
    case_id: UUID | None = Field(title="Vorgang, in den abgelegt wird")
    created_at: datetime = Field(title="Angelegt am")
    counts: dict[ItemState, int] = Field(title="Dateien je Zustand")
    settled: bool = Field(title="Nichts mehr unterwegs")


class NewIngestShape(IngestShape):
    """Neuer Eingang mit seinen Dateien"""

    items: list[ItemShape] = Field(title="Dateien")


class Retry(Shape):
    """Wiederholung, auf Wunsch mit anderem Ziel"""

    into: str | None = Field(
        None, title="Aktenzeichen von Akte oder Vorgang", min_length=1, max_length=300, examples=["63.2-2026/0118"]
    )


class Discard(Shape):
    """Verwerfen einer gescheiterten Datei"""

    reason: str = Field(title="Grund", min_length=3, max_length=1000, examples=["Datei war leer, neu angefordert"])


def item_shape(item: IngestItem, reference: str | None) -> ItemShape:
    fields = {name: getattr(item, name) for name in ItemShape.model_fields if name != "reference"}
    return ItemShape(**fields, reference=reference)
