"""Cursor pages: nothing twice, nothing left out, and no mark that breaks the server."""

import base64
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from eakte.access.models import OrganisationalUnit
from eakte.foundation.cursors import InvalidCursor, page_of
from eakte.foundation.work import UnitOfWork
from tests.support.factories import a_unit

ORDER = (OrganisationalUnit.name, OrganisationalUnit.id)
SIGNATURE = "OrganisationalUnit.name,OrganisationalUnit.id"


def mark(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def page(work: UnitOfWork, cursor: str | None, limit: int) -> Any:
    return page_of(work.session, select(OrganisationalUnit), ORDER, cursor=cursor, limit=limit)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_show_every_row_once_even_when_names_are_the_same(work: UnitOfWork, limit: int) -> None:
    made = {a_unit(work, name=name).id for name in ("b", "a", "a", "a", "ä", "", "c")}
    seen, cursor = [], None
    while True:
        one = page(work, cursor, limit)
        assert 0 < len(one.items) <= limit
        seen += [unit.id for unit in one.items]
        cursor = one.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(made)
    assert set(seen) == made


def test_a_row_that_comes_in_between_shifts_nothing(work: UnitOfWork) -> None:
    for name in ("b", "d", "f"):
        a_unit(work, name=name)
    first = page(work, None, 2)
    a_unit(work, name="a")
    a_unit(work, name="e")
    assert [unit.name for unit in page(work, first.next_cursor, 5).items] == ["e", "f"]


ID = "018f3f2e-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "ä€",
        "====",
        "e30=",
        mark([]),
        mark({}),
        mark(5),
        mark(None),
        mark("text"),
        mark([SIGNATURE]),
        mark([SIGNATURE, "a"]),
        mark([SIGNATURE, "a", "keine-uuid"]),
        mark([SIGNATURE, "a", ID, "zuviel"]),
        mark([SIGNATURE, 5, ID]),
        mark([SIGNATURE, None, ID]),
        mark([SIGNATURE, ["a"], ID]),
        mark([SIGNATURE, "a\x00", ID]),
        mark([SIGNATURE, "\ud800", ID]),
        mark(["Dossier.reference,Dossier.id", "a", ID]),
        base64.urlsafe_b64encode(b"[" * 1400).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_mark_that_is_none_of_this_list_is_refused(work: UnitOfWork, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        page(work, cursor, 10)


def test_over_the_api_it_is_a_problem_with_advice(client: TestClient) -> None:
    answer = client.get("/api/v1/dossiers", params={"cursor": "quatsch"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")
    assert "von vorn" in answer.json()["detail"]
