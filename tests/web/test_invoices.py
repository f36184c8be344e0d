"""Invoices at the browser: checked, taken in, read, compared; and nothing a supplier wrote runs."""

from itertools import pairwise
from typing import Any

import pytest

from eakte.access import Role
from eakte.foundation.work import SYSTEM, House
from eakte.records.models import Dossier
from tests.support.factories import a_unit
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, with_attachment
from tests.support.queue import work_off_ingests
from tests.support.scans import a_scan
from tests.web.conftest import Page, Visit, Visitor

EVIL = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;{{7*7}}"


@pytest.fixture
def filed(house: House, dossier: Dossier) -> Any:
    """Files an invoice through the form and waits for its check."""

    def filed(visitor: Visitor, content: bytes, name: str = "rechnung.xml") -> Page:
        visitor.open("/rechnungen/neu")
        page = visitor.send("/rechnungen/neu", {"action": "file", "into": dossier.reference}, files=[(name, content)])
        assert page.status == 200, page.words()
        work_off_ingests(house)
        return visitor.open(page.path.partition("?")[0])

    return filed


# --- checking and taking in -----------------------------------------------------------------------------------


def test_a_checked_invoice_is_told_and_not_kept(visit: Visit) -> None:
    visitor = visit(Role.CLERK)
    visitor.open("/rechnungen/neu")
    page = visitor.send("/rechnungen/neu", {"action": "check"}, files=[("gut.xml", a_ubl_invoice())])
    assert "Die Rechnung ist formal in Ordnung." in page.words()
    visitor.open("/rechnungen/neu")
    page = visitor.send("/rechnungen/neu", {"action": "check"}, files=[("falsch.xml", a_ubl_invoice(gross="120.00"))])
    assert "formal zu beanstanden: sie verstößt gegen Prüfregeln" in page.words()
    (letter,) = page.all("//textarea[@id='nachricht']")
    assert "Regel BR-CO-15" in letter.text_content()
    assert "Noch keine." in visitor.open("/rechnungen").words()


def test_what_is_missing_in_the_form_is_said_at_its_place(visit: Visit, dossier: Dossier) -> None:
    visitor = visit()
    visitor.open("/rechnungen/neu")
    assert "Bitte eine Datei auswählen." in visitor.send("/rechnungen/neu", {"action": "file"}).words()
    page = visitor.send("/rechnungen/neu", {"action": "file", "into": ""}, files=[("a.xml", a_ubl_invoice())])
    assert (page.status, page.words("//*[@id='into-fehler']")) == (422, "Fehler: Zum Ablegen fehlt das Aktenzeichen.")
    page = visitor.send("/rechnungen/neu", {"action": "file", "into": "99.9-9"}, files=[("a.xml", a_ubl_invoice())])
    assert (page.status, "99.9-9" in page.words("//*[@role='alert']")) == (422, True)


def test_who_may_not_file_may_check(visit: Visit, dossier: Dossier) -> None:
    visitor = visit(Role.AUDITOR)
    page = visitor.open("/rechnungen/neu")
    assert [button.get("value") for button in page.all("//main//button")] == ["check"]
    page = visitor.send(
        "/rechnungen/neu", {"action": "file", "into": dossier.reference}, files=[("a.xml", a_ubl_invoice())]
    )
    assert page.status == 403


# --- reading --------------------------------------------------------------------------------------------------


def test_an_invoice_shows_what_it_says_and_what_was_found(visit: Visit, filed: Any) -> None:
    page = filed(visit(), a_ubl_invoice(terms="#SKONTO#TAGE=14#PROZENT=2.00#\n"))
    assert page.words("//h1") == "Rechnung RE-2026-0815 · Gartenbau Grünau GmbH"
    words = page.words()
    assert "Die Rechnung ist formal in Ordnung." in words
    assert "119,00 EUR" in words
    assert "2 % bei Zahlung bis 15.09.2026" in words.replace("\u00a0", " ")
    assert "04011000-1234512345-06" in words
    assert not page.all("//textarea[@id='nachricht']")


def test_a_refused_invoice_comes_with_a_letter_to_its_supplier(visit: Visit, filed: Any) -> None:
    page = filed(visit(), a_ubl_invoice(gross="120.00"))
    assert "formal beanstandet" in page.words("//header")
    (letter,) = page.all("//textarea[@id='nachricht']")
    assert "Ihre Rechnung RE-2026-0815 vom 01.09.2026 können wir so nicht annehmen." in letter.text_content()
    assert "BR-CO-15" in page.words("//ol[contains(@class, 'findings')]")


