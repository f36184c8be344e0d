"""Reading messages: samples and skeletons of others, and our own ones as they went."""

import unicodedata
from dataclasses import fields
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention.rules.exchange import (
    Appraisal,
    AppraisalMessage,
    ImportMessage,
    MessageType,
    OfferMessage,
    TransferMessage,
    XdomeaVersion,
)
from retention.rules.nodes import Decision, NodeKind, RecordNode
from tests.retention.adapters.answers import FIRST, SECOND, a_result, an_appraisal, read
from tests.retention.adapters.records import AT, PDFA, Process, a_case, a_dossier, all_of, everything
from tests.retention.adapters.shared import XDOMEA, needs_xdomea

VERSIONS = pytest.mark.parametrize("version", XdomeaVersion)
V3, V4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0


# --- what others write ---------------------------------------------------------------------------------------


@needs_xdomea
@pytest.mark.parametrize("kind", ["samples", "skeletons"])
def test_the_messages_of_others_are_read_without_a_flaw(kind: str) -> None:
    paths = sorted(path for path in (XDOMEA / kind).rglob("*_*") if path.is_file())
    assert paths
    for path in paths:
        container = read(path)
        assert not container.flaws, path.name
        assert container.envelope.type in path.name


@needs_xdomea
def test_the_files_of_a_transfer_are_opened_in_its_container() -> None:
    (path,) = (XDOMEA / "samples" / "3.0.0").glob("*0503.zip")
    message = read(path).message
    assert isinstance(message, TransferMessage)
    files = [one.file for record in all_of(*message.records) for version in record.versions for one in version.formats]
    assert len(files) == 4
    for file in files:
        with file.open() as content:
            assert content.read(1 << 20)


@VERSIONS
def test_an_appraisal_is_read_record_by_record(version: XdomeaVersion, tmp_path: Path) -> None:
    message = read(an_appraisal(version, tmp_path)).message
    assert isinstance(message, AppraisalMessage)
    assert [(one.record_id, one.decision) for one in message.appraisals] == [
        (FIRST, Decision.ARCHIVE),
        (SECOND, Decision.DESTROY),
    ]


@VERSIONS
def test_an_import_result_is_read_record_by_record(version: XdomeaVersion, tmp_path: Path) -> None:
    message = read(a_result(version, tmp_path)).message
    assert isinstance(message, ImportMessage)
    first, second = message.results
    assert (first.succeeded, first.archive_reference) == (True, "StAMH 1/2")
    assert (second.succeeded, second.reasons) == (False, ("Datei unlesbar", "Format unbekannt"))
    assert message.succeeded == (False if version is V4 else None)


@VERSIONS
def test_an_answer_says_who_asked_what(version: XdomeaVersion, tmp_path: Path) -> None:
    process = Process(version, tmp_path)
    message = AppraisalMessage(
        process.head(MessageType.APPRAISAL), (Appraisal(record_id=FIRST, decision=Decision.ARCHIVE),)
    )
    head = read(process.write(message).path).envelope
    assert (head.process_id, head.version, head.created_at) == (process.id, version, AT)
    assert head.receiver == process.head(MessageType.OFFER).sender
    expected = process.message_ids[MessageType.OFFER] if version is V4 else None
    assert head.answers == expected


# --- what we write -------------------------------------------------------------------------------------------

ONLY_IN_4_0_0 = {"proposal_reason"}
NOT_COMPARED = {"children", "versions", "contacts", "decision", "history"}


@VERSIONS
def test_whoever_takes_a_transfer_over_finds_everything_in_it(version: XdomeaVersion, tmp_path: Path) -> None:
    dossier = everything()
    message = read(Process(version, tmp_path).transfer(dossier).path).message
    assert isinstance(message, TransferMessage)
    sent, came = all_of(dossier), all_of(*message.records)
    assert len(sent) == len(came)
    clean = str.maketrans({"„": '"', "“": '"', "–": "-"}) if version is V4 else {}
    for one, other in zip(sent, came, strict=True):
        for name in (field.name for field in fields(RecordNode) if field.name not in NOT_COMPARED):
            expected = getattr(one, name)
            if name in ONLY_IN_4_0_0 and version is not V4:
                expected = None
            if isinstance(expected, str) and name == "title":
                expected = expected.translate(clean)
            assert getattr(other, name) == expected, name
        assert other.decision is (Decision.ARCHIVE if one.kind.is_appraised else None)
        assert len(other.history) == len(one.history)
        assert [version.number for version in other.versions] == [version.number for version in one.versions]


@VERSIONS
def test_contacts_and_files_come_back_as_they_went(version: XdomeaVersion, tmp_path: Path) -> None:
    message = read(Process(version, tmp_path).transfer(everything()).path).message
    assert isinstance(message, TransferMessage)
    letter = next(one for one in all_of(*message.records) if one.reference == "632.20-2014/17-1#1")
    sender, receiver, other = letter.contacts
    assert (sender.title, sender.first_name, sender.surname) == ("Dr.", "Łucja", "Şahin")
    assert receiver.organisation == "Bauordnungsamt"
    assert other.address == (*(f"Zeile {number}" for number in range(1, 6)), "Zeile 6, Zeile 7, Zeile 8")
    original, archival = letter.versions[0].formats
    assert (original.original_name, original.is_pdfa, len(original.signatures)) == (
        "Bauantrag Müller & Söhne.pdf",
        False,
        1,
    )
    assert (archival.is_pdfa, archival.media_type, archival.format_version) == (True, "application/pdf", "2b")
    assert (archival.file.sha256 is not None) == (version is V4)
    with archival.file.open() as content:
        assert content.read(1000) == PDFA


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60),
    id_=st.uuids(),
    reference=st.text("0123456789./-", min_size=1, max_size=20),
)
def test_titles_and_ids_come_back_as_they_went(title: str, id_: UUID, reference: str, tmp_path: Path) -> None:
    case = a_case(title, id=id_, reference=reference)
    for version in XdomeaVersion:
        written = Process(version, tmp_path).offer(case)
        message = read(written.path).message
        assert isinstance(message, OfferMessage)
        (came,) = message.records
        assert (came.id, came.reference) == (id_, reference)
        if not written.replaced:
            assert came.title == unicodedata.normalize("NFC", title).strip()


@VERSIONS
def test_what_only_shows_where_a_record_lies_is_read_as_such(version: XdomeaVersion, tmp_path: Path) -> None:
    part = a_dossier("Teilakte", a_case("Bauantrag"), kind=NodeKind.SUB_DOSSIER, is_context=True)
    context = a_dossier("Bauvorhaben", part, is_context=True)
    message = read(Process(version, tmp_path).offer(context).path).message
    assert isinstance(message, OfferMessage)
    shown = [(one.kind, one.title, one.is_context) for one in all_of(*message.records)]
    case = (NodeKind.CASE, "Bauantrag", False)
    around = [(NodeKind.DOSSIER, "Bauvorhaben", True), (NodeKind.SUB_DOSSIER, "Teilakte", True)]
    assert shown == ([*around, case] if version is V4 else [case])
