"""Figures as CSV: UTF-8, semicolons, a decimal point, one row for each figure."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t")


def report_as_csv(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows under their names; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    target = StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_harmless(row[name]) for name in names])
    return target.getvalue().encode()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
