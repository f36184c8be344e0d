"""What makes a filing plan sound, and how a plan file is judged; plain values in and out."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from eakte.foundation.errors import Finding


class EntryKind(StrEnum):
    """Haupt-, Ober-, Gruppe, Untergruppe; only a subject unit (Betreffseinheit) holds dossiers."""

    MAIN_GROUP = "main_group"
    GROUP = "group"
    SUB_GROUP = "sub_group"
    SUBJECT_UNIT = "subject_unit"


class DisposalCode(StrEnum):
    """Aussonderungsart: archive (A), destroy (V) or appraise (B)."""

    ARCHIVE = "A"
    DESTROY = "V"
    APPRAISE = "B"


COLUMNS = (
    "code",
    "title",
    "kind",
    "parent",
    "short_title",
    "retention_years",
    "retention_unlimited",
    "disposal",
    "log_reading",
    "valid_from",
    "valid_until",
    "closed_down_on",
)
LONGEST = {"code": 100, "title": 500, "parent": 100, "short_title": 200}
LONGEST_RETENTION = 110
DEEPEST = 20
_GROUPS_BY_DEPTH = (EntryKind.MAIN_GROUP, EntryKind.GROUP, EntryKind.SUB_GROUP)
_KINDS = {kind.value: kind for kind in EntryKind} | {
    "hauptgruppe": EntryKind.MAIN_GROUP,
    "obergruppe": EntryKind.GROUP,
    "gruppe": EntryKind.GROUP,
    "untergruppe": EntryKind.SUB_GROUP,
    "betreffseinheit": EntryKind.SUBJECT_UNIT,
}
_BOOLEANS = {"true": True, "ja": True, "1": True, "false": False, "nein": False, "0": False, "": False}


def covers(first: date | None, last: date | None, day: date) -> bool:
    """Whether `day` lies between `first` and `last`, both included; None is open."""
    return (first is None or first <= day) and (last is None or day <= last)


def retention_is_sound(years: int | None, *, unlimited: bool) -> bool:
    """Years and "unlimited" exclude each other."""
    return years is None or (not unlimited and 0 <= years <= LONGEST_RETENTION)


def folded(text: str) -> str:
    """Text as the search in a plan compares it: no case, ä = ae = a, ß = ss."""
    text = unicodedata.normalize("NFC", text).lower()
    for written, plain in FOLDS:
        text = text.replace(written, plain)
    return text


FOLDS = (("ä", "a"), ("ö", "o"), ("ü", "u"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ß", "ss"))


# --- reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as the file has it. `where` is a pointer like `/lines/7`, `spoken` its German name."""

    where: str
    spoken: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """One entry as the file wants it; `values` has only what the file speaks of.

    `closed_down_on` is the day since which it takes no more dossiers (Stilllegung).
    """

    row: Row
    code: str
    parent: str | None
    kind: EntryKind | None
    values: Mapping[str, Any]
    closed_down_on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """One entry as the plan has it; `in_use` says that dossiers lie under it or below."""

    code: str
    parent: str | None
    kind: EntryKind
    values: Mapping[str, Any] = field(default_factory=dict)
    holds_dossiers: bool = False
    in_use: bool = False
    closed_down: bool = False


@dataclass(slots=True)
class Judgement:
    """What a file asks for, parents before children, and what is wrong with it."""

    entries: list[PlannedEntry] = field(default_factory=list)
    kinds: dict[str, EntryKind] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def judge_plan(rows: Sequence[Row], known: Mapping[str, KnownEntry], findings: Iterable[Finding] = ()) -> Judgement:
    """Read every row, and judge the plan that would come out; `findings` are those of reading the file."""
    judgement = Judgement(findings=list(findings))
    _judge(rows, known, judgement)
    judgement.findings.sort(key=lambda finding: [int(run) for run in re.findall(r"\d+", finding.pointer)[:1]])
    return judgement


def _judge(rows: Sequence[Row], known: Mapping[str, KnownEntry], judgement: Judgement) -> None:
    planned: dict[str, PlannedEntry] = {}
    for row in rows:
        entry = _read(row, known, judgement.findings)
        if entry is None:
            continue
        if entry.code in planned:
            first = planned[entry.code].row.spoken
            judgement.findings.append(
                _finding(row, "code", "duplicate-code", f"Das Kennzeichen „{entry.code}“ steht schon in {first}.")
            )
            continue
        planned[entry.code] = entry
    parents = _parents(planned, known)
    judgement.findings += _judge_parents(planned, known, parents)
    if judgement.findings:
        return
    children = {parent for parent in parents.values() if parent is not None}
    for code, entry in planned.items():
        judgement.kinds[code] = entry.kind or _derived_kind(code, known.get(code), parents, children)
    judgement.findings += _judge_kinds(planned, known, parents, judgement.kinds, children)
    ordered = sorted(planned, key=lambda code: len(list(_ancestors(code, parents))))
    judgement.entries = [replace(planned[code], parent=parents[code]) for code in ordered]


