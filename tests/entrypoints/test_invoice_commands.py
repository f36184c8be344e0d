"""Invoices on the command line: no server, no database, no settings, and an answer at once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import html

from tests.support.installation import EAKTE, json_lines
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, with_attachment

KEYS = {"file", "syntax", "scenario", "accepted", "findings", "refusal", "release", "embedded"}
FINDING_KEYS = {"rule", "severity", "official", "term", "location", "line", "message", "remedy"}


def eakte(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[str]":
    """The command in an environment that knows of no installation."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("EAKTE_")}
    command = [*EAKTE, "invoice", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, env=bare, timeout=120, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def checked(*arguments: object, stdin: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
    done = eakte("check", "--json", *arguments, stdin=stdin)
    return done.returncode, json_lines(done.stdout)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Good, bad and other files, as they come by mail."""
    folder = tmp_path / "Posteingang"
    (folder / "März").mkdir(parents=True)
    (folder / "rechnung_2.xml").write_bytes(a_ubl_invoice())
    (folder / "rechnung_10.xml").write_bytes(a_ubl_invoice(gross="120.00"))
    (folder / "März" / "hybrid.pdf").write_bytes(a_hybrid_pdf(a_cii_invoice()))
    (folder / "März" / "ohne_endung").write_bytes(a_cii_invoice())
    (folder / "März" / "notiz.txt").write_text("keine Rechnung")
    (folder / ".versteckt.xml").write_bytes(b"<x/>")
    return folder


def test_a_folder_gives_one_line_per_file_that_may_be_an_invoice_in_their_order(inbox: Path) -> None:
    status, lines = checked(inbox)
    assert status == 1
    assert [Path(line["file"]).name for line in lines] == [
        "hybrid.pdf",
        "ohne_endung",
        "rechnung_2.xml",
        "rechnung_10.xml",
    ]
    assert [line["accepted"] for line in lines] == [True, True, True, False]
    assert [line["syntax"] for line in lines] == ["cii", "cii", "ubl-invoice", "ubl-invoice"]
    assert lines[0]["embedded"] == "factur-x.xml"
    assert all(set(line) >= KEYS for line in lines)
    assert all(set(finding) == FINDING_KEYS for line in lines for finding in line["findings"])


def test_a_refusal_names_rule_term_line_and_what_to_change(inbox: Path) -> None:
    _, (line,) = checked(inbox / "rechnung_10.xml")
    (sum_up, *_) = (finding for finding in line["findings"] if finding["rule"] == "BR-CO-15")
    assert sum_up["official"] and sum_up["severity"] == "fatal"
    assert sum_up["line"] > 1 and sum_up["location"].startswith("/ubl:Invoice")
    assert sum_up["message"].endswith(".") and sum_up["remedy"]


def test_the_exit_status_tells_accepted_from_refused_from_not_checkable(inbox: Path, tmp_path: Path) -> None:
    good, bad, missing = inbox / "rechnung_2.xml", inbox / "rechnung_10.xml", tmp_path / "fehlt.xml"
    assert checked(good)[0] == 0
    assert checked(good, bad)[0] == 1
    status, lines = checked(good, missing, bad)
    assert status == 2
    assert lines[1]["accepted"] is None and "es gibt sie nicht" in lines[1]["problem"]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", "xml"),
        (b"kein XML", "xml"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "xml"),
        (b"<bestellung/>", "no-scenario"),
        (b"%PDF-1.7 kaputt", "no-xml"),
    ],
)
def test_what_is_no_invoice_is_refused_and_no_trouble(content: bytes, refusal: str) -> None:
    status, (line,) = checked("-", stdin=content)
    assert (status, line["refusal"], line["file"]) == (1, refusal, "-")


def test_several_processes_give_the_same_lines_in_the_same_order(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}.xml").write_bytes(a_ubl_invoice(gross="119.00" if number % 7 else "1.00"))
    alone, together = eakte("check", "--json", tmp_path), eakte("check", "--json", "--jobs", 2, tmp_path)
    assert together.stdout == alone.stdout
    assert together.stderr == alone.stderr == ""
    assert (together.returncode, alone.returncode) == (1, 1)


def test_people_read_what_was_found_and_what_to_do(inbox: Path) -> None:
    said = eakte("check", inbox).stdout
    assert "rechnung_2.xml: angenommen (EN16931 XRechnung" in said
    assert "rechnung_10.xml: abgelehnt" in said
    assert "  Fehler BR-CO-15: " in said
    assert "4 geprüft: 3 angenommen, 1 abgelehnt, 0 nicht prüfbar." in said


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    done = eakte("check", tmp_path)
    assert done.returncode == 2 and "keine Datei" in done.stderr


def test_checking_loads_neither_server_nor_pdf_nor_views(inbox: Path) -> None:
    code = (
        "import sys; from eakte.entrypoints.cli import main; sys.argv = ['eakte', 'invoice', 'check', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    )
    command = [sys.executable, "-c", code, inbox / "rechnung_2.xml"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not {"pikepdf", "jinja2", "typst", "sqlalchemy", "fastapi", "rich"} & set(done.stdout.split())


def test_a_view_is_written_as_its_name_says(inbox: Path, tmp_path: Path) -> None:
    page, pdf = tmp_path / "sicht.html", tmp_path / "sicht.PDF"
    assert eakte("show", inbox / "rechnung_10.xml", "-o", page).returncode == 0
    assert eakte("show", inbox / "März" / "hybrid.pdf", "-o", pdf).returncode == 0
    assert "abgelehnt" in html.fromstring(page.read_text("utf-8")).text_content()
    with pikepdf.open(pdf) as opened:
        assert str(opened.docinfo["/Title"]) == "Rechnung RE-2026-0815"
    done = eakte("show", inbox / "rechnung_2.xml", "-o", tmp_path / "sicht.docx")
    assert done.returncode == 2 and ".html oder .pdf" in done.stderr


def test_an_unreadable_file_has_a_view_that_says_why(tmp_path: Path) -> None:
    page = tmp_path / "sicht.html"
    assert eakte("show", "-", "-o", page, stdin=b"<kaputt").returncode == 0
    assert "abgelehnt" in page.read_text("utf-8")


def test_the_model_is_told_as_json() -> None:
    done = eakte("model", "-", stdin=a_hybrid_pdf(a_cii_invoice()))
    model = json.loads(done.stdout)
    assert model["number"] == "RE-2026-0815"
    assert model["totals"]["gross"] == "119.00"
    refused = eakte("model", "-", stdin=b"<x/>")
    assert refused.returncode == 2 and "invoice-unreadable" in refused.stderr


def test_attachments_are_laid_down_under_names_that_lead_nowhere_else(tmp_path: Path) -> None:
    data = with_attachment(a_ubl_invoice(), b"eins", name="../../aufmass.pdf")
    data = with_attachment(data, b"zwei", name="aufmass.PDF")
    target = tmp_path / "ziel" / "anlagen"
    done = eakte("attachments", "-", "-o", target, stdin=data)
    assert done.returncode == 0
    laid = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert sorted(laid.values()) == [b"eins", b"zwei"]
    assert all(path.parent == target for path in tmp_path.rglob("*") if path.is_file())
    again = eakte("attachments", "-", "-o", target, stdin=data)
    assert again.returncode == 0 and len(list(target.iterdir())) == 4, "nothing is overwritten"


def test_files_beside_the_invoice_in_a_pdf_are_attachments_too(tmp_path: Path) -> None:
    pdf = tmp_path / "rechnung.pdf"
    pdf.write_bytes(a_hybrid_pdf(a_cii_invoice()))
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        opened.attachments["stunden.csv"] = pikepdf.AttachedFileSpec(opened, b"a;b", filename="stunden.csv")
        opened.save(pdf)
    assert eakte("attachments", pdf, "-o", tmp_path / "aus").returncode == 0
    assert [path.name for path in (tmp_path / "aus").iterdir()] == ["stunden.csv"]


def test_a_damaged_attachment_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    data = with_attachment(a_ubl_invoice(), b"inhalt").replace(b"aW5oYWx0", b"!!!!")
    done = eakte("attachments", "-", "-o", tmp_path / "aus", stdin=data)
    assert done.returncode == 1 and "Base64" in done.stderr
    assert not list((tmp_path / "aus").iterdir())
