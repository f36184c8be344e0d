"""The supplier of a refused invoice is told by e-mail: what the letter says, at most once, and not for ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.audit.models import AuditEntry
from eakte.documents.models import Document
from eakte.foundation.mail import DigestState, MailServerUnavailable
from eakte.foundation.settings import SmtpSettings
from tests.simulators.smtp_server import Fault, MailServer, mail_server
from tests.support.approval import Town
from xrechnung.approval.errors import MailNotSetUp
from xrechnung.approval.messages import SendRejection, SupplierTold
from xrechnung.approval.queries.flow import acts_of, mails_of
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.telling import claim_mail
from xrechnung.approval.tasks import send_rejection
from xrechnung.models import Invoice

SUPPLIER = "rechnungen@gruenau.example"


@pytest.fixture
def post(town: Town) -> Iterator[MailServer]:
    """A mail server the town uses."""
    with mail_server() as server:
        smtp = SmtpSettings(host="127.0.0.1", port=server.port, tls="none", sender="rechnung@x.example", timeout_s=2)
        town.house = replace(town.house, settings=town.house.settings.model_copy(update={"smtp": smtp}))
        yield server


def rejected(town: Town) -> tuple[UUID, SendRejection]:
    """An invoice that was rejected with an e-mail to its supplier, and the job that sends it."""
    invoice_id = town.invoice("RE-7")
    done = town.act("Zita", invoice_id, Act.REJECT, reason="Der Bestellschein fehlt.", mail_to=SUPPLIER)
    return invoice_id, SendRejection(act_id=done.id)


def state(town: Town, invoice_id: UUID) -> DigestState:
    with town.work() as work:
        (found,) = mails_of(work.session, invoice_id).values()
        return found


def test_the_supplier_is_mailed_what_the_letter_says_once(town: Town, post: MailServer) -> None:
    invoice_id, job = rejected(town)
    assert state(town, invoice_id) is DigestState.WAITING
    send_rejection(job, town.work)
    send_rejection(job, town.work)
    (mail,) = post.taken
    assert (mail["To"], mail["From"]) == (SUPPLIER, "rechnung@x.example")
    assert mail["Subject"] == "Zurückweisung Ihrer Rechnung RE-7"
    text = mail.get_content()  # type: ignore[attr-defined]
    with town.work() as work:
        letter = acts_of(work.session, invoice_id)[-1].details["letter"]
        document = work.session.get_one(Document, work.session.get_one(Invoice, invoice_id).document_id)
        said = list(work.session.scalars(select(AuditEntry).where(AuditEntry.event == SupplierTold.name)))
        assert letter in text
        assert f"Unser Zeichen: {document.reference}" in text
        assert [entry.changes["mail"] for entry in said] == [["waiting", "sending"], ["sending", "sent"]]
    assert state(town, invoice_id) is DigestState.SENT


def test_without_an_address_nothing_is_mailed(town: Town, post: MailServer) -> None:
    invoice_id = town.invoice()
    done = town.act("Zita", invoice_id, Act.REJECT, reason="Falscher Empfänger")
    send_rejection(SendRejection(act_id=done.id), town.work)
    with town.work() as work:
        assert mails_of(work.session, invoice_id) == {}
    assert post.visits == 0


def test_without_a_mail_server_an_address_is_refused_before_anything_happens(town: Town) -> None:
    invoice_id = town.invoice()
    with pytest.raises(MailNotSetUp):
        town.act("Zita", invoice_id, Act.REJECT, reason="Falscher Empfänger", mail_to=SUPPLIER)
    assert town.approval(invoice_id).step is Step.CHECKED


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.FULL, Fault.HANGS_UP_BEFORE_CONTENT])
def test_a_mail_server_that_takes_nothing_now_gets_it_later(town: Town, post: MailServer, fault: Fault) -> None:
    invoice_id, job = rejected(town)
    post.fault = fault
    with pytest.raises(MailServerUnavailable):
        send_rejection(job, town.work)
    assert state(town, invoice_id) is DigestState.WAITING
    post.fault = Fault.NONE
    send_rejection(job, town.work)
    assert len(post.taken) == 1


def test_after_three_days_without_a_mail_server_somebody_has_to_write(town: Town, post: MailServer) -> None:
    invoice_id, job = rejected(town)
    town.now += timedelta(days=3, minutes=1)
    send_rejection(job, town.work)
    assert (state(town, invoice_id), post.visits) == (DigestState.REFUSED, 0)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(Fault.UNKNOWN_ADDRESSEE, DigestState.REFUSED), (Fault.HANGS_UP_AFTER_CONTENT, DigestState.DOUBTFUL)],
)
def test_what_was_refused_or_may_have_gone_out_is_not_sent_again(
    town: Town, post: MailServer, fault: Fault, outcome: DigestState
) -> None:
    invoice_id, job = rejected(town)
    post.fault = fault
    send_rejection(job, town.work)
    send_rejection(job, town.work)
    assert (state(town, invoice_id), post.visits) == (outcome, 1)


def test_a_worker_that_died_while_it_sent_is_not_followed_by_a_second_mail(town: Town, post: MailServer) -> None:
    invoice_id, job = rejected(town)
    with town.work() as work:
        assert claim_mail(work, job.act_id) is not None
    send_rejection(job, town.work)
    assert (state(town, invoice_id), post.visits) == (DigestState.DOUBTFUL, 0)


def test_an_invoice_that_was_taken_up_again_is_not_refused_by_mail(town: Town, post: MailServer) -> None:
    invoice_id, job = rejected(town)
    town.act("Zita", invoice_id, Act.REOPEN, reason="Der Bestellschein kam nach.")
    send_rejection(job, town.work)
    assert (state(town, invoice_id), post.visits) == (DigestState.REFUSED, 0)
