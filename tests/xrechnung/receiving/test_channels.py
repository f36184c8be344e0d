"""Whatever way an invoice comes, it becomes the same invoice; only how and when it came differs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from eakte.access import Role
from ingest.sources.definitions import FolderSource, MailboxSource
from tests.ingest.sources.office import ScanningOffice
from tests.simulators.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.support.factories import AsActor
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice
from tests.support.queue import work_off_ingests
from tests.xrechnung.receiving.conftest import Accounting, Shape

OF_ITS_WAY = {
    *("id", "documentId", "versionId", "caseId", "reference", "twins", "alike", "judgedAt"),
    *("channel", "sourceKey", "receivedAt"),
}


@pytest.fixture
def office(committed_accounting: Accounting) -> ScanningOffice:
    house = committed_accounting.house
    actor = AsActor(house)(Role.REGISTRY)
    return ScanningOffice(house, actor.name, actor.id)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def a_mail(**files: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "rechnung@gruenau.example", "rechnung@stadt.example"
    message["Subject"] = "Unsere Rechnung"
    message.set_content("Anbei unsere Rechnung.")
    for name, content in files.items():
        name = name.replace("_", ".")
        kind = ("application", "pdf") if name.endswith("pdf") else ("application", "xml")
        message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return message.as_bytes()


def told(invoice: Shape) -> dict[str, Any]:
    """What an invoice says of itself, without the way it came."""
    return {name: value for name, value in invoice.items() if name not in OF_ITS_WAY}


def by_mail(
    accounting: Accounting, office: ScanningOffice, server: ImapServer, mail: bytes, *, received: str | None = None
) -> None:
    uid = server.deliver(mail)
    server.mailboxes["INBOX"].messages[uid].received = received or "07-Sep-2026 23:30:00 +0200"
    said = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": 3}
    login = {"user": USER, "password": PASSWORD, "as_identity": office.login}
    source = MailboxSource(key="rechnungspostfach", kind="imap", into=accounting.dossier.reference, **said, **login)
    office.take(source)
    work_off_ingests(accounting.house)


def by_folder(accounting: Accounting, office: ScanningOffice, inbox: Path, content: bytes) -> None:
    inbox.mkdir()
    (inbox / "rechnung.xml").write_bytes(content)
    place = {"path": inbox, "into": accounting.dossier.reference, "settle_s": 0, "quiet_s": 0}
    office.take(FolderSource(key="rechnungseingang", kind="folder", as_identity=office.login, **place))
    work_off_ingests(accounting.house)


def by_ingest(accounting: Accounting, content: bytes, name: str = "rechnung.xml") -> None:
    files = {"files": (name, content)}
    fields = {"into": accounting.dossier.reference, "source": "upload"}
    answer = accounting.client.post("/api/v1/ingests", data=fields, files=files)
    assert answer.status_code == 201, answer.text
    work_off_ingests(accounting.house)


def as_a_version(accounting: Accounting, content: bytes) -> None:
    """By a specialist system, to a document of its own."""
    client, dossier = accounting.client, accounting.dossier.id
    case = client.post(f"/api/v1/dossiers/{dossier}/cases", json={"title": "Pflege der Grünanlagen"}).json()["id"]
    document = client.post(f"/api/v1/cases/{case}/documents", json={"title": "Rechnung"}).json()["id"]
    answer = client.post(f"/api/v1/documents/{document}/versions", files={"file": ("rechnung.xml", content)})
    assert answer.status_code == 201, answer.text
    work_off_ingests(accounting.house)


def test_every_way_leads_to_the_same_invoice(
    committed_accounting: Accounting, office: ScanningOffice, server: ImapServer, tmp_path: Path
) -> None:
    accounting, content = committed_accounting, a_ubl_invoice(terms="#SKONTO#TAGE=14#PROZENT=2.00#\n")
    accounting.send(content)
    # Hints count from the day of receipt, so it is the same here.
    by_mail(accounting, office, server, a_mail(rechnung_xml=content), received="unbekannt")
    by_folder(accounting, office, tmp_path / "eingang", content)
    by_ingest(accounting, content)
    as_a_version(accounting, content)
    invoices = [accounting.seen(one["id"]) for one in accounting.listed()]
    first, *others = invoices
    assert [told(one) for one in others] == [told(first)] * 4
    assert [(one["channel"], one["sourceKey"]) for one in invoices] == [
        ("specialist_system", None),
        ("email", "rechnungspostfach"),
        ("scan", "rechnungseingang"),
        ("upload", None),
        ("upload", None),
    ]
    assert all(one["twins"] == 4 and all(twin["sameFile"] for twin in one["alike"]) for one in invoices)
    verdicts = [accounting.seen(one["id"], "/verdict") for one in invoices]
    assert verdicts == [verdicts[0]] * 5
    for one in invoices:
        kinds = accounting.renditions(one["documentId"]).keys()
        assert kinds == {"original", "archival", "text", "layout", "verdict", "data", "view"}
        assert accounting.bytes_of(one["documentId"], "original") == content
    assert len({accounting.bytes_of(one["documentId"], "archival") for one in invoices}) == 1


def test_payment_terms_begin_when_the_mail_reached_the_mailbox(
    committed_accounting: Accounting, office: ScanningOffice, server: ImapServer
) -> None:
    accounting = committed_accounting
    by_mail(accounting, office, server, a_mail(rechnung_xml=a_ubl_invoice()))
    (invoice,) = accounting.listed()
    assert datetime.fromisoformat(invoice["receivedAt"]) == datetime(2026, 9, 7, 21, 30, tzinfo=UTC)
    assert accounting.document(invoice)["receivedOn"] == "2026-09-07"


def test_a_mail_with_an_xrechnung_and_a_hybrid_pdf_brings_two_invoices(
    committed_accounting: Accounting, office: ScanningOffice, server: ImapServer
) -> None:
    accounting = committed_accounting
    hybrid = a_hybrid_pdf(a_cii_invoice(number="RE-2026-0816"))
    by_mail(accounting, office, server, a_mail(rechnung_xml=a_ubl_invoice(), zugferd_pdf=hybrid))
    invoices = accounting.listed()
    assert {one["number"] for one in invoices} == {"RE-2026-0815", "RE-2026-0816"}
    assert {one["embedded"] for one in invoices} == {None, "factur-x.xml"}
    assert len({one["caseId"] for one in invoices}) == 1
    # The mail itself is a document as well, and no invoice.
    assert len(accounting.documents_of_case(invoices[0]["caseId"])) == 3


def test_a_broken_invoice_that_comes_by_mail_is_kept_as_one(
    committed_accounting: Accounting, office: ScanningOffice, server: ImapServer
) -> None:
    accounting, broken = committed_accounting, a_ubl_invoice()[:-40]
    by_mail(accounting, office, server, a_mail(rechnung_xml=broken))
    (invoice,) = accounting.listed()
    assert (invoice["state"], invoice["refusal"]) == ("refused", "xml")
    assert accounting.bytes_of(invoice["documentId"], "original") == broken
    assert accounting.renditions(invoice["documentId"])["archival"]["pdfaLevel"] == "2a"


def test_xml_that_is_no_invoice_waits_in_the_work_list(committed_accounting: Accounting) -> None:
    accounting = committed_accounting
    by_ingest(accounting, b"<?xml version='1.0'?><lieferschein/>")
    (item,) = accounting.client.get("/api/v1/ingest-items").json()["items"]
    assert item["failureCode"] == "unsupported-file-type"
    assert "eine XML-Datei" in item["failureMessage"]
    assert accounting.listed() == []


def test_a_pdf_with_other_files_in_it_is_no_invoice(committed_accounting: Accounting) -> None:
    accounting = committed_accounting
    by_ingest(accounting, a_hybrid_pdf(b"Nr;Name\n1;Eiche\n", name="liste.csv"), "liste.pdf")
    assert accounting.listed() == []