def _finding(row: Row, column: str, code: str, message: str) -> Finding:
    return Finding(code, f"{row.spoken}: {message}", f"{row.where}/{column}" if column else row.where)


def _read(row: Row, known: Mapping[str, KnownEntry], findings: list[Finding]) -> PlannedEntry | None:
    """One row's values; None when it cannot even be named."""
    texts = {name: _text(row, name, findings) for name in ("code", "title", "short_title", "parent")}
    for name, word in (("code", "Kennzeichen"), ("title", "Titel")):
        if name == "title" and name not in row.cells:
            continue
        if row.cells.get(name) in (None, ""):
            findings.append(_finding(row, name, f"{name}-missing", f"Das Feld {word} ({name}) ist leer."))
    values: dict[str, Any] = {}
    for name in ("title", "short_title"):
        if name in row.cells:
            values[name] = texts[name]
    for name, read in _READERS.items():
        if name not in row.cells:
            continue
        try:
            values[name] = read(row.cells[name])
        except ValueError as error:
            findings.append(_finding(row, name, f"{name.replace('_', '-')}-invalid", str(error)))
    code = texts["code"]
    before = known[code].values if code is not None and code in known else {}
    findings += _contradictions(row, {**before, **values})
    kind, closed_down_on = (values.pop(name, None) for name in ("kind", "closed_down_on"))
    return None if code is None else PlannedEntry(row, code, texts["parent"], kind, values, closed_down_on)


def _text(row: Row, name: str, findings: list[Finding]) -> str | None:
    value = row.cells.get(name)
    if value is None or value == "":
        return None
    problem = ""
    if not isinstance(value, str):
        problem = "ist kein Text"
    elif len(value) > LONGEST[name]:
        problem = f"hat mehr als {LONGEST[name]} Zeichen"
    elif any(unicodedata.category(character)[0] == "C" for character in value):
        problem = "enthält Steuerzeichen"
    if problem:
        findings.append(_finding(row, name, f"{name.replace('_', '-')}-invalid", f"Das Feld {name} {problem}."))
        # A name that is only unusable still says which row is meant; anything else is left out.
        return None if name != "code" or not isinstance(value, str) else value
    return unicodedata.normalize("NFC", value)


def _contradictions(row: Row, values: Mapping[str, Any]) -> Iterable[Finding]:
    first, last = values.get("valid_from"), values.get("valid_until")
    if first is not None and last is not None and first > last:
        yield _finding(row, "valid_until", "validity-invalid", "„gültig bis“ liegt vor „gültig ab“.")
    if not retention_is_sound(values.get("retention_years"), unlimited=bool(values.get("retention_unlimited"))):
        message = "Entweder 0 bis 110 Jahre oder unbefristet, nicht beides."
        yield _finding(row, "retention_years", "retention-invalid", message)


def _kind(value: Any) -> EntryKind | None:
    if value is None or value == "":
        return None
    kind = _KINDS.get(str(value).casefold())
    if kind is None:
        raise ValueError(f"Die Art „{str(value)[:50]}“ gibt es nicht; erlaubt: {', '.join(EntryKind)}.")
    return kind


def _years(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,3}", str(value)):
        raise ValueError("Die Aufbewahrungsdauer ist keine Zahl von Jahren.")
    return int(value)


def _boolean(value: Any) -> bool:
    known = _BOOLEANS.get("" if value is None else str(value).casefold())
    if known is None:
        raise ValueError("Die Angabe ist entweder true oder false.")
    return known


def _disposal(value: Any) -> DisposalCode:
    try:
        return DisposalCode(str(value).upper()) if value else DisposalCode.APPRAISE
    except ValueError:
        raise ValueError("Die Aussonderungsart ist A, B oder V.") from None


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", str(value))
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1]))
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("Ein Datum hat die Form JJJJ-MM-TT.") from None


_READERS = {
    "kind": _kind,
    "retention_years": _years,
    "retention_unlimited": _boolean,
    "disposal": _disposal,
    "log_reading": _boolean,
    "closed_down_on": _date,
    "valid_from": _date,
    "valid_until": _date,
}


