"""Restriction of processing at the browser: set, seen, felt and lifted, without any script."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from eakte.access import Role
from eakte.documents.models import Document
from eakte.foundation.work import House
from eakte.records.models import Dossier
from eakte.records.rules import RestrictionGround
from eakte.records.service.restricting import restrict_record
from ingest.models import IngestItem
from tests.support.factories import LETTER, an_entry
from tests.support.invoices import a_ubl_invoice
from tests.support.queue import work_off_ingests
from tests.support.recognised import PREVIEW, a_recognised_document
from tests.web.conftest import Visit, Visitor

MARK = "Verarbeitung eingeschränkt"
TEXT = "Die Anschrift stimmt nicht."


@pytest.fixture
def letter(house: House) -> Document:
    with house.begin() as work:
        return a_recognised_document(work, TEXT, title="Brief der Nachbarin")


def restrict(house: House, record_id: object) -> None:
    with house.begin() as work:
        restrict_record(
            work,
            record_id,
            ground=RestrictionGround.ACCURACY,
            reason="Anschrift bestritten",
            until=None,  # type: ignore[arg-type]
        )


def test_an_officer_restricts_a_case_and_lifts_it_again(visit: Visit, letter: Document) -> None:
    officer, clerk = visit(Role.DATA_PROTECTION_OFFICER), visit(Role.CLERK)
    case, path = letter.case, f"/schriftgut/{letter.case_id}/einschraenkung"
    assert path in officer.open(f"/vorgaenge/{case.id}").links()
    officer.open(path)
    refused = officer.send(path, {"ground": "accuracy", "reason": ""})
    assert (refused.status, refused.words("//*[@id='reason-fehler']")) == (422, "Fehler: Die Angabe fehlt.")
    done = officer.send(path, {"ground": "accuracy", "reason": "Schreiben vom 3.11.", "until": "2027-01-31"})
    assert done.status == 200 and "Die Verarbeitung ist eingeschränkt." in done.words("//*[@role='status']")
    assert MARK in done.words("//header[@class='head']")
    assert "31.01.2027" in officer.open(path).words("//table")
    seen = clerk.open(f"/vorgaenge/{case.id}")
    assert MARK in seen.words("//header[@class='head']")
    assert (seen.all("//section[@class='actions']"), path in seen.links()) == ([], False)
    assert "Schreiben vom 3.11." not in seen.source
    assert clerk.open(path).status == 403
    assert case.reference in officer.open("/einschraenkungen").words("//table")
    officer.open(path)
    lifted = officer.send(f"{path}/aufheben", {"reason": "Anschrift berichtigt"})
    assert "Die Einschränkung ist aufgehoben." in lifted.words("//*[@role='status']")
    assert MARK not in lifted.words("//header[@class='head']")
    assert "Anschrift berichtigt" in officer.open(path).words("//table")


def test_what_is_inherited_is_told_with_where_it_comes_from(visit: Visit, house: House, letter: Document) -> None:
    restrict(house, letter.case.dossier_id)
    page = visit(Role.DATA_PROTECTION_OFFICER).open(f"/schriftgut/{letter.id}/einschraenkung")
    assert f"Eingeschränkt durch {letter.case.dossier.reference}: Richtigkeit bestritten" in page.words()


WAYS = (
    "/dokumente/{0}/seiten/1",
    "/dokumente/{0}/fassungen/original",
    "/dokumente/{0}/fassungen/archival",
    "/dokumente/{0}/fassungen/text",
    "/dokumente/{0}/fassungen/layout",
    "/dokumente/{0}/fassungen/preview?seite=1",
)


def test_no_page_shows_what_is_restricted_to_who_may_not_see_it(visit: Visit, house: House, letter: Document) -> None:
    clerk, officer = visit(Role.CLERK), visit(Role.DATA_PROTECTION_OFFICER)
    ways = [way.format(letter.id) for way in WAYS]
    assert {clerk.client.get(way).status_code for way in ways} == {200}
    restrict(house, letter.case.dossier_id)
    for way in ways:
        answer = clerk.client.get(way)
        assert answer.status_code == 403, way
        assert TEXT.encode() not in answer.content and LETTER not in answer.content and PREVIEW not in answer.content
        assert officer.client.get(way).status_code == 200, way
    page = clerk.open(f"/dokumente/{letter.id}")
    assert "Die Verarbeitung ist eingeschränkt (Art. 18 DSGVO)" in page.words("//section")
    assert (page.all("//ol[@class='pages']"), page.all("//a[@download]")) == ([], [])
    assert page.words("//h1") == "Brief der Nachbarin"


def test_a_browser_that_kept_a_page_is_not_told_that_it_may_show_it(
    visit: Visit, house: House, letter: Document
) -> None:
    clerk, way = visit(Role.CLERK), f"/dokumente/{letter.id}/fassungen/archival"
    known = clerk.client.get(way).headers["ETag"]
    assert clerk.client.get(way, headers={"If-None-Match": known}).status_code == 304
    restrict(house, letter.id)
    assert clerk.client.get(way, headers={"If-None-Match": known}).status_code == 403


def test_lists_mark_what_is_restricted(visit: Visit, house: House, letter: Document) -> None:
    restrict(house, letter.id)
    clerk = visit(Role.CLERK)
    assert MARK in clerk.open(f"/vorgaenge/{letter.case_id}").words("//td[@data-label='Zustand']")
    assert MARK not in clerk.open(f"/akten/{letter.case.dossier_id}").words("//td[@data-label='Zustand']")


def test_the_plan_says_where_reading_is_logged(visit: Visit, house: House) -> None:
    with house.begin() as work:
        logged, other = an_entry(work, log_reading=True), an_entry(work)
    visitor = visit(Role.CLERK)
    assert "werden protokolliert" in visitor.open(f"/aktenplan/{logged.id}").words("//dl")
    assert "Zugriffe" not in visitor.open(f"/aktenplan/{other.id}").words("//dl")


def test_the_history_tells_restrictions_and_who_read(visit: Visit, house: House, letter: Document) -> None:
    restrict(house, letter.id)
    officer = visit(Role.DATA_PROTECTION_OFFICER)
    officer.client.get(f"/dokumente/{letter.id}/seiten/1")
    history = officer.open(f"/schriftgut/{letter.id}/verlauf").words()
    assert "Verarbeitung eingeschränkt" in history
    assert "Richtigkeit bestritten" in history
    assert "gelesen" in history


# --- e-invoices and what is on its way in -------------------------------------------------------------------


@pytest.fixture
def invoice(visit: Visit, house: House, dossier: Dossier) -> Callable[[], str]:
    """Files an invoice through the form and waits for its check; answers its path."""

    def invoice() -> str:
        visitor = visit()
        visitor.open("/rechnungen/neu")
        sent = {"action": "file", "into": dossier.reference}
        page = visitor.send("/rechnungen/neu", sent, files=[("rechnung.xml", a_ubl_invoice())])
        work_off_ingests(house)
        return page.path.partition("?")[0]

    return invoice


def test_a_restricted_invoice_shows_neither_view_nor_findings_nor_files(
    visit: Visit, house: House, dossier: Dossier, invoice: Callable[[], str]
) -> None:
    path = invoice()
    clerk, officer = visit(Role.CLERK), visit(Role.DATA_PROTECTION_OFFICER)
    ways = [f"{path}/ansicht", *(f"{path}/dateien/{kind}" for kind in ("original", "verdict", "view", "data"))]
    assert {clerk.client.get(way).status_code for way in ways} == {200}
    restrict(house, dossier.id)
    assert {clerk.client.get(way).status_code for way in ways} == {403}
    assert {officer.client.get(way).status_code for way in ways} == {200}
    page = clerk.open(path)
    assert page.status == 200 and "Die Verarbeitung ist eingeschränkt (Art. 18 DSGVO)" in page.words()
    assert (page.all("//iframe"), "Befunde" in page.words("//h2")) == ([], False)


def test_who_handles_a_restricted_invoice_sees_nothing_more_and_does_nothing(
    visit: Visit, house: House, dossier: Dossier, invoice: Callable[[], str]
) -> None:
    path = invoice()
    accountant = visit(Role.ACCOUNTING)
    assert accountant.client.get(f"{path}/ansicht").status_code == 200
    restrict(house, dossier.id)
    assert accountant.client.get(f"{path}/ansicht").status_code == 403
    api = f"/api/v1{path.replace('rechnungen', 'invoices')}"
    token = {"Authorization": f"Bearer {accountant.client.cookies['eakte']}"}
    for way in ("verdict", "model", "original", "view"):
        answer = accountant.client.get(f"{api}/{way}", headers=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "processing-restricted"), way
    state = accountant.client.get(f"{api}/approval", headers=token)
    tag = {"If-Match": state.headers["ETag"], **token}
    act = accountant.client.post(f"{api}/acts", json={"act": "claim"}, headers=tag)
    assert (act.status_code, act.json()["code"]) == (409, "record-restricted")


def test_the_original_of_what_came_in_is_closed_too(visit: Visit, house: House, dossier: Dossier) -> None:
    registry: Visitor = visit(Role.REGISTRY)
    registry.open(f"/schriftgut/{dossier.id}/hochladen")
    registry.send(f"/schriftgut/{dossier.id}/hochladen", files=[("rechnung.xml", a_ubl_invoice())])
    token = {"Authorization": f"Bearer {registry.client.cookies['eakte']}"}
    work_off_ingests(house)
    with house.begin() as work:
        filed = work.session.scalars(select(IngestItem.id).where(IngestItem.document_id.is_not(None))).one()
    way = f"/api/v1/ingest-items/{filed}/original"
    assert registry.client.get(way, headers=token).status_code == 200
    restrict(house, dossier.id)
    refused = registry.client.get(way, headers=token)
    assert (refused.status_code, refused.json()["code"]) == (403, "processing-restricted")
