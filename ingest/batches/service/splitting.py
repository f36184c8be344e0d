"""Taking a stack apart into documents, and sending each on its way."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from eakte.documents.errors import EmptyUpload
from eakte.documents.underway import Underway
from eakte.foundation.errors import EakteError
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, digest_of
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.errors import BatchNotReady
from ingest.batches.messages import AssembleDocuments, BatchSplit
from ingest.batches.models import Batch, BatchDocument, BatchFile, BatchImage
from ingest.batches.rules import BatchState, Drawn, FileState, Purpose, differences, draw
from ingest.batches.service.receiving import look_of
from ingest.models import Ingest, IngestItem
from ingest.products import told
from ingest.queries import ingest_of_origin
from ingest.recognition.results import MediaType
from ingest.rules import ItemState
from ingest.service.receiving import add_ingest, new_item, set_on_its_way
from ingest.service.steps import put_aside
from ingest.splitting.looks import FileLook
from ingest.splitting.payload import Announcement
from ingest.splitting.rules import DocumentPlan, PagePlan, Split, StackFile, split


def split_batch(work: UnitOfWork, batch_id: UUID) -> None:
    """Take a completed stack apart, account for its images, and draw the sample before anybody sees a result.

    Doing it twice changes nothing.
    """
    batch = queries.get_batch(work, batch_id, lock=True)
    if batch.state is not BatchState.SPLITTING:
        return
    files = [file for file in queries.files_of(work.session, batch.id) if file.state is not FileState.DUPLICATE]
    if any(file.state is FileState.RECEIVED for file in files):
        raise BatchNotReady
    plan = split([StackFile(file.file_name, look_of(file)) for file in files], batch.separation)
    documents = [_document(batch, one, files) for one in plan.documents]
    work.session.add_all(documents)
    work.session.flush()
    images = _images(plan, files, documents)
    work.session.add_all(images)
    work.session.flush()
    found = queries.counted(work.session, batch.id, documents=len(documents))
    batch.findings = [told(one) for one in differences(batch.expected, found, sides=batch.sides)]
    batch.remarks = [{"code": remark.code, "message": _said(remark.code, remark.n)} for remark in plan.remarks]
    _draw(batch, documents)
    # Nobody has to look at a copy that comes out even: its documents are filed as they are ready.
    copied = batch.profile.purpose is Purpose.COPY
    unseen = copied and not batch.profile.looks and not batch.findings
    batch.state = BatchState.ACCEPTED if unseen else BatchState.SPLIT
    work.session.flush()
    changes = {
        "state": (BatchState.SPLITTING, batch.state),
        "images": (None, found.images),
        "documents": (None, found.documents),
        "separators": (None, found.separators),
        "blanks": (None, found.blanks),
        "findings": (None, [finding["code"] for finding in batch.findings]),
        "drawn": (None, [document.number for document in documents if document.drawn]),
    }
    work.publish(BatchSplit(record_id=batch.id, changes=changes))
    work.defer(AssembleDocuments(batch_id=batch.id))


_REMARKS = {
    "separator-without-pages": "Auf das Trennblatt (Bild {n}) folgt kein Dokument.",
    "cover-without-documents": "Auf das Deckblatt (Bild {n}) folgt kein Dokument.",
    "only-blank-pages": "Zwischen zwei Trennblättern liegen nur leere Seiten (ab Bild {n}).",
}


def _said(code: str, n: int) -> str:
    return _REMARKS.get(code, "Bild {n} ist auffällig.").format(n=n)


def _document(batch: Batch, plan: DocumentPlan, files: Sequence[BatchFile]) -> BatchDocument:
    announced = plan.announcement
    references = _references(announced) or ([batch.into] if batch.into is not None else [])
    return BatchDocument(
        id=new_id(),
        batch_id=batch.id,
        number=plan.number,
        references=references,
        document_class=announced.document_class if announced is not None else None,
        obstacle=plan.problem.value if plan.problem is not None else None,
        file_id=files[plan.whole_file].id if plan.whole_file is not None else None,
        assembled=0,
        dissolved=False,
    )


def _references(announced: Announcement | None) -> list[str]:
    """What a sheet names: the dossier's reference is what people know, the case's number says more exactly where."""
    if announced is None:
        return []
    return [reference for reference in (announced.case, announced.reference) if reference is not None]


def _images(plan: Split, files: Sequence[BatchFile], documents: Sequence[BatchDocument]) -> list[BatchImage]:
    of_number = {document.number: document for document in documents}
    looks = [look_of(file) for file in files]
    place = {n: page for one in plan.documents for page, n in enumerate(one.pages, 1)}
    images = []
    for planned in plan.pages:
        image = new_image(files[planned.file], looks[planned.file], planned, n=planned.n)
        image.document_id = of_number[planned.document].id if planned.document is not None else None
        image.page = place.get(planned.n)
        images.append(image)
    return images


def new_image(file: BatchFile, look: FileLook | None, planned: PagePlan, *, n: int) -> BatchImage:
    """An image of a file as the `n`-th of its batch, of which was said what becomes of it, but not where it goes."""
    return BatchImage(
        id=new_id(),
        batch_id=file.batch_id,
        n=n,
        file_id=file.id,
        frame=planned.frame,
        kind=planned.kind,
        reason=planned.reason,
        seen_turned=_turned(look, planned.frame),
        ink_share=_ink(look, planned.frame),
    )


def _turned(look: FileLook | None, frame: int) -> int | None:
    codes = look.pages[frame - 1].codes if look is not None else ()
    return codes[0].turn if codes else None


def _ink(look: FileLook | None, frame: int) -> float | None:
    return look.pages[frame - 1].ink if look is not None else None


def _draw(batch: Batch, documents: Sequence[BatchDocument]) -> None:
    profile = batch.profile
    everything = profile.sample_share >= 1
    drawn = draw(documents, share=profile.sample_share, minimum=profile.sample_minimum, seed=batch.sample_seed)
    for document in drawn:
        document.drawn = Drawn.EVERY if everything else Drawn.SAMPLE


# --- putting documents together ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Some images of one raw scan, in the order wanted."""

    object_id: UUID
    digest: Digest
    frames: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assembly:
    """What a document is put together from; `attempt` counts its arrangements."""

    document_id: UUID
    attempt: int
    operator: UUID
    sources: tuple[Source, ...]
    whole: bool


