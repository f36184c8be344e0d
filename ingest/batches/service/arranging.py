"""Arranging what splitting or the scanner got wrong, until a document is filed: turn, move, reject, rescan, insert."""

from collections.abc import Mapping
from typing import BinaryIO
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.errors import (
    BatchDocumentNotFound,
    DocumentAlreadyFiled,
    DocumentStaysWhole,
    ImageNotInDocument,
    LastPage,
    NothingToInsert,
    RescanNeedsOnePage,
)
from ingest.batches.messages import AssembleDocuments, BatchRearranged
from ingest.batches.models import Batch, BatchDocument, BatchFile, BatchImage
from ingest.batches.rules import BatchAction, Drawn, differences
from ingest.batches.service.previews import keep_preview
from ingest.batches.service.receiving import Correction, add_file, look_of, note_failure
from ingest.batches.service.splitting import new_image
from ingest.products import told
from ingest.queries import get_item
from ingest.rules import ItemState
from ingest.service.work_list import withdraw_item
from ingest.splitting.rules import PageKind, StackFile, split


def turn_image(work: UnitOfWork, batch_id: UUID, n: int, *, clockwise: int) -> BatchImage:
    """Turn a page by 90, 180 or 270 degrees from how it is shown.

    Raises BatchNotFound, BatchStateForbids, BatchImageNotFound, ImageNotInDocument, DocumentAlreadyFiled.
    """
    batch, image = _image(work, batch_id, n)
    document = _document_of(work, batch, image)
    before = image.turn if image.turn is not None else _turned(document, image)
    image.turn = (before + clockwise) % 360
    _rearranged(work, batch, [document], {"turn": (before, image.turn), "n": (None, n)})
    return image


def reject_image(work: UnitOfWork, batch_id: UUID, n: int, *, reason: str) -> BatchImage:
    """Take a page out of its document (Seite zurückweisen); it stays in the account of the batch.

    Raises BatchNotFound, BatchStateForbids, BatchImageNotFound, ImageNotInDocument, DocumentAlreadyFiled, LastPage,
    StorageUnavailable.
    """
    batch, image = _image(work, batch_id, n)
    document = _document_of(work, batch, image)
    keep_preview(work, image, document)
    _take_out(work, image, document)
    image.kind, image.reason = PageKind.REJECTED, reason
    _rearranged(
        work, batch, [document], {"kind": (PageKind.PAGE, image.kind), "n": (None, n), "reason": (None, reason)}
    )
    return image


def place_image(work: UnitOfWork, batch_id: UUID, n: int, *, document_id: UUID, page: int) -> BatchImage:
    """Make any image of the batch the `page`-th page of a document: moved, reordered, or brought back.

    Raises BatchNotFound, BatchStateForbids, BatchImageNotFound, BatchDocumentNotFound, DocumentAlreadyFiled,
    DocumentStaysWhole, LastPage.
    """
    batch, image = _image(work, batch_id, n)
    target = _changeable(work, batch, document_id)
    kept = target.paper_kept
    changed = [target]
    before = (image.kind, image.page)
    pages = [one for one in _pages(work, target) if one is not image]
    if image.document_id is not None and image.document_id != target.id:
        source = _changeable(work, batch, image.document_id)
        _take_out(work, image, source)
        changed.append(source)
        target.keep_paper_like(source)
    pages.insert(min(page, len(pages) + 1) - 1, image)
    image.kind, image.reason = PageKind.PAGE, "placed"
    _number(pages, target)
    changes = {
        "n": (None, n),
        "kind": (before[0], image.kind),
        "page": (before[1], image.page),
        **_kept_anew(kept, target),
    }
    _rearranged(work, batch, changed, changes)
    return image


def split_document(work: UnitOfWork, batch_id: UUID, document_id: UUID, *, at_page: int) -> BatchDocument:
    """Begin a new document at a page (Dokument teilen); it goes where the first one goes.

    Raises BatchNotFound, BatchStateForbids, BatchDocumentNotFound, DocumentAlreadyFiled, LastPage.
    """
    batch = _batch(work, batch_id)
    document = _changeable(work, batch, document_id)
    pages = queries.pages_of(work.session, document.id)
    if not 2 <= at_page <= len(pages):
        raise LastPage
    second = BatchDocument(
        id=new_id(),
        batch_id=batch.id,
        number=queries.next_number(work.session, batch.id),
        references=list(document.references),
        document_class=document.document_class,
        drawn=document.drawn,
        assembled=0,
        dissolved=False,
    )
    second.keep_paper_like(document)
    _draw_again(batch, second)
    work.session.add(second)
    work.session.flush()
    _number(pages[: at_page - 1], document)
    _number(pages[at_page - 1 :], second)
    changes = {"split": (document.number, second.number), "page": (None, at_page), **_kept_anew(None, second)}
    _rearranged(work, batch, [document], changes)
    return second


