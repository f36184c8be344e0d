"""Documents, versions, renditions and page texts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.foundation.storage import Digest
from eakte.foundation.table import Table, words
from eakte.records.models import Case, Record
from eakte.records.rules import RecordKind


class DocumentKind(StrEnum):
    """Eingang, Ausgang, internes Dokument."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"


class DocumentSource(StrEnum):
    """Where a document came from."""

    UPLOAD = "upload"
    SCAN = "scan"
    SPECIALIST_SYSTEM = "specialist_system"
    EMAIL = "email"
    INVOICE = "invoice"


class RenditionKind(StrEnum):
    """What a rendition is; `layout` says where each word stands (ALTO), `transfer_note` is the Transfervermerk.

    Of an invoice, `verdict` is the result of its check and `data` what it says (JSON), `view` shows it as a page
    (HTML) and `view_pdf` as PDF/A, where the archival rendition is the supplier's own PDF.
    """

    ORIGINAL = "original"
    ARCHIVAL = "archival"
    TEXT = "text"
    PREVIEW = "preview"
    LAYOUT = "layout"
    TRANSFER_NOTE = "transfer_note"
    VERDICT = "verdict"
    DATA = "data"
    VIEW = "view"
    VIEW_PDF = "view_pdf"


class Document(Record):
    """A document (Dokument): what is known of one letter, and its versions.

    `subtitle` is what its subject is about in particular (Hier, Unterbetreff), `refers_to` what it answers or follows
    (Bezug), `clerk` who the letter says deals with it (Bearbeiter), who may be of another house. `enclosures` are its
    Anlagen as the letter names them, in its order; those that are filed too are documents of their own.
    Source: xdomea, DokumentType.
    """

    __tablename__ = "documents"
    id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    document_kind: Mapped[DocumentKind] = mapped_column(words(DocumentKind))
    document_type: Mapped[str | None]
    foreign_reference: Mapped[str | None]
    our_reference: Mapped[str | None]
    subtitle: Mapped[str | None]
    refers_to: Mapped[str | None]
    clerk: Mapped[str | None]
    enclosures: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    letter_date: Mapped[date | None]
    received_on: Mapped[date | None]
    sent_on: Mapped[date | None]
    source: Mapped[DocumentSource] = mapped_column(words(DocumentSource))
    external_client: Mapped[UUID | None]
    external_key: Mapped[str | None]

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True, foreign_keys=case_id)

    __mapper_args__ = {
        "polymorphic_identity": RecordKind.DOCUMENT,
        "inherit_condition": id == Record.id,
    }
    __table_args__ = (UniqueConstraint("external_client", "external_key"),)

    @property
    def container(self) -> Case:
        return self.case


class Withheld(StrEnum):
    """Why the contents of a version are handed out to nobody (zurückgehalten)."""

    UNSCANNED = "unscanned"
    MALWARE = "malware"


class DocumentVersion(Table):
    """A numbered state of a document.

    `received_at` is when its original reached the house, which may be long before it was filed; `source_key` names
    the watched folder, prefix or mailbox it was fetched from, as the operator does.
    `signatures` is what the signatures in its original were worth at its arrival, None where nobody looked.
    """

    __tablename__ = "document_versions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    page_count: Mapped[int | None]
    warnings: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    signatures: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    withheld: Mapped[Withheld | None] = mapped_column(words(Withheld))
    received_at: Mapped[datetime]
    source_key: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]

    __table_args__ = (UniqueConstraint("document_id", "number"),)


class Rendition(Table):
    """One form of a version: where its bytes are and what they must hash to.

    `page` is set for previews only. `pdfa_level` is what the structural check found, not what the file claims;
    `check_report` holds its findings.
    """

    __tablename__ = "renditions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_versions.id"))
    kind: Mapped[RenditionKind] = mapped_column(words(RenditionKind))
    page: Mapped[int | None]
    media_type: Mapped[str]
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    object_id: Mapped[UUID]
    pdfa_level: Mapped[str | None]
    check_report: Mapped[list[str] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "version_id", "kind", "page", unique=True, postgresql_nulls_not_distinct=True),
        Index(None, "object_id"),
        CheckConstraint("(kind = 'preview') = (page is not null)", name="page"),
    )

    @property
    def key(self) -> str:
        return object_key(self.object_id)

    @property
    def digest(self) -> Digest:
        return Digest(self.sha256, self.size)


def object_key(object_id: UUID) -> str:
    """Where the bytes of a rendition lie in the bucket."""
    return f"renditions/{object_id}"


class PageText(Table):
    """The text of one page as search and snippets need it; the rendition of kind text is its source."""

    __tablename__ = "page_texts"
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_versions.id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    confidence: Mapped[float | None]


class DoomedObject(Table):
    """An object whose rows are gone and that is to be erased with all its versions; the row goes last.

    `record_id` is the record it was erased with: the document, or the dossier or case that took it along.
    """

    __tablename__ = "doomed_objects"
    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(index=True)
    doomed_at: Mapped[datetime]


class ObjectUnderway(Table):
    """An object that a job stores or has stored, and of which no row speaks yet, or none any more (`underway`)."""

    __tablename__ = "objects_underway"
    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    noted_at: Mapped[datetime] = mapped_column(index=True)
