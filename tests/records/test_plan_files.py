"""What a plan file may look like, and everything that can be wrong with one."""

import json

import pytest

from eakte.records.adapters.plan_files import read_plan, write_csv
from eakte.records.errors import PlanFormatUnknown, PlanImportInvalid
from eakte.records.plan_rules import COLUMNS, EntryKind, KnownEntry, folded, judge_plan

HEADER = "code,title,kind,parent"


def judged(text: str | bytes, known: dict[str, KnownEntry] | None = None, media_type: str = "text/csv"):
    content = text.encode() if isinstance(text, str) else text
    rows, findings = read_plan(content, media_type)
    return judge_plan(rows, known or {}, findings)


def codes_of(text: str | bytes, known: dict[str, KnownEntry] | None = None) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in judged(text, known).findings]


@pytest.mark.parametrize(
    "content",
    [
        "code;title\n63;Bauen für Bürger\n".encode(),
        "code,title\r\n63,Bauen für Bürger\r\n".encode(),
        "\ufeffcode\ttitle\n63\tBauen für Bürger".encode(),
        "code;title\n63;Bauen für Bürger\n".encode("cp1252"),
        "code;title\n63;Bauen für Bürger\n".encode("utf-16"),
        "sep=;\r\nCode ; TITLE ;\r\n 63 ; Bauen für Bürger ;\r\n;;\r\n".encode(),
        'code;title\n63;"Bauen für Bürger"\n\n'.encode(),
    ],
)
def test_spreadsheets_may_write_as_they_like(content: bytes) -> None:
    (entry,) = judged(content).entries
    assert (entry.code, entry.values["title"]) == ("63", "Bauen für Bürger")


def test_kinds_that_are_not_said_follow_from_the_tree() -> None:
    judgement = judged(
        "code,title,parent\n6,Bauen,\n63,Bauaufsicht,6\n63.1,Verfahren,63\n63.11,Anträge,63.1\n7,Leer,\n"
    )
    assert judgement.kinds == {
        "6": EntryKind.MAIN_GROUP,
        "63": EntryKind.GROUP,
        "63.1": EntryKind.SUB_GROUP,
        "63.11": EntryKind.SUBJECT_UNIT,
        "7": EntryKind.SUBJECT_UNIT,
    }


def test_parents_that_are_not_said_follow_from_the_codes() -> None:
    judgement = judged("code,title\n63.11,Anträge\n6,Bauen\n63.1,Verfahren\n7,Kultur\n")
    assert {entry.code: entry.parent for entry in judgement.entries} == {
        "6": None,
        "63.1": "6",
        "63.11": "63.1",
        "7": None,
    }
    depths = [entry.code for entry in judgement.entries]
    assert depths.index("6") < depths.index("63.1") < depths.index("63.11")


def test_german_words_and_dates_are_understood() -> None:
    header = "code,title,kind,retention_unlimited,disposal,valid_from\n"
    (entry,) = judged(header + "6,Bauen,Hauptgruppe,ja,a,1.2.2024\n").entries
    assert entry.kind is EntryKind.MAIN_GROUP
    assert entry.values["retention_unlimited"] is True
    assert (entry.values["disposal"].value, entry.values["valid_from"].isoformat()) == ("A", "2024-02-01")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("6,Bauen,,\n6,Doppelt,,", ("duplicate-code", "/lines/3/code")),
        (",Ohne Kennzeichen,,", ("code-missing", "/lines/2/code")),
        ("6,,,", ("title-missing", "/lines/2/title")),
        ("6,Bauen,gruppen,", ("kind-invalid", "/lines/2/kind")),
        ("6,Bauen,,5", ("parent-unknown", "/lines/2/parent")),
        ("6,Bauen,,6", ("parent-cycle", "/lines/2/parent")),
        ("6,Bauen,subject_unit,\n63,Bauaufsicht,,6", ("parent-is-leaf", "/lines/3/parent")),
        ("6,Bauen,,,zuviel", ("too-many-fields", "/lines/2")),
        ("6,Bau\x07en,,", ("title-invalid", "/lines/2/title")),
        (f"{'6' * 101},Bauen,,", ("code-invalid", "/lines/2/code")),
    ],
)
def test_what_is_wrong_is_said_with_its_line(rows: str, expected: tuple[str, str]) -> None:
    assert expected in codes_of(f"{HEADER}\n{rows}\n")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("retention_years", "zehn", "retention-years-invalid"),
        ("retention_years", "-1", "retention-years-invalid"),
        ("retention_years", "111", "retention-invalid"),
        ("retention_unlimited", "vielleicht", "retention-unlimited-invalid"),
        ("disposal", "X", "disposal-invalid"),
        ("valid_from", "31.02.2024", "valid-from-invalid"),
        ("valid_until", "gestern", "valid-until-invalid"),
    ],
)
def test_every_column_is_checked(column: str, value: str, code: str) -> None:
    assert codes_of(f"code,title,{column}\n6,Bauen,{value}\n") == [
        (code, f"/lines/2/{column if code != 'retention-invalid' else 'retention_years'}")
    ]


def test_everything_that_is_wrong_is_said_at_once_and_in_order() -> None:
    text = "code,title,parent,disposal\n6,,,X\n63,Bauaufsicht,99,\n63,Nochmal,,\n"
    assert codes_of(text) == [
        ("title-missing", "/lines/2/title"),
        ("disposal-invalid", "/lines/2/disposal"),
        ("parent-unknown", "/lines/3/parent"),
        ("duplicate-code", "/lines/4/code"),
    ]


