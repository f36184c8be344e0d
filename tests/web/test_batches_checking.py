"""The look at what was scanned (Sichtprüfung), and putting right what splitting or the scanner got wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine

from eakte.access import Confidentiality, Role
from eakte.access.service import appoint_deputy
from eakte.foundation.clock import legal_day
from eakte.foundation.settings import Settings
from eakte.foundation.storage import Storage
from eakte.foundation.work import SYSTEM, House
from eakte.records.models import Dossier
from ingest.batches.models import Batch, BatchDocument
from tests.conftest import passing_house
from tests.ingest.batches.stacks import a_sheet, a_stack, an_empty_side
from tests.support.app import app_on
from tests.support.factories import a_dossier
from tests.support.scans import a_page_image as a_page
from tests.web.batches import Scan, buttons, decide, parts_of, refused, told
from tests.web.conftest import Page, Visit, Visitor, a_session, fields_to_replace, logged_in, scan_into

Fields = dict[str, str]


def letters(dossier: Dossier, count: int = 2) -> bytes:
    """Letters of two pages, each behind a separator sheet."""
    stack = []
    for number in range(1, count + 1):
        stack += [a_sheet(dossier.reference), a_page(f"Schreiben {number}"), a_page(f"Anlage {number}")]
    return a_stack(*stack)


def images_on(page: Page) -> list[str]:
    """Which images are shown, by their alternative texts."""
    return [image.get("alt") for image in page.all("//ol[@class='looked']//img")]


@dataclass(frozen=True)
class Scanned:
    """A house where a batch of two letters waits to be looked at, and who scanned it."""

    house: House
    connection: Connection
    session: str
    dossier: Dossier
    replacing: Fields
    batch: str


@pytest.fixture(scope="module")
def scanned(engine: Engine, storage: Storage, settings: Settings) -> Iterator[Scanned]:
    """Recognised once, since that takes long."""
    with passing_house(engine, storage, settings) as (house, connection):
        with house.begin(SYSTEM) as work:
            dossier = a_dossier(work)
        replacing, session = fields_to_replace(house, dossier), a_session(house, Role.REGISTRY)
        batch = scan_into(house, logged_in(app_on(house), session), letters(dossier), **replacing)
        yield Scanned(house, connection, session, dossier, replacing, batch)


@pytest.fixture
def house(scanned: Scanned) -> Iterator[House]:
    """Each test goes on from what was scanned, and leaves nothing behind."""
    test = scanned.connection.begin_nested()
    yield scanned.house
    test.rollback()


@pytest.fixture
def checker(app: FastAPI, scanned: Scanned) -> Visitor:
    return logged_in(app, scanned.session)


@pytest.fixture
def dossier(scanned: Scanned) -> Dossier:
    return scanned.dossier


@pytest.fixture
def replacing(scanned: Scanned) -> Fields:
    return scanned.replacing


@pytest.fixture
def batch(scanned: Scanned) -> str:
    """The path of a batch of two letters that wait to be looked at."""
    return scanned.batch


def test_all_pages_of_a_document_are_seen_in_their_order(checker: Visitor, batch: str) -> None:
    page = checker.open(parts_of(checker, batch)[1])
    assert images_on(page) == ["Seite 1 von 2, Bild 5", "Seite 2 von 2, Bild 6"]
    for source in page.all("//ol[@class='looked']//img/@src"):
        preview = checker.client.get(source)
        assert (preview.status_code, preview.headers["content-type"]) == (200, "image/jpeg")
        assert preview.headers["cache-control"] == "private, no-cache"
        again = checker.client.get(source, headers={"If-None-Match": preview.headers["etag"]})
        assert again.status_code == 304


def test_a_page_that_was_hardly_recognised_is_marked(checker: Visitor, batch: str, house: House) -> None:
    path = parts_of(checker, batch)[0]
    assert "Erkennung unsicher" not in checker.open(path).words()
    with house.begin(SYSTEM) as work:
        item = work.session.get_one(BatchDocument, UUID(path.rsplit("/", 1)[1])).item
        assert item is not None and item.products is not None
        first, second = item.products["pages"]
        item.products = {**item.products, "pages": [{**first, "confidence": 31.4, "turned": 90, "skew": 1.2}, second]}
    page = checker.open(path)
    assert "Bitte lesen: Erkennung unsicher, 31 %" in page.words("//li[@id='bild-2']")
    assert "gedreht um 90°" in page.words("//li[@id='bild-2']")
    assert "Schieflage 1,2° ausgeglichen" in page.words("//li[@id='bild-2']")
    assert "unsicher" not in page.words("//li[@id='bild-3']")


def test_one_document_after_the_other_is_looked_at_and_then_the_batch_is_accepted(
    checker: Visitor, batch: str, house: House
) -> None:
    first, second = parts_of(checker, batch)
    refusal = refused(checker.send(f"{batch}/annehmen"))
    assert "Dokument 1 ist noch nicht geprüft." in refusal
    assert "Dokument 2 ist noch nicht geprüft." in refusal
    assert first in checker.open(batch).links("//section[@class='actions']//a")
    page = checker.open(first) and checker.send(f"{first}/pruefung", {"verdict": "good"})
    assert page.path.split("?")[0] == second
    page = checker.send(f"{second}/pruefung", {"verdict": "bad", "remark": "Anlage fehlt"})
    assert page.path.split("?")[0] == batch
    assert "ein beanstandetes Dokument" in page.words("//p[@class='next']")
    assert "Anlage fehlt" in page.words("//tbody")
    assert "Dokument 2 wurde beanstandet" in refused(checker.send(f"{batch}/annehmen"))
    checker.open(second)
    checker.send(f"{second}/pruefung", {"verdict": "good"})
    assert "Die Prüfung ist abgeschlossen" in told(decide(checker, house, f"{batch}/annehmen"))
    page = checker.open(second)
    assert "Transfervermerk" in page.words("//aside")
    note = next(href for href in page.links() if href.endswith("transfer_note"))
    assert checker.client.get(note).headers["content-type"] == "application/pdf"
    assert not page.all("//form[contains(@action, '/drehen')]")


def test_a_verdict_is_one_of_two(checker: Visitor, batch: str) -> None:
    path = parts_of(checker, batch)[0]
    checker.open(path)
    page = checker.send(f"{path}/pruefung", {"verdict": "vielleicht"})
    assert (page.status, "Ergebnis" in refused(page)) == (422, True)


def test_nobody_calls_good_what_was_changed_since_they_looked(
    visit: Visit, checker: Visitor, batch: str, house: House
) -> None:
    path = parts_of(checker, batch)[0]
    checker.open(path)
    colleague = visit(Role.REGISTRY)
    colleague.open(path)
    decide(colleague, house, f"{batch}/bilder/3/drehen", {"clockwise": "180"})
    page = checker.send(f"{path}/pruefung", {"verdict": "good"})
    assert (page.status, "Jemand anderes war schneller." in refused(page)) == (409, True)
    assert "noch nicht geprüft" in refused(checker.send(f"{batch}/annehmen"))
    checker.open(path)
    assert checker.send(f"{path}/pruefung", {"verdict": "good"}).status == 200


# --- putting right ------------------------------------------------------------------------------------------


def test_a_page_is_turned_and_the_document_made_anew(checker: Visitor, batch: str, house: House) -> None:
    path = parts_of(checker, batch)[0]
    checker.open(path)
    page = checker.send(f"{batch}/bilder/3/drehen", {"clockwise": "180"})
    assert page.path.split("?")[0] == path
    assert page.response.url.fragment == "bild-3"
    assert "gerade neu zusammengestellt" in page.words()
    assert not page.all("//form[contains(@action, '/pruefung')]")
    decide(checker, house, f"{batch}/bilder/3/drehen", {"clockwise": "45"})
    assert "gedreht um 180°" in checker.open(path).words("//li[@id='bild-3']")


def test_pages_change_places_within_a_document_and_between_two(checker: Visitor, batch: str, house: House) -> None:
    first, second = parts_of(checker, batch)
    checker.open(first)
    decide(checker, house, f"{batch}/bilder/3/einordnen", {"number": "1", "page": "1"})
    assert images_on(checker.open(first)) == ["Seite 1 von 2, Bild 3", "Seite 2 von 2, Bild 2"]
    decide(checker, house, f"{batch}/bilder/3/einordnen", {"number": "2", "page": "9"})
    assert images_on(checker.open(second))[-1] == "Seite 3 von 3, Bild 3"
    page = checker.send(f"{batch}/bilder/3/einordnen", {"number": "7", "page": "1"})
    assert "Dieses Dokument gibt es im Stapel nicht." in refused(page)
    page = checker.send(f"{batch}/bilder/3/einordnen", {"number": "zwei", "page": "1"})
    assert "Dokument: Bitte eine ganze Zahl ab 1 angeben." in refused(page)


def test_a_rejected_page_stays_in_the_account_and_can_be_brought_back(
    checker: Visitor, batch: str, house: House
) -> None:
    path = parts_of(checker, batch)[0]
    checker.open(path)
    decide(checker, house, f"{batch}/bilder/3/zurueckweisen", {"reason": "Notizzettel"})
    assert images_on(checker.open(path)) == ["Seite 1 von 1, Bild 2"]
    page = checker.send(f"{batch}/bilder/2/zurueckweisen", {"reason": "auch das"})
    assert "Ein Dokument braucht mindestens eine Seite." in refused(page)
    page = checker.open(f"{batch}/bilder")
    assert "Notizzettel" in page.words("//tr[@id='bild-3']")
    decide(checker, house, f"{batch}/bilder/3/einordnen", {"number": "1", "page": "2"})
    assert images_on(checker.open(path)) == ["Seite 1 von 2, Bild 2", "Seite 2 von 2, Bild 3"]


def test_separators_and_blank_pages_are_listed_by_kind_and_become_pages_if_they_are_some(
    checker: Visitor, scan: Scan, dossier: Dossier, replacing: Fields, house: House
) -> None:
    stack = a_stack(a_sheet(dossier.reference), a_page("Schreiben"), an_empty_side(), a_page("Anlage"))
    path = scan(checker, stack, **replacing)
    page = checker.open(f"{path}/bilder")
    assert "Bilder: 4 = Seiten: 2 + Trennblätter: 1 + Leerseiten: 1 + zurückgewiesen: 0" in page.words()
    assert page.all("//tbody/tr/@id") == ["bild-1", "bild-3"]
    assert page.all("//tbody//img/@src") == [f"{path}/bilder/1/vorschau", f"{path}/bilder/3/vorschau"]
    assert checker.open(f"{path}/bilder/3/vorschau").response.headers["Content-Type"] == "image/jpeg"
    assert "100,00 %" in page.words("//tr[@id='bild-3']")
    assert checker.open(f"{path}/bilder?art=blank").all("//tbody/tr/@id") == ["bild-3"]
    assert checker.open(f"{path}/bilder?art=page").all("//tbody/tr/@id") == ["bild-2", "bild-4"]
    decide(checker, house, f"{path}/bilder/3/einordnen", {"number": "1", "page": "2"})
    shown = images_on(checker.open(parts_of(checker, path)[0]))
    assert shown == ["Seite 1 von 3, Bild 2", "Seite 2 von 3, Bild 3", "Seite 3 von 3, Bild 4"]


def test_a_document_is_divided_and_joined_again(checker: Visitor, batch: str, house: House) -> None:
    first, _ = parts_of(checker, batch)
    checker.open(first)
    assert "Ein Dokument braucht" in refused(checker.send(f"{first}/teilen", {"page": "5"}))
    assert "geteilt" in told(decide(checker, house, f"{first}/teilen", {"page": "2"}))
    assert len(parts_of(checker, batch)) == 3
    checker.open(first)
    assert "verbunden" in told(decide(checker, house, f"{first}/verbinden", {"number": "3"}))
    assert images_on(checker.open(first)) == ["Seite 1 von 2, Bild 2", "Seite 2 von 2, Bild 3"]
    assert len(parts_of(checker, batch)) == 2


def test_a_better_scan_takes_the_place_of_a_page_unless_it_is_no_single_page(
    checker: Visitor, batch: str, house: House
) -> None:
    path = parts_of(checker, batch)[0]
    checker.open(path)
    two = a_stack(a_page("Seite eins"), a_page("Seite zwei"))
    decide(checker, house, f"{batch}/bilder/2/nachscannen", files=[("zwei.pdf", two)])
    assert "Nachscan zwei.pdf: Ein Nachscan muss genau eine Seite enthalten." in checker.open(path).words()
    one = a_stack(a_page("Jetzt gut lesbar"))
    page = decide(checker, house, f"{batch}/bilder/2/nachscannen", files=[("nachscan.pdf", one)])
    assert "Der Nachscan ist angekommen" in told(page)
    page = checker.open(path)
    assert images_on(page) == ["Seite 1 von 2, Bild 7", "Seite 2 von 2, Bild 3"]
    assert "nachgescannt" in page.words("//li[@id='bild-7']")
    assert "durch einen Nachscan ersetzt" in checker.open(f"{batch}/bilder").words("//tr[@id='bild-2']")


def test_a_missing_sheet_is_given_in_at_its_page_unless_there_is_nothing_on_it(
    checker: Visitor, batch: str, house: House
) -> None:
    path = parts_of(checker, batch)[0]
    checker.open(path)
    assert "Seite: Bitte eine ganze Zahl" in refused(checker.send(f"{path}/nachtragen", {"page": "0"}))
    assert refused(checker.send(f"{path}/nachtragen", {"page": "2"}))
    decide(checker, house, f"{path}/nachtragen", {"page": "2"}, files=[("leer.pdf", a_stack(an_empty_side()))])
    said = "Nachgetragenes Blatt leer.pdf: Die Datei enthält keine Seite mit Inhalt."
    assert said in checker.open(path).words()
    missing = a_stack(a_page("Doppelt eingezogen"))
    page = decide(checker, house, f"{path}/nachtragen", {"page": "2"}, files=[("fehlt.pdf", missing)])
    assert "Das Blatt ist angekommen" in told(page)
    stale = checker.send(f"{path}/nachtragen", {"page": "2"}, files=[("noch.pdf", a_stack(a_page("Noch eins")))])
    assert (stale.status, "Jemand anderes war schneller." in refused(stale)) == (409, True)
    page = checker.open(path)
    assert images_on(page) == ["Seite 1 von 3, Bild 2", "Seite 2 von 3, Bild 7", "Seite 3 von 3, Bild 3"]
    assert "nachgetragen" in page.words("//li[@id='bild-7']")
    assert "fehlt.pdf (nachgetragenes Blatt)" in checker.open(f"{batch}/dateien").words()


def test_what_cannot_be_filed_is_decided_where_it_is_seen(
    checker: Visitor, scan: Scan, house: House, dossier: Dossier
) -> None:
    path = scan(checker, a_stack(a_sheet("99.9-XX-2020/1"), a_page("Wohin damit")))
    page = checker.open(path)
    assert "ein gescheitertes Dokument entscheiden" in page.words("//p[@class='next']")
    (part,) = parts_of(checker, path)
    assert "99.9-XX-2020/1" in checker.open(part).words("//section[@id='entscheidung']")
    page = checker.send(f"{part}/wiederholen", {"into": "98.7-YY-2020/1"})
    assert "Das Ziel der Ablage gibt es nicht." in refused(page)
    checker.open(part)
    assert "Der Grund" in refused(checker.send(f"{part}/verwerfen", {"reason": " "}))
    decide(checker, house, f"{part}/wiederholen", {"into": dossier.reference})
    assert dossier.reference in checker.open(part).words("//aside")
    assert "Als Nächstes den Stapel freigeben." in checker.open(path).words("//p[@class='next']")


def test_what_changed_after_the_checks_is_looked_at_before_it_is_filed(
    checker: Visitor, scan: Scan, house: House, dossier: Dossier, replacing: Fields
) -> None:
    path = scan(checker, a_stack(a_sheet("99.9-XX-2020/1"), a_page("Wohin damit"), a_page("Anlage")), **replacing)
    (part,) = parts_of(checker, path)
    checker.open(part)
    checker.send(f"{part}/pruefung", {"verdict": "good"})
    decide(checker, house, f"{path}/annehmen")
    assert not checker.open(part).all("//form[contains(@action, '/pruefung')]")
    decide(checker, house, f"{path}/bilder/2/drehen", {"clockwise": "180"})
    checker.open(part)
    decide(checker, house, f"{part}/wiederholen", {"into": dossier.reference})
    page = checker.open(path)
    assert "ein geändertes Dokument ansehen" in page.words("//p[@class='next']")
    assert part in page.links("//section[@class='actions']//a")
    checker.open(part)
    decide(checker, house, f"{part}/pruefung", {"verdict": "good"})
    assert "Als Nächstes den Stapel freigeben." in checker.open(path).words("//p[@class='next']")


# --- who may ------------------------------------------------------------------------------------------------


def test_where_a_second_person_is_wanted_whoever_scanned_is_told_so_instead_of_asked(
    visit: Visit, checker: Visitor, scan: Scan, house: House, dossier: Dossier, replacing: Fields
) -> None:
    batch = scan(checker, letters(dossier, 1), **{**replacing, "profile": "ersetzend-hoch"})
    (part,) = parts_of(checker, batch)
    page = checker.open(part)
    assert "Prüfen muss eine zweite Person" in page.words("//aside")
    assert not page.all("//form[contains(@action, '/pruefung')]")
    assert "Prüfung abschließen" not in buttons(checker.open(batch))
    assert "eine zweite Person" in checker.page.words("//p[@class='next']")  # type: ignore[union-attr]
    page = checker.send(f"{part}/pruefung", {"verdict": "good", "revision": "0"})
    assert (page.status, "Prüfen muss eine zweite Person." in refused(page)) == (403, True)


def test_a_second_person_checks_and_accepts(
    visit: Visit, checker: Visitor, scan: Scan, house: House, dossier: Dossier, replacing: Fields
) -> None:
    batch = scan(checker, letters(dossier, 1), **{**replacing, "profile": "ersetzend-hoch"})
    second = visit(Role.REGISTRY, level=Confidentiality.CONFIDENTIAL)
    (part,) = parts_of(second, batch)
    assert images_on(second.open(part)) == ["Seite 1 von 2, Bild 2", "Seite 2 von 2, Bild 3"]
    second.send(f"{part}/pruefung", {"verdict": "good"})
    assert "Die Prüfung ist abgeschlossen" in told(decide(second, house, f"{batch}/annehmen"))


def test_the_deputy_of_whoever_scanned_is_no_second_person(
    visit: Visit, checker: Visitor, scan: Scan, house: House, dossier: Dossier, replacing: Fields
) -> None:
    batch = scan(checker, letters(dossier, 1), **{**replacing, "profile": "ersetzend-hoch"})
    deputy = visit(Role.REGISTRY, level=Confidentiality.CONFIDENTIAL)
    mine = scan(deputy, letters(dossier, 1), into=dossier.reference)
    with house.begin(SYSTEM) as work:
        scanned_by, stands_in = (work.session.get_one(Batch, UUID(path[8:])).created_by for path in (batch, mine))
        today = legal_day(work.now)
        appoint_deputy(work, scanned_by, stands_in, valid_from=today - timedelta(1), valid_until=today + timedelta(1))
    assert "eine zweite Person" in deputy.open(batch).words("//p[@class='next']")
    assert "Prüfung abschließen" not in buttons(deputy.open(batch))


def test_whoever_may_not_read_contents_sees_the_account_but_no_page(visit: Visit, checker: Visitor, batch: str) -> None:
    manager = visit(Role.RECORDS_MANAGER)
    page = manager.open(parts_of(manager, batch)[0])
    assert images_on(page) == []
    assert "Den Inhalt dürfen Sie nicht lesen" in page.words()
    assert not page.all("//details")
    assert manager.open(f"{batch}/bilder/2/vorschau").status == 403
    assert visit(Role.CLERK).open(f"{batch}/bilder/2/vorschau").status == 404


def test_a_document_of_another_batch_is_not_shown_in_this_one(
    checker: Visitor, batch: str, scan: Scan, dossier: Dossier
) -> None:
    other = scan(checker, letters(dossier, 1))
    theirs = parts_of(checker, other)[0].rsplit("/", 1)[1]
    assert checker.open(f"{batch}/dokumente/{theirs}").status == 404
