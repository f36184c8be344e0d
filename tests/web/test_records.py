"""Dossiers, cases and documents at the browser."""

from eakte.access import Confidentiality, Role
from eakte.foundation.ids import new_id
from eakte.foundation.work import SYSTEM, House
from eakte.records.models import Case, Dossier
from eakte.records.service.filing import change_record
from tests.support.factories import a_case, a_document, a_dossier, a_unit, an_entry
from tests.web.conftest import Page, Visit


def opened(house: House, **fields: object) -> Dossier:
    with house.begin(SYSTEM) as work:
        return a_dossier(work, **fields)  # type: ignore[arg-type]


def with_case(house: House) -> tuple[Dossier, Case]:
    with house.begin(SYSTEM) as work:
        dossier = a_dossier(work)
        return dossier, a_case(work, dossier=dossier)


def buttons(page: Page) -> list[str]:
    offered = page.all("//main//section[@aria-label='Handlungen']//*[self::a or self::button]")
    return [one.text_content().strip() for one in offered]


def test_a_dossier_shows_its_cases_its_metadata_and_the_way_to_it(visit: Visit, house: House) -> None:
    dossier, case = with_case(house)
    page = visit().open(f"/akten/{dossier.id}")
    assert page.words("//h1") == dossier.title
    assert f"/vorgaenge/{case.id}" in page.links()
    assert f"/aktenplan/{dossier.entry_id}" in page.links("//nav[@aria-label='Pfad']//a")
    assert dossier.reference in page.words()
    assert "in Bearbeitung" in page.words()


def test_only_what_somebody_may_do_is_offered(visit: Visit, house: House) -> None:
    dossier = opened(house)
    assert buttons(visit(Role.AUDITOR).open(f"/akten/{dossier.id}")) == []
    assert buttons(visit(Role.CLERK).open(f"/akten/{dossier.id}")) == [
        "Vorgang anlegen",
        "Dateien hochladen",
        "Bearbeiten",
        "Schließen (zdA)",
    ]


def test_closing_tells_every_blocker(visit: Visit, house: House) -> None:
    with house.begin(SYSTEM) as work:
        dossier = a_dossier(work)
        cases = [a_case(work, dossier=dossier) for _ in range(3)]
    visitor = visit()
    visitor.open(f"/akten/{dossier.id}")
    page = visitor.send(f"/schriftgut/{dossier.id}/zustand", {"action": "close"})
    assert page.status == 409
    assert page.words("//title").startswith("Fehler: ")
    blockers = page.words("//*[@role='alert']")
    assert all(f"Vorgang {case.reference} ist noch in Bearbeitung." in blockers for case in cases)
    assert "errors" not in blockers
    assert page.words("//h1") == dossier.title


def test_closing_what_is_free_closes_it(visit: Visit, house: House) -> None:
    dossier, case = with_case(house)
    visitor = visit()
    for record, path in ((case, "vorgaenge"), (dossier, "akten")):
        visitor.open(f"/{path}/{record.id}")
        page = visitor.send(f"/schriftgut/{record.id}/zustand", {"action": "close"})
        assert page.status == 200
        assert "Geschlossen (zdA)." in page.words("//*[@role='status']")
    assert "Wieder öffnen (zdA aufheben)" in buttons(page)
    assert "Bearbeiten" not in buttons(page)


def test_who_saw_an_older_state_is_told_so_and_changes_nothing(visit: Visit, house: House) -> None:
    dossier = opened(house)
    visitor = visit()
    visitor.open(f"/akten/{dossier.id}")
    with house.begin(SYSTEM) as work:
        loaded = work.session.merge(dossier)
        change_record(work, loaded, {"title": "Von jemand anderem"}, dossier_id=dossier.id)
    page = visitor.send(f"/schriftgut/{dossier.id}/zustand", {"action": "close"})
    assert page.status == 409
    assert "Jemand anderes war schneller" in page.words("//*[@role='alert']")
    assert page.words("//h1") == "Von jemand anderem"
    assert "Schließen (zdA)" in buttons(page)


def test_an_invisible_dossier_is_a_page_that_does_not_say_it_exists(visit: Visit, house: House) -> None:
    dossier = opened(house, confidentiality=Confidentiality.SECRET)
    visitor = visit(Role.CLERK)
    hidden, missing = visitor.open(f"/akten/{dossier.id}"), visitor.open(f"/akten/{new_id()}")
    assert (hidden.status, missing.status) == (404, 404)
    assert hidden.words("//h1") == missing.words("//h1") == "Diese Akte gibt es nicht."
    assert dossier.title not in hidden.source