def assembly_of(work: UnitOfWork, document_id: UUID) -> Assembly | None:
    """How a document is put together; None when that is done, or its batch was rejected."""
    document = queries.get_document(work, document_id)
    batch = queries.get_batch(work, document.batch_id)
    if document.item_id is not None or document.dissolved or batch.state is BatchState.REJECTED:
        return None
    images = queries.pages_of(work.session, document.id)
    files = queries.files_by_id(work.session, {image.file_id for image in images})
    sources: list[Source] = []
    for image in images:
        file = files[image.file_id]
        assert file.object_id is not None
        if sources and sources[-1].object_id == file.object_id:
            sources[-1] = Source(file.object_id, file.digest, (*sources[-1].frames, image.frame))
        else:
            sources.append(Source(file.object_id, file.digest, (image.frame,)))
    whole = document.file_id is not None
    return Assembly(document.id, document.assembled, batch.created_by, tuple(sources), whole)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A document whose pages were put together in one file; its file is kept by the document's id."""

    kept: Underway[UUID]
    pages: int


def send_document(work: UnitOfWork, assembly: Assembly, outcome: Assembled | EakteError | None) -> None:
    """Let a document go its way through recognition, as the person who scanned it.

    `outcome` is what came of putting it together; None for a document that is a whole file. One that could not be
    put together waits in the work list. One whose batch was rejected meanwhile goes nowhere. Raises CameTooLate.
    """
    # The batch is locked first, as everybody does who decides about it: it is rejected before this or sees the item.
    batch = queries.get_batch(work, queries.get_document(work, assembly.document_id).batch_id, lock=True)
    document = queries.get_document(work, assembly.document_id, lock=True)
    done = document.item_id is not None or document.dissolved or document.assembled != assembly.attempt
    if done or batch.state is BatchState.REJECTED:
        return
    ingest = _ingest_of(work, batch)
    match outcome:
        case None:
            item = _of_file(work, ingest, document)
        case Assembled():
            item = _of_pages(work, batch, ingest, document, outcome)
        case _:
            item = new_item(work, ingest, _name(batch, document), MediaType.PDF.value, digest_of(io.BytesIO()), None)
    item.becomes, item.document_type = document.id, document.document_class
    item.announced, item.obstacle = list(document.references), document.obstacle
    images = queries.pages_of(work.session, document.id)
    item.turns = {str(image.page): image.turn for image in images if image.turn is not None}
    if item.object_id is None:
        put_aside(work, item, outcome if isinstance(outcome, EakteError) else EmptyUpload())
    else:
        set_on_its_way(work, item)
    document.item_id = item.id
    work.session.flush()


def _of_pages(work: UnitOfWork, batch: Batch, ingest: Ingest, document: BatchDocument, made: Assembled) -> IngestItem:
    file = made.kept.arrive(work)[document.id]
    item = new_item(work, ingest, _name(batch, document), file.media_type, file.digest, file.object_id)
    item.state, item.page_count = ItemState.SPLIT, made.pages
    return item


def _name(batch: Batch, document: BatchDocument) -> str:
    return f"{batch.number}-{document.number:03}.pdf"


def _of_file(work: UnitOfWork, ingest: Ingest, document: BatchDocument) -> IngestItem:
    assert document.file_id is not None
    file = queries.get_file(work, document.file_id)
    return new_item(
        work, ingest, file.file_name, file.media_type, file.digest, file.object_id, received_at=file.received_at
    )


def _ingest_of(work: UnitOfWork, batch: Batch) -> Ingest:
    """Where the documents of a batch begin; their own places are found when they are filed."""
    # What is put together after the checks was changed after them.
    review = batch.state is BatchState.SPLIT or batch.looks_again
    known = ingest_of_origin(work.session, batch.id, None, created_by=work.actor.id, review=review)
    return known or add_ingest(
        work, None, source=batch.source, origin_id=batch.id, source_key=batch.source_key, review=review
    )
