"""What the API shows and takes of batches."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from eakte.access import Confidentiality
from eakte.documents.schemas import Notice
from eakte.foundation.http import AN_ID, Shape
from ingest.batches.models import Batch, BatchFile
from ingest.batches.rules import BatchState, Drawn, FileState, Purpose, Verdict
from ingest.batches.service.proving import Proven
from ingest.batches.views import Account, DocumentView, ImageView
from ingest.splitting.rules import Collation, Duplex, PageKind, SeparateBy


class ProfileShape(Shape):
    """Scanprofil"""

    key: str = Field(title="Kennzeichen", min_length=1, max_length=60, examples=["ersetzend"])
    name: str = Field(title="Bezeichnung", min_length=1, max_length=200)
    purpose: Purpose = Field(title="Zweck: Kopie oder Ersatz des Papiers")
    procedure: str = Field(title="Verfahrensbeschreibung", min_length=1, max_length=300)
    procedure_version: str = Field(title="Version der Verfahrensbeschreibung", min_length=1, max_length=60)
    separate_by: SeparateBy = Field(SeparateBy.AUTO, title="Trennung nach")
    duplex: Duplex = Field(Duplex.AUTO, title="Beide Seiten gescannt")
    page_collation: Collation = Field(Collation.NONE, title="Zusammenführung von Vorder- und Rückseiten")
    confidentiality: Confidentiality = Field(Confidentiality.RESTRICTED, title="Höchste Vertraulichkeit im Stapel")
    sample_share: float = Field(0.1, title="Anteil der Stichprobe", ge=0, le=1)
    sample_minimum: int = Field(3, title="Mindestzahl der Stichprobe", ge=0, le=100_000)
    second_person: bool = Field(False, title="Prüfung durch zweite Person")
    buffer_days: int = Field(180, title="Tage, die Papier nach der Freigabe aufbewahrt wird", ge=0, le=36_500)


class NewBatch(Shape):
    """Neuer Stapel"""

    profile: str = Field("standard", title="Kennzeichen des Scanprofils", max_length=60)
    into: str | None = Field(
        None,
        title="Aktenzeichen für Dokumente ohne eigenes Ziel",
        min_length=1,
        max_length=300,
        examples=["63.2-2026/0118"],
    )
    unit: str | None = Field(None, title="Kennung der Organisationseinheit", max_length=100, examples=["63"])
    device: str | None = Field(None, title="Scanner", max_length=200, examples=["Scanner 3"])
    device_inventory: str | None = Field(
        None, title="Inventarnummer des Scanners", max_length=100, examples=["INV-20417"]
    )
    workstation: str | None = Field(None, title="Arbeitsplatz", max_length=200, examples=["Scanstelle 1"])
    workstation_inventory: str | None = Field(None, title="Inventarnummer des Arbeitsplatzes", max_length=100)
    box: str | None = Field(None, title="Karton", max_length=200, examples=["Karton 12"])
    shelf: str | None = Field(None, title="Regal", max_length=200, examples=["Regal 4"])
    expected_sheets: int | None = Field(None, title="Gezählte Blätter", ge=0, le=1_000_000, examples=[120])
    expected_images: int | None = Field(None, title="Erwartete Bilder", ge=0, le=1_000_000)
    expected_documents: int | None = Field(None, title="Erwartete Dokumente", ge=0, le=1_000_000, examples=[14])


class CountsShape(Shape):
    """Nachweis der Bilder eines Stapels"""

    images: int = Field(title="Bilder")
    documents: int = Field(title="Dokumente")
    pages: int = Field(title="Seiten von Dokumenten")
    separators: int = Field(title="Trenn- und Deckblätter")
    blanks: int = Field(title="Leerseiten")
    rejected: int = Field(title="Zurückgewiesene Bilder")
    rescans: int = Field(title="Davon nachgescannt")


class BatchShape(Shape):
    """Stapel"""

    id: UUID = Field(title="Kennung")
    number: str = Field(title="Stapelnummer")
    state: BatchState = Field(title="Zustand")
    profile: str = Field(title="Scanprofil")
    procedure: str = Field(title="Verfahrensbeschreibung mit Version")
    second_person: bool = Field(title="Prüfen muss eine zweite Person")
    into: str | None = Field(title="Ziel für Dokumente ohne eigenes")
    device: str | None = Field(title="Scanner")
    device_inventory: str | None = Field(title="Inventarnummer des Scanners")
    workstation: str | None = Field(title="Arbeitsplatz")
    workstation_inventory: str | None = Field(title="Inventarnummer des Arbeitsplatzes")
    box: str | None = Field(title="Karton")
    shelf: str | None = Field(title="Regal")
    expected_sheets: int | None = Field(title="Gezählte Blätter")
    expected_images: int | None = Field(title="Erwartete Bilder")
    expected_documents: int | None = Field(title="Erwartete Dokumente")
    findings: list[Notice] = Field(title="Was nicht aufgeht")
    remarks: list[Notice] = Field(title="Was sonst auffiel")
    explanation: str | None = Field(title="Klärung oder Grund der Zurückweisung")
    created_at: datetime = Field(title="Angelegt am")
    created_by: UUID = Field(title="Wer gescannt hat")
    completed_at: datetime | None = Field(title="Alle Dateien da")
    decided_at: datetime | None = Field(title="Geprüft")
    decided_by: UUID | None = Field(title="Geprüft von")
    decided_independently: bool | None = Field(title="Geprüft von einer zweiten Person")
    released_at: datetime | None = Field(title="Freigegeben")
    destroyable_on: date | None = Field(title="Papier frühestens zu vernichten")
    destroyed_at: datetime | None = Field(title="Papier vernichtet")
    destroyed_by: UUID | None = Field(title="Papier vernichtet von")


class BatchDetailShape(BatchShape):
    """Stapel mit Nachweis und Fortschritt"""

    counts: CountsShape = Field(title="Nachweis")
    progress: dict[str, int] = Field(title="Dokumente je Zustand")
    settled: bool = Field(title="Nichts mehr unterwegs")


class BatchFileShape(Shape):
    """Rohscan"""

    id: UUID = Field(title="Kennung")
    file_name: str = Field(title="Dateiname")
    state: FileState = Field(title="Zustand")
    media_type: str = Field(title="Medientyp nach Inhalt")
    size: int = Field(title="Größe in Bytes")
    sha256: str = Field(title="SHA-256")
    duplicate_of: UUID | None = Field(title="Gleiche Bytes wie")
    failure_code: str | None = Field(title="Code des Hindernisses")
    failure_message: str | None = Field(title="Grund und was zu tun ist")
    received_by: UUID | None = Field(title="Wer sie hineingegeben hat; leer: eine Quelle")


class ImageShape(Shape):
    """Bild eines Stapels"""

    n: int = Field(title="Nummer im Stapel")
    file: str = Field(title="Datei")
    frame: int = Field(title="Bild in der Datei")
    kind: PageKind = Field(title="Art")
    reason: str = Field(title="Warum")
    turned: int | None = Field(title="Gedreht im Uhrzeigersinn, Grad")
    skew: float | None = Field(title="Ausgeglichene Schieflage, Grad")
    confidence: float | None = Field(title="Erkennungssicherheit, 0 bis 100")
    blank_score: float | None = Field(title="Anteil der Fläche ohne Tinte, 0 bis 1; leer, wo nicht gemessen")
    document: UUID | None = Field(title="Dokument")
    page: int | None = Field(title="Seite im Dokument")


class BatchDocumentShape(Shape):
    """Dokument eines Stapels"""

    id: UUID = Field(title="Kennung")
    number: int = Field(title="Nummer im Stapel")
    reference: str | None = Field(title="Angekündigtes oder gefundenes Aktenzeichen")
    document_class: str | None = Field(title="Dokumentart")
    pages: list[int] = Field(title="Nummern der Bilder in der Reihenfolge der Seiten")
    state: str = Field(title="Zustand")
    code: str | None = Field(title="Code des Hindernisses")
    message: str | None = Field(title="Grund und was zu tun ist")
    item_id: UUID | None = Field(title="Eintrag im Eingang")
    drawn: Drawn | None = Field(title="Zur Prüfung gezogen")
    verdict: Verdict | None = Field(title="Ergebnis der Sichtprüfung")
    remark: str | None = Field(title="Bemerkung der Sichtprüfung")
    checked_by: UUID | None = Field(title="Geprüft von")
    paper_kept: str | None = Field(title="Warum das Papier behalten wird; leer: es geht mit dem des Stapels")


class KeptPaperShape(Shape):
    """Dokument, dessen Papier behalten wird"""

    document: UUID = Field(title="Kennung")
    number: int = Field(title="Nummer im Stapel")
    reference: str | None = Field(title="Angekündigtes oder gefundenes Aktenzeichen")
    pages: list[int] = Field(title="Nummern der Bilder in der Reihenfolge der Seiten")
    reason: str = Field(title="Grund")


class DestroyableShape(BatchShape):
    """Stapel auf der Vernichtungsliste"""

    kept_paper: list[KeptPaperShape] = Field(title="Dokumente, deren Papier vorher herauszunehmen ist")


class ProofShape(Shape):
    """Ergebnis der Nachprüfung eines Dokuments"""

    document: UUID = Field(title="Dokument")
    number: int = Field(title="Nummer im Stapel")
    holds: bool = Field(title="Alles unverändert")
    sealed_as: str | None = Field(title="Art des Siegels; leer ohne Transfervermerk")
    problems: list[str] = Field(title="Abweichungen")


class PaperDestruction(Shape):
    """Vernichtungsprotokoll"""

    how: str = Field(title="Verfahren und Ort", min_length=3, max_length=1000, examples=["Aktenvernichter P-4, Keller"])


class NewBackupRun(Shape):
    """Sicherungslauf"""

    ended_at: AwareDatetime | None = Field(None, title="Ende; ohne: jetzt", examples=["2026-11-21T03:12:00Z"])
    remark: str | None = Field(None, title="Bemerkung", max_length=500)


class BackupRunShape(Shape):
    """Verzeichneter Sicherungslauf"""

    id: UUID = Field(title="Kennung")
    ended_at: datetime = Field(title="Ende")
    remark: str | None = Field(title="Bemerkung")
    recorded_by: UUID = Field(title="Verzeichnet von")
    recorded_at: datetime = Field(title="Verzeichnet am")


class SheetOrder(Shape):
    """Gewünschte Trenn- und Deckblätter"""

    references: list[str] = Field(
        title="Aktenzeichen, je eines ein Blatt", min_length=1, max_length=500, examples=[["63.2-2026/0118"]]
    )
    cover: bool = Field(False, title="Deckblätter statt Trennblättern")
    document_class: str | None = Field(None, title="Dokumentart", max_length=100, examples=["Bauantrag"])
    batch: str | None = Field(None, title="Stapelnummer, für die allein sie gelten", max_length=60)


class Check(Shape):
    """Ergebnis einer Sichtprüfung"""

    verdict: Verdict = Field(title="Ergebnis", examples=["good"])
    remark: str | None = Field(None, title="Bemerkung", max_length=1000, examples=["Blatt 3 schief, lesbar"])


class Reason(Shape):
    """Begründung"""

    reason: str = Field(title="Grund", min_length=3, max_length=1000, examples=["Blatt 7 doppelt eingezogen"])


class Turn(Shape):
    """Drehung"""

    clockwise: Literal[90, 180, 270] = Field(title="Grad im Uhrzeigersinn, vom Angezeigten aus", examples=[90])


class Place(Shape):
    """Platz eines Bildes"""

    document: UUID = Field(title="Dokument", examples=[AN_ID])
    page: int = Field(title="Seite", ge=1, examples=[2])


class SplitAt(Shape):
    """Teilung eines Dokuments"""

    page: int = Field(title="Erste Seite des neuen Dokuments", ge=2, examples=[3])


class MergeWith(Shape):
    """Verbindung zweier Dokumente"""

    following: UUID = Field(title="Dokument, dessen Seiten angehängt werden", examples=[AN_ID])


def image_shape(view: ImageView) -> ImageShape:
    found, image = view.recognised, view.image
    return ImageShape(
        n=image.n,
        file=view.file_name,
        frame=image.frame,
        kind=image.kind,
        reason=image.reason,
        turned=found.get("turned", image.seen_turned),
        skew=found.get("skew"),
        confidence=found.get("confidence"),
        blank_score=round(1 - image.ink_share, 5) if image.ink_share is not None else None,
        document=image.document_id,
        page=image.page,
    )


def document_shape(view: DocumentView) -> BatchDocumentShape:
    document = view.document
    return BatchDocumentShape(
        id=document.id,
        number=document.number,
        reference=view.reference,
        document_class=document.document_class,
        pages=view.images,
        state=view.state,
        code=view.code,
        message=view.message,
        item_id=document.item_id,
        drawn=document.drawn,
        verdict=document.verdict,
        remark=document.remark,
        checked_by=document.checked_by,
        paper_kept=document.paper_kept,
    )


def destroyable_shape(batch: Batch, kept: Sequence[DocumentView]) -> DestroyableShape:
    return DestroyableShape(**_fields(batch), kept_paper=[_kept_shape(view) for view in kept])


def _kept_shape(view: DocumentView) -> KeptPaperShape:
    document = view.document
    assert document.paper_kept is not None
    return KeptPaperShape(
        document=document.id,
        number=document.number,
        reference=view.reference,
        pages=view.images,
        reason=document.paper_kept,
    )


def proof_shape(proven: Proven) -> ProofShape:
    return ProofShape(
        document=proven.document_id,
        number=proven.number,
        holds=not proven.problems,
        sealed_as=proven.sealed_as,
        problems=list(proven.problems),
    )


def file_shape(file: BatchFile) -> BatchFileShape:
    return BatchFileShape.model_validate(file)


def batch_shape(batch: Batch) -> BatchShape:
    return BatchShape(**_fields(batch))


def detail_shape(batch: Batch, account: Account) -> BatchDetailShape:
    return BatchDetailShape(
        **_fields(batch),
        counts=CountsShape.model_validate(account.counted),
        progress=account.progress,
        settled=account.settled,
    )


def _fields(batch: Batch) -> dict[str, Any]:
    fields = {name: getattr(batch, name) for name in BatchShape.model_fields if name != "profile"}
    return {**fields, "profile": batch.profile.key}
