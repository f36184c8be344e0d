"""The command `eakte` as people and scripts use it, against a running installation."""

import hashlib
import io
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from eakte.access.models import OrganisationalUnit
from eakte.foundation.ids import new_id
from eakte.records.queries import get_record_by_reference
from tests.support.factories import a_dossier
from tests.support.installation import EAKTE, Installation, json_lines, until
from tests.support.scans import a_scan, a_scanned_stack

KEYS = ["file", "state", "code", "message", "document", "reference", "pages", "seconds"]


@dataclass(frozen=True)
class Batch:
    """A folder that was ingested once for all tests of this module, and what the command said of it."""

    folder: Path
    reference: str
    status: int
    lines: dict[str, dict[str, Any]]
    count: int

    def of(self, name: str) -> dict[str, Any]:
        return self.lines[name]

    def bytes_of(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture(scope="module")
def batch(stack: Installation, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("Eingang Straße")
    (folder / "Vermerk_Laterne.png").write_bytes(a_scan("Vermerk zur Laterne", "am Marktplatz"))
    two_pages = a_scanned_stack("Niederschrift Seite eins", "Beschluss zum Grundwasser", image_format="TIFF")
    (folder / "Niederschrift.tif").write_bytes(two_pages)
    (folder / "leer.pdf").write_bytes(b"")
    (folder / "tabelle.csv").write_text("a;b\n1;2\n")
    (folder / "kaputt.pdf").write_bytes(b"%PDF-1.7\nnichts davon stimmt\n%%EOF\n")
    (folder / "geheim.pdf").write_bytes(an_encrypted_pdf())
    (folder / ".unsichtbar.png").write_bytes(a_scan("nicht gemeint"))
    reference = stack.new_dossier()
    done = stack.cli("ingest", folder, folder / "fehlt.pdf", "--into", reference, "--wait", "--json")
    lines = json_lines(done.stdout)
    return Batch(folder, reference, done.returncode, {Path(line["file"]).name: line for line in lines}, len(lines))


def an_encrypted_pdf() -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(target, encryption=pikepdf.Encryption(owner="o", user="u"))
    return target.getvalue()


def test_ingest_says_one_line_per_file_good_or_bad(batch: Batch) -> None:
    assert batch.count == len(batch.lines) == 7
    assert all(list(line) == KEYS for line in batch.lines.values())
    assert {name: (line["state"], line["code"]) for name, line in batch.lines.items()} == {
        "Vermerk_Laterne.png": ("filed", None),
        "Niederschrift.tif": ("filed", None),
        "leer.pdf": ("failed", "empty-upload"),
        "tabelle.csv": ("filed", None),
        "kaputt.pdf": ("failed", "broken-pdf"),
        "geheim.pdf": ("failed", "encrypted-pdf"),
        "fehlt.pdf": ("refused", "file-unreadable"),
    }
    assert batch.status == 1


def test_what_failed_says_in_german_what_to_do(batch: Batch) -> None:
    for line in batch.lines.values():
        if line["state"] != "filed":
            assert line["message"].endswith("."), line
            assert " " in line["message"]
            assert line["document"] is None


def test_what_was_filed_has_reference_pages_and_seconds(batch: Batch) -> None:
    filed = batch.of("Niederschrift.tif")
    assert filed["reference"].startswith(batch.reference)
    assert filed["pages"] == 2
    assert filed["seconds"] > 0


def test_an_ingest_without_waiting_answers_when_all_is_stored(stack: Installation, tmp_path: Path) -> None:
    (tmp_path / "brief.png").write_bytes(a_scan("Brief ohne Eile"))
    done = stack.cli("ingest", tmp_path / "brief.png", "--into", stack.new_dossier(), "--json")
    assert done.returncode == 0, done.stderr
    (line,) = json_lines(done.stdout)
    assert line["state"] in ("received", "checked", "split")


@pytest.mark.parametrize(
    ("into", "code"), [("99.99-1999/0001", "target-not-found"), ("a document", "target-not-suitable")]
)
def test_an_ingest_needs_a_place_to_go(stack: Installation, batch: Batch, into: str, code: str) -> None:
    target = batch.of("Vermerk_Laterne.png")["reference"] if into == "a document" else into
    done = stack.cli("ingest", batch.folder, "--into", target, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"({code})" in done.stderr
    assert "Aktenzeichen" in done.stderr


def test_a_folder_without_files_is_said_to_be_empty(stack: Installation, tmp_path: Path) -> None:
    done = stack.cli("ingest", tmp_path, "--into", "egal")
    assert (done.returncode, done.stdout) == (2, "")
    assert "keine Datei" in done.stderr


def test_document_get_fetches_the_unchanged_original(stack: Installation, batch: Batch, tmp_path: Path) -> None:
    document = batch.of("Niederschrift.tif")["document"]
    done = stack.cli("document", "get", document, "--rendition", "original", "-o", tmp_path / "original")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "original").read_bytes() == batch.bytes_of("Niederschrift.tif")


def test_document_get_fetches_the_archival_copy_by_reference(stack: Installation, batch: Batch, tmp_path: Path) -> None:
    reference = batch.of("Niederschrift.tif")["reference"]
    done = stack.cli("document", "get", reference, "-o", tmp_path / "archival.pdf")
    assert done.returncode == 0, done.stderr
    with pikepdf.open(tmp_path / "archival.pdf") as pdf, pdf.open_metadata() as metadata:
        assert len(pdf.pages) == 2
        assert metadata["pdfaid:part"] in ("2", "3")


def test_document_get_fetches_text_and_preview_of_one_page(stack: Installation, batch: Batch, tmp_path: Path) -> None:
    document = batch.of("Niederschrift.tif")["document"]
    text = stack.cli("document", "get", document, "--rendition", "text", "--page", 2)
    assert "Beschluss" in text.stdout
    assert "Seite eins" not in text.stdout
    done = stack.cli("document", "get", document, "--rendition", "preview", "--page", 2, "-o", tmp_path / "page.jpg")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "page.jpg") as picture:
        assert picture.format == "JPEG"


def test_document_get_of_a_page_that_is_not_there_leaves_no_file(
    stack: Installation, batch: Batch, tmp_path: Path
) -> None:
    document = batch.of("Niederschrift.tif")["document"]
    done = stack.cli("document", "get", document, "--rendition", "preview", "--page", 3, "-o", tmp_path / "page.jpg")
    assert done.returncode == 2
    assert "(page-missing)" in done.stderr
    assert "2 Seite(n)" in done.stderr
    assert not (tmp_path / "page.jpg").exists()


def test_search_finds_the_word_on_its_page(stack: Installation, batch: Batch) -> None:
    stack.wait_for_index()
    done = stack.cli("search", "Grundwasser", "--json")
    assert done.returncode == 0, done.stderr
    (hit,) = json.loads(done.stdout)["items"]
    assert hit["document"]["id"] == batch.of("Niederschrift.tif")["document"]
    assert {snippet["page"] for snippet in hit["snippets"]} == {2}


def test_a_query_that_is_none_is_refused_with_advice(stack: Installation) -> None:
    done = stack.cli("search", "title:", "--json")
    assert done.returncode == 2
    assert "Fehler (" in done.stderr


def test_search_keeps_answering_while_the_index_is_rebuilt(stack: Installation, batch: Batch) -> None:
    stack.wait_for_index()
    rebuild = subprocess.Popen(
        [*EAKTE, "index", "rebuild"],
        env={**os.environ, **stack.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    answers: list[int] = []
    with stack.client() as client:
        while rebuild.poll() is None or not answers:
            answers.append(client.get("/search", q="Grundwasser")["total"])
    said, complaints = rebuild.communicate()
    assert set(answers) == {1}
    assert rebuild.returncode == 0, complaints
    assert b"neu indiziert" in said
    with stack.client() as client:
        assert client.get("/search", q="Grundwasser")["total"] == 1


def test_a_filing_plan_is_imported_exported_and_the_same_again(stack: Installation, tmp_path: Path) -> None:
    key = f"plan-{new_id().hex}"
    source = tmp_path / "plan.csv"
    source.write_text("code,title,kind,parent\n7,Bauen,main_group,\n7.1,Bauaufsicht,subject_unit,7\n")
    first = stack.cli("plan", "import", source, "--key", key)
    assert (first.returncode, first.stdout) == (0, "2 Einträge neu, 0 geändert, 0 unverändert.\n"), first.stderr
    stack.cli("plan", "export", "--key", key, "-o", tmp_path / "again.csv")
    again = stack.cli("plan", "import", tmp_path / "again.csv", "--key", key)
    assert (again.returncode, again.stdout) == (0, "0 Einträge neu, 0 geändert, 2 unverändert.\n"), again.stderr


def test_a_filing_plan_that_is_not_there_is_not_written_out(stack: Installation, tmp_path: Path) -> None:
    target = tmp_path / "plan.csv"
    done = stack.cli("plan", "export", "--key", f"plan-{new_id().hex}", "-o", target)
    assert (done.returncode, target.exists()) == (2, False)
    assert "plan-not-found" in done.stderr


def test_a_folder_that_is_not_there_is_said_in_one_sentence(stack: Installation, tmp_path: Path) -> None:
    key, target = f"plan-{new_id().hex}", tmp_path / "nirgends" / "plan.csv"
    (tmp_path / "plan.csv").write_text("code,title\n7,Bauen\n")
    stack.cli("plan", "import", tmp_path / "plan.csv", "--key", key)
    done = stack.cli("plan", "export", "--key", key, "-o", target)
    assert done.returncode == 2
    assert "file-unusable" in done.stderr
    assert f"„{target}“: gibt es nicht." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_filing_plan_changes_nothing_and_says_every_fault(stack: Installation, tmp_path: Path) -> None:
    source = tmp_path / "plan.csv"
    source.write_text("code,title,kind,parent\n7,,main_group,\n7.1,Bauaufsicht,unfug,8\n")
    done = stack.cli("plan", "import", source, "--key", f"plan-{new_id().hex}")
    assert done.returncode == 2
    assert "Fehler (" in done.stderr


def test_a_batch_whose_files_did_not_all_arrive_stays_open_until_they_did(stack: Installation, tmp_path: Path) -> None:
    folder, late = tmp_path / "scans", tmp_path / "spaet.png"
    folder.mkdir()
    (folder / "eins.png").write_bytes(a_scan("Schreiben eins"))
    done = stack.cli("batch", "import", folder, late, "--wait", "--json")
    batch = json.loads(done.stdout)
    assert (done.returncode, batch["state"], len(batch["files"])) == (1, "open", 1), done.stderr
    assert f"--resume {batch['number']}" in " ".join(done.stderr.split())
    late.write_bytes(a_scan("Schreiben zwei"))
    resumed = json.loads(
        stack.cli("batch", "import", folder, late, "--resume", batch["number"], "--wait", "--json").stdout
    )
    assert (resumed["state"], resumed["counts"]["images"]) == ("accepted", 2)


def test_what_splitting_got_wrong_is_mended_page_by_page(stack: Installation, tmp_path: Path) -> None:
    pages = [f"Seite {number}" for number in ("eins", "zwei", "drei", "vier")]
    (tmp_path / "stapel.tif").write_bytes(a_scanned_stack(*pages, image_format="TIFF"))
    again, missing = tmp_path / "nachscan.png", tmp_path / "fehlt.png"
    missing.write_bytes(a_scan("Seite fünf, doppelt eingezogen"))
    again.write_bytes(a_scan("Seite vier, jetzt lesbar"))
    expected = ("--into", stack.new_dossier(), "--expect-images", 5)
    done = stack.cli("batch", "import", tmp_path / "stapel.tif", *expected, "--wait", "--json")
    batch = json.loads(done.stdout)
    assert (batch["state"], [one["pages"] for one in batch["documents"]]) == ("split", [[1, 2, 3, 4]]), done.stderr

    def show() -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(stack.cli("batch", "show", batch["number"], "--json").stdout)
        return shown

    def act(name: str, *options: object) -> None:
        done = stack.cli("batch", name, batch["number"], *options)
        assert done.returncode == 0, done.stderr
        until(lambda: bool(show()["settled"]), "its documents put together anew", seen=show)

    def parts() -> list[list[int]]:
        return [one["pages"] for one in show()["documents"] if one["pages"]]

    assert batch["images"][0]["turned"] == 0
    act("turn", "--image", 1, "--by", 90)
    assert show()["images"][0]["turned"] == 90
    act("split", "--document", 1, "--page", 2)
    assert parts() == [[1], [2, 3, 4]]
    act("merge", "--document", 1, "--following", 2)
    assert parts() == [[1, 2, 3, 4]]
    act("place", "--image", 3, "--document", 1, "--page", 1)
    assert parts() == [[3, 1, 2, 4]]
    act("reject-page", "--image", 2, "--reason", "Doppelt eingezogen")
    assert parts() == [[3, 1, 4]]
    act("rescan", again, "--image", 4)
    assert parts() == [[3, 1, 5]], show()
    assert [finding["code"] for finding in show()["findings"]] == ["images-missing"]
    act("insert", missing, "--document", 1, "--page", 2)
    assert parts() == [[3, 6, 1, 5]], show()
    assert (show()["images"][5]["reason"], show()["findings"]) == ("inserted", [])
    twice = stack.cli("batch", "insert", batch["number"], missing, "--document", 1, "--page", 2)
    assert (twice.returncode, "schon im Stapel" in twice.stdout) == (0, True), twice.stderr
    act("keep-paper", "--document", 1, "--reason", "Urschrift mit Siegel")
    assert show()["documents"][0]["paper_kept"] == "Urschrift mit Siegel"
    shown = stack.cli("batch", "show", batch["number"]).stdout
    assert "Papier von Dokument 1 bleibt: Urschrift mit Siegel" in " ".join(shown.split())
    act("release-paper", "--document", 1)
    assert show()["documents"][0]["paper_kept"] is None
    wrong = stack.cli("batch", "turn", batch["number"], "--image", 1, "--by", 45)
    assert (wrong.returncode, "90, 180 oder 270" in wrong.stderr) == (2, True)
    nowhere = stack.cli("batch", "split", batch["number"], "--document", 99, "--page", 2)
    assert (nowhere.returncode, "kein Dokument 99" in nowhere.stderr) == (2, True)


def test_the_destruction_list_names_the_paper_to_take_out_first(stack: Installation, tmp_path: Path) -> None:
    with stack.house.begin() as work:
        dossier = a_dossier(work)
        reference, unit = dossier.reference, work.session.get_one(OrganisationalUnit, dossier.unit_id).key
    with stack.http() as http:
        (profile,) = [one for one in http.get("/scan-profiles").json()["items"] if one["key"] == "ersetzend"]
        unbuffered = {**profile, "key": "ohne-puffer", "bufferDays": 0}
        assert http.put("/scan-profiles/ohne-puffer", json=unbuffered).status_code == 200
    for words in ("Bescheid", "Urkunde"):
        (tmp_path / f"{words}.png").write_bytes(a_scan(words))
    details = ("--device", "S", "--device-inventory", "1", "--workstation", "A", "--workstation-inventory", "2")
    into = ("--profile", "ohne-puffer", "--into", reference, "--unit", unit)
    done = stack.cli("batch", "import", tmp_path, *into, *details, "--wait", "--json")
    batch = json.loads(done.stdout)
    number, documents = batch["number"], [one["number"] for one in batch["documents"]]
    assert documents == [1, 2], done.stderr
    said = stack.cli("batch", "keep-paper", number, "--document", 2, "--reason", "Urschrift mit Siegel")
    assert (said.returncode, said.stdout) == (0, f"{number}: split\n"), said.stderr
    for document in documents:
        assert stack.cli("batch", "check", number, "--document", document, "--good").returncode == 0
    assert stack.cli("batch", "accept", number).returncode == 0
    until(lambda: stack.cli("batch", "release", number).returncode == 0, "the transfer notes")
    listed = " ".join(stack.cli("batch", "destroyable").stdout.split())
    assert f"{number}: Dokument 2 ({reference}) vorher herausnehmen: Urschrift mit Siegel" in listed


def test_the_audit_trail_is_whole(stack: Installation, batch: Batch) -> None:
    done = stack.cli("audit", "verify")
    assert (done.returncode, done.stdout) == (0, "Das Protokoll ist unversehrt.\n"), done.stderr


def test_the_sweep_names_objects_without_a_row_and_rows_without_an_object(stack: Installation, batch: Batch) -> None:
    stack.wait_for_index()
    clean = stack.cli("sweep", "--grace-minutes", 0)
    assert (clean.returncode, clean.stdout) == (0, "0 Befund(e).\n"), clean.stderr
    key = f"renditions/{new_id()}"
    stack.house.storage.put_bytes(key, b"von niemandem", media_type="text/plain", hold=False)
    found = stack.cli("sweep", "--grace-minutes", 0)
    assert found.returncode == 1
    assert f"object-without-row: {key}" in found.stdout
    young = stack.cli("sweep", "--grace-minutes", 10)
    assert young.returncode == 0


def test_a_new_client_gets_a_role_and_a_token_that_works(stack: Installation, batch: Batch) -> None:
    login = f"fachverfahren-{new_id().hex}"
    assert stack.cli("user", "add", login, "--name", "Wohngeld", "--client").returncode == 0
    secret = stack.cli("user", "token", login, "--label", "Anbindung").stdout.strip()
    without_role = subprocess.run(
        [*EAKTE, "document", "show", batch.of("Niederschrift.tif")["document"]],
        env={**os.environ, **stack.environment, "EAKTE_CLIENT__TOKEN": secret},
        capture_output=True,
        text=True,
        check=False,
    )
    assert without_role.returncode == 2
    assert "(document-not-found)" in without_role.stderr


def test_without_a_server_the_command_says_how_to_get_one(stack: Installation) -> None:
    alone = {**os.environ, **stack.environment, "EAKTE_CLIENT__URL": "http://127.0.0.1:9"}
    done = subprocess.run([*EAKTE, "search", "Laterne"], env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "(server-unreachable)" in done.stderr
    assert "eakte stack" in done.stderr


def test_a_closed_dossier_takes_no_files(stack: Installation, batch: Batch) -> None:
    reference = stack.new_dossier()
    closed = stack.cli("dossier", "close", reference)
    assert closed.returncode == 0, closed.stderr
    done = stack.cli("ingest", batch.folder, "--into", reference)
    assert done.returncode == 2
    assert "(record-state-forbids)" in done.stderr
    with stack.house.begin() as work:
        assert get_record_by_reference(work, reference, to="record:read").state == "closed"  # type: ignore[arg-type]


def test_the_hash_of_what_the_server_stored_is_the_files_own(stack: Installation, batch: Batch) -> None:
    with stack.client() as client:
        (version,) = client.get(f"/documents/{batch.of('Vermerk_Laterne.png')['document']}/versions")
    (original,) = (one for one in version["renditions"] if one["kind"] == "original")
    assert original["sha256"] == hashlib.sha256(batch.bytes_of("Vermerk_Laterne.png")).hexdigest()
