"""Requests of data subjects at the browser, without a script."""

import io
import zipfile

from eakte.access import Role
from eakte.foundation.work import House
from tests.support.disposal import an_entry_to_destroy, closed
from tests.support.factories import a_case, a_dossier
from tests.support.privacy import a_letter, work_off_privacy
from tests.web.conftest import Visit, Visitor

PERSON = {
    "received_on": "2026-11-02",
    "names": "Erika Müller\nErika Groß",
    "born_on": "1980-03-01",
    "emails": "erika.mueller@example.org",
    "identity_check": "Ausweis vorgelegt",
}


def entered(visitor: Visitor, house: House, kind: str = "access") -> str:
    """A request that was searched for; answers its path."""
    visitor.open("/datenschutz")
    page = visitor.send("/datenschutz", {"kind": kind, **PERSON})
    assert page.status == 200, page.words()
    path = page.path.split("?")[0]
    assert "Die Suche läuft" in visitor.send(f"{path}/suchen").words()
    work_off_privacy(house)
    return path


def test_an_officer_enters_searches_confirms_and_loads_the_report(visit: Visit, house: House) -> None:
    with house.begin() as work:
        letter = a_letter(work, "Frau Erika Groß, geboren am 1.3.1980")
        namesake = a_letter(work, "Erika Müller")
    visitor = visit(Role.DATA_PROTECTION_OFFICER)
    path = entered(visitor, house)
    page = visitor.open(path)
    assert "02.12.2026" in page.words() and "Erika Groß" in page.words("//dl")
    table = page.words("//tbody")
    assert "Frau Erika Groß, geboren am 1.3.1980" in table and "nur der Name" in table
    for record, judgement in ((letter, "confirmed"), (namesake, "dismissed")):
        page = visitor.send(f"{path}/fundstellen", {"record": str(record.id), "judgement": judgement})
    assert "0 offen" in page.words()
    assert page.words(f"//tbody[tr/th/label[contains(., '{letter.reference}')]]").count("bestätigt") >= 1
    visitor.send(f"{path}/auskunft", {"copies": "ja"})
    work_off_privacy(house)
    (link,) = [one for one in visitor.open(path).links() if one.startswith("/datenschutz/auskuenfte/")]
    answer = visitor.client.get(link)
    assert "attachment" in answer.headers["content-disposition"] and answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert letter.reference in bundle.read("auskunft.json").decode()
        assert len([one for one in bundle.namelist() if one.startswith("kopien/")]) == 1
    answered = visitor.send(f"{path}/schritt", {"act": "answer"})
    assert "beantwortet" in answered.words("//header[@class='head']")


def test_an_erasure_is_decided_listed_and_restricted_at_the_page(visit: Visit, house: House) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry_to_destroy(work))
        due, open_ = (a_case(work, dossier=dossier, title="Erika Müller") for _ in range(2))
        closed(work, due)
    visitor = visit(Role.DATA_PROTECTION_OFFICER)
    path = entered(visitor, house, "erasure")
    visitor.open(path)
    for one in (due, open_):
        visitor.send(f"{path}/fundstellen", {"record": str(one.id), "judgement": "confirmed"})
    page = visitor.send(f"{path}/entscheiden")
    words = page.words("//tbody")
    assert "kann gelöscht werden" in words and "noch in Bearbeitung" in words
    assert "Verzeichnis AV-" in visitor.send(f"{path}/verzeichnis").words("//tbody")
    assert "Verarbeitung eingeschränkt" in visitor.send(f"{path}/einschraenken").words("//tbody")
    refused = visitor.send(f"{path}/verzeichnis")
    assert (refused.status, "nothing-erasable" in refused.words("//*[@role='alert']")) == (409, True)


def test_what_is_wrong_with_an_entry_stands_beside_it(visit: Visit) -> None:
    visitor = visit(Role.DATA_PROTECTION_OFFICER)
    visitor.open("/datenschutz")
    page = visitor.send("/datenschutz", {**PERSON, "kind": "access", "names": ""})
    assert page.status == 422 and "Namen" in page.words("//*[@role='alert']")
    assert page.all("//textarea[@id='emails']")[0].text.strip() == "erika.mueller@example.org"
    vague = visitor.send("/datenschutz", {**PERSON, "kind": "access", "names": "Müller"})
    assert (vague.status, "name-too-vague" in vague.words("//*[@role='alert']")) == (422, True)


def test_the_time_is_extended_at_the_page(visit: Visit, house: House) -> None:
    visitor = visit(Role.DATA_PROTECTION_OFFICER)
    visitor.open("/datenschutz")
    path = visitor.send("/datenschutz", {**PERSON, "kind": "access", "received_on": "2126-01-31"}).path.split("?")[0]
    page = visitor.send(f"{path}/verlaengern", {"reason": "Umfang der Akten"})
    assert "30.04.2126" in page.words("//dl") and "Umfang der Akten" in page.words("//dl")
    assert not page.all("//form[contains(@action, 'verlaengern')]")


def test_an_officer_finds_what_is_restricted_in_the_house(visit: Visit) -> None:
    officer = visit(Role.DATA_PROTECTION_OFFICER)
    assert "/einschraenkungen" in officer.open("/datenschutz").links("//main//a")
    assert officer.open("/einschraenkungen").status == 200


def test_nobody_else_is_shown_who_asked(visit: Visit, house: House) -> None:
    path = entered(visit(Role.DATA_PROTECTION_OFFICER), house)
    for role in (Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR):
        other = visit(role)
        assert "/datenschutz" not in other.open("/").links("//nav//a")
        for shown in ("/datenschutz", path):
            page = other.open(shown)
            assert page.status == 403 and "Müller" not in page.words("//body")
