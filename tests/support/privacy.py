"""Requests of data subjects, and letters that speak of people."""

from datetime import date
from typing import Any

from eakte.documents.models import Document, PageText, object_key
from eakte.documents.queries import version_of
from eakte.documents.service import add_version
from eakte.foundation.ids import new_id
from eakte.foundation.work import House, UnitOfWork
from eakte.privacy.messages import LookAfterPrivacy, MakeSubjectReport, SearchForPerson
from eakte.privacy.models import SubjectFinding, SubjectReport, SubjectRequest
from eakte.privacy.queries.requests import findings
from eakte.privacy.rules import Person, RequestKind
from eakte.privacy.service.requesting import Received, ask_for_search, receive_request
from eakte.privacy.tasks import erase_and_forget, make_subject_report, search_for_person
from tests.support.factories import LETTER, a_document, store_original_bytes
from tests.support.queue import work_off

ERIKA = Person(
    names=("Erika Müller",),
    born_on=date(1980, 3, 1),
    emails=("erika.mueller@example.org",),
    addresses=("Grillenstraße 14, 12345 Musterhausen",),
    external_ids=("EWO-471199",),
)


def a_letter(work: UnitOfWork, *pages: str, **fields: Any) -> Document:
    """A document whose pages say something."""
    document = a_document(work, content=LETTER, **fields)
    write_pages(work, document, *pages)
    return document


def a_newer_version(work: UnitOfWork, document: Document, *pages: str) -> None:
    add_version(work, document.id, store_original_bytes(work, LETTER))
    write_pages(work, document, *pages)


def write_pages(work: UnitOfWork, document: Document, *pages: str) -> None:
    version = version_of(work.session, document.id, None)
    for number, text in enumerate(pages, 1):
        work.session.add(PageText(version_id=version.id, page=number, text=text, confidence=95.0))
    work.session.flush()


def a_request(
    work: UnitOfWork,
    person: Person = ERIKA,
    *,
    kind: RequestKind = RequestKind.ACCESS,
    received_on: date | None = None,
) -> SubjectRequest:
    return receive_request(work, Received(kind, person, received_on or work.now.date()))


def work_off_privacy(house: House) -> None:
    """What the queue does for data protection."""
    handlers = {
        SearchForPerson: search_for_person,
        MakeSubjectReport: make_subject_report,
        LookAfterPrivacy: erase_and_forget,
    }
    work_off(house, handlers)


def a_searched_request(house: House, person: Person = ERIKA, **how: Any) -> SubjectRequest:
    """A request with what was found for it."""
    with house.begin() as work:
        request = a_request(work, person, **how)
        ask_for_search(work, request.id)
    work_off_privacy(house)
    return request


def found_for(house: House, request: SubjectRequest) -> list[SubjectFinding]:
    with house.begin() as work:
        return list(findings(work, request, None, cursor=None, limit=500).items)


def a_made_report(work: UnitOfWork, request: SubjectRequest) -> SubjectReport:
    """A report that is there, whatever it says."""
    report = SubjectReport(
        id=new_id(),
        request_id=request.id,
        object_id=new_id(),
        with_copies=False,
        all_matches=False,
        asked_by=request.created_by,
        asked_at=work.now,
        made_at=work.now,
        erase_on=work.now.date(),
    )
    digest = work.storage.put_bytes(object_key(report.object_id), b"PK", media_type="application/zip", hold=False)
    report.sha256, report.size = digest.sha256, digest.size
    work.session.add(report)
    work.session.flush()
    return report
