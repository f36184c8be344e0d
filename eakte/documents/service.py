"""Filing documents, adding versions and renditions, and handing out their bytes."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from eakte.access import Permission
from eakte.documents import queries
from eakte.documents.errors import ContentWithheld, ExternalKeyTaken, PageMissing, RangeNotSatisfiable
from eakte.documents.files import StoredFile
from eakte.documents.messages import DocumentFiled, RenditionsMade, VersionAdded
from eakte.documents.models import (
    Document,
    DocumentKind,
    DocumentSource,
    DocumentVersion,
    PageText,
    Rendition,
    RenditionKind,
)
from eakte.documents.underway import give_up
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, Storage
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import must_be_free
from eakte.records.messages import RecordRefiled
from eakte.records.models import Case
from eakte.records.queries import get_case, must_be_readable
from eakte.records.rules import TRANSITIONS, Action, Reading, RecordKind
from eakte.records.service.filing import Metadata, add_record, common_fields, must_reach
from eakte.records.service.lifecycle import pass_through, rename
from eakte.records.service.numbering import case_values, next_reference
from eakte.records.service.reading import note_reading

PAGE_BREAK = "\f"


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """What a caller may say of a document beyond what every record has."""

    kind: DocumentKind = DocumentKind.INCOMING
    document_type: str | None = None
    foreign_reference: str | None = None
    our_reference: str | None = None
    subtitle: str | None = None
    refers_to: str | None = None
    clerk: str | None = None
    enclosures: tuple[str, ...] = ()
    letter_date: date | None = None
    received_on: date | None = None
    sent_on: date | None = None
    source: DocumentSource = DocumentSource.UPLOAD
    external_key: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an original reached the house, and the key of the source it was fetched from, if it was.

    Nobody minds if what is made of it has to wait for `patience`.
    """

    at: datetime
    source_key: str | None = None
    patience: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class MadeRenditions:
    """What recognition made of an original: archival file, text and confidence per page, previews, words in place."""

    archival: StoredFile | None
    pdfa_level: str | None
    check_report: Sequence[str]
    text: StoredFile
    pages: Sequence[tuple[str, float | None]]
    previews: Sequence[StoredFile] = field(default_factory=list)
    layout: StoredFile | None = None
    warnings: Sequence[dict[str, str]] = ()
    signatures: Sequence[dict[str, Any]] | None = None


def file_document(
    work: UnitOfWork,
    case_id: UUID,
    metadata: Metadata,
    details: DocumentDetails,
    original: StoredFile | None = None,
    *,
    document_id: UUID | None = None,
    arrival: Arrival | None = None,
) -> Document:
    """File a document in an open case (Dokument ablegen), with its original as version 1 if there is one.

    `document_id` is given by whoever spoke of the document before it was filed. Without an `arrival` the original
    arrives now.

    Raises CaseNotFound, RecordStateForbids, ExternalKeyTaken, LocationMissing, ActionForbidden.
    """
    case = get_case(work, case_id, to=Permission.FILE_DOCUMENT)
    must_be_free(work, case, Action.FILE_DOCUMENT)
    if details.external_key is not None:
        known = queries.document_of_external_key(work.session, work.actor.id, details.external_key)
        if known is not None:
            raise ExternalKeyTaken(reference=known.reference)
    entry = case.dossier.entry
    level = metadata.confidentiality or case.confidentiality
    must_reach(work, case, level, Permission.FILE_DOCUMENT)
    reference, number = next_reference(work, entry.plan.document_pattern, reference_values(case, work.now))
    document = Document(
        **common_fields(
            work, metadata, RecordKind.DOCUMENT, reference, number, level, case.unit_id, record_id=document_id
        ),
        case=case,
        document_kind=details.kind,
        document_type=details.document_type,
        foreign_reference=details.foreign_reference,
        our_reference=details.our_reference,
        subtitle=details.subtitle,
        refers_to=details.refers_to,
        clerk=details.clerk,
        enclosures=list(details.enclosures),
        letter_date=details.letter_date,
        received_on=details.received_on,
        sent_on=details.sent_on,
        source=details.source,
        external_client=work.actor.id if details.external_key is not None else None,
        external_key=details.external_key,
    )
    add_record(work, document, DocumentFiled(record_id=document.id, dossier_id=case.dossier_id))
    if original is not None:
        _add_version(work, document, original, arrival, number=1)
    return document


def file_original(
    work: UnitOfWork,
    case_id: UUID,
    metadata: Metadata,
    details: DocumentDetails,
    original: StoredFile,
    *,
    arrival: Arrival | None = None,
) -> tuple[Document, DocumentVersion]:
    """File a document as `file_document` does, for who goes on with its first version."""
    document = file_document(work, case_id, metadata, details)
    return document, _add_version(work, document, original, arrival, number=1)