def merge_documents(work: UnitOfWork, batch_id: UUID, document_id: UUID, *, following: UUID) -> BatchDocument:
    """Append the pages of another document (Dokumente verbinden), which ceases to be.

    Raises BatchNotFound, BatchStateForbids, BatchDocumentNotFound, DocumentAlreadyFiled, DocumentStaysWhole.
    """
    batch = _batch(work, batch_id)
    document, other = _changeable(work, batch, document_id), _changeable(work, batch, following)
    if document is not other:
        pages = [*_pages(work, document), *_pages(work, other)]
        _number(pages, document)
        kept = document.paper_kept
        document.keep_paper_like(other)
        other.dissolved = True
        changes = {"merged": (other.number, document.number), **_kept_anew(kept, document)}
        _rearranged(work, batch, [document, other], changes)
    return document


def rescan_image(work: UnitOfWork, batch_id: UUID, n: int, stream: BinaryIO, file_name: str) -> BatchFile:
    """Take in a better scan of a page (Nachscan); it takes the page's place as soon as a worker has seen it.

    Raises BatchNotFound, BatchStateForbids, BatchImageNotFound, ImageNotInDocument, DocumentAlreadyFiled, TooLarge,
    StorageUnavailable.
    """
    batch, image = _image(work, batch_id, n)
    _document_of(work, batch, image)
    return add_file(work, batch, stream, file_name, corrects=Correction(rescan_of=image.id))


def take_rescan(work: UnitOfWork, file: BatchFile) -> None:
    """Put a rescanned page in the place of the old one, which stays in the account as replaced.

    Raises BatchStateForbids when the batch was decided about meanwhile, DocumentAlreadyFiled.
    """
    batch = queries.get_batch(work, file.batch_id, lock=True)
    batch.must_allow(BatchAction.ARRANGE)
    old = work.session.get_one(BatchImage, file.rescan_of)
    look = look_of(file)
    if look is None or len(look.pages) != 1 or old.document_id is None or old.page is None:
        note_failure(file, RescanNeedsOnePage())
        return
    document = _changeable(work, batch, old.document_id)
    keep_preview(work, old, document)
    new = BatchImage(
        id=new_id(),
        batch_id=batch.id,
        n=queries.last_image(work.session, batch.id) + 1,
        file_id=file.id,
        frame=1,
        kind=PageKind.PAGE,
        reason="rescan",
        document_id=document.id,
        page=old.page,
        ink_share=look.pages[0].ink,
    )
    work.session.add(new)
    old.kind, old.reason, old.document_id, old.page = PageKind.REJECTED, "rescanned", None, None
    work.session.flush()
    old.rescanned_as = new.id
    _rearranged(work, batch, [document], {"rescanned": (old.n, new.n)})


def insert_pages(
    work: UnitOfWork, batch_id: UUID, document_id: UUID, stream: BinaryIO, file_name: str, *, page: int
) -> BatchFile:
    """Take in a sheet that was overlooked, in a double feed for example (Blatt nachtragen).

    As soon as a worker has seen it, its first page becomes the `page`-th of the document, or comes after the last.
    Raises BatchNotFound, BatchStateForbids, BatchDocumentNotFound, DocumentAlreadyFiled, DocumentStaysWhole, TooLarge,
    StorageUnavailable.
    """
    batch = _batch(work, batch_id)
    document = _changeable(work, batch, document_id)
    _pages(work, document)
    return add_file(work, batch, stream, file_name, corrects=Correction(insert_into=document.id, insert_page=page))


def take_insertion(work: UnitOfWork, file: BatchFile) -> None:
    """Give the pages of an overlooked sheet their place; what is blank or separates is accounted for as in the stack.

    Its sheets announce nothing: whoever gave it in said where it belongs. Raises BatchStateForbids when the batch was
    decided about meanwhile, BatchDocumentNotFound when the document was dissolved, DocumentAlreadyFiled.
    """
    batch = queries.get_batch(work, file.batch_id, lock=True)
    batch.must_allow(BatchAction.ARRANGE)
    assert file.insert_into is not None and file.insert_page is not None
    document = _changeable(work, batch, file.insert_into)
    pages, look = _pages(work, document), look_of(file)
    coded = queries.has_sheets(work.session, batch.id)
    plan = split([StackFile(file.file_name, look)], batch.separation, coded=coded)
    if look is None or all(look.pages[one.frame - 1].blank for one in plan.pages if one.kind is PageKind.PAGE):
        note_failure(file, NothingToInsert())
        return
    last = queries.last_image(work.session, batch.id)
    images = {one.n: new_image(file, look, one, n=last + one.n) for one in plan.pages}
    new = [images[n] for part in plan.documents for n in part.pages]
    for image in new:
        image.reason = "inserted"
    place = min(file.insert_page, len(pages) + 1) - 1
    _number([*pages[:place], *new, *pages[place:]], document)
    work.session.add_all(images.values())
    work.session.flush()
    changes = {"inserted": (None, [image.n for image in new]), "page": (None, place + 1)}
    _rearranged(work, batch, [document], changes)


