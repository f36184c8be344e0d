"""An invoice comes in: it is kept as it came, judged, shown, found again, and whatever is wrong with it, never lost."""

import json

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.documents.models import DocumentSource
from eakte.foundation.work import SYSTEM, House
from eakte.search.service import update_index
from tests.support.factories import AsActor, a_case, a_unit
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, with_attachment
from tests.support.queue import work_off_ingests
from tests.support.scans import a_scan
from tests.xrechnung.receiving.conftest import Accounting

# --- what becomes of it -------------------------------------------------------------------------------------


def test_an_invoice_becomes_a_case_with_its_bytes_its_verdict_and_its_views(accounting: Accounting) -> None:
    content = a_ubl_invoice()
    invoice = accounting.send(content)
    assert (invoice["state"], invoice["accepted"], invoice["refusal"]) == ("checked", True, None)
    assert invoice["number"] == "RE-2026-0815"
    assert (invoice["issueDate"], invoice["dueDate"]) == ("2026-09-01", "2026-10-01")
    assert (invoice["gross"], invoice["payable"], invoice["currency"]) == ("119.00", "119.00", "EUR")
    assert (invoice["sellerName"], invoice["sellerVatId"]) == ("Gartenbau Grünau GmbH", "DE123456788")
    assert invoice["buyerReference"] == "04011000-1234512345-06"
    assert invoice["ibans"] == ["DE02120300000000202051"]
    document = accounting.document(invoice)
    assert document["title"] == "Rechnung RE-2026-0815 · Gartenbau Grünau GmbH"
    assert (document["foreignReference"], document["letterDate"]) == ("RE-2026-0815", "2026-09-01")
    case = accounting.client.get(f"/api/v1/cases/{invoice['caseId']}").json()
    assert case["title"] == "Rechnung RE-2026-0815 · Gartenbau Grünau GmbH"
    assert accounting.bytes_of(document["id"], "original") == content
    assert accounting.renditions(document["id"]).keys() == {
        *("original", "archival", "text", "layout"),
        *("verdict", "data", "view"),
    }
    assert accounting.renditions(document["id"])["archival"]["pdfaLevel"] == "2a"
    assert "RE-2026-0815" in accounting.bytes_of(document["id"], "view").decode()
    assert json.loads(accounting.bytes_of(document["id"], "verdict"))["accepted"] is True


def test_a_hybrid_invoice_keeps_its_own_pages_and_gets_a_view_beside_them(accounting: Accounting) -> None:
    content = a_hybrid_pdf(a_cii_invoice())
    invoice = accounting.send(content, "rechnung.pdf")
    assert (invoice["state"], invoice["embedded"], invoice["syntax"]) == ("checked", "factur-x.xml", "cii")
    renditions = accounting.renditions(invoice["documentId"])
    assert accounting.bytes_of(invoice["documentId"], "archival") == content
    assert renditions["view_pdf"]["mediaType"] == "application/pdf"
    assert "Pflege der Grünanlage am Rathaus" in accounting.bytes_of(invoice["documentId"], "text").decode()


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (a_ubl_invoice(gross="120.00"), "rechnung.xml", "rules"),
        (a_ubl_invoice(specification="urn:fdc:peppol.eu:poacc:billing:3"), "rechnung.xml", "no-scenario"),
        (a_ubl_invoice().replace(b"cbc:IssueDate", b"cbc:IssuedDate"), "rechnung.xml", "xsd"),
        (a_ubl_invoice()[:-40], "rechnung.xml", "xml"),
        (b"kein XML", "rechnung.xml", "xml"),
        (a_hybrid_pdf(b"<daten/>", name="daten.xml"), "rechnung.pdf", "no-xml"),
        (a_hybrid_pdf(a_cii_invoice()[:-40]), "rechnung.pdf", "xml"),
    ],
    ids=["rules", "no scenario", "schema", "cut off", "no XML", "PDF without invoice", "PDF with half an invoice"],
)
def test_an_invoice_that_is_refused_is_kept_with_its_verdict(
    accounting: Accounting, content: bytes, name: str, refusal: str
) -> None:
    invoice = accounting.send(content, name)
    assert (invoice["state"], invoice["accepted"], invoice["refusal"]) == ("refused", False, refusal)
    assert invoice["errors"] > 0
    verdict = accounting.seen(invoice["id"], "/verdict")
    assert verdict["findings"][0]["message"].endswith((".", ")"))
    assert accounting.bytes_of(invoice["documentId"], "original") == content
    assert "view" in accounting.renditions(invoice["documentId"])
    assert invoice["id"] in [one["id"] for one in accounting.listed(accepted=False)]


def test_what_came_inside_an_invoice_is_filed_beside_it_once(accounting: Accounting) -> None:
    inside = a_scan("Aufmass", image_format="PDF")
    invoice = accounting.send(with_attachment(a_ubl_invoice(), inside))
    attached = [one for one in accounting.documents_of_case(invoice["caseId"]) if one["id"] != invoice["documentId"]]
    (document,) = attached
    assert (document["title"], document["source"]) == ("Aufmaß der Mähflächen", DocumentSource.INVOICE.value)
    assert accounting.bytes_of(document["id"], "original") == inside
    assert "archival" in accounting.renditions(document["id"])
    (link,) = accounting.client.get(f"/api/v1/records/{document['id']}/links").json()
    assert (link["record"]["id"], link["note"]) == (invoice["documentId"], "Anlage der Rechnung RE-2026-0815")


