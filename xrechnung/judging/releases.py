"""Releases of the official configuration: scenarios, severities and code lists, as data with a validity.

They come every January and August. A new one is a new folder under `data/releases`; code changes only where a rule
itself is new or means something else.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from xrechnung.judging.verdict import Severity, Syntax


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which rules apply to invoices of one syntax and specification identifier (BT-24), and how heavily."""

    name: str
    syntax: Syntax
    specification: str
    rule_sets: frozenset[str]
    """`cen` always; `xrechnung`, and with it `extension` or `cvd`."""
    levels: Mapping[str, Severity]
    """Severities this scenario sets instead of the published ones."""


class Release:
    """One release of the official configuration (Prüftool-Konfiguration)."""

    def __init__(self, folder: Traversable) -> None:
        described = json.loads((folder / "release.json").read_text("utf-8"))
        self._folder = folder
        self.name: str = described["name"]
        self.valid_from = date.fromisoformat(described["valid_from"])
        self.components: Mapping[str, str] = described["components"]
        self.scenarios = tuple(
            Scenario(
                one["name"],
                Syntax(one["syntax"]),
                one["specification"],
                frozenset(one["rule_sets"]),
                {rule: Severity(level) for rule, level in one["levels"].items()},
            )
            for one in described["scenarios"]
        )

    def scenario(self, syntax: Syntax | None, specifications: Collection[str]) -> Scenario | None:
        """The one scenario for this root and exactly one of the identifiers an invoice claims; None for two."""
        fitting = [one for one in self.scenarios if one.syntax is syntax and one.specification in specifications]
        return fitting[0] if len(fitting) == 1 else None

    @cached_property
    def code_lists(self) -> Mapping[str, frozenset[str]]:
        """Codes by the name of their list."""
        return {name: frozenset(codes) for name, codes in self.codes_in_order.items()}

    @cached_property
    def codes_in_order(self) -> Mapping[str, Sequence[str]]:
        """The same in the official order, for rules that look for a part of the list as it is written."""
        lists: dict[str, list[str]] = json.loads((self._folder / "codelists.json").read_text("utf-8"))
        return lists

    def published(self, syntax: Syntax) -> Mapping[str, Severity]:
        """Published severity of each rule that exists in this release for this syntax."""
        return self._severities[syntax is Syntax.CII]

    @cached_property
    def _severities(self) -> tuple[Mapping[str, Severity], Mapping[str, Severity]]:
        ubl: dict[str, Severity] = {}
        cii: dict[str, Severity] = {}
        for row in self.table("severities.tsv"):
            for severities, flag in ((ubl, row[1]), (cii, row[2])):
                if flag:
                    severities[row[0]] = Severity(flag)
        return ubl, cii

    def table(self, name: str) -> list[list[str]]:
        """The rows of one of the release's tables, without the heading."""
        lines = (self._folder / name).read_text("utf-8").splitlines()
        return [line.split("\t") for line in lines[1:] if line]


@cache
def releases() -> tuple[Release, ...]:
    """All releases we know, oldest first."""
    found = (Release(folder) for folder in (files("xrechnung") / "data" / "releases").iterdir() if folder.is_dir())
    return tuple(sorted(found, key=lambda release: release.valid_from))


def release_on(day: date) -> Release:
    """The release in force on a day; before the first one we know, the first."""
    in_force = [release for release in releases() if release.valid_from <= day]
    return in_force[-1] if in_force else releases()[0]