def reference_values(case: Case, filed_at: datetime) -> dict[str, object]:
    """What a document's number template can speak of."""
    return {**case_values(case.dossier, filed_at), "case": case.reference}


def refile_document(work: UnitOfWork, document_id: UUID, *, case_id: UUID, revision: int | None) -> Document:
    """Move a document into another open case (Umschreiben); it gets a new reference.

    Raises DocumentNotFound, CaseNotFound, ActionForbidden, Stale, RecordStateForbids, TransitionBlocked.
    """
    document = queries.get_document(work, document_id, to=Permission.REFILE, revision=revision)
    must_be_free(work, document, Action.REFILE)
    case = get_case(work, case_id, to=Permission.FILE_DOCUMENT)
    must_be_free(work, case, Action.FILE_DOCUMENT)
    if document.case_id == case.id:
        return document
    pattern, values = case.dossier.entry.plan.document_pattern, reference_values(case, document.created_at)
    changes = rename(work, document, *next_reference(work, pattern, values))
    document.case, document.unit_id, document.modified_at = case, case.unit_id, work.now
    work.session.flush()
    work.publish(RecordRefiled(record_id=document.id, dossier_id=case.dossier_id, changes=changes))
    return document


def add_version(
    work: UnitOfWork, document_id: UUID, original: StoredFile, *, revision: int | None = None
) -> tuple[Document, DocumentVersion]:
    """Add a version with a stored original to a document.

    Raises DocumentNotFound, RecordStateForbids, ActionForbidden, Stale.
    """
    document = queries.get_document(work, document_id, to=Permission.FILE_DOCUMENT, revision=revision)
    must_be_free(work, document, Action.ADD_VERSION)
    version = _add_version(
        work, document, original, None, number=queries.next_version_number(work.session, document.id)
    )
    document.modified_at = work.now
    return document, version


def change_document_state(work: UnitOfWork, document_id: UUID, action: Action, *, revision: int | None) -> Document:
    """Cancel or restore a document.

    Raises DocumentNotFound, ActionForbidden, Stale, RecordStateForbids, TransitionBlocked.
    """
    document = queries.get_document(work, document_id, to=TRANSITIONS[action].permission, revision=revision)
    must_be_free(work, document, action)
    pass_through(work, document, action, dossier_id=document.case.dossier_id)
    return document


def _add_version(
    work: UnitOfWork, document: Document, original: StoredFile, arrival: Arrival | None, *, number: int
) -> DocumentVersion:
    version = DocumentVersion(
        id=new_id(),
        document_id=document.id,
        number=number,
        page_count=None,
        warnings=[],
        withheld=None,
        received_at=arrival.at if arrival is not None else work.now,
        source_key=arrival.source_key if arrival is not None else None,
        created_at=work.now,
        created_by=work.actor.id,
    )
    work.session.add(version)
    work.session.flush()
    work.session.add(_rendition(work, version, RenditionKind.ORIGINAL, original))
    work.session.flush()
    changes = {"version": (None, version.number), "sha256": (None, original.digest.sha256)}
    work.publish(
        VersionAdded(
            record_id=document.id,
            dossier_id=document.case.dossier_id,
            version_id=version.id,
            patience=arrival.patience if arrival is not None else timedelta(0),
            changes=changes,
        )
    )
    return version


def _rendition(
    work: UnitOfWork, version: DocumentVersion, kind: RenditionKind, file: StoredFile, page: int | None = None
) -> Rendition:
    return Rendition(
        id=new_id(),
        version_id=version.id,
        kind=kind,
        page=page,
        media_type=file.media_type,
        file_name=file.file_name,
        size=file.digest.size,
        sha256=file.digest.sha256,
        object_id=file.object_id,
        created_at=work.now,
    )


