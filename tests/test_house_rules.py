"""Rules of the house that no linter knows: records are loaded for a purpose, and only edges commit."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("eakte", "ingest", "retention", "xrechnung")
GUARDED = {"Record", "Dossier", "Case", "Document"}


def offences(is_offence: Callable[[ast.Call], bool], *, spared: set[str]) -> Iterator[str]:
    """Where a call offends, as file and line; files and folders named in `spared` may do it."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT)
            if not spared.isdisjoint(place.parts):
                continue
            calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
            yield from (f"{place}:{call.lineno}" for call in calls if is_offence(call))


def loads_a_record(call: ast.Call) -> bool:
    selects = isinstance(call.func, ast.Name) and call.func.id == "select"
    gets = isinstance(call.func, ast.Attribute) and call.func.attr in ("get", "get_one")
    return (selects or gets) and any(isinstance(one, ast.Name) and one.id in GUARDED for one in call.args)


def commits(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "commit"


def test_records_are_loaded_for_a_purpose_in_queries_and_nowhere_else() -> None:
    assert not list(offences(loads_a_record, spared={"queries.py", "queries", "plan_queries.py", "migrations"}))


def test_only_the_unit_of_work_and_the_entry_points_commit() -> None:
    # What search engines commit are files of their own.
    assert not list(offences(commits, spared={"entrypoints", "adapters"}))
