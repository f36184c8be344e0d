"""Batches with their files, images and documents, and the profiles they are scanned by."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.access import Confidentiality
from eakte.documents.models import DocumentSource
from eakte.foundation.storage import Digest
from eakte.foundation.table import Table, words
from ingest.batches.errors import BatchStateForbids
from ingest.batches.rules import (
    ALLOWED,
    BatchAction,
    BatchState,
    Drawn,
    Expected,
    FileState,
    Purpose,
    Verdict,
)
from ingest.models import IngestItem
from ingest.splitting.rules import Collation, Duplex, PageKind, SeparateBy, Separation


class ScanProfile(Table):
    """How a class of paper is scanned and checked (Scanprofil), a tested and released setting.

    `sample_share` of the documents, at least `sample_minimum`, is looked at before anything is filed; nothing is
    when both are 0, which only a copy beside its paper may be. `buffer_days` is how long paper is kept after release.
    `procedure` names the process description (Verfahrensbeschreibung) and its version.
    """

    __tablename__ = "scan_profiles"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    purpose: Mapped[Purpose] = mapped_column(words(Purpose))
    procedure: Mapped[str]
    procedure_version: Mapped[str]
    separate_by: Mapped[SeparateBy] = mapped_column(words(SeparateBy))
    duplex: Mapped[Duplex] = mapped_column(words(Duplex))
    page_collation: Mapped[Collation] = mapped_column(words(Collation))
    confidentiality: Mapped[Confidentiality] = mapped_column(words(Confidentiality))
    sample_share: Mapped[float]
    sample_minimum: Mapped[int]
    second_person: Mapped[bool]
    buffer_days: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("sample_share between 0 and 1", name="sample_share"),
        CheckConstraint("sample_minimum >= 0", name="sample_minimum"),
        CheckConstraint("buffer_days >= 0", name="buffer_days"),
        CheckConstraint("purpose <> 'replacement' or sample_share > 0 or sample_minimum > 0", name="checked"),
    )

    @property
    def looks(self) -> bool:
        """Whether anything is looked at before it is filed."""
        return self.sample_share > 0 or self.sample_minimum > 0


class Batch(Table):
    """A stack of paper that is scanned together (Stapel).

    `source_key` is the source it was fetched from, if it was. `procedure` is the process description and version as
    they were when it began, `second_person` what its profile asked for then. `decided_independently` says whether
    whoever accepted it was another than those who scanned it; unknown for what was accepted before it was noted.
    `findings` say where the counts do not come out, `remarks` what else is odd. `into` is
    the reference documents without one of their own go to.
    """

    __tablename__ = "batches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[BatchState] = mapped_column(words(BatchState), default=BatchState.OPEN)
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("scan_profiles.id"))
    procedure: Mapped[str]
    second_person: Mapped[bool]
    source: Mapped[DocumentSource] = mapped_column(words(DocumentSource))
    source_key: Mapped[str | None]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"))
    into: Mapped[str | None]
    device: Mapped[str | None]
    device_inventory: Mapped[str | None]
    workstation: Mapped[str | None]
    workstation_inventory: Mapped[str | None]
    box: Mapped[str | None]
    shelf: Mapped[str | None]
    expected_sheets: Mapped[int | None]
    expected_images: Mapped[int | None]
    expected_documents: Mapped[int | None]
    sample_seed: Mapped[int] = mapped_column(BigInteger)
    findings: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    remarks: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    explanation: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(index=True)
    completed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_independently: Mapped[bool | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    destroyable_on: Mapped[date | None]
    destroyed_at: Mapped[datetime | None]
    destroyed_by: Mapped[UUID | None]
    revision: Mapped[int] = mapped_column(default=1)

    profile: Mapped[ScanProfile] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        Index(None, "state", "id"),
        CheckConstraint("(state in ('released', 'destroyed')) = (released_at is not null)", name="released"),
        CheckConstraint("(state = 'destroyed') = (destroyed_by is not null)", name="destroyed"),
    )

    @property
    def expected(self) -> Expected:
        return Expected(self.expected_sheets, self.expected_images, self.expected_documents)

    @property
    def separation(self) -> Separation:
        return Separation(self.profile.separate_by, self.profile.duplex, self.profile.page_collation, self.number)

    @property
    def sides(self) -> int:
        """Images per sheet: fronts and backs that are put together come from two-sided paper, however it was fed."""
        collated = self.profile.page_collation is not Collation.NONE
        return 2 if self.profile.duplex is Duplex.YES or collated else 1

    @property
    def looks_again(self) -> bool:
        """Whether what is rearranged now is looked at before it is filed, although the checks are done."""
        return self.state is BatchState.ACCEPTED and self.profile.looks

    @property
    def unexplained(self) -> bool:
        """Whether counts do not come out and nobody accounted for that."""
        return bool(self.findings) and self.explanation is None

    def must_allow(self, action: BatchAction) -> None:
        """Raises BatchStateForbids."""
        if action not in ALLOWED[self.state]:
            raise self.forbids(action)

    def forbids(self, action: BatchAction) -> BatchStateForbids:
        """What somebody hears who wants to do something with the batch that its state does not allow."""
        return BatchStateForbids(number=self.number, state=self.state.german, action=action.german)

    def move_to(self, state: BatchState, action: BatchAction) -> None:
        """Raises BatchStateForbids."""
        self.must_allow(action)
        self.state = state


class BatchFile(Table):
    """A file as the scanner made it (Rohscan), kept unchanged until the batch is released.

    `received_by` gave it in; None when a source fetched it by itself. Some come while the batch is checked:
    `rescan_of` is the image such a one takes the place of, `insert_into` the document that misses its pages, the
    first of which becomes the `insert_page`-th there. `previews` are stored files, by frame, of those
    of its images that are blank, sheets, or were taken out of a document.
    """

    __tablename__ = "batch_files"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    file_name: Mapped[str]
    state: Mapped[FileState] = mapped_column(words(FileState), default=FileState.RECEIVED)
    object_id: Mapped[UUID | None] = mapped_column(unique=True)
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("batch_files.id"))
    look: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    previews: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    failure_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    rescan_of: Mapped[UUID | None]
    insert_into: Mapped[UUID | None]
    insert_page: Mapped[int | None]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID | None]

    __table_args__ = (
        Index(None, "batch_id", "id"),
        Index(
            "uq_batch_files_batch_id_sha256",
            "batch_id",
            "sha256",
            unique=True,
            postgresql_where="duplicate_of is null and object_id is not null",
        ),
        CheckConstraint("num_nulls(insert_into, insert_page) in (0, 2)", name="insert"),
    )

    @property
    def digest(self) -> Digest:
        return Digest(self.sha256, self.size)


class BatchDocument(Table):
    """One document of a stack, and the item it becomes; its id is the one the filed document will have.

    `checked_independently`: whoever checked it was then another than those who scanned the batch. `paper_kept` is
    why its paper is taken out before that of the batch is destroyed.
    """

    __tablename__ = "batch_documents"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    number: Mapped[int]
    references: Mapped[list[str]] = mapped_column(JSONB, default=list)
    document_class: Mapped[str | None]
    obstacle: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch_files.id"))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("ingest_items.id"), index=True)
    assembled: Mapped[int] = mapped_column(default=0)
    drawn: Mapped[Drawn | None] = mapped_column(words(Drawn))
    verdict: Mapped[Verdict | None] = mapped_column(words(Verdict))
    remark: Mapped[str | None]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    checked_independently: Mapped[bool | None]
    dissolved: Mapped[bool] = mapped_column(default=False)
    paper_kept: Mapped[str | None]
    paper_kept_by: Mapped[UUID | None]
    paper_kept_at: Mapped[datetime | None]

    item: Mapped[IngestItem | None] = relationship(lazy="joined", foreign_keys=item_id)

    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("(verdict is null) = (checked_by is null)", name="checked"),
        CheckConstraint("num_nulls(paper_kept, paper_kept_by, paper_kept_at) in (0, 3)", name="paper_kept"),
    )

    def keep_paper(self, reason: str, *, by: UUID, at: datetime) -> None:
        self.paper_kept, self.paper_kept_by, self.paper_kept_at = reason, by, at

    def release_paper(self) -> None:
        self.paper_kept = self.paper_kept_by = self.paper_kept_at = None

    def keep_paper_like(self, other: "BatchDocument") -> None:
        """Keep the paper if that of another document is kept, whose pages come here; both reasons count."""
        kept, also = self.paper_kept, other.paper_kept
        if kept is None:
            self.paper_kept, self.paper_kept_by, self.paper_kept_at = also, other.paper_kept_by, other.paper_kept_at
        elif also is not None:
            self.paper_kept = "; ".join(dict.fromkeys([*kept.split("; "), *also.split("; ")]))


class BatchImage(Table):
    """One scanned image, in the order of the stack, and what became of it.

    `frame` is its 1-based place in its file, `page` its 1-based place in its document. `seen_turned` is the clockwise
    turn that sets its code upright, if it carries one. `turn` is a clockwise turn
    that a person decided on. `rescanned_as` names the image that took its place. `ink_share` is the dark part of its
    area (0–1), None where nobody measured.
    """

    __tablename__ = "batch_images"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    n: Mapped[int]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("batch_files.id"))
    frame: Mapped[int]
    kind: Mapped[PageKind] = mapped_column(words(PageKind))
    reason: Mapped[str]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch_documents.id"), index=True)
    page: Mapped[int | None]
    seen_turned: Mapped[int | None]
    turn: Mapped[int | None]
    ink_share: Mapped[float | None]
    rescanned_as: Mapped[UUID | None] = mapped_column(ForeignKey("batch_images.id"))

    __table_args__ = (
        UniqueConstraint("batch_id", "n"),
        CheckConstraint("(kind = 'page') = (document_id is not null)", name="document"),
        CheckConstraint("(document_id is null) = (page is null)", name="page"),
    )


class ScanProduct(Table):
    """The proof of a filed scan product: where its transfer note, its manifest and the manifest's seal lie.

    `files` holds each as a stored file, by role.
    """

    __tablename__ = "scan_products"
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    files: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_at: Mapped[datetime]
    sealed_as: Mapped[str]


class BackupRun(Table):
    """A backup run (Sicherungslauf) that ended well; no paper is destroyed before one after its release."""

    __tablename__ = "backup_runs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]
    remark: Mapped[str | None]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
