"""Transitions, references and their order: tables of cases."""

import itertools

import pytest

from eakte.access import Permission
from eakte.records.rules import (
    TRANSITIONS,
    Action,
    NumberTemplate,
    RecordKind,
    RecordState,
    allowed_actions,
    sort_key,
)

# kind, state: what may be done, and where it leads
TABLE = {
    (RecordKind.DOSSIER, RecordState.OPEN): {
        Action.EDIT: None,
        Action.CREATE_CASE: None,
        Action.PROTECT: None,
        Action.CLOSE: RecordState.CLOSED,
        Action.CANCEL: RecordState.CANCELLED,
        Action.REFILE: None,
    },
    (RecordKind.CASE, RecordState.OPEN): {
        Action.EDIT: None,
        Action.FILE_DOCUMENT: None,
        Action.CLOSE: RecordState.CLOSED,
        Action.CANCEL: RecordState.CANCELLED,
        Action.REFILE: None,
    },
    (RecordKind.DOCUMENT, RecordState.OPEN): {
        Action.EDIT: None,
        Action.ADD_VERSION: None,
        Action.CANCEL: RecordState.CANCELLED,
        Action.REFILE: None,
    },
    (RecordKind.DOSSIER, RecordState.CLOSED): {Action.REOPEN: RecordState.OPEN},
    (RecordKind.CASE, RecordState.CLOSED): {Action.REOPEN: RecordState.OPEN},
    (RecordKind.DOCUMENT, RecordState.CLOSED): {},
    (RecordKind.DOSSIER, RecordState.CANCELLED): {Action.RESTORE: RecordState.OPEN},
    (RecordKind.CASE, RecordState.CANCELLED): {Action.RESTORE: RecordState.OPEN},
    (RecordKind.DOCUMENT, RecordState.CANCELLED): {Action.RESTORE: RecordState.OPEN},
}
EVERYTHING = frozenset(Permission)


@pytest.mark.parametrize(("kind", "state"), [*itertools.product(RecordKind, RecordState)])
def test_every_kind_in_every_state_allows_what_the_table_says(kind: RecordKind, state: RecordState) -> None:
    allowed = allowed_actions(kind, state, EVERYTHING)
    assert {action: TRANSITIONS[action].target for action in allowed} == TABLE[kind, state]


@pytest.mark.parametrize(("kind", "state"), [*itertools.product(RecordKind, RecordState)])
def test_nothing_is_allowed_to_somebody_without_rights_or_inside_something_closed(
    kind: RecordKind, state: RecordState
) -> None:
    assert allowed_actions(kind, state, frozenset()) == ()
    assert allowed_actions(kind, state, EVERYTHING, inside_open=False) == ()


@pytest.mark.parametrize("action", list(Action))
def test_an_action_needs_exactly_its_permission(action: Action) -> None:
    needed = TRANSITIONS[action].permission
    kind = next(iter(TRANSITIONS[action].kinds))
    assert action in allowed_actions(kind, TRANSITIONS[action].source, {needed})
    assert action not in allowed_actions(kind, TRANSITIONS[action].source, EVERYTHING - {needed})


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("{entry}-{year}/{number:04}", "63.2-2026/0007"),
        ("{plan} {entry} {number}", "stadt 63.2 7"),
        ("{dossier}-{number:03}", "63.2-2026/0001-007"),
        ("{case}/{number:10}", "63.2-2026/0001-003/0000000007"),
        ("{entry:3}.{number:1}", "63.2.7"),
    ],
)
def test_a_template_makes_references(pattern: str, reference: str) -> None:
    values = {
        "plan": "stadt",
        "entry": "63.2",
        "year": 2026,
        "dossier": "63.2-2026/0001",
        "case": "63.2-2026/0001-003",
    }
    template = NumberTemplate(pattern)
    assert list(template.problems()) == []
    assert template.reference(values, 7) == reference


@pytest.mark.parametrize(
    "pattern",
    [
        "{entry}",
        "{number}{number}",
        "{numer}",
        "{number",
        "{entry-{number}",
        "{number:004}x{}",
        "{number:abc}",
        "",
        "a\x07{number}",
    ],
)
def test_a_bad_template_is_explained(pattern: str) -> None:
    assert list(NumberTemplate(pattern).problems())


def test_a_template_may_only_speak_of_what_is_known_at_its_level() -> None:
    assert list(NumberTemplate("{case}-{number}").problems({"plan", "entry", "year"}))


def test_a_counter_counts_per_year_only_where_the_year_is_shown() -> None:
    with_year, without = NumberTemplate("{entry}-{year}/{number}"), NumberTemplate("{entry}/{number}")
    this, next_one = {"entry": "6", "year": 2026}, {"entry": "6", "year": 2027}
    assert with_year.scope(this) != with_year.scope(next_one)
    assert without.scope(this) == without.scope(next_one)


def test_references_sort_as_people_read_them() -> None:
    references = ["63-2026/10", "63-2026/9", "63-2025/100", "63.10-2026/1", "63.9-2026/1", "7-2026/1", "A-1", "a-2"]
    assert sorted(references, key=sort_key) == [
        "7-2026/1",
        "63-2025/100",
        "63-2026/9",
        "63-2026/10",
        "63.9-2026/1",
        "63.10-2026/1",
        "A-1",
        "a-2",
    ]
