"""Logging in and out, and what the session cookie is good for."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.foundation.work import SYSTEM, House
from eakte.web.session import local_path
from tests.web.conftest import PASSWORD, Visitor, a_person


def log_in(visitor: Visitor, login: str, password: str = PASSWORD, onward: str = "/") -> None:
    visitor.open(f"/anmelden?weiter={onward}")
    visitor.send("/anmelden", {"login": login, "password": password, "weiter": onward}, follow_redirects=False)


@pytest.fixture
def login(house: House) -> str:
    with house.begin(SYSTEM) as work:
        return a_person(work, Role.CLERK).login


def test_whoever_is_not_logged_in_comes_to_the_login_and_back(visitor: Visitor, login: str) -> None:
    page = visitor.open("/aktenplan?suche=Bau")
    assert (page.status, page.path) == (200, "/anmelden?weiter=/aktenplan%3Fsuche%3DBau")
    page = visitor.send("/anmelden", {"login": login, "password": PASSWORD, "weiter": page.hidden("weiter")})
    assert (page.status, page.path) == (200, "/aktenplan?suche=Bau")
    assert login in page.words("//header")


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(visitor: Visitor, login: str) -> None:
    log_in(visitor, login)
    assert visitor.page is not None
    cookie = next(one for one in visitor.page.headers.get_list("set-cookie") if one.startswith("eakte="))
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie


def test_with_https_the_cookie_is_secure_and_bound_to_this_host(app: FastAPI, login: str) -> None:
    visitor = Visitor(TestClient(app, base_url="https://akte.example"))
    log_in(visitor, login)
    assert visitor.page is not None
    cookie = next(one for one in visitor.page.headers.get_list("set-cookie") if one.startswith("__Host-eakte="))
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert visitor.open("/").status == 200


@pytest.mark.parametrize(
    "elsewhere",
    ["//boese.example", "https://boese.example", "/\\boese.example", "boese.example", "/a\nb", "javascript:x", ""],
)
def test_the_login_leads_nowhere_but_here(elsewhere: str) -> None:
    assert local_path(elsewhere) == "/"


def test_a_wrong_password_is_told_without_telling_what_was_wrong(visitor: Visitor, login: str) -> None:
    said = []
    for name in (login, "niemand"):
        log_in(visitor, name, "ganz falsches Kennwort")
        assert visitor.page is not None
        assert visitor.page.status == 403
        said.append(visitor.page.words("//*[@role='alert']"))
        (field,) = visitor.page.all("//input[@name='login']")
        assert field.get("value") == name
    assert said[0] == said[1]
    assert "Benutzername oder Kennwort stimmen nicht" in said[0]
    assert visitor.open("/").path.startswith("/anmelden")


def test_too_many_attempts_lock_the_account_for_a_while(visitor: Visitor, login: str, house: House) -> None:
    for _ in range(house.settings.access.login_attempts):
        log_in(visitor, login, "ganz falsches Kennwort")
    log_in(visitor, login, PASSWORD)
    assert visitor.page is not None
    assert "Zu viele Anmeldeversuche" in visitor.page.words("//*[@role='alert']")


def test_logging_out_ends_the_session_for_good(visitor: Visitor, login: str) -> None:
    log_in(visitor, login)
    secret = visitor.client.cookies["eakte"]
    visitor.open("/")
    page = visitor.send("/abmelden")
    assert "Sie sind abgemeldet." in page.words()
    assert "eakte" not in visitor.client.cookies
    visitor.client.cookies.set("eakte", secret)
    assert visitor.open("/").path.startswith("/anmelden")


def test_the_login_form_is_ours_or_it_is_not_taken(visitor: Visitor, login: str) -> None:
    visitor.open("/anmelden")
    visitor.client.cookies.clear()
    page = visitor.send("/anmelden", {"login": login, "password": PASSWORD})
    assert "Das Formular gehört nicht zu Ihrer jetzigen Anmeldung." in page.words("//*[@role='alert']")
    assert "eakte" not in visitor.client.cookies


def test_the_api_does_not_take_the_cookie(visitor: Visitor, login: str) -> None:
    log_in(visitor, login)
    assert visitor.client.get("/api/v1/me").status_code == 401


def test_a_link_from_an_email_finds_whoever_is_logged_in(visitor: Visitor, login: str) -> None:
    page = visitor.open("/aktenplan", **{"sec-fetch-site": "cross-site"})
    assert page.status == 200
    (refresh,) = page.all("//meta[@http-equiv='refresh']")
    assert refresh.get("content") == "0; url=/aktenplan"


def test_changing_the_password_needs_the_old_one_and_ends_every_session(visitor: Visitor, login: str) -> None:
    log_in(visitor, login)
    visitor.open("/konto")
    new = "ein noch längeres Kennwort"
    page = visitor.send("/konto", {"current": "falsch", "new": new, "again": new})
    assert (page.status, "stimmt nicht" in page.words("//*[@role='alert']")) == (422, True)
    page = visitor.send("/konto", {"current": PASSWORD, "new": new, "again": "anders"})
    assert (page.status, "#again" in page.links("//*[@role='alert']//a")) == (422, True)
    page = visitor.send("/konto", {"current": PASSWORD, "new": new, "again": new})
    assert (page.status, page.path) == (200, "/anmelden?meldung=kennwort")
    log_in(visitor, login, new)
    assert visitor.open("/").path == "/"
