"""What becomes of an invoice whose way has ended: it is in the record with everything that was done, once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import select, text

from eakte.access import Confidentiality, Role
from eakte.documents.models import Document, DocumentKind, RenditionKind
from eakte.documents.queries import rendition, version_of
from eakte.foundation.messages import Job
from eakte.foundation.work import BeginWork, UnitOfWork
from eakte.records.errors import TransitionBlocked
from eakte.records.queries import business_data_of
from eakte.records.rules import Action, RecordState
from eakte.records.service.filing import change_record
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from tests.support.approval import PARKS, Town
from tests.support.factories import AsActor
from tests.support.queue import work_off_ingests
from xrechnung.approval.errors import ActNotPossible, CaseNotFree
from xrechnung.approval.messages import CloseInvoiceCase, FileInvoice, WriteRejection
from xrechnung.approval.queries.flow import acts_of, get_approval
from xrechnung.approval.rules.accounts import Share
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.acting import perform
from xrechnung.approval.service.filing import file_what_ended, stays_open_because
from xrechnung.approval.tasks import close_invoice_case, file_invoice, write_rejection
from xrechnung.models import Invoice
from xrechnung.rules import InvoiceState

FINDING = {
    "rule": "BR-CO-15",
    "severity": "error",
    "term": "BT-112",
    "message": "Der Bruttobetrag ist nicht die Summe aus Nettobetrag und Umsatzsteuer.",
    "remedy": "Bruttobetrag berichtigen.",
    "location": "/Invoice",
    "line": 7,
    "official": True,
}


@pytest.fixture
def begin(town: Town) -> BeginWork:
    """Begins works at the town's own time."""
    return town.work


def booked(town: Town, *, own_case: bool = True) -> UUID:
    """An invoice that the finance system has booked."""
    invoice_id = town.invoice("RE-4711", opened_case=own_case)
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id, Share(PARKS, percent=Decimal(100)))
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
    with town.work() as work:
        approval = get_approval(work, invoice_id, lock=True)
        perform(work, approval, Act.HAND_OVER, by_house=True)
        perform(work, approval, Act.ACKNOWLEDGE_BOOKED, by_house=True)
    return invoice_id


def papers(work: UnitOfWork, invoice_id: UUID) -> list[Document]:
    """What lies beside an invoice in its case."""
    document = work.session.get_one(Document, work.session.get_one(Invoice, invoice_id).document_id)
    statement = select(Document).where(Document.case_id == document.case_id, Document.id != document.id)
    return list(work.session.scalars(statement.order_by(Document.id)))


def words_of(work: UnitOfWork, document: Document) -> str:
    version = version_of(work.session, document.id, None)
    original = rendition(work.session, version.id, RenditionKind.ORIGINAL, None)
    pdf = pypdfium2.PdfDocument(work.storage.read(original.key, original.digest))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())


def queued(work: UnitOfWork, job: type[Job]) -> int:
    statement = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
    return int(work.session.execute(statement, {"name": job.name}).scalar_one())


def test_a_booked_invoice_is_filed_with_its_workflow_sheet_once(town: Town, begin: BeginWork) -> None:
    invoice_id = booked(town)
    with town.work() as work:
        assert queued(work, FileInvoice) == 1
    for _ in range(2):
        file_invoice(FileInvoice(invoice_id=invoice_id), begin)
    with town.work() as work:
        (sheet,) = papers(work, invoice_id)
        assert (sheet.document_kind, sheet.document_type) == (DocumentKind.INTERNAL, "Laufzettel")
        words = words_of(work, sheet)
        assert sheet.case.state is RecordState.OPEN
        assert business_data_of(work.session, sheet.case_id) == {
            "fiscal_year": "2026",
            "retention_trigger": "annual_statement_adopted",
        }
    assert town.approval(invoice_id).step is Step.FILED
    for said in (
        "RE-4711",
        "sachlich und rechnerisch richtig festgestellt",
        "Anna",
        "Bernd",
        "AO-2026-000001",
        "55101",
    ):
        assert said in words, said