def test_an_address_that_means_nothing_is_a_page_too(visit: Visit) -> None:
    visitor = visit()
    for path in ("/akten/quatsch", "/nirgends", "/dokumente/1/seiten/2"):
        page = visitor.open(path)
        assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_programs_get_problems_and_no_pages(visit: Visit) -> None:
    answer = visit().client.get(f"/api/v1/dossiers/{new_id()}")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_new_dossier_needs_a_title_and_keeps_what_was_written(visit: Visit, house: House) -> None:
    with house.begin(SYSTEM) as work:
        entry, unit = an_entry(work), a_unit(work)
    visitor = visit()
    path = f"/aktenplan/{entry.id}/neue-akte"
    visitor.open(path)
    page = visitor.send(
        path, {"title": "", "remark": "aus dem Keller", "unit_id": str(unit.id), "medium": "electronic"}
    )
    assert page.status == 422
    assert "#title" in page.links("//*[@role='alert']//a")
    (field,) = page.all("//input[@name='title']")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "title-fehler")
    assert page.words("//*[@id='title-fehler']") == "Fehler: Die Angabe fehlt."
    assert page.words("//textarea[@name='remark']") == "aus dem Keller"
    page = visitor.send(path, {"title": "Akte aus dem Keller", "unit_id": str(unit.id), "keywords": "Keller, feucht"})
    assert (page.status, page.words("//h1")) == (200, "Akte aus dem Keller")
    assert "Keller, feucht" in page.words()


def test_paper_without_a_place_is_refused_beside_the_form(visit: Visit, house: House) -> None:
    dossier = opened(house)
    visitor = visit()
    path = f"/akten/{dossier.id}/neuer-vorgang"
    visitor.open(path)
    page = visitor.send(path, {"title": "Plan im Großformat", "medium": "paper"})
    assert (page.status, "Der Standort fehlt." in page.words("//*[@role='alert']")) == (422, True)
    page = visitor.send(path, {"title": "Plan im Großformat", "medium": "paper", "location": "Archivraum 2"})
    assert (page.status, page.words("//h1")) == (200, "Plan im Großformat")


def test_editing_changes_and_empties_and_the_history_tells(visit: Visit, house: House) -> None:
    dossier = opened(house, remark="alt")
    visitor = visit()
    path = f"/schriftgut/{dossier.id}/bearbeiten"
    page = visitor.open(path)
    assert page.words("//textarea[@name='remark']") == "alt"
    page = visitor.send(path, {"title": "Neuer Betreff", "remark": "", "keywords": "", "medium": "electronic"})
    assert (page.status, page.words("//h1")) == (200, "Neuer Betreff")
    page = visitor.open(f"/schriftgut/{dossier.id}/verlauf")
    assert "Metadaten geändert" in page.words()
    assert "Neuer Betreff" in page.words("//ins")


def test_the_head_of_a_letter_is_edited_with_one_enclosure_a_line(visit: Visit, house: House) -> None:
    with house.begin(SYSTEM) as work:
        document = a_document(work, title="Bauantrag")
    visitor = visit()
    path = f"/schriftgut/{document.id}/bearbeiten"
    visitor.open(path)
    head = {"subtitle": "Statik", "refers_to": "Ihr Schreiben", "clerk": "Frau Öztürk"}
    same = {"title": "Bauantrag", "medium": "electronic", "document_kind": "incoming"}
    page = visitor.send(path, {**same, **head, "enclosures": "Lageplan, M 1:500\r\n\r\nBaubeschreibung\r\n"})
    assert page.status == 200
    shown = [one.text_content() for one in page.all("//dt[.='Anlagen']/following-sibling::dd//li")]
    assert shown == ["Lageplan, M 1:500", "Baubeschreibung"]
    assert all(value in page.words("//dl") for value in head.values())
    (written,) = visitor.open(path).all("//textarea[@name='enclosures']")
    assert written.text_content() == "Lageplan, M 1:500\nBaubeschreibung"
    history = visitor.open(f"/schriftgut/{document.id}/verlauf").words()
    assert all(word in history for word in ("Unterbetreff", "Bezug", "Bearbeiter", "Anlagen"))