def test_a_line_number_counts_lines_and_not_records() -> None:
    assert codes_of('code,title\n6,"Bauen\nund Wohnen"\n7,\n')[-1] == ("title-missing", "/lines/4/title")


def test_a_circle_is_reported_at_every_entry_in_it() -> None:
    text = f"{HEADER}\n1,A,group,3\n2,B,group,1\n3,C,group,2\n4,D,subject_unit,3\n"
    assert [pointer for code, pointer in codes_of(text) if code == "parent-cycle"] == [
        f"/lines/{line}/parent" for line in (2, 3, 4)
    ]


def test_a_plan_is_not_endlessly_deep() -> None:
    rows = "\n".join(f"{number},Ebene,group,{number - 1 if number > 1 else ''}" for number in range(1, 60))
    assert ("plan-too-deep", "/lines/60/parent") in codes_of(f"{HEADER}\n{rows}\n")


KNOWN = {
    "6": KnownEntry("6", None, EntryKind.MAIN_GROUP, in_use=True),
    "63": KnownEntry("63", "6", EntryKind.SUBJECT_UNIT, holds_dossiers=True, in_use=True),
    "64": KnownEntry("64", "6", EntryKind.SUBJECT_UNIT),
    "7": KnownEntry("7", None, EntryKind.MAIN_GROUP, closed_down=True),
}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("63,Bauaufsicht,group,6", "entry-in-use"),
        ("63,Bauaufsicht,,7", "entry-in-use"),
        ("63.1,Darunter,,63", "parent-is-leaf"),
        ("6,Bauen,subject_unit,", "leaf-with-entries"),
        ("71,Neu,,7", "parent-closed-down"),
        ("6,Bauen,,63", "parent-cycle"),
    ],
)
def test_what_the_plan_already_has_counts(row: str, code: str) -> None:
    assert code in [found for found, _ in codes_of(f"{HEADER}\n{row}\n", KNOWN)]


def test_a_leaf_without_dossiers_may_become_a_group() -> None:
    judgement = judged(f"{HEADER}\n64,Brandschutz,,6\n64.1,Brandschau,,64\n", KNOWN)
    assert judgement.findings == []
    assert judgement.kinds == {"64": EntryKind.GROUP, "64.1": EntryKind.SUBJECT_UNIT}


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"", "text/csv", "file-empty"),
        (b"\n\n", "text/csv", "file-empty"),
        (b"title\nBauen\n", "text/csv", "column-missing"),
        (b"code,farbe\n6,rot\n", "text/csv", "column-unknown"),
        (b"code,code\n6,6\n", "text/csv", "column-repeated"),
        (b'code,title\n6,"offen\n', "text/csv", "csv-malformed"),
        (b"code\n\x81\x8d\xff\n", "text/csv", "encoding-unknown"),
        (b"{", "application/json", "json-malformed"),
        (b"\xff\xfe", "application/json", "json-malformed"),
        (b"[" * 100_000, "application/json", "json-malformed"),
        (b"{}", "application/json", "entries-missing"),
        (b'{"entries": 5}', "application/json", "entries-missing"),
        (b"5", "application/json", "entries-missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(content: bytes, media_type: str, code: str) -> None:
    with pytest.raises(PlanImportInvalid) as refused:
        read_plan(content, media_type)
    assert code in [finding.code for finding in refused.value.findings]


def test_only_csv_and_json_are_read() -> None:
    with pytest.raises(PlanFormatUnknown):
        read_plan(b"PK", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (5, "entry-malformed"),
        ({"code": 6, "title": "Bauen"}, "code-invalid"),
        ({"code": "6", "title": ["Bauen"]}, "title-invalid"),
        ({"code": "6", "title": "Bauen", "farbe": "rot"}, "column-unknown"),
        ({"code": "6", "title": "Bauen", "retentionYears": True}, "retention-years-invalid"),
        ({"code": "6", "title": "Bauen", "retentionYears": 10, "retentionUnlimited": True}, "retention-invalid"),
        ({"code": "6", "title": "Bauen", "validFrom": "2025-01-01", "validUntil": "2024-01-01"}, "validity-invalid"),
    ],
)
def test_json_is_checked_as_csv_is(entry: object, code: str) -> None:
    judgement = judged(json.dumps({"entries": [entry]}), media_type="application/json; charset=utf-8")
    assert code in [finding.code for finding in judgement.findings]
    assert judgement.findings[0].pointer.startswith("/entries/0")


@pytest.mark.parametrize(
    "title", ["=1+1", "+49", "-Abriss", "@name", "'=1", "''=1", "'wörtlich'", 'mit "Anführung"; und\nZeile']
)
def test_what_a_spreadsheet_would_run_is_written_harmless_and_read_back(title: str) -> None:
    written = write_csv([dict.fromkeys(COLUMNS) | {"code": "6", "title": title, "retention_unlimited": False}])
    cell = written.decode("utf-8-sig").splitlines()[1].split(";")[1].strip('"')
    assert cell[0] not in "=+-@"
    (row,), _ = read_plan(written, "text/csv")
    assert row.cells["title"] == title


@pytest.mark.parametrize(
    ("one", "other"), [("Gebühren", "GEBUEHREN"), ("Straße", "strasse"), ("ÄÖÜ", "aou"), ("Größe", "groesse")]
)
def test_umlauts_are_the_same_however_written(one: str, other: str) -> None:
    assert folded(one) == folded(other)