def hindrances(town: Town, invoice_id: UUID) -> list[str]:
    with town.work() as work:
        return stays_open_because(work, get_approval(work, invoice_id))


def test_the_case_is_closed_when_nothing_in_it_is_under_way(town: Town, begin: BeginWork) -> None:
    invoice_id = booked(town)
    file_invoice(FileInvoice(invoice_id=invoice_id), begin)
    job = CloseInvoiceCase(invoice_id=invoice_id)
    with pytest.raises(CaseNotFree):
        close_invoice_case(job, begin)
    assert [("Laufzettel" in one, "im Eingang noch nicht abgelegt" in one) for one in hindrances(town, invoice_id)] == [
        (False, True),
        (True, True),
    ]
    work_off_ingests(town.house)
    assert hindrances(town, invoice_id) == []
    close_invoice_case(job, begin)
    close_invoice_case(job, begin)
    with town.work() as work:
        (sheet,) = papers(work, invoice_id)
        assert sheet.case.state is RecordState.CLOSED


def test_a_case_that_was_not_opened_for_the_invoice_stays_open(town: Town, begin: BeginWork) -> None:
    invoice_id = booked(town, own_case=False)
    file_invoice(FileInvoice(invoice_id=invoice_id), begin)
    work_off_ingests(town.house)
    close_invoice_case(CloseInvoiceCase(invoice_id=invoice_id), begin)
    with town.work() as work:
        (sheet,) = papers(work, invoice_id)
        assert sheet.case.state is RecordState.OPEN
        document_id = work.session.get_one(Invoice, invoice_id).document_id
        assert business_data_of(work.session, document_id)["fiscal_year"] == "2026"


def test_nothing_is_closed_while_an_invoice_in_it_is_on_its_way(town: Town) -> None:
    invoice_id = town.invoice()
    with town.work() as work:
        case_id = work.session.get_one(Document, work.session.get_one(Invoice, invoice_id).document_id).case_id
        with pytest.raises(TransitionBlocked) as blocked:
            change_case_state(work, case_id, Action.CLOSE, revision=None)
    assert "Eine E-Rechnung ist noch im Rechnungslauf (formal geprüft)." in {
        finding.message for finding in blocked.value.findings
    }


def test_a_dossier_is_not_cancelled_while_an_invoice_in_one_of_its_cases_may_be_paid(town: Town) -> None:
    invoices = [town.invoice("RE-1"), town.invoice("RE-2")]
    work_off_ingests(town.house)
    with town.work() as work, pytest.raises(TransitionBlocked) as blocked:
        change_dossier_state(work, town.invoices_dossier(), Action.CANCEL, revision=None)
    assert [(one.code, one.pointer) for one in blocked.value.findings] == [
        ("invoice-not-filed", str(invoice_id)) for invoice_id in sorted(invoices)
    ]
    for invoice_id in invoices:
        town.act("Zita", invoice_id, Act.REJECT, reason="Falscher Empfänger")
    with town.work() as work:
        cancelled = change_dossier_state(work, town.invoices_dossier(), Action.CANCEL, revision=None)
        assert cancelled.state is RecordState.CANCELLED


def test_an_invoice_that_the_actor_may_not_see_holds_the_dossier_too_and_is_not_named(
    town: Town, as_actor: AsActor
) -> None:
    invoice_id = town.invoice()
    work_off_ingests(town.house)
    with town.work() as work:
        document = work.session.get_one(Document, work.session.get_one(Invoice, invoice_id).document_id)
        change_record(work, document, {"confidentiality": Confidentiality.SECRET}, dossier_id=town.invoices_dossier())
    manager = as_actor(Role.CLERK, Role.RECORDS_MANAGER)
    with town.house.begin(manager) as work, pytest.raises(TransitionBlocked) as blocked:
        change_dossier_state(work, town.invoices_dossier(), Action.CANCEL, revision=None)
    assert [(one.code, one.pointer) for one in blocked.value.findings] == [("invoice-not-filed", "")]


