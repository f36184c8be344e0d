"""Workers die, files are poisonous, scanners are slow: no invoice is lost, and nothing of it is there twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from eakte.documents.models import DocumentVersion, Withheld
from eakte.foundation.settings import XrechnungSettings
from eakte.foundation.storage import StorageUnavailable
from eakte.foundation.work import SYSTEM, House, UnitOfWork
from tests.simulators.storage_fails import switched_off
from tests.simulators.sudden_death import Fate, Killed
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, with_attachment
from tests.support.queue import work_off_ingests
from tests.support.scans import a_scan
from tests.xrechnung.receiving.conftest import Accounting
from xrechnung.errors import InvoiceWithheld
from xrechnung.messages import JudgeInvoice
from xrechnung.service.receiving import resume_stranded_invoices
from xrechnung.tasks import judge_invoice


def dying(house: House, fate: Fate) -> Any:
    """A house in which every commit is two moments: the one before it, which undoes all, and the one after it."""

    @contextmanager
    def begin(*who: Any) -> Iterator[UnitOfWork]:
        with house.begin(*who) as work:
            yield work
            fate.moment()
        fate.moment()

    return begin


def test_dying_at_any_moment_leaves_each_thing_once(committed_accounting: Accounting) -> None:
    accounting, house = committed_accounting, committed_accounting.house
    moment, survived = 0, False
    while not survived:
        content = with_attachment(a_ubl_invoice(number=f"RE-{moment}"), a_scan(f"Aufmass {moment}"), name="a.png")
        invoice = accounting.send(content, work_off=False)
        fate = Fate(at=moment)
        try:
            judge_invoice(JudgeInvoice(invoice_id=UUID(invoice["id"])), dying(house, fate))
        except Killed:
            pass
        else:
            survived = True
        work_off_ingests(house)
        with house.begin() as work:
            resume_stranded_invoices(work)
        work_off_ingests(house)
        seen = accounting.seen(invoice["id"])
        assert (seen["state"], seen["twins"]) == ("checked", 0), moment
        documents = accounting.documents_of_case(seen["caseId"])
        assert len(documents) == 2, moment
        *_, version = accounting.client.get(f"/api/v1/documents/{seen['documentId']}/versions").json()
        kinds = Counter(one["kind"] for one in version["renditions"] if one["kind"] != "preview")
        assert set(kinds.values()) == {1}, moment
        for kind in kinds:
            assert accounting.bytes_of(seen["documentId"], kind)
        parties = accounting.client.get(f"/api/v1/records/{seen['documentId']}/parties").json()
        assert [party["name"] for party in parties] == ["Gartenbau Grünau GmbH"]
        moment += 1
    assert moment > 4


def test_an_invoice_that_lost_its_job_gets_a_new_one(committed_accounting: Accounting) -> None:
    accounting = committed_accounting
    invoice = accounting.send(a_ubl_invoice(), work_off=False)
    with accounting.house.sessions.begin() as session:
        session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")
    with accounting.house.begin() as work:
        resume_stranded_invoices(work)
        resume_stranded_invoices(work)
    work_off_ingests(accounting.house)
    assert accounting.seen(invoice["id"])["state"] == "checked"


def test_a_file_that_ends_its_child_process_is_left_to_a_person_who_may_try_again(accounting: Accounting) -> None:
    content = a_hybrid_pdf(a_cii_invoice())
    invoice = accounting.send(content, "rechnung.pdf", work_off=False)
    poor = accounting.house.settings.model_copy(update={"xrechnung": XrechnungSettings(timeout_s=0.0)})
    house = House(accounting.house.sessions, accounting.house.storage, poor)
    judge_invoice(JudgeInvoice(invoice_id=UUID(invoice["id"])), house.begin)
    seen = accounting.seen(invoice["id"])
    assert (seen["state"], seen["accepted"]) == ("manual_check", None)
    assert "erlaubte Zeit" in seen["failure"]
    for part in ("verdict", "model", "view"):
        answer = accounting.client.get(f"/api/v1/invoices/{invoice['id']}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (409, "invoice-not-readable")
    assert accounting.bytes_of(seen["documentId"], "original") == content
    again = accounting.client.post(f"/api/v1/invoices/{invoice['id']}:recheck")
    assert (again.status_code, again.json()["state"], again.json()["failure"]) == (200, "received", None)
    work_off_ingests(accounting.house)
    assert accounting.seen(invoice["id"])["state"] == "checked"
    answer = accounting.client.post(f"/api/v1/invoices/{invoice['id']}:recheck")
    assert (answer.status_code, answer.json()["code"]) == (409, "invoice-not-waiting")


def test_an_invoice_that_kills_its_worker_again_and_again_is_given_up(committed_accounting: Accounting) -> None:
    accounting = committed_accounting
    invoice = accounting.send(a_ubl_invoice(), work_off=False)
    job, limit = JudgeInvoice(invoice_id=UUID(invoice["id"])), accounting.house.settings.xrechnung.attempts
    for _ in range(limit):
        with pytest.raises(Killed):
            judge_invoice(job, dying(accounting.house, Fate(at=1)))
    judge_invoice(job, accounting.house.begin)
    seen = accounting.seen(invoice["id"])
    assert (seen["state"], "mehrfach abgebrochen" in seen["failure"]) == ("manual_check", True)


def test_without_the_object_storage_no_attempt_counts(accounting: Accounting) -> None:
    invoice = accounting.send(a_ubl_invoice(), work_off=False)
    house = accounting.house
    away = House(house.sessions, switched_off(house.settings.storage), house.settings)
    for _ in range(house.settings.xrechnung.attempts + 1):
        with pytest.raises(StorageUnavailable):
            judge_invoice(JudgeInvoice(invoice_id=UUID(invoice["id"])), away.begin)
    work_off_ingests(house)
    assert accounting.seen(invoice["id"])["state"] == "checked"


def test_nothing_is_read_before_the_virus_scanner_looked(accounting: Accounting) -> None:
    invoice = accounting.send(a_ubl_invoice(), work_off=False)
    job = JudgeInvoice(invoice_id=UUID(invoice["id"]))
    withhold(accounting.house, invoice["versionId"], Withheld.UNSCANNED)
    with pytest.raises(InvoiceWithheld):
        judge_invoice(job, accounting.house.begin)
    withhold(accounting.house, invoice["versionId"], Withheld.MALWARE)
    judge_invoice(job, accounting.house.begin)
    seen = accounting.seen(invoice["id"])
    assert (seen["state"], "Quarantäne" in seen["failure"]) == ("manual_check", True)
    # Released, it is recognised, and with that it is known as an invoice once more.
    withhold(accounting.house, invoice["versionId"], None)
    work_off_ingests(accounting.house)
    assert accounting.seen(invoice["id"])["state"] == "checked"


def withhold(house: House, version_id: str, why: Withheld | None) -> None:
    with house.begin(SYSTEM) as work:
        work.session.get_one(DocumentVersion, UUID(version_id)).withheld = why
        work.session.info["told"] = True
