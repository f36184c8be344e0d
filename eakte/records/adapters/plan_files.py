"""Filing plans as CSV and JSON, as spreadsheets and other systems write them."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from eakte.foundation.errors import Finding
from eakte.records.errors import PlanFormatUnknown, PlanImportInvalid
from eakte.records.plan_rules import COLUMNS, Row

CSV, JSON = "text/csv", "application/json"
MAX_ROWS = 50_000

# What a spreadsheet would take for a formula is written behind an apostrophe, and read without it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NAMES = {to_camel(name): name for name in COLUMNS} | {name: name for name in COLUMNS}

Rows = tuple[list[Row], list[Finding]]


def read_plan(content: bytes, media_type: str) -> Rows:
    """The rows of a plan file, and what is wrong with single ones.

    Raises PlanFormatUnknown, and PlanImportInvalid for a file whose rows cannot be told at all.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind in (CSV, "application/csv", "application/vnd.ms-excel", "text/plain"):
        rows, findings = _read_csv(_decoded(content))
    elif kind == JSON:
        rows, findings = _read_json(content)
    else:
        raise PlanFormatUnknown
    if len(rows) > MAX_ROWS:
        raise _refused("too-many-entries", f"Die Datei hat mehr als {MAX_ROWS} Einträge.")
    return rows, findings


def _refused(code: str, message: str, pointer: str = "") -> PlanImportInvalid:
    return PlanImportInvalid(findings=[Finding(code, message, pointer)])


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("encoding-unknown", "Der Zeichensatz ist weder UTF-8 noch Windows-1252.")


def _read_csv(text: str) -> Rows:
    declared = re.match(r"sep=(.)\r?\n", text)
    separator = declared[1] if declared else max(";,\t", key=text.partition("\n")[0].count)
    skipped = 1 if declared else 0
    reader = csv.reader(
        io.StringIO(text[declared.end() if declared else 0 :], newline=""), delimiter=separator, strict=True
    )
    rows: list[Row] = []
    findings: list[Finding] = []
    header: list[str] = []
    line = skipped + 1
    try:
        for cells in reader:
            if not header:
                header = _header(cells)
            elif any(cell.strip() for cell in cells):
                rows.append(_csv_row(header, cells, line, findings))
            line = skipped + reader.line_num + 1
    except csv.Error:
        message = f"Zeile {line}: Anführungszeichen oder Feldlängen stimmen nicht."
        raise _refused("csv-malformed", message, f"/lines/{line}") from None
    if not header:
        raise _refused("file-empty", "Die Datei ist leer.")
    return rows, findings


def _header(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().casefold() for cell in cells]
    while names and not names[-1]:
        names.pop()
    findings = [
        Finding("column-unknown", f"Die Spalte „{name[:50]}“ ist unbekannt; erlaubt: {', '.join(COLUMNS)}.", "/lines/1")
        for name in names
        if name not in COLUMNS
    ]
    findings += [
        Finding("column-repeated", f"Die Spalte „{name}“ kommt mehrfach vor.", "/lines/1")
        for name in COLUMNS
        if names.count(name) > 1
    ]
    if names and "code" not in names:
        findings.append(Finding("column-missing", "Die Spalte „code“ fehlt.", "/lines/1"))
    if findings:
        raise PlanImportInvalid(findings=findings)
    return names


def _csv_row(header: Sequence[str], cells: Sequence[str], line: int, findings: list[Finding]) -> Row:
    where, spoken = f"/lines/{line}", f"Zeile {line}"
    if any(cell.strip() for cell in cells[len(header) :]):
        message = f"{spoken}: Es sind {len(cells)} Felder statt {len(header)}."
        findings.append(Finding("too-many-fields", message, where))
    values = [*cells, *[""] * len(header)]
    return Row(where, spoken, {name: _bare(value) for name, value in zip(header, values, strict=False)})


def _bare(cell: str) -> str:
    cell = cell.strip(" \xa0\r\n")
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _read_json(content: bytes) -> Rows:
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _refused("json-malformed", "Der Text ist kein gültiges JSON in UTF-8.") from None
    entries = value.get("entries") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise _refused("entries-missing", "Erwartet wird eine Liste „entries“.", "/entries")
    findings: list[Finding] = []
    rows = [row for index, entry in enumerate(entries) if (row := _json_row(index, entry, findings)) is not None]
    return rows, findings


def _json_row(index: int, entry: Any, findings: list[Finding]) -> Row | None:
    where, spoken = f"/entries/{index}", f"Eintrag {index + 1}"
    if not isinstance(entry, dict):
        findings.append(Finding("entry-malformed", f"{spoken}: Erwartet wird ein Objekt.", where))
        return None
    findings += [
        Finding("column-unknown", f"{spoken}: Das Feld „{name[:50]}“ ist unbekannt.", where)
        for name in sorted(entry.keys() - _NAMES.keys())
    ]
    cells = {_NAMES[name]: value for name, value in entry.items() if name in _NAMES}
    return Row(where, spoken, {name: cell.strip() if isinstance(cell, str) else cell for name, cell in cells.items()})


def write_csv(entries: Iterable[Mapping[str, Any]]) -> bytes:
    """Entries for German spreadsheets: semicolons, UTF-8 with a mark, nothing that would run as a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(entry[name]) for name in COLUMNS] for entry in entries)
    return target.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return "'" + text if _FORMULA.match(text) else text


def write_json(plan: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> bytes:
    """Plan and entries as JSON, with the names the API uses."""
    listed = [{to_camel(name): entry[name] for name in COLUMNS} for entry in entries]
    return json.dumps({"plan": plan, "entries": listed}, ensure_ascii=False, indent=1, default=str).encode()
