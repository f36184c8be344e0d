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


def keeps_an_unsettled_alias(place: ast.stmt) -> bool:
    """Whether what outlives a call, a name in a module or the answer of a cached function, is an alias of that kind."""
    if isinstance(place, ast.FunctionDef):
        kept = any("cache" in ast.unparse(decorator) for decorator in place.decorator_list)
    else:
        kept = isinstance(place, ast.Assign | ast.AnnAssign)
    return kept and any(is_alias(node) for node in unsettled(place))


def unsettled(place: ast.AST) -> Iterator[ast.AST]:
    """All within a place but what `settled` is called with."""
    yield place
    if not (isinstance(place, ast.Call) and ast.unparse(place.func) == "settled"):
        for child in ast.iter_child_nodes(place):
            yield from unsettled(child)


def is_alias(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".")[-1] in ("aliased", "alias")


def test_records_are_loaded_for_a_purpose_in_queries_and_nowhere_else() -> None:
    assert not list(offences(loads_a_record, spared={"queries.py", "queries", "plan_queries.py", "migrations"}))


def test_only_the_unit_of_work_and_the_entry_points_commit() -> None:
    # What search engines commit are files of their own.
    assert not list(offences(commits, spared={"entrypoints", "adapters"}))


def test_aliases_that_outlive_a_call_are_settled_before_threads_share_them() -> None:
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    places = ((path, place) for path in modules for place in ast.parse(path.read_text()).body)
    found = [f"{path}:{place.lineno}" for path, place in places if keeps_an_unsettled_alias(place)]
    assert not found