def _batch(work: UnitOfWork, batch_id: UUID) -> Batch:
    require(work, Permission.INGEST)
    batch = queries.get_batch(work, batch_id, lock=True)
    batch.must_allow(BatchAction.ARRANGE)
    return batch


def _image(work: UnitOfWork, batch_id: UUID, n: int) -> tuple[Batch, BatchImage]:
    batch = _batch(work, batch_id)
    return batch, queries.get_image(work.session, batch.id, n)


def _document_of(work: UnitOfWork, batch: Batch, image: BatchImage) -> BatchDocument:
    if image.document_id is None:
        raise ImageNotInDocument(n=image.n)
    return _changeable(work, batch, image.document_id)


def _changeable(work: UnitOfWork, batch: Batch, document_id: UUID) -> BatchDocument:
    document = queries.get_document(work, document_id, lock=True)
    if document.batch_id != batch.id or document.dissolved:
        raise BatchDocumentNotFound
    if document.item_id is not None and get_item(work, document.item_id, lock=True).state is ItemState.FILED:
        raise DocumentAlreadyFiled
    return document


def _pages(work: UnitOfWork, document: BatchDocument) -> list[BatchImage]:
    """The pages of a document that can be put together with others; a file without images would be lost by that."""
    pages = queries.pages_of(work.session, document.id)
    if not pages:
        raise DocumentStaysWhole
    return pages


def _take_out(work: UnitOfWork, image: BatchImage, document: BatchDocument) -> None:
    rest = [one for one in queries.pages_of(work.session, document.id) if one is not image]
    if not rest:
        raise LastPage
    image.document_id = image.page = None
    _number(rest, document)


def _number(pages: list[BatchImage], document: BatchDocument) -> None:
    for page, image in enumerate(pages, 1):
        image.document_id, image.page = document.id, page


def _kept_anew(before: str | None, document: BatchDocument) -> dict[str, tuple[object, object]]:
    """What changed about the keeping of a document's paper: it goes where pages of a document with kept paper go."""
    return {} if document.paper_kept == before else {"paper_kept": (before, document.paper_kept)}


def _turned(document: BatchDocument, image: BatchImage) -> int:
    """How recognition turned a page, 0 before it did."""
    products = document.item.products if document.item is not None else None
    return int(products["pages"][image.page - 1]["turned"]) if products and image.page is not None else 0


def _rearranged(
    work: UnitOfWork, batch: Batch, documents: list[BatchDocument], changes: Mapping[str, tuple[object, object]]
) -> None:
    """Have changed documents put together anew; what was said about the old state counts no more."""
    for document in documents:
        if document.item_id is not None:
            item = get_item(work, document.item_id, lock=True)
            if item.state is not ItemState.DISCARDED:
                withdraw_item(work, item, reason="Das Dokument wurde im Stapel neu zusammengestellt.")
        document.item_id = document.file_id = None
        document.assembled += 1
        document.verdict = document.checked_by = document.checked_at = document.checked_independently = None
        document.obstacle = None
        _draw_again(batch, document)
    work.session.flush()
    counted = _count_anew(work, batch)
    work.session.flush()
    numbers = [document.number for document in documents]
    work.publish(BatchRearranged(record_id=batch.id, changes={"documents": (None, numbers), **changes, **counted}))
    work.defer(AssembleDocuments(batch_id=batch.id))


def _draw_again(batch: Batch, document: BatchDocument) -> None:
    """Have somebody look at a document that changes when the checks are done, whether it was drawn for them or not."""
    if batch.looks_again and document.drawn is None:
        document.drawn = Drawn.CHANGED


def _count_anew(work: UnitOfWork, batch: Batch) -> dict[str, tuple[object, object]]:
    """Say anew where the counts do not come out, and answer what changed about that.

    An explanation was given for what was said then, to the number. It is taken back with any change, even one for the
    better: else it would account for sheets nobody meant, or stand in a transfer note that misses nothing any more.
    """
    found = queries.counted(work.session, batch.id, documents=sum(queries.progress_of(work.session, batch.id).values()))
    findings = [told(one) for one in differences(batch.expected, found, sides=batch.sides)]
    if findings == batch.findings:
        return {}
    before, after = ([finding["code"] for finding in said] for said in (batch.findings, findings))
    changes: dict[str, tuple[object, object]] = {"findings": (before, after)} if before != after else {}
    if batch.explanation is not None:
        changes["explanation"] = (batch.explanation, None)
    batch.findings, batch.explanation = findings, None
    return changes