def test_an_invoice_inside_an_invoice_is_an_attachment_and_no_invoice_of_its_own(accounting: Accounting) -> None:
    inside = a_hybrid_pdf(a_cii_invoice())
    accounting.send(with_attachment(a_ubl_invoice(), inside))
    (only,) = accounting.listed()
    assert only["twins"] == 0


def test_skonto_is_told_with_its_day_and_amounts(accounting: Accounting) -> None:
    invoice = accounting.send(a_ubl_invoice(terms="#SKONTO#TAGE=14#PROZENT=2.00#\n"))
    assert invoice["skonto"] == [
        {"days": 14, "percent": "2.00", "until": "2026-09-15", "amount": "2.38", "pay": "116.62"}
    ]


def test_a_title_that_somebody_gave_stays(accounting: Accounting, house: House) -> None:
    with house.begin(SYSTEM) as work:
        case = a_case(work, title="Grünpflege Rathaus")
    invoice = accounting.send(a_ubl_invoice(), caseId=str(case.id))
    assert invoice["caseId"] == str(case.id)
    assert accounting.client.get(f"/api/v1/cases/{case.id}").json()["title"] == "Grünpflege Rathaus"


def test_everything_an_invoice_says_is_found_by_search(committed_accounting: Accounting) -> None:
    accounting = committed_accounting
    xml = accounting.send(a_ubl_invoice())
    pdf = accounting.send(a_hybrid_pdf(a_cii_invoice(number="RE-2026-0900")), "rechnung.pdf")
    update_index(accounting.house.begin)
    for words in ("Leitweg 04011000", '"Gartenbau Grünau"', "DE02120300000000202051", "Grünanlage Rathaus 100,00"):
        found = accounting.client.get("/api/v1/search", params={"q": words}).json()["items"]
        assert {xml["documentId"], pdf["documentId"]} <= {hit["document"]["id"] for hit in found}, words
    for words, invoice in (("rechnungsnummer:RE-2026-0815", xml), ("lieferant:Grünau rechnungsnummer:0900", pdf)):
        found = accounting.client.get("/api/v1/search", params={"q": words}).json()["items"]
        assert invoice["documentId"] in [hit["document"]["id"] for hit in found], words


# --- reading it ---------------------------------------------------------------------------------------------


def test_the_view_comes_as_the_caller_likes_it(accounting: Accounting) -> None:
    for content, name in ((a_ubl_invoice(), "a.xml"), (a_hybrid_pdf(a_cii_invoice(number="B-1")), "b.pdf")):
        path = f"/api/v1/invoices/{accounting.send(content, name)['id']}/view"
        html = accounting.client.get(path)
        assert html.headers["content-type"].startswith("text/html")
        assert html.headers["content-security-policy"] == "default-src 'none'; sandbox"
        for answer in (
            accounting.client.get(path, params={"format": "pdf"}),
            accounting.client.get(path, headers={"Accept": "application/pdf"}),
        ):
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF-")


def test_the_model_says_everything_as_json(accounting: Accounting) -> None:
    invoice = accounting.send(a_ubl_invoice())
    model = accounting.seen(invoice["id"], "/model")
    assert "RE-2026-0815" in json.dumps(model)
    assert "Pflege der Grünanlage am Rathaus" in json.dumps(model, ensure_ascii=False)


def test_invoices_are_found_by_what_they_say(accounting: Accounting) -> None:
    first = accounting.send(a_ubl_invoice(number="RE 2026/001", due="2026-09-15"))
    second = accounting.send(a_cii_invoice(number="77", seller="Bäckerei Korn", vat_id="DE136695976"))
    refused = accounting.send(a_ubl_invoice(number="99", gross="1.00"))

    def ids(**wanted: object) -> list[str]:
        return [one["id"] for one in accounting.listed(**wanted)]

    assert ids() == [first["id"], second["id"], refused["id"]]
    assert ids(number="re-2026-1") == [first["id"]]
    assert ids(seller="korn") == ids(seller="DE136695976") == [second["id"]]
    assert ids(state="refused") == ids(accepted="false") == [refused["id"]]
    assert ids(dueBefore="2026-10-01") == [first["id"]]
    assert ids(issuedFrom="2026-09-02") == []
    assert ids(issuedFrom="2026-09-01", issuedUntil="2026-09-01", number="77") == [second["id"]]
    page = accounting.client.get("/api/v1/invoices", params={"limit": 2}).json()
    rest = accounting.client.get("/api/v1/invoices", params={"limit": 2, "cursor": page["next"]}).json()
    assert [one["id"] for one in (*page["items"], *rest["items"])] == ids()