def test_who_keeps_a_case_is_chosen_shown_and_told_by_its_name(visit: Visit, house: House) -> None:
    dossier, _ = with_case(house)
    with house.begin(SYSTEM) as work:
        unit = a_unit(work)
    visitor = visit()
    visitor.open(f"/akten/{dossier.id}/neuer-vorgang")
    new = {"title": "Garage", "medium": "electronic", "case_type": "Baugenehmigung", "keeping_unit_id": str(unit.id)}
    page = visitor.send(f"/akten/{dossier.id}/neuer-vorgang", new)
    assert (page.status, page.words("//h1")) == (200, "Garage")
    assert "Baugenehmigung" in page.words("//dl")
    assert f"{unit.key} {unit.name}" in page.words("//dt[.='Aktenführend']/following-sibling::dd")
    edit = next(link for link in page.links() if link.endswith("/bearbeiten"))
    visitor.open(edit)
    page = visitor.send(edit, {"title": "Garage", "medium": "electronic", "keeping_unit_id": ""})
    assert "Aktenführend" not in page.words()
    assert unit.name in visitor.open(edit.replace("bearbeiten", "verlauf")).words("//del")


def test_a_case_can_be_refiled_and_is_found_by_its_former_reference(visit: Visit, house: House) -> None:
    _, case = with_case(house)
    target = opened(house)
    visitor = visit()
    path = f"/schriftgut/{case.id}/umschreiben"
    visitor.open(path)
    page = visitor.send(path, {"target": "99.99-0000/0001"})
    assert "Dieses Aktenzeichen gibt es nicht." in page.words("//*[@role='alert']")
    page = visitor.send(path, {"target": target.reference})
    assert case.reference in page.words("//dl")
    assert visitor.open(f"/schriftgut?aktenzeichen={case.reference}").words("//h1") == case.title


def test_parties_and_links_come_and_go(visit: Visit, house: House) -> None:
    dossier, other = opened(house), opened(house, title="Nachbargrundstück")
    visitor = visit()
    visitor.open(f"/schriftgut/{dossier.id}/beteiligte")
    page = visitor.send(f"/schriftgut/{dossier.id}/beteiligte", {"role": "applicant", "name": "Annegret Tschöpe"})
    assert "Annegret Tschöpe" in page.words("//aside")
    page = visitor.send(f"/schriftgut/{dossier.id}/verweise", {"reference": other.reference, "note": "Grenze"})
    assert f"/akten/{other.id}" in page.links("//aside//a")
    for what in ("beteiligte", "verweise"):
        (form,) = page.all(f"//form[contains(@action, '/{what}/')]")
        page = visitor.send(form.get("action"))
        assert page.status == 200
    assert "Keine Beteiligten." in page.words()
    assert "Keine Verweise." in page.words()


def test_a_protected_dossier_is_gone_for_everybody_not_named(visit: Visit, house: House) -> None:
    dossier = opened(house)
    visitor = visit()
    path = f"/akten/{dossier.id}/schutz"
    visitor.open(path)
    page = visitor.send(path, {"protected": "ja", "readers": "gibt-es-nicht"})
    assert "gibt-es-nicht" in page.words("//*[@role='alert']")
    assert visitor.send(path, {"protected": "ja", "readers": ""}).status == 200
    assert visit().open(f"/akten/{dossier.id}").status == 404
    assert visitor.open(f"/akten/{dossier.id}").status == 200


def test_the_plan_opens_along_the_way_and_can_be_searched(visit: Visit, house: House) -> None:
    dossier = opened(house)
    visitor = visit()
    page = visitor.open(f"/aktenplan/{dossier.entry_id}")
    assert f"/akten/{dossier.id}" in page.links()
    assert [one.get("href") for one in page.all("//nav[@aria-label='Aktenplan']//a[@aria-current]")] == [
        f"/aktenplan/{dossier.entry_id}"
    ]
    page = visitor.open(f"/aktenplan?suche={dossier.entry.code}")
    assert f"/aktenplan/{dossier.entry_id}" in page.links("//table//a")


def test_the_start_page_shows_what_was_changed_last(visit: Visit, house: House) -> None:
    dossier = opened(house, title="Ganz frisch")
    page = visit().open("/")
    assert f"/akten/{dossier.id}" in page.links("//table//a")
    assert "Nichts ist gescheitert." in page.words()


def test_a_cancelled_document_can_be_restored(visit: Visit, house: House) -> None:
    with house.begin(SYSTEM) as work:
        document = a_document(work)
    visitor = visit()
    visitor.open(f"/dokumente/{document.id}")
    page = visitor.send(f"/schriftgut/{document.id}/zustand", {"action": "cancel"})
    assert "storniert" in page.words("//header")
    page = visitor.send(f"/schriftgut/{document.id}/zustand", {"action": "restore"})
    assert "in Bearbeitung" in page.words("//header[@class='head']")
    assert visitor.send(f"/schriftgut/{document.id}/zustand", {"action": "explode"}).status == 422
