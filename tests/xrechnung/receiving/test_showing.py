"""What is made of a judged invoice is made in its own time: seen before, kept once, and never in the way."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from eakte.documents.files import store_original
from eakte.documents.models import DocumentSource
from eakte.foundation.errors import Invalid
from eakte.foundation.settings import XrechnungSettings
from eakte.foundation.storage import StorageUnavailable
from eakte.foundation.work import House, UnitOfWork
from tests.simulators.storage_fails import switched_off
from tests.simulators.sudden_death import Fate, Killed
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, with_attachment
from tests.support.queue import work_off_ingests
from tests.support.scans import a_scan
from tests.xrechnung.receiving.conftest import Accounting
from tests.xrechnung.receiving.test_survival import dying
from xrechnung.messages import JudgeInvoice, ShowInvoice
from xrechnung.service.products import claim_showing, keep_verdict, note_products
from xrechnung.service.receiving import file_invoice, resume_stranded_invoices
from xrechnung.tasks import judge_invoice, show_invoice


def judged(accounting: Accounting, content: bytes, name: str = "rechnung.xml") -> str:
    """The id of an invoice whose verdict is there, and nothing else."""
    invoice_id: str = accounting.send(content, name, work_off=False)["id"]
    judge_invoice(JudgeInvoice(invoice_id=UUID(invoice_id)), accounting.house.begin)
    return invoice_id


@pytest.mark.parametrize(
    ("content", "name"),
    [(a_ubl_invoice(), "a.xml"), (a_ubl_invoice(gross="1.00"), "b.xml"), (a_hybrid_pdf(a_cii_invoice()), "c.pdf")],
    ids=["accepted", "refused", "hybrid"],
)
def test_who_looks_before_it_is_kept_sees_the_same(accounting: Accounting, content: bytes, name: str) -> None:
    invoice_id = judged(accounting, content, name)
    document_id = accounting.seen(invoice_id)["documentId"]
    assert not {"view", "data", "verdict"} & accounting.renditions(document_id).keys()
    early = {part: accounting.client.get(f"/api/v1/invoices/{invoice_id}/{part}") for part in ("view", "model")}
    show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), accounting.house.begin)
    for part, before in early.items():
        after = accounting.client.get(f"/api/v1/invoices/{invoice_id}/{part}")
        assert (before.status_code, before.content) == (200, after.content)
        assert before.headers["etag"] == after.headers["etag"]
        assert before.headers["content-type"] == after.headers["content-type"]
    assert {"view", "data", "verdict"} <= accounting.renditions(document_id).keys()


def test_dying_while_it_is_shown_leaves_each_thing_once(committed_accounting: Accounting) -> None:
    accounting, house = committed_accounting, committed_accounting.house
    moment, survived = 0, False
    while not survived:
        content = with_attachment(a_ubl_invoice(number=f"RE-{moment}"), a_scan(f"Aufmass {moment}"), name="a.png")
        invoice_id = judged(accounting, content)
        job = ShowInvoice(invoice_id=UUID(invoice_id))
        try:
            show_invoice(job, dying(house, Fate(at=moment)))
        except Killed:
            pass
        else:
            survived = True
        show_invoice(job, house.begin)
        show_invoice(job, house.begin)
        seen = accounting.seen(invoice_id)
        assert len(accounting.documents_of_case(seen["caseId"])) == 2, moment
        for kind in ("verdict", "data", "view"):
            assert accounting.bytes_of(seen["documentId"], kind)
        moment += 1
    assert moment > 3


def test_a_case_and_its_dossier_stay_open_until_everything_of_its_invoice_is_kept(accounting: Accounting) -> None:
    invoice_id = judged(accounting, a_ubl_invoice(gross="1.00"))
    case_id = accounting.seen(invoice_id)["caseId"]

    def hindrances(record: str) -> set[str]:
        answer = accounting.client.post(f"/api/v1/{record}:cancel", headers={"If-Match": "*"})
        return {finding["code"] for finding in answer.json().get("errors", [])}

    records = [f"cases/{case_id}", f"dossiers/{accounting.dossier.id}"]
    assert all("invoice-unchecked" in hindrances(record) for record in records)
    show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), accounting.house.begin)
    assert not any("invoice-unchecked" in hindrances(record) for record in records)


def test_of_what_cannot_be_shown_the_verdict_is_kept_and_people_are_told(accounting: Accounting) -> None:
    invoice_id = judged(accounting, a_ubl_invoice())
    with accounting.house.begin() as work:
        showing = claim_showing(work, UUID(invoice_id))
    assert showing is not None
    kept = keep_verdict(accounting.house.begin, showing, Invalid())
    with accounting.house.begin() as work:
        note_products(work, showing, kept)
        resume_stranded_invoices(work)
    seen = accounting.seen(invoice_id)
    assert (seen["state"], len(seen["remarks"])) == ("checked", 1)
    assert "verdict" in accounting.renditions(seen["documentId"])
    show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), accounting.house.begin)
    assert "view" not in accounting.renditions(seen["documentId"])


def test_without_the_object_storage_it_is_shown_later(accounting: Accounting) -> None:
    invoice_id, house = judged(accounting, a_ubl_invoice()), accounting.house
    away = House(house.sessions, switched_off(house.settings.storage), house.settings)
    with pytest.raises(StorageUnavailable):
        show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), away.begin)
    show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), house.begin)
    assert accounting.seen(invoice_id)["remarks"] == []
    assert "view" in accounting.renditions(accounting.seen(invoice_id)["documentId"])


def test_a_moment_without_the_database_costs_no_view(accounting: Accounting) -> None:
    invoice_id, house, works = judged(accounting, a_ubl_invoice()), accounting.house, itertools.count(1)

    @contextmanager
    def interrupted() -> Iterator[UnitOfWork]:
        if next(works) == 2:
            raise OperationalError("INSERT", {}, ConnectionError())
        with house.begin() as work:
            yield work

    with pytest.raises(OperationalError):
        show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), interrupted)
    show_invoice(ShowInvoice(invoice_id=UUID(invoice_id)), house.begin)
    assert accounting.seen(invoice_id)["remarks"] == []
    assert "view" in accounting.renditions(accounting.seen(invoice_id)["documentId"])


def test_a_judged_invoice_that_lost_its_job_is_shown_all_the_same(accounting: Accounting) -> None:
    invoice_id = judged(accounting, a_ubl_invoice())
    with accounting.house.sessions.begin() as session:
        session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'xrechnung.ShowInvoice'"))
    with accounting.house.begin() as work:
        resume_stranded_invoices(work)
    work_off_ingests(accounting.house)
    assert "view" in accounting.renditions(accounting.seen(invoice_id)["documentId"])


@pytest.mark.parametrize(("others", "later"), [(1, []), (2, ["ingest.CheckItem", "xrechnung.ShowInvoice"])])
def test_in_a_rush_views_and_archival_renditions_are_made_later(
    accounting: Accounting, others: int, later: list[str]
) -> None:
    house = accounting.house
    hurried = house.settings.model_copy(update={"xrechnung": XrechnungSettings(rush_from=2)})
    rushed = House(house.sessions, house.storage, hurried)
    for number in range(others):
        accounting.send(a_ubl_invoice(number=f"RE-{number}"), work_off=False)
    with rushed.begin() as work:
        stored = store_original(work.storage, BytesIO(a_ubl_invoice()), "a.xml", max_bytes=1 << 20)
        place = {"case_id": None, "dossier_id": accounting.dossier.id}
        invoice = file_invoice(work, stored, **place, channel=DocumentSource.UPLOAD)
    if later:
        judge_invoice(JudgeInvoice(invoice_id=invoice.id), rushed.begin)
    waiting = "SELECT task_name FROM procrastinate_jobs WHERE scheduled_at > now() + interval '10 minutes'"
    with house.sessions.begin() as session:
        assert sorted(session.scalars(text(waiting))) == later
