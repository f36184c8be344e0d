"""What brought a document in goes with it, but for raw scans that other documents need (Vernichtung)."""

import io
from uuid import UUID

from sqlalchemy import select, update

from eakte.documents.erasing import doomed_objects, erase_documents, spare_shared
from eakte.documents.service import DocumentDetails, file_document
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.service.erasing import erase_case
from eakte.records.service.filing import Metadata
from ingest.batches.models import BatchDocument, BatchFile, BatchImage
from ingest.batches.queries import documents_of
from ingest.models import Ingest, IngestItem
from ingest.rules import ItemState
from ingest.service.receiving import open_ingest, receive
from ingest.splitting.plans import PageKind
from tests.support.factories import LETTER, a_batch, a_case, a_document, a_unit


def erase(work: UnitOfWork, document_id: UUID, case_id: UUID) -> None:
    erase_documents(work, [document_id], taken_with=case_id)
    spare_shared(work, case_id)


def test_the_item_of_an_upload_and_its_ingest_go_with_the_document(work: UnitOfWork) -> None:
    document = a_document(work, content=LETTER)
    items = select(IngestItem.object_id).where(IngestItem.document_id == document.id)
    (original,) = work.session.scalars(items)
    erase(work, document.id, document.case_id)
    assert not list(work.session.scalars(select(IngestItem.id)))
    assert not list(work.session.scalars(select(Ingest.id)))
    assert doomed_objects(work.session, document.case_id) == [original]


def test_what_was_made_of_an_item_goes_with_it(work: UnitOfWork) -> None:
    document = a_document(work, content=LETTER)
    made = new_id()
    products = {"archival": {"object_id": str(made)}, "pages": [], "previews": [{"object_id": str(made)}]}
    work.session.execute(update(IngestItem).values(products=products))
    erase(work, document.id, document.case_id)
    assert made in doomed_objects(work.session, document.case_id)


def test_a_discarded_file_goes_with_the_case_it_was_meant_for(work: UnitOfWork) -> None:
    case = a_case(work)
    item = receive(work, open_ingest(work, case.reference).id, io.BytesIO(LETTER), "brief.pdf")
    object_id = item.object_id
    discarded = {"state": ItemState.DISCARDED, "failure_code": "leer", "failure_message": "leer"}
    work.session.execute(update(IngestItem).where(IngestItem.id == item.id).values(**discarded))
    work.session.expunge(item)
    erase_case(work, case.id)
    assert doomed_objects(work.session, case.id) == [object_id]
    assert not list(work.session.scalars(select(Ingest.id)))


def test_a_raw_scan_stays_as_long_as_another_document_has_a_page_on_it(work: UnitOfWork) -> None:
    unit = a_unit(work)
    batch = a_batch(work, unit=unit)
    (first,) = documents_of(work.session, batch.id)
    (file,) = work.session.scalars(select(BatchFile).where(BatchFile.batch_id == batch.id))
    second = BatchDocument(id=new_id(), batch_id=batch.id, number=2, references=[], assembled=0, dissolved=False)
    work.session.add(second)
    work.session.flush()
    page = {"batch_id": batch.id, "file_id": file.id, "reason": "written"}
    work.session.add_all(
        [
            BatchImage(id=new_id(), n=2, frame=2, kind=PageKind.PAGE, document_id=second.id, page=1, **page),
            BatchImage(id=new_id(), n=3, frame=3, kind=PageKind.SEPARATOR, **page),
        ]
    )
    preview = new_id()
    work.session.execute(update(BatchFile).values(previews={"3": {"object_id": str(preview)}}))
    work.session.execute(update(BatchDocument).where(BatchDocument.id == first.id).values(file_id=None))
    case = a_case(work)
    for part in (first, second):
        file_document(work, case.id, Metadata("Bescheid"), DocumentDetails(), document_id=part.id)
    raw, ids = file.object_id, [first.id, second.id]
    work.session.expunge_all()
    erase(work, ids[0], case.id)
    assert list(work.session.scalars(select(BatchFile.object_id))) == [raw]
    assert doomed_objects(work.session, case.id) == []
    erase(work, ids[1], case.id)
    assert not list(work.session.scalars(select(BatchFile.id)))
    assert not list(work.session.scalars(select(BatchImage.id)))
    assert set(doomed_objects(work.session, case.id)) == {raw, preview}
