"""A Transfervermerk says who answers for a scan product, and reads the same for ever."""

import json
from pathlib import Path

import pikepdf
import pytest

from ingest.adapters import pdfa
from ingest.adapters.rendering import Document
from ingest.adapters.transfer_note_pdf import ATTACHMENT, note_in, positions, write_note_pdf
from ingest.proof.errors import TransferNoteIncomplete, TransferNoteUnreadable
from ingest.proof.transfer_note import read_transfer_note
from tests.ingest.proof.products import FIELDS, a_note


def as_json(**changed: object) -> bytes:
    content = json.loads(a_note().to_bytes()) | changed
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_note_reads_as_it_was_written() -> None:
    assert read_transfer_note(a_note().to_bytes()) == a_note()


@pytest.mark.parametrize("missing", sorted(FIELDS.keys() - {"anomalies"}))
def test_a_note_without_one_of_its_statements_is_refused(missing: str) -> None:
    with pytest.raises(TransferNoteIncomplete) as refused:
        a_note(**{missing: None})
    assert missing in str(refused.value)


def test_an_organisation_alone_is_no_creator() -> None:
    with pytest.raises(TransferNoteIncomplete, match="eine Organisation allein genügt nicht"):
        a_note(creator={"name": "scanstelle ost"})


def test_a_pseudonym_is_a_creator() -> None:
    assert a_note(creator={"name": "scan-07", "pseudonym": True}).creator.pseudonym


def test_a_rescan_names_the_images_it_replaced() -> None:
    anomaly = FIELDS["anomalies"][0] | {"images": ()}
    with pytest.raises(TransferNoteIncomplete, match="Nachscan"):
        a_note(anomalies=(anomaly,))


def test_a_mismatch_with_the_paper_is_explained() -> None:
    with pytest.raises(TransferNoteIncomplete, match="Übereinstimmung"):
        a_note(conformity={"visual": False, "content": True})


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(TransferNoteIncomplete, match="captured_at"):
        a_note(captured_at="2026-11-20T09:30:15")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        as_json(version=2),
        as_json(unknown=1),
        as_json(images=[3, 3]),
        a_note().to_bytes() + b"\n",
        a_note().to_bytes().replace(b'"batch_name"', b'"batch_id":"x","batch_name"'),
        a_note().to_bytes().replace("ü".encode(), b"\\u00fc"),
    ],
)
def test_another_spelling_is_no_note(data: bytes) -> None:
    with pytest.raises(TransferNoteUnreadable):
        read_transfer_note(data)


def test_the_page_is_pdfa_and_carries_the_data_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "vermerk.pdf"
    path.write_bytes(write_note_pdf(a_note()))
    assert pdfa.check(path, "3b") == ()
    with pikepdf.open(path) as pdf:
        assert pdf.Root.AF[0].AFRelationship == pikepdf.Name.Data
        assert pdf.attachments[ATTACHMENT].get_file().read_bytes() == a_note().to_bytes()
    assert note_in(path.read_bytes()) == a_note()


def test_the_page_says_in_german_what_the_data_say(tmp_path: Path) -> None:
    path = tmp_path / "vermerk.pdf"
    path.write_bytes(write_note_pdf(a_note()))
    with Document(path) as document:
        text = document.text(0)
    for words in ("Müller-Łukasiewicz, Ğülşen", "3–5, 9", "kein fortgeschrittenes Siegel", "20.11.2026, 10:30:15 Uhr"):
        assert words in text


def test_a_long_note_runs_over_many_pages_and_stays_pdfa(tmp_path: Path) -> None:
    path = tmp_path / "vermerk.pdf"
    note = a_note(steps=FIELDS["steps"] * 60, images=tuple(range(1, 2000, 2)), operator="中文 \x00 \U0001f600 מ")
    path.write_bytes(write_note_pdf(note))
    assert pdfa.check(path, "3b") == ()
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) > 3
    assert note_in(path.read_bytes()) == note


def test_a_foreign_pdf_holds_no_note(tmp_path: Path) -> None:
    path = tmp_path / "leer.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    for content in (path.read_bytes(), b"%PDF-1.7", b""):
        with pytest.raises(TransferNoteUnreadable):
            note_in(content)


@pytest.mark.parametrize(("images", "shown"), [((3, 4, 5, 9), "3–5, 9"), ((7,), "7"), ((), ""), ((2, 1), "1–2")])
def test_positions_are_shown_as_ranges(images: tuple[int, ...], shown: str) -> None:
    assert positions(images) == shown