def test_before_it_is_read_nobody_is_told_what_it_says(accounting: Accounting) -> None:
    invoice = accounting.send(a_ubl_invoice(), work_off=False)
    assert (invoice["state"], invoice["accepted"], invoice["number"]) == ("received", None, None)
    for part in ("verdict", "model", "view"):
        answer = accounting.client.get(f"/api/v1/invoices/{invoice['id']}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (409, "invoice-not-read-yet")


# --- who may ------------------------------------------------------------------------------------------------


def test_an_invoice_is_as_visible_as_its_document(
    accounting: Accounting, client_of: object, as_actor: AsActor, house: House
) -> None:
    invoice = accounting.send(a_ubl_invoice())
    with house.begin(SYSTEM) as work:
        elsewhere = a_unit(work)
    stranger = client_of(as_actor(Role.CLERK, unit=elsewhere))  # type: ignore[operator]
    assert stranger.get("/api/v1/invoices").json()["items"] == []
    for part in ("", "/verdict", "/model", "/view"):
        answer = stranger.get(f"/api/v1/invoices/{invoice['id']}{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "invoice-not-found")
    archivist = client_of(as_actor(Role.ARCHIVIST))  # type: ignore[operator]
    assert archivist.get(f"/api/v1/invoices/{invoice['id']}").json()["number"] == "RE-2026-0815"
    assert archivist.get(f"/api/v1/invoices/{invoice['id']}/model").status_code == 403


@pytest.mark.parametrize("place", [{}, {"caseId": "both", "dossierId": "both"}])
def test_where_it_goes_must_be_said_once(accounting: Accounting, place: dict[str, str]) -> None:
    fields = {name: str(accounting.dossier.id) for name in place}
    answer = accounting.client.post("/api/v1/invoices", data=fields, files={"file": ("a.xml", a_ubl_invoice())})
    assert (answer.status_code, answer.json()["code"]) == (422, "invoice-place-missing")


def test_nobody_stores_an_invoice_where_they_may_not_file(
    accounting: Accounting, client_of: object, as_actor: AsActor
) -> None:
    auditor: TestClient = client_of(as_actor(Role.AUDITOR))  # type: ignore[operator]
    fields = {"dossierId": str(accounting.dossier.id)}
    answer = auditor.post("/api/v1/invoices", data=fields, files={"file": ("a.xml", a_ubl_invoice())})
    assert (answer.status_code, answer.json()["code"]) == (403, "action-forbidden")


def test_a_repeated_request_files_one_invoice(accounting: Accounting) -> None:
    def send() -> TestClient:
        return accounting.client.post(
            "/api/v1/invoices",
            data={"dossierId": str(accounting.dossier.id)},
            files={"file": ("a.xml", a_ubl_invoice())},
            headers={"Idempotency-Key": "einmal"},
        )

    assert send().json()["id"] == send().json()["id"]  # type: ignore[attr-defined]
    assert len(accounting.listed()) == 1


def test_a_case_is_not_closed_while_its_invoice_is_read_or_not_filed_yet(accounting: Accounting) -> None:
    invoice = accounting.send(a_ubl_invoice(), work_off=False)

    def blockers() -> list[str]:
        answer = accounting.client.post(f"/api/v1/cases/{invoice['caseId']}:close", headers={"If-Match": "*"})
        assert answer.status_code == 409
        return [finding["code"] for finding in answer.json()["errors"]]

    assert "invoice-unchecked" in blockers()
    work_off_ingests(accounting.house)
    assert blockers() == ["invoice-not-filed"]


# --- only checking ------------------------------------------------------------------------------------------


def test_an_invoice_is_checked_without_being_kept(accounting: Accounting) -> None:
    by_form = accounting.client.post("/api/v1/invoices:check", files={"file": ("a.xml", a_ubl_invoice())})
    as_body = accounting.client.post(
        "/api/v1/invoices:check", content=a_ubl_invoice(), headers={"Content-Type": "application/xml"}
    )
    assert by_form.json() == as_body.json()
    assert by_form.json()["accepted"] is True
    refused = accounting.client.post("/api/v1/invoices:check", content=a_ubl_invoice(gross="1.00")).json()
    assert (refused["accepted"], refused["refusal"]) == (False, "rules")
    assert "BR-CO-15" in [finding["rule"] for finding in refused["findings"]]
    hybrid = accounting.client.post("/api/v1/invoices:check", content=a_hybrid_pdf(a_cii_invoice())).json()
    assert (hybrid["accepted"], hybrid["embedded"]) == (True, "factur-x.xml")
    assert accounting.listed() == []


def test_checking_takes_a_file_of_somebody_who_is_known(accounting: Accounting, anonymous: TestClient) -> None:
    assert anonymous.post("/api/v1/invoices:check", content=a_ubl_invoice()).status_code == 401
    for body in ({"content": b""}, {"files": {"file": ("a.xml", b"")}}):
        answer = accounting.client.post("/api/v1/invoices:check", **body)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (422, "empty-upload")
    answer = accounting.client.post("/api/v1/invoices:check", files={"datei": ("a.xml", b"<a/>")})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/datei")