def test_an_invoice_is_shown_in_a_frame_in_which_nothing_runs(visit: Visit, filed: Any) -> None:
    visitor = visit()
    page = filed(visitor, a_ubl_invoice(item=EVIL, terms=EVIL, seller=EVIL))
    (frame,) = page.all("//iframe")
    assert (frame.get("sandbox"), bool(frame.get("title"))) == ("", True)
    assert not page.all("//script | //img[@src='x']")
    view = visitor.client.get(frame.get("src"))
    assert view.headers["content-type"] == "text/html; charset=utf-8"
    assert view.headers["x-frame-options"] == "SAMEORIGIN"
    policy = view.headers["content-security-policy"]
    assert "sandbox" in policy and "script-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    shown = Page(view)
    assert not shown.all("//script | //img | //@onerror")
    assert "alert(1)" in shown.words("//main")


def test_invoices_that_are_alike_warn_of_each_other(visit: Visit, filed: Any) -> None:
    visitor = visit()
    first = filed(visitor, a_ubl_invoice())
    second = filed(visitor, a_cii_invoice(number="RE 2026/0815", gross="119.00", issued="2026-09-02"))
    assert "Dublettenverdacht" in second.words("//header")
    assert "Rechnungsdatum 02.09.2026 statt 01.09.2026" in second.words()
    again = visitor.open(first.path)
    assert second.path in again.links()
    listed = visitor.open("/rechnungen?dubletten=true")
    assert {first.path, second.path} <= set(listed.links("//tbody//a"))


def test_the_document_of_an_invoice_leads_to_it(visit: Visit, filed: Any) -> None:
    visitor = visit()
    page = filed(visitor, a_ubl_invoice())
    (document,) = {link for link in page.links("//aside//a") if link.startswith("/dokumente/") and link.count("/") == 2}
    seen = visitor.open(document)
    assert page.path in seen.links()
    assert "ist eine E-Rechnung: formal in Ordnung" in seen.words()


def test_files_links_and_attachments_of_an_invoice_are_at_hand(visit: Visit, filed: Any) -> None:
    visitor = visit()
    page = filed(visitor, with_attachment(a_ubl_invoice(), a_scan("Aufmass", image_format="PDF")))
    assert "Aufmaß der Mähflächen" in page.words("//aside")
    downloads = [link for link in page.links("//aside//a") if "/dateien/" in link or "/fassungen/" in link]
    assert len(downloads) == 4
    for path in downloads:
        answer = visitor.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")


def test_the_list_is_narrowed_by_what_people_know(visit: Visit, filed: Any) -> None:
    visitor = visit()
    one = filed(visitor, a_ubl_invoice(number="4711"))
    other = filed(visitor, a_ubl_invoice(number="4712", gross="1.00", seller="Bäckerei Korn", vat_id="DE136695976"))
    hybrid = filed(visitor, a_hybrid_pdf(a_cii_invoice(number="4713")), "rechnung.pdf")

    def listed(query: str) -> list[str]:
        return visitor.open(f"/rechnungen?{query}").links("//tbody//a")

    assert listed("") == [hybrid.path, other.path, one.path]
    assert listed("stand=refused") == listed("lieferant=korn") == [other.path]
    assert listed("nummer=4713") == [hybrid.path]
    assert "Keine Rechnung passt dazu." in visitor.open("/rechnungen?nummer=1").words()


def test_invoices_of_others_are_nobodys_business(visit: Visit, filed: Any, house: House) -> None:
    page = filed(visit(), a_ubl_invoice())
    with house.begin(SYSTEM) as work:
        elsewhere = a_unit(work)
    stranger = visit(Role.CLERK, unit=elsewhere)
    for path in (page.path, f"{page.path}/ansicht", f"{page.path}/dateien/data"):
        assert stranger.open(path).status == 404
    assert "Noch keine." in stranger.open("/rechnungen").words()
    archivist = visit(Role.ARCHIVIST)
    assert "dürfen Sie nicht lesen" in archivist.open(page.path).words()
    assert archivist.open(f"{page.path}/ansicht").status == 403


def test_every_page_of_invoices_is_safe_and_can_be_used_without_seeing_it(visit: Visit, filed: Any) -> None:
    visitor = visit()
    detail = filed(visitor, a_ubl_invoice(seller=EVIL, gross="1.00"))
    visitor.open("/rechnungen/neu")
    checked = visitor.send("/rechnungen/neu", {"action": "check"}, files=[("a.xml", a_ubl_invoice(gross="1.00"))])
    for page in (visitor.open("/rechnungen"), visitor.open("/rechnungen/neu"), checked, detail):
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        assert not page.all("//script | //*[@style] | //*[@onclick]")
        assert len(page.all("//main")) == len(page.all("//h1")) == 1
        names = page.all("//@id")
        assert len(names) == len(set(names))
        for field in page.all("//input[not(@type='hidden')] | //select | //textarea"):
            assert page.all(f"//label[@for='{field.get('id')}']"), field.get("name")
        levels = [int(heading.tag[1]) for heading in page.all("//main//*[self::h1 or self::h2 or self::h3]")]
        assert all(below - above <= 1 for above, below in pairwise(levels))
