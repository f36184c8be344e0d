"""Office files: their words are found at once, their archival rendition comes where an office program is installed."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from eakte.foundation.work import House
from ingest.recognition import errors
from ingest.recognition.confined import inspect, recognize
from ingest.recognition.results import MediaType, Recognition, RecognitionLimits
from ingest.recognition.unseen import with_unseen_words
from ingest.service.conversion import convert_waiting
from tests.support.app import app_on
from tests.support.factories import AsActor, a_dossier, a_token
from tests.support.queue import work_off_ingests

LIMITS = RecognitionLimits(timeout_s=120, memory_mb=2000, max_pages=50)
SOFFICE = shutil.which("soffice")
needs_soffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (libreoffice-writer-nogui)")

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/>{more}</Relationships>'
)
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def zipped(**parts: str | bytes) -> bytes:
    """A ZIP of parts, whose names are written with `__` for a slash and `_dot_` for a dot."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def a_docx(*paragraphs: str, relations: str = "", **parts: str | bytes) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return zipped(
        **{"[Content_Types]_dot_xml": TYPES, "_rels___dot_rels": RELATIONS.format(more=relations)},
        word__document_dot_xml=f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
        **parts,
    )


def an_xlsx(*rows: tuple[str, ...]) -> bytes:
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row) + "</row>" for row in rows
    )
    return zipped(
        **{"[Content_Types]_dot_xml": TYPES.replace("word/document", "xl/workbook")},
        xl__workbook_dot_xml=f'<workbook {SHEET}><sheets><sheet name="Haushalt"/></sheets></workbook>',
        xl__worksheets__sheet1_dot_xml=f"<worksheet {SHEET}><sheetData>{cells}</sheetData></worksheet>",
    )


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def an_odt(*paragraphs: str, manifest: str = MANIFEST) -> bytes:
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    head = f"<office:document-content {spaces} office:version='1.2'>"
    content = f"{head}<office:body><office:text>{body}</office:text></office:body>"
    return zipped(
        mimetype="application/vnd.oasis.opendocument.text",
        content_dot_xml=f"{content}</office:document-content>",
        **{"META-INF__manifest_dot_xml": manifest},
    )


RTF = rb"{\rtf1\ansi\ansicpg1252 Vermerk \'fcber die Gr\'f6\'dfe\par Ende}"


def read(tmp_path: Path, content: bytes, *, office: Path | None = None) -> Recognition:
    source, workdir = tmp_path / "datei", tmp_path / "work"
    source.write_bytes(content)
    workdir.mkdir()
    inspect(source, limits=LIMITS)
    return recognize(source, workdir, limits=LIMITS, office=office)


def codes(found: Recognition) -> set[str]:
    return {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (a_docx("Vermerk über die Größe", "Ende"), MediaType.DOCX, "Vermerk über die Größe\nEnde"),
        (
            an_xlsx(("Titel", "Betrag"), ("Spielplatz", "1.250,00")),
            MediaType.XLSX,
            "Haushalt\nTitel\tBetrag\nSpielplatz",
        ),
        (an_odt("Vermerk über die Größe", "Ende"), MediaType.ODT, "Vermerk über die Größe\nEnde"),
        (RTF, MediaType.RTF, "Vermerk über die Größe\nEnde"),
    ],
    ids=["docx", "xlsx", "odt", "rtf"],
)
def test_without_an_office_program_the_words_are_found_and_the_archival_rendition_waits(
    tmp_path: Path, content: bytes, kind: MediaType, text: str
) -> None:
    found = read(tmp_path, content)
    assert (found.media_type, found.archival, found.pdfa_level) == (kind, None, None)
    assert text in found.pages[0].text
    assert codes(found) == {"conversion-waiting"}


@needs_soffice
@pytest.mark.parametrize(
    "content", [a_docx("Vermerk über die Größe"), an_odt("Vermerk über die Größe"), RTF], ids=["docx", "odt", "rtf"]
)
def test_with_an_office_program_an_archival_rendition_is_made(tmp_path: Path, content: bytes) -> None:
    assert SOFFICE is not None
    found = read(tmp_path, content, office=Path(SOFFICE).resolve())
    assert (found.pdfa_level, codes(found)) == ("2b", set()), found.findings
    assert "Vermerk über die Größe" in found.pages[0].text


def test_an_office_program_that_fails_leaves_the_words_and_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "soffice"
    broken.write_text("#!/bin/sh\nexit 77\n")
    broken.chmod(0o755)
    found = read(tmp_path, a_docx("Vermerk"), office=broken)
    assert (found.archival, codes(found)) == (None, {"conversion-failed"})
    assert found.pages[0].text == "Vermerk"


