"""Somebody at a browser: keeps cookies, sends forms with what the page put into them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from lxml import html

from eakte.access import Confidentiality, Role
from eakte.access.models import Identity, IdentityKind, OrganisationalUnit
from eakte.access.service import create_identity, grant_role
from eakte.foundation.work import SYSTEM, House, UnitOfWork
from eakte.records.models import Dossier
from tests.support.factories import a_dossier, a_token, unique
from tests.support.queue import work_off_ingests

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-site": "same-origin"}
PASSWORD = "ein langes Kennwort"


def a_person(
    work: UnitOfWork,
    *roles: Role,
    unit: OrganisationalUnit | None = None,
    level: Confidentiality = Confidentiality.RESTRICTED,
    password: str | None = PASSWORD,
) -> Identity:
    """A person who can log in with PASSWORD."""
    login = unique("person-")
    person = create_identity(
        work, kind=IdentityKind.PERSON, login=login, display_name=f"Frau {login}", password=password
    )
    for role in roles:
        grant_role(work, person.id, role, unit_id=unit.id if unit is not None else None, max_confidentiality=level)
    return person


class Page:
    """An answer as somebody reads it."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.source = response.text
        self.tree = html.fromstring(response.text) if response.text else None

    @property
    def path(self) -> str:
        return self.response.url.raw_path.decode()

    def words(self, path: str = "//main") -> str:
        """The text of what an XPath finds, with single blanks."""
        return " ".join(" ".join(found.text_content() for found in self.all(path)).split())

    def all(self, path: str) -> list[Any]:
        assert self.tree is not None
        found: Any = self.tree.xpath(path)
        return list(found)

    def links(self, path: str = "//main//a") -> list[str]:
        return [link.get("href") for link in self.all(path)]

    def hidden(self, name: str) -> str:
        *_, found = self.all(f"//input[@type='hidden'][@name='{name}']")
        return str(found.get("value"))


class Visitor:
    def __init__(self, client: TestClient) -> None:
        self.client = client
        client.headers.update(BROWSER)
        self.page: Page | None = None

    def open(self, path: str, **headers: str) -> Page:
        self.page = Page(self.client.get(path, headers=headers))
        return self.page

    def send(
        self, path: str, fields: dict[str, Any] | None = None, *, files: Iterable[tuple[str, bytes]] = (), **how: Any
    ) -> Page:
        """Send a form of the page that is open, with its hidden fields."""
        assert self.page is not None
        hidden = {
            one: self.page.hidden(one) for one in ("csrf", "revision") if self.page.all(f"//input[@name='{one}']")
        }
        chosen = [("files", (name, content)) for name, content in files]
        self.page = Page(self.client.post(path, data={**hidden, **(fields or {})}, files=chosen or None, **how))
        return self.page


@pytest.fixture
def visitor(app: FastAPI) -> Visitor:
    """Nobody in particular, not logged in."""
    return Visitor(TestClient(app))


@pytest.fixture
def visit(app: FastAPI, house: House) -> Callable[..., Visitor]:
    """Makes a browser in which somebody with some roles is logged in."""

    def visit(*roles: Role, **where: Any) -> Visitor:
        return logged_in(app, a_session(house, *roles, **where))

    return visit


def a_session(house: House, *roles: Role, **where: Any) -> str:
    """The cookie of somebody with some roles, by default with all."""
    with house.begin(SYSTEM) as work:
        person = a_person(work, *(roles or tuple(Role)), **where, password=None)
    return a_token(house, person.id)


def logged_in(app: FastAPI, session: str) -> Visitor:
    visitor = Visitor(TestClient(app))
    visitor.client.cookies.set("eakte", session)
    return visitor


Visit = Callable[..., Visitor]


# --- batches --------------------------------------------------------------------------------------------


@pytest.fixture
def dossier(house: House) -> Dossier:
    with house.begin(SYSTEM) as work:
        return a_dossier(work)


@pytest.fixture
def replacing(house: House, dossier: Dossier) -> dict[str, str]:
    return fields_to_replace(house, dossier)


def fields_to_replace(house: House, dossier: Dossier) -> dict[str, str]:
    """What the form of a batch asks that takes the place of paper."""
    with house.begin(SYSTEM) as work:
        unit = work.session.get_one(OrganisationalUnit, dossier.unit_id).key
    return {
        "profile": "ersetzend",
        "into": dossier.reference,
        "unit": unit,
        "device": "Dokumentenscanner",
        "device_inventory": "SC-0815",
        "workstation": "Scanplatz 1",
        "workstation_inventory": "PC-4711",
        "box": "K 17",
        "shelf": "R 3",
    }


@pytest.fixture
def scan(house: House) -> Callable[..., str]:
    """Scans a stack as somebody: `scan(visitor, content, **fields)`."""
    return partial(scan_into, house)


def scan_into(house: House, visitor: Visitor, content: bytes, **fields: str) -> str:
    """Scan a stack as somebody, as far as it goes without people; answers its path."""
    visitor.open("/stapel/neu")
    path = visitor.send("/stapel/neu", {"profile": "standard", **fields}).path.split("?")[0]
    visitor.send(f"{path}/dateien", files=[("stapel.pdf", content)])
    assert visitor.send(f"{path}/abschliessen").status == 200
    work_off_ingests(house)
    return path
