"""The `type` of every problem is an address that explains it."""

import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import eakte.entrypoints.api  # noqa: F401  knows every package, so that every error is known here
from eakte.entrypoints.problems import problem_kinds, problem_table

API_DOCUMENTATION = Path(__file__).parents[2] / "docs" / "api.md"

KINDS = problem_kinds()


def test_the_type_of_a_problem_leads_to_its_explanation(anonymous: TestClient) -> None:
    problem = anonymous.get("/api/v1/me").json()
    explained = anonymous.get(problem["type"])
    assert explained.status_code == 200
    assert explained.json() == {
        "code": "unauthenticated",
        "status": 401,
        "title": problem["title"],
        "advice": problem["detail"],
    }


def test_people_get_a_german_page(anonymous: TestClient) -> None:
    page = anonymous.get("/problems/stale", headers={"Accept": "text/html,application/xhtml+xml"})
    assert page.headers["content-type"].startswith("text/html")
    assert '<html lang="de">' in page.text
    assert "Der Datensatz wurde inzwischen geändert." in page.text
    assert "neuen ETag" in page.text


def test_an_unknown_code_is_a_problem_itself(anonymous: TestClient) -> None:
    answer = anonymous.get("/problems/%3Cscript%3E", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (404, "problem-unknown")
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_only_groups_others_has_no_page(anonymous: TestClient) -> None:
    assert anonymous.get("/problems/conflict").status_code == 404


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_problem_speaks_german_to_people(kind: object) -> None:
    title = getattr(kind, "title", "")
    assert title.endswith((".", "!")), "the docstring of an error is its German title"
    assert getattr(kind, "status", 0) in {400, 401, 403, 404, 405, 409, 410, 412, 413, 416, 422, 428, 429, 500, 503}


def test_an_unknown_address_and_a_wrong_method_are_problems(anonymous: TestClient) -> None:
    assert anonymous.get("/api/v1/nichts").json()["code"] == "address-not-found"
    refused = anonymous.post("/problems/stale")
    assert (refused.status_code, refused.json()["code"]) == (405, "method-not-allowed")


def test_the_documentation_lists_every_problem() -> None:
    assert problem_table() in API_DOCUMENTATION.read_text(), "please run `make docs`"


def test_what_only_a_worker_tells_is_explained_too() -> None:
    """In a process that has loaded nothing but the API: else others' imports would hide what it lacks."""
    compare = (
        "import eakte.entrypoints.api\n"
        "from eakte.entrypoints.problems import problem_kinds\n"
        "known = set(problem_kinds())\n"
        "import eakte.entrypoints.worker\n"
        "print(*sorted(set(problem_kinds()) - known))\n"
    )
    missing = subprocess.run([sys.executable, "-c", compare], capture_output=True, text=True, check=True).stdout
    assert missing.split() == []