# --- judging ------------------------------------------------------------------------------------------

Parents = dict[str, str | None]


def _parents(planned: Mapping[str, PlannedEntry], known: Mapping[str, KnownEntry]) -> Parents:
    """Every entry's parent in the plan that would come out."""
    parents: Parents = {code: entry.parent for code, entry in known.items()}
    codes = {*planned, *known}
    for code, entry in planned.items():
        if "parent" in entry.row.cells:
            parents[code] = entry.parent
        elif code not in known:
            parents[code] = _longest_prefix(code, codes)
    return parents


def _longest_prefix(code: str, codes: Collection[str]) -> str | None:
    for length in range(len(code) - 1, 0, -1):
        if code[:length] in codes:
            return code[:length]
    return None


def _ancestors(code: str, parents: Parents) -> Iterator[str]:
    """From the parent up to the root; stops where a circle closes, and beyond the deepest level."""
    seen = {code}
    parent = parents.get(code)
    while parent is not None and parent not in seen and len(seen) <= DEEPEST:
        yield parent
        seen.add(parent)
        parent = parents.get(parent)


def _judge_parents(
    planned: Mapping[str, PlannedEntry], known: Mapping[str, KnownEntry], parents: Parents
) -> Iterable[Finding]:
    for code, entry in planned.items():
        parent = parents[code]
        if parent is not None and parent not in parents:
            message = f"Den übergeordneten Eintrag „{parent}“ gibt es nicht."
            yield _finding(entry.row, "parent", "parent-unknown", message)
            continue
        *above, top = [code, *_ancestors(code, parents)]
        if len(above) >= DEEPEST:
            yield _finding(entry.row, "parent", "plan-too-deep", f"Ein Aktenplan hat höchstens {DEEPEST} Ebenen.")
            continue
        if parents.get(top) is not None:
            if code in [top, *_ancestors(top, parents)]:
                message = f"„{code}“ liegt über die übergeordneten Einträge unter sich selbst."
                yield _finding(entry.row, "parent", "parent-cycle", message)
            continue
        before = known.get(code)
        if before is not None and before.parent != parent and before.in_use:
            message = f"Unter „{code}“ liegen Akten; der Eintrag kann nicht an eine andere Stelle."
            yield _finding(entry.row, "parent", "entry-in-use", message)
        if parent is not None and parent in known and known[parent].closed_down and before is None:
            message = f"Der übergeordnete Eintrag „{parent}“ ist stillgelegt."
            yield _finding(entry.row, "parent", "parent-closed-down", message)
        if "title" not in entry.row.cells and before is None:
            yield _finding(entry.row, "title", "title-missing", "Das Feld Titel (title) fehlt.")


def _derived_kind(code: str, known: KnownEntry | None, parents: Parents, children: Collection[str]) -> EntryKind:
    """A leaf is a subject unit; what has children is a group named by its depth."""
    if known is not None and (known.kind is not EntryKind.SUBJECT_UNIT or code not in children):
        return known.kind
    if code not in children:
        return EntryKind.SUBJECT_UNIT
    return _GROUPS_BY_DEPTH[min(len(list(_ancestors(code, parents))), 2)]


def _judge_kinds(
    planned: Mapping[str, PlannedEntry],
    known: Mapping[str, KnownEntry],
    parents: Parents,
    kinds: Mapping[str, EntryKind],
    children: Set[str],
) -> Iterable[Finding]:
    # Where the file itself names children, they are reported, not their parent.
    named = {parent for code in planned if (parent := parents[code]) is not None}
    for code, entry in planned.items():
        parent = parents[code]
        if parent is not None and (kinds[parent] if parent in kinds else known[parent].kind) is EntryKind.SUBJECT_UNIT:
            message = f"„{parent}“ ist eine Betreffseinheit; darunter kann kein Eintrag stehen."
            yield _finding(entry.row, "parent", "parent-is-leaf", message)
        before = known.get(code)
        if before is not None and before.holds_dossiers and kinds[code] is not EntryKind.SUBJECT_UNIT:
            message = f"„{code}“ führt Akten und kann deshalb keine Gruppe werden."
            yield _finding(entry.row, "kind", "entry-in-use", message)
        if kinds[code] is EntryKind.SUBJECT_UNIT and code in children - named:
            message = f"Unter „{code}“ stehen Einträge; er kann keine Betreffseinheit sein."
            yield _finding(entry.row, "kind", "leaf-with-entries", message)