def attach_renditions(work: UnitOfWork, document: Document, version: DocumentVersion, made: MadeRenditions) -> None:
    """Put what recognition made beside a version's original. Doing it twice changes nothing.

    Where only the text was known so far, all that is made now takes its place.
    """
    known = {rendition.kind for rendition in queries.renditions_of(work.session, version.id)}
    if RenditionKind.TEXT in known:
        if RenditionKind.ARCHIVAL in known or made.archival is None:
            return
        give_up(work, queries.remove_text(work.session, version.id))
    if made.archival is not None:
        archival = _rendition(work, version, RenditionKind.ARCHIVAL, made.archival)
        archival.pdfa_level, archival.check_report = made.pdfa_level, list(made.check_report)
        work.session.add(archival)
    work.session.add(_rendition(work, version, RenditionKind.TEXT, made.text))
    if made.layout is not None:
        work.session.add(_rendition(work, version, RenditionKind.LAYOUT, made.layout))
    work.session.add_all(
        _rendition(work, version, RenditionKind.PREVIEW, preview, page) for page, preview in enumerate(made.previews, 1)
    )
    work.session.add_all(
        PageText(version_id=version.id, page=page, text=text, confidence=confidence)
        for page, (text, confidence) in enumerate(made.pages, 1)
    )
    version.page_count = len(made.pages)
    version.warnings = list(made.warnings)
    version.signatures = list(made.signatures) if made.signatures is not None else None
    document.modified_at = work.now
    work.session.flush()
    changes = {"pages": (None, len(made.pages)), "pdfa_level": (None, made.pdfa_level)}
    work.publish(
        RenditionsMade(
            record_id=document.id, dossier_id=document.case.dossier_id, version_id=version.id, changes=changes
        )
    )


def attach_rendition(work: UnitOfWork, version: DocumentVersion, kind: RenditionKind, file: StoredFile) -> None:
    """Put one more rendition beside a version. Doing it twice changes nothing."""
    if kind not in {rendition.kind for rendition in queries.renditions_of(work.session, version.id)}:
        work.session.add(_rendition(work, version, kind, file))
        work.session.flush()


# --- handing out ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes `first` to `last` (inclusive) of `size`, ready to be read once from `chunks`."""

    first: int
    last: int
    size: int
    chunks: Iterator[bytes]

    @property
    def partial(self) -> bool:
        return self.last - self.first + 1 < self.size


def find_rendition(
    work: UnitOfWork, document_id: UUID, kind: RenditionKind, *, version: int | None = None, page: int | None = None
) -> Rendition:
    """The rendition of a version (the newest by default) for reading its bytes.

    Raises DocumentNotFound, VersionNotFound, RenditionMissing, PageMissing, ContentWithheld, ActionForbidden,
    ProcessingRestricted.
    """
    document = queries.get_document(work, document_id, to=Permission.READ_CONTENT)
    note_reading(work, document, Reading.CONTENT)
    chosen = queries.version_of(work.session, document.id, version)
    if chosen.withheld is not None:
        raise ContentWithheld
    if kind is RenditionKind.PREVIEW:
        page = page or 1
        if chosen.page_count is not None and page > chosen.page_count:
            raise PageMissing(pages=chosen.page_count)
        return queries.rendition(work.session, chosen.id, kind, page)
    return queries.rendition(work.session, chosen.id, kind, None)


def read_content(work: UnitOfWork, document_id: UUID) -> None:
    """Ask before contents of a document are shown by another way than its renditions, and note that they were read.

    Whoever shows them has judged by other rights that the actor may see them. Raises ProcessingRestricted.
    """
    document = queries.document_for_house(work.session, document_id)
    if document is not None:
        must_be_readable(work, document)
        note_reading(work, document, Reading.CONTENT)


def page_text(storage: Storage, rendition: Rendition, page: int) -> bytes:
    """The text of one page out of a text rendition, whose pages are divided by form feeds. Raises PageMissing."""
    pages = storage.read(rendition.key, rendition.digest).decode().split(PAGE_BREAK)
    if page > len(pages):
        raise PageMissing(pages=len(pages))
    return pages[page - 1].encode()


def joined_text(pages: Iterable[str]) -> bytes:
    """The bytes of a text rendition: UTF-8, pages divided by form feeds, of which the pages keep none."""
    return PAGE_BREAK.join(page.replace(PAGE_BREAK, "\n") for page in pages).encode()


def deliver(storage: Storage, key: str, digest: Digest, span: tuple[int | None, int | None] | None) -> Delivery:
    """Open an object's bytes, or a span of them as HTTP counts it: (first, last), (first, None), (None, suffix).

    Raises RangeNotSatisfiable, ObjectMissing, ObjectDamaged, StorageUnavailable, all before the first byte.
    """
    size = digest.size
    first, last = 0, size - 1
    match span:
        case (None, int() as suffix):
            first = max(0, size - suffix)
        case (int() as start, end):
            first, last = start, min(last, end if end is not None else last)
    if span is not None and first > last:
        raise RangeNotSatisfiable(size=size)
    stack = ExitStack()
    chunks = stack.enter_context(storage.open(key, digest, first=first, length=last - first + 1))
    return Delivery(first, last, size, _closing(stack, chunks))


def _closing(stack: ExitStack, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with stack:
        yield from chunks
