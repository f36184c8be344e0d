"""Forms are taken from our own pages only."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from eakte.access import Permission
from eakte.foundation.ids import new_id
from eakte.foundation.work import SYSTEM, House
from eakte.records.queries import get_dossier
from eakte.web.pages.house import ROUTERS
from tests.support.factories import a_dossier
from tests.web.conftest import BROWSER, Page, Visit, Visitor

FORMS = sorted(
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and "POST" in (route.methods or ())
)


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", str(new_id()), path)


def test_there_are_forms() -> None:
    assert "/abmelden" in FORMS
    assert len(FORMS) > 10


@pytest.mark.parametrize("path", FORMS)
def test_no_form_is_taken_from_another_site(path: str, visit: Visit) -> None:
    visitor = visit()
    visitor.open("/")
    for headers in ({"origin": "https://boese.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        page = visitor.send(filled(path), headers=headers)
        assert page.status == 403
        assert "kommt nicht von einer Seite der E-Akte" in page.words()


@pytest.mark.parametrize("path", [path for path in FORMS if path != "/anmelden"])
def test_no_form_is_taken_without_the_token_of_this_session(path: str, visit: Visit) -> None:
    visitor, other = visit(), visit()
    foreign = other.open("/").hidden("csrf")
    for token in ("", "0" * 64, foreign):
        answer = visitor.client.post(filled(path), data={"csrf": token}, headers=BROWSER)
        assert answer.status_code == 403
        assert "gehört nicht zu Ihrer jetzigen Anmeldung" in answer.text


@pytest.mark.parametrize("path", [path for path in FORMS if path != "/anmelden"])
def test_no_form_is_taken_from_whoever_is_not_logged_in(path: str, app: FastAPI) -> None:
    answer = TestClient(app).post(filled(path), headers=BROWSER, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden?weiter=/")


def test_a_refused_form_changes_nothing(visit: Visit, house: House) -> None:
    with house.begin(SYSTEM) as work:
        dossier = a_dossier(work)
    visitor: Visitor = visit()
    visitor.open(f"/akten/{dossier.id}")
    where = {"origin": "https://boese.example"}
    assert visitor.send(f"/schriftgut/{dossier.id}/zustand", {"action": "close"}, headers=where).status == 403
    with house.begin(SYSTEM) as work:
        assert get_dossier(work, dossier.id, to=Permission.READ).state.value == "open"


@pytest.mark.parametrize("path", ["/anmelden", "/konto"])
def test_a_form_longer_than_any_of_ours_is_not_even_read(path: str, visit: Visit) -> None:
    announced = {"content-length": str(33 << 20), "content-type": "application/x-www-form-urlencoded"}
    page = Page(visit().client.post(path, content=b"x=y", headers=announced))
    assert (page.status, page.words("//h1")) == (413, "Die Datei ist zu groß.")