def test_macros_are_said(tmp_path: Path) -> None:
    assert "macros" in codes(read(tmp_path, a_docx("Antrag", word__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0")))


def test_what_a_document_would_load_from_elsewhere_is_said(tmp_path: Path) -> None:
    template = (
        '<Relationship Id="r2" TargetMode="External" Target="http://127.0.0.1:9/a.dotm" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    )
    assert "external-references" in codes(read(tmp_path, a_docx("Antrag", relations=template)))


def test_encrypted_documents_are_named(tmp_path: Path) -> None:
    with pytest.raises(errors.EncryptedOfficeFile, match="Passwort"):
        read(tmp_path, an_odt("x", manifest="<manifest><encryption-data/></manifest>"))


def test_a_document_that_unpacks_to_absurd_sizes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.DecompressionBomb):
        read(tmp_path, a_docx("x", word__header1_dot_xml=b"\0" * 60_000_000))


def test_archives_in_archives_are_not_unpacked(tmp_path: Path) -> None:
    inner = zipped(a=zipped(b=b"x" * 100))
    with pytest.raises(errors.NestedArchives):
        read(tmp_path, a_docx("x", word__embeddings__ole1_dot_bin=inner))


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(errors.BrokenOfficeFile, match="Dokumenttyp"):
        read(tmp_path, zipped(**{"[Content_Types]_dot_xml": TYPES}, word__document_dot_xml=bomb))


def test_a_broken_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.BrokenOfficeFile):
        read(tmp_path, a_docx("Vermerk" * 100)[:400])


def test_a_zip_is_listed_and_names_that_lead_out_are_only_names(tmp_path: Path) -> None:
    found = read(tmp_path, zipped(**{"..__..__evil_dot_pdf": b"x", "Brief_dot_pdf": b"%PDF-1.4"}))
    assert codes(found) == {"enclosures", "paths-outside"}
    assert "Anlage 1: evil.pdf" in found.pages[0].text and "Brief.pdf" in found.pages[0].text


def test_a_zip_with_a_password_is_listed_and_says_so(tmp_path: Path) -> None:
    locked = bytearray(zipped(geheim_dot_txt=b"x" * 100))
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(head) + flags] |= 1
    found = read(tmp_path, bytes(locked))
    assert codes(found) == {"enclosures", "archive-encrypted"}
    assert "geheim.txt" in found.pages[0].text


def test_words_no_page_shows_are_found_on_the_page_that_shows_their_line() -> None:
    pages = ("Nr. Bieter\n1 Elektro Sö", "Summe")
    assert with_unseen_words(pages, ("Nr. Bieter\n1 Elektro Sößner\nSumme", "Geheime Liste")) == (
        "Nr. Bieter\n1 Elektro Sö\n1 Elektro Sößner",
        "Summe\nGeheime Liste",
    )


@needs_soffice
def test_what_waited_gets_its_archival_rendition_once_a_program_is_installed(house: House, as_actor: AsActor) -> None:
    without = house.settings.model_copy(update={"ingest": house.settings.ingest.model_copy(update={"soffice": ""})})
    poor = House(house.sessions, house.storage, without)
    token = a_token(house, as_actor.with_every_role().id)
    client = TestClient(app_on(poor), headers={"Authorization": f"Bearer {token}"})
    with house.begin() as work:
        reference = a_dossier(work).reference
    ingest = client.post("/api/v1/ingests", data={"into": reference}).json()["id"]
    files = {"file": ("vermerk.docx", a_docx("Vermerk über die Größe"))}
    item = client.post(f"/api/v1/ingests/{ingest}/items", files=files).json()["id"]
    work_off_ingests(poor)
    filed = client.get(f"/api/v1/ingest-items/{item}").json()
    assert (filed["state"], [each["code"] for each in filed["warnings"]]) == ("filed", ["conversion-waiting"])
    versions = f"/api/v1/documents/{filed['documentId']}/versions"
    assert {each["kind"] for each in client.get(versions).json()[0]["renditions"]} == {"original", "text"}

    with house.begin() as work:
        assert convert_waiting(work) == 1
    work_off_ingests(house)
    (version,) = client.get(versions).json()
    kinds = {each["kind"]: each["pdfaLevel"] for each in version["renditions"]}
    assert kinds["archival"] == "2b" and "preview" in kinds
    assert version["warnings"] == []
    again = client.post(f"/api/v1/ingest-items/{item}:convert", json={})
    assert (again.status_code, again.json()["code"]) == (409, "not-waiting-for-conversion")