# --- what ends without payment ------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [Act.REJECT, Act.CANCEL])
def test_what_ends_without_payment_is_filed_after_some_weeks(town: Town, begin: BeginWork, act: Act) -> None:
    invoice_id = town.invoice()
    town.act("Zita", invoice_id, act, reason="Falscher Empfänger")
    job = FileInvoice(invoice_id=invoice_id)
    for days, step, waiting in ((29, None, 0), (31, Step.FILED, 1)):
        ended = town.now
        town.now = ended + timedelta(days=days)
        with town.work() as work:
            file_what_ended(work)
            file_what_ended(work)
            assert queued(work, FileInvoice) == waiting
        file_invoice(job, begin)
        assert (town.approval(invoice_id).step is Step.FILED) is (step is Step.FILED)
        town.now = ended


def test_a_refused_invoice_can_be_taken_up_again_until_it_is_filed(town: Town, begin: BeginWork) -> None:
    invoice_id = town.invoice()
    town.act("Zita", invoice_id, Act.CANCEL, reason="Irrtum")
    town.act("Zita", invoice_id, Act.REOPEN, reason="war doch für uns")
    assert town.approval(invoice_id).step is Step.CHECKED
    town.act("Zita", invoice_id, Act.CANCEL, reason="nein, doch nicht")
    town.now += timedelta(days=31)
    file_invoice(FileInvoice(invoice_id=invoice_id), begin)
    with pytest.raises(ActNotPossible):
        town.act("Zita", invoice_id, Act.REOPEN, reason="zu spät")


# --- refusing -----------------------------------------------------------------------------------------------


def test_the_supplier_is_told_why_and_the_letter_is_in_the_record_once(
    town: Town, begin: BeginWork, as_rejected: Callable[[], tuple[UUID, UUID]]
) -> None:
    invoice_id, act_id = as_rejected()
    for _ in range(2):
        write_rejection(WriteRejection(act_id=act_id), begin)
    with town.work() as work:
        (letter,) = papers(work, invoice_id)
        assert (letter.document_kind, letter.document_type, letter.sent_on) == (
            DocumentKind.OUTGOING,
            "Zurückweisung",
            town.now.date(),
        )
        words = words_of(work, letter)
    for said in ("Gartenbau Grünau GmbH", "Der Bestellschein fehlt.", "Regel BR-CO-15", "Bruttobetrag berichtigen"):
        assert said in words, said


@pytest.fixture
def as_rejected(town: Town) -> Callable[[], tuple[UUID, UUID]]:
    """An invoice with a finding that somebody refuses, and the act that does it."""

    def as_rejected() -> tuple[UUID, UUID]:
        invoice_id = town.invoice(state=InvoiceState.REFUSED)
        with town.work() as work:
            work.session.get_one(Invoice, invoice_id).findings = [FINDING]
        done = town.act("Zita", invoice_id, Act.REJECT, reason="Der Bestellschein fehlt.")
        return invoice_id, done.id

    return as_rejected


def test_what_the_supplier_was_told_stands_with_the_act(
    town: Town, as_rejected: Callable[[], tuple[UUID, UUID]]
) -> None:
    invoice_id, _ = as_rejected()
    with town.work() as work:
        assert queued(work, WriteRejection) == 1
        letter = acts_of(work.session, invoice_id)[-1].details["letter"]
    assert letter.startswith("Sehr geehrte Damen und Herren,\n\nIhre Rechnung RE-1 vom 01.09.2026 können wir so")
    assert "Der Bestellschein fehlt." in letter
    assert "Regel BR-CO-15, Angabe BT-112" in letter


def test_an_invoice_in_order_is_refused_with_the_reason_alone(town: Town) -> None:
    invoice_id = town.invoice()
    town.act("Zita", invoice_id, Act.REJECT, reason="Diese Leistung haben wir nicht bestellt.")
    with town.work() as work:
        letter = acts_of(work.session, invoice_id)[-1].details["letter"]
    assert "nicht bestellt" in letter
    assert "Vorgaben für E-Rechnungen" not in letter
