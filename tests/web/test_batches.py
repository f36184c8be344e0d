"""Stacks of paper at the browser: beginning one, uploading its files, deciding about it."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.foundation.work import House
from eakte.records.models import Dossier
from eakte.web.batch_views import Standing, next_step
from ingest.batches.rules import BatchState
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.app import app_on
from tests.support.queue import work_off_ingests
from tests.support.scans import a_page_image as a_page
from tests.web.batches import Scan, begin, buttons, decide, refused, told
from tests.web.conftest import Visit, Visitor

# --- separator sheets ---------------------------------------------------------------------------------------


def test_separator_sheets_are_printed_and_one_that_leads_nowhere_is_not(visit: Visit, dossier: Dossier) -> None:
    visitor = visit(Role.REGISTRY)
    visitor.open("/trennblaetter")
    page = visitor.send("/trennblaetter", {"references": f"{dossier.reference}\n99.9-XX-2020/1\n"})
    assert (page.status, "99.9-XX-2020/1" in refused(page)) == (422, True)
    assert page.all("//textarea")[0].text.split() == [dossier.reference, "99.9-XX-2020/1"]
    assert "#references" in visitor.send("/trennblaetter", {"references": " "}).links("//*[@role='alert']//a")
    hidden = {"csrf": visitor.page.hidden("csrf")}  # type: ignore[union-attr]
    sheets = visitor.client.post("/trennblaetter", data={**hidden, "references": dossier.reference, "cover": "true"})
    assert (sheets.headers["content-type"], sheets.content[:5]) == ("application/pdf", b"%PDF-")
    assert visit(Role.AUDITOR).open("/trennblaetter").status == 403


# --- beginning and uploading --------------------------------------------------------------------------------


def test_a_batch_begins_with_what_was_counted_and_where_it_goes(visit: Visit, dossier: Dossier) -> None:
    visitor = visit(Role.REGISTRY)
    path = begin(visitor, into=dossier.reference, box="Karton 9", expected_sheets="12")
    assert visitor.page is not None
    assert "Der Stapel ist angelegt." in told(visitor.page)
    shown = visitor.open(path).words()
    for words in ("Karton 9", dossier.reference, "Als Nächstes die gescannten Dateien hochladen."):
        assert words in shown
    assert path in visitor.open("/stapel?zustand=open").links("//tbody//a")
    assert path not in visitor.open("/stapel?zustand=released").links("//tbody//a")


def test_what_is_wrong_with_a_new_batch_is_said_beside_its_field_and_nothing_is_lost(visit: Visit) -> None:
    visitor = visit(Role.REGISTRY)
    visitor.open("/stapel/neu")
    page = visitor.send("/stapel/neu", {"profile": "ersetzend", "device": "Scanner 7"})
    assert (page.status, "Inventarnummer des Scanners" in refused(page)) == (422, True)
    assert page.all("//input[@name='device']/@value") == ["Scanner 7"]
    page = visitor.send("/stapel/neu", {"profile": "standard", "into": "99.9-XX-2020/1"})
    assert "Das Ziel der Ablage gibt es nicht." in refused(page)
    page = visitor.send("/stapel/neu", {"profile": "standard", "expected_sheets": "viele"})
    assert (page.status, "#expected_sheets" in page.links("//*[@role='alert']//a")) == (422, True)


def test_the_next_batch_remembers_the_scanner_of_the_last(visit: Visit, replacing: dict[str, str]) -> None:
    visitor = visit(Role.REGISTRY)
    begin(visitor, **replacing)
    page = visitor.open("/stapel/neu")
    assert page.all("//input[@name='device_inventory']/@value") == ["SC-0815"]
    assert page.all("//input[@name='box']/@value") == [""]


def test_many_files_go_into_a_batch_and_those_that_do_not_count_are_named(visit: Visit, house: House) -> None:
    visitor = visit(Role.REGISTRY)
    path = begin(visitor)
    stack = a_stack(a_page("Schreiben"))
    files = [
        ("eins.pdf", stack),
        ("zwei.pdf", a_stack(a_page("Anderes"))),
        ("noch einmal.pdf", stack),
        ("leer.pdf", b""),
    ]
    page = visitor.send(f"{path}/dateien", files=files)
    work_off_ingests(house)
    page = visitor.open(path)
    rows = {row.xpath("td")[0].text_content().strip(): row.text_content() for row in page.all("//tbody/tr")}
    assert "gelesen" in rows["eins.pdf"]
    assert "schon im Stapel" in rows["noch einmal.pdf"]
    assert "Die Datei ist leer." in rows["leer.pdf"]
    assert "Alle Dateien sind da" in buttons(page)
    assert "noch einmal.pdf" in visitor.open(f"{path}/dateien").words("//tbody")


def test_a_file_that_is_too_large_is_named_and_the_others_are_taken_in(house: House, visit: Visit) -> None:
    small = house.settings.model_copy(update={"ingest": house.settings.ingest.model_copy(update={"max_file_mb": 1})})
    visitor = visit(Role.REGISTRY)
    strict = Visitor(TestClient(app_on(House(house.sessions, house.storage, small))))
    strict.client.cookies.update(visitor.client.cookies)
    path = begin(strict)
    files = [("klein.pdf", a_stack(a_page("Eins"))), ("groß.pdf", b"%PDF" + bytes(1 << 20))]
    page = strict.send(f"{path}/dateien", files=files)
    assert page.status == 422
    assert "1 von 2 Dateien sind im Stapel" in refused(page)
    assert "groß.pdf: Die Datei ist zu groß." in refused(page)
    assert "klein.pdf" in strict.open(path).words("//tbody")


def test_without_a_file_nothing_is_taken_in_and_an_empty_batch_is_not_complete(visit: Visit) -> None:
    visitor = visit(Role.REGISTRY)
    path = begin(visitor)
    assert "Es ist keine Datei ausgewählt." in refused(visitor.send(f"{path}/dateien", files=[("", b"")]))
    assert "Der Stapel enthält keine Datei." in refused(visitor.send(f"{path}/abschliessen"))
    assert "Alle Dateien sind da" not in buttons(visitor.open(path))


def test_a_copy_is_filed_without_anybody_looking_and_every_image_is_accounted_for(
    visit: Visit, house: House, dossier: Dossier, scan: Scan
) -> None:
    visitor = visit(Role.REGISTRY)
    path = scan(visitor, a_stack(a_sheet(dossier.reference), a_page("Eins"), a_page("Zwei")))
    page = visitor.open(path)
    assert "Als Nächstes den Stapel freigeben." in page.words()
    account = page.words("//h2[.='Nachweis der Bilder']/following-sibling::dl")
    assert "".join(account.split()) == "Bilder3=Seiten2+Trennblätter1+Leerseiten0+zurückgewiesen0"
    filed = next(href for href in page.links("//tbody//a") if href.startswith("/dokumente/"))
    assert dossier.reference in visitor.open(filed).words()
    visitor.open(path)
    assert "Der Stapel ist freigegeben." in told(visitor.send(f"{path}/freigeben"))
    assert "das Papier bleibt" in visitor.open(path).words("//p[@class='next']")


def test_the_page_renews_itself_while_something_moves_and_can_be_stopped(visit: Visit) -> None:
    visitor = visit(Role.REGISTRY)
    path = begin(visitor)
    assert not visitor.page.all("//meta[@http-equiv='refresh']")  # type: ignore[union-attr]
    visitor.send(f"{path}/dateien", files=[("stapel.pdf", a_stack(a_page("Eins")))])
    visitor.send(f"{path}/abschliessen")
    assert visitor.open(path).all("//meta[@http-equiv='refresh']")
    assert not visitor.open(f"{path}?ruhig=true").all("//meta[@http-equiv='refresh']")
    page = visitor.send(f"{path}/abschliessen")
    assert (page.status, page.all("//meta[@http-equiv='refresh']")) == (409, [])
    assert "inzwischen in einem anderen Zustand" in refused(page)


# --- deciding -----------------------------------------------------------------------------------------------


def test_counts_that_do_not_come_out_are_explained_before_the_batch_is_accepted(
    visit: Visit, house: House, dossier: Dossier, scan: Scan
) -> None:
    visitor = visit(Role.REGISTRY)
    path = scan(visitor, a_stack(a_page("Eins")), into=dossier.reference, expected_sheets="2")
    page = visitor.open(path)
    assert "Gezählt wurden 2 Blätter, gescannt 1." in page.words("//aside")
    assert "klären, warum die Zählung nicht aufgeht" in page.words("//p[@class='next']")
    page = visitor.send(f"{path}/annehmen")
    assert (page.status, "Gezählt wurden 2 Blätter, gescannt 1." in refused(page)) == (409, True)
    assert "Grund: " in refused(visitor.send(f"{path}/klaeren", {"reason": "x"}))
    visitor.send(f"{path}/klaeren", {"reason": "Ein Blatt war ein Heftstreifen"})
    assert "Ein Blatt war ein Heftstreifen" in visitor.open(path).words("//aside")
    assert "Die Prüfung ist abgeschlossen" in told(decide(visitor, house, f"{path}/annehmen"))
    assert "abgelegt" in visitor.open(path).words("//tbody")


def test_a_rejected_batch_says_why_and_that_its_paper_is_scanned_again(
    visit: Visit, house: House, scan: Scan, replacing: dict[str, str]
) -> None:
    visitor = visit(Role.REGISTRY)
    path = scan(visitor, a_stack(a_page("Eins")), **replacing)
    visitor.open(path)
    decide(visitor, house, f"{path}/zurueckweisen", {"reason": "Glasplatte verschmutzt"})
    page = visitor.open(path)
    assert "noch einmal scannen" in page.words("//p[@class='next']")
    assert "Glasplatte verschmutzt" in page.words("//aside")
    assert "Zurückweisen" not in page.words("//aside//h2")


# --- who sees and may what ----------------------------------------------------------------------------------


def test_other_peoples_batches_are_nobodys_business(visit: Visit) -> None:
    path = begin(visit(Role.CLERK))
    assert visit(Role.CLERK).open(path).status == 404
    assert path not in visit(Role.CLERK).open("/stapel").links("//tbody//a")
    assert visit(Role.REGISTRY).open(path).status == 200


def test_only_those_who_have_to_do_with_batches_are_led_to_them(visit: Visit) -> None:
    assert "/stapel" not in visit(Role.AUDITOR).open("/").links("//nav//a")
    assert "/stapel" in visit(Role.RECORDS_MANAGER).open("/").links("//nav//a")
    page = visit(Role.RECORDS_MANAGER).open("/stapel")
    assert ("/stapel/neu" in page.links(), "/vernichtungsliste" in page.links()) == (False, True)
    assert visit(Role.RECORDS_MANAGER).open("/stapel/neu").status == 403


def test_whoever_only_scans_is_not_offered_to_check_or_release(
    visit: Visit, scan: Scan, replacing: dict[str, str]
) -> None:
    visitor = visit(Role.CLERK)
    path = scan(visitor, a_stack(a_page("Eins")), **replacing)
    page = visitor.open(path)
    assert "Prüfung abschließen" not in buttons(page)
    assert "Sichtprüfung" not in buttons(page)
    page = visitor.send(f"{path}/annehmen")
    assert (page.status, "fehlt Ihnen das Recht" in refused(page)) == (403, True)


# --- what is to be done next --------------------------------------------------------------------------------

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(BatchState.OPEN), "die gescannten Dateien hochladen"),
        (Standing(BatchState.OPEN, files=3), "melden, dass alle da sind"),
        (Standing(BatchState.SPLITTING, settled=False), "jetzt ist nichts zu tun"),
        (Standing(BatchState.SPLIT, settled=False, unchecked=3), "werden gerade verarbeitet"),
        (Standing(BatchState.SPLIT, unchecked=3, barred=True), "eine zweite Person prüfen"),
        (Standing(BatchState.SPLIT, unchecked=3, bad=1), "ein beanstandetes Dokument berichtigen"),
        (Standing(BatchState.SPLIT, unchecked=3), "3 gezogene Dokumente ansehen"),
        (Standing(BatchState.SPLIT, unexplained=True), "klären, warum die Zählung nicht aufgeht"),
        (Standing(BatchState.SPLIT), "die Prüfung abschließen"),
        (Standing(BatchState.ACCEPTED, settled=False), "werden gerade abgelegt"),
        (Standing(BatchState.ACCEPTED, failed=2), "über 2 gescheiterte Dokumente entscheiden"),
        (Standing(BatchState.ACCEPTED, unchecked=2, barred=True), "eine zweite Person prüfen"),
        (Standing(BatchState.ACCEPTED, unchecked=2, bad=1), "ein beanstandetes Dokument berichtigen"),
        (Standing(BatchState.ACCEPTED, unchecked=2), "2 geänderte Dokumente ansehen"),
        (Standing(BatchState.ACCEPTED, unexplained=True), "klären, warum die Zählung nicht aufgeht"),
        (Standing(BatchState.ACCEPTED, unproven=1), "Transfervermerke entstehen gerade"),
        (Standing(BatchState.ACCEPTED), "den Stapel freigeben"),
        (Standing(BatchState.RELEASED), "das Papier bleibt"),
        (Standing(BatchState.RELEASED, destroyable_on=TODAY + timedelta(1), today=TODAY), "ab dem 22.11.2026"),
        (Standing(BatchState.RELEASED, destroyable_on=TODAY, today=TODAY), "das Papier vernichten"),
        (Standing(BatchState.RELEASED, destroyable_on=TODAY, today=TODAY, stays=True), "das Papier bleibt"),
        (Standing(BatchState.DESTROYED), "nichts mehr zu tun"),
        (Standing(BatchState.REJECTED), "noch einmal scannen"),
    ],
)
def test_one_sentence_says_what_is_to_be_done_next(standing: Standing, said: str) -> None:
    assert said in next_step(standing)
