"""Reading messages: samples and skeletons of others, our own ones, and whatever is wrong with them."""

import io
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from eakte.foundation.errors import EakteError
from retention.adapters.xdomea import Limits, ReadContainer, read_container
from retention.adapters.xdomea.errors import (
    ContainerAmbiguous,
    ContainerDamaged,
    ContainerTooLarge,
    DoctypeRefused,
    FileMissing,
    MessageIncomplete,
    MessageMissing,
    NoContainer,
    NotWellFormed,
    UnknownMessage,
    XdomeaRefused,
)
from retention.rules.exchange import (
    Appraisal,
    AppraisalMessage,
    Decision,
    ImportMessage,
    ImportResult,
    MessageType,
    OfferMessage,
    RecordNode,
    TransferMessage,
    XdomeaVersion,
)
from tests.retention.adapters.records import AT, PDFA, Process, a_case, all_of, everything
from tests.retention.adapters.shared import XDOMEA, needs_xdomea

VERSIONS = pytest.mark.parametrize("version", XdomeaVersion)
V3, V4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0
FIRST, SECOND = UUID(int=1 << 120), UUID(int=2 << 120)


def read(path: Path) -> ReadContainer:
    return read_container(path, received_at=AT)


def an_appraisal(version: XdomeaVersion, folder: Path) -> Path:
    process = Process(version, folder)
    appraisals = (
        Appraisal(record_id=FIRST, decision=Decision.ARCHIVE),
        Appraisal(record_id=SECOND, decision=Decision.DESTROY),
    )
    return process.write(AppraisalMessage(process.head(MessageType.APPRAISAL), appraisals)).path


def a_result(version: XdomeaVersion, folder: Path) -> Path:
    process = Process(version, folder)
    results = (
        ImportResult(record_id=FIRST, succeeded=True, archive_reference="StAMH 1/2"),
        ImportResult(record_id=SECOND, succeeded=False, reasons=("Datei unlesbar", "Format unbekannt")),
    )
    return process.write(ImportMessage(process.head(MessageType.IMPORT_RESULT), results)).path


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    """The same container with words of its message replaced; each must occur."""
    with zipfile.ZipFile(path) as archive:
        message = archive.read(f"{path.stem}.xml").decode()
    for before, after in changes:
        assert before in message
        message = message.replace(before, after)
    return packed(path, {f"{path.stem}.xml": message.encode()})


def packed(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def codes(container: ReadContainer) -> list[str]:
    return [flaw.code for flaw in container.flaws]


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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
            assert came.title.split() == title.split() or came.title == title.strip()


# --- what is wrong but can be read ---------------------------------------------------------------------------


@VERSIONS
def test_letter_case_of_ids_does_not_matter_but_is_kept(version: XdomeaVersion, tmp_path: Path) -> None:
    written = str(FIRST).upper().replace("0", "a", 0)
    path = changed(an_appraisal(version, tmp_path), (str(FIRST), written))
    message = read(path).message
    assert isinstance(message, AppraisalMessage)
    assert (message.appraisals[0].record_id, message.appraisals[0].id_as_written) == (FIRST, written)


def test_a_process_spelled_in_capitals_is_the_same_and_told(tmp_path: Path) -> None:
    process = Process(V3, tmp_path, UUID("abcdef00-0000-4000-8000-000000000001"))
    path = process.offer(a_case()).path
    container = read(changed(path, (str(process.id), str(process.id).upper())))
    assert container.envelope.process_id == process.id
    assert container.process_id_as_written == str(process.id).upper()
    assert codes(container) == ["process-spelled-differently"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("<code>0502</code>", "<code>0504</code>"), "head-type-differs"),
        (("2026-03-02T08:15:00.000+00:00", "gestern"), "created-unreadable"),
        ((str(FIRST), str(FIRST).replace("-", "|")), "id-malformed"),
        ((str(FIRST), str(FIRST)[:-1] + "|"), "id-malformed"),
        (("<code>A</code>", "<code>X</code>"), "code-unknown"),
    ],
)
def test_what_can_be_read_all_the_same_is_told(change: tuple[str, str], expected: str, tmp_path: Path) -> None:
    container = read(changed(an_appraisal(V3, tmp_path), change))
    assert codes(container) == [expected]
    assert all(flaw.message for flaw in container.flaws)
    assert container.envelope.type is MessageType.APPRAISAL


def test_a_malformed_id_takes_nothing_but_its_own_entry_with_it(tmp_path: Path) -> None:
    message = read(changed(an_appraisal(V3, tmp_path), (str(FIRST), "x"))).message
    assert isinstance(message, AppraisalMessage)
    assert [one.record_id for one in message.appraisals] == [SECOND]


def test_a_word_of_the_archives_own_is_no_decision(tmp_path: Path) -> None:
    own = "<xdomea:AussonderungsartKonfigurierbar>Auswahl</xdomea:AussonderungsartKonfigurierbar>"
    plain = '<xdomea:Aussonderungsart listURI="urn:xoev-de:xdomea:codeliste:aussonderungsart" listVersionID="1.0">'
    path = changed(an_appraisal(V3, tmp_path), (f"{plain}<code>A</code></xdomea:Aussonderungsart>", own))
    message = read(path).message
    assert isinstance(message, AppraisalMessage)
    assert (message.appraisals[0].decision, message.appraisals[0].configured) == (None, "Auswahl")


def test_codes_without_list_booleans_in_words_and_local_times_are_fine(tmp_path: Path) -> None:
    lists = ' listURI="urn:xoev-de:xdomea:codeliste:nachrichtentyp" listVersionID="2.0"'
    path = changed(
        a_result(V3, tmp_path), (lists, ""), (">1<", ">true<"), (">0<", ">false<"), ("08:15:00.000+00:00", "09:15:00")
    )
    container = read(path)
    assert isinstance(container.message, ImportMessage)
    assert [one.succeeded for one in container.message.results] == [True, False]
    assert container.envelope.created_at == AT
    assert not container.flaws


def test_an_unreadable_instant_is_the_one_of_its_arrival(tmp_path: Path) -> None:
    path = changed(an_appraisal(V3, tmp_path), ("2026-03-02T08:15:00.000+00:00", ""))
    arrived = datetime(2026, 5, 1, tzinfo=UTC)
    assert read_container(path, received_at=arrived).envelope.created_at == arrived


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("antwort.zip", ["name-unknown", "message-name-differs"]),
        ("{process}_0504.zip", ["name-type-differs", "message-name-differs"]),
        ("00000000-0000-4000-8000-000000000000_0502.xdomea", ["name-process-differs", "message-name-differs"]),
        ("{process}_Aussonderung.Bewertungsverzeichnis.0502.xdomea", []),
    ],
)
def test_the_message_counts_whatever_its_name_says(name: str, expected: list[str], tmp_path: Path) -> None:
    path = an_appraisal(V3, tmp_path)
    name = name.format(process=path.name[:36])
    container = read_container(path, received_at=AT, name=name)
    assert codes(container) == expected
    assert container.envelope.type is MessageType.APPRAISAL


def test_unsafe_and_missing_files_are_told_and_never_opened(tmp_path: Path) -> None:
    path = Process(V3, tmp_path).transfer(everything()).path
    with zipfile.ZipFile(path) as archive:
        message = archive.read(f"{path.stem}.xml").decode()
        name = next(name for name in archive.namelist() if name.endswith(".txt"))
    container = read(packed(path, {f"{path.stem}.xml": message.replace(name, f"{name[:36]}/../../x").encode()}))
    assert "file-name-unsafe" in codes(container)
    assert "file-missing" in codes(container)
    assert isinstance(container.message, TransferMessage)
    files = [one.file for record in all_of(*container.message.records) for v in record.versions for one in v.formats]
    with pytest.raises(FileMissing), files[0].open():
        pass


# --- what cannot be read -------------------------------------------------------------------------------------


def without_answer(path: Path) -> Path:
    return changed(path, ("BewertetesObjekt", "Unbekannt"))


def doctype(path: Path) -> Path:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    declared = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>'
    return changed(
        path,
        (
            "<xdomea:Aussonderung.Bewertungsverzeichnis.0502 ",
            f"{declared}<xdomea:Aussonderung.Bewertungsverzeichnis.0502 ",
        ),
    )


def external(path: Path) -> Path:
    declared = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
    return changed(
        path,
        (
            "<xdomea:Aussonderung.Bewertungsverzeichnis.0502 ",
            f"{declared}<xdomea:Aussonderung.Bewertungsverzeichnis.0502 ",
        ),
    )


def half(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-200])
    return path


def wrong_sum(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)
    return path


def encrypted(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path


def twice(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        message = archive.read(f"{path.stem}.xml")
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        archive.writestr(f"{path.stem}.xml", message)
        archive.writestr(f"{path.stem}.xml", message)
    return path


def wrote(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def held(**contents: bytes) -> Callable[[Path], Path]:
    return lambda path: packed(path, {name.replace("_", "."): content for name, content in contents.items()})


UNREADABLE: list[tuple[Callable[[Path], Path], type[EakteError]]] = [
    (wrote(b""), NoContainer),
    (wrote(b"%PDF-1.7"), NoContainer),
    (wrote(b"PK"), ContainerDamaged),
    (half, ContainerDamaged),
    (encrypted, ContainerDamaged),
    (twice, ContainerAmbiguous),
    (held(), MessageMissing),
    (held(a_txt=b"x"), MessageMissing),
    (held(a_xml=b"<x/>", b_xml=b"<x/>"), MessageMissing),
    (held(a_xml=b"<x>"), NotWellFormed),
    (held(a_xml=b""), NotWellFormed),
    (held(a_xml=b"<x/>"), UnknownMessage),
    (held(a_xml=b'<Aussonderung.Bewertungsverzeichnis.0502 xmlns="urn:xoev-de:xdomea:schema:2.4.0"/>'), UnknownMessage),
    (held(a_xml=b'<Abgabe.Abgabe.0401 xmlns="urn:xoev-de:xdomea:schema:3.0.0"/>'), UnknownMessage),
    (held(a_xml=b"<x>" * 300 + b"</x>" * 300), NotWellFormed),
    (doctype, DoctypeRefused),
    (external, DoctypeRefused),
    (without_answer, MessageIncomplete),
    (lambda path: changed(path, ("ProzessID", "Prozess")), MessageIncomplete),
    (lambda path: changed(path, (path.name[:36], path.name[:35] + "|")), MessageIncomplete),
]


@pytest.mark.parametrize(("spoil", "error"), UNREADABLE)
def test_what_cannot_be_used_is_refused_with_a_reason(
    spoil: Callable[[Path], Path], error: type[EakteError], tmp_path: Path
) -> None:
    path = spoil(an_appraisal(V3, tmp_path))
    with pytest.raises(error) as refused:
        read(path)
    assert "…" not in refused.value.detail
    assert refused.value.detail


def test_a_damaged_container_is_never_read_as_something_else(tmp_path: Path) -> None:
    path = an_appraisal(V3, tmp_path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            message = read(path).message
        except EakteError:
            continue
        assert isinstance(message, AppraisalMessage)
        assert [one.decision for one in message.appraisals] == [Decision.ARCHIVE, Decision.DESTROY]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "bombe.zip", {"bombe.xml": b"<x>" + b" " * (3 << 20)})
    with pytest.raises(ContainerTooLarge):
        read_container(path, received_at=AT, limits=Limits(message_bytes=1 << 20))


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bombe.xml", b"<x>" + b" " * (3 << 20))
    data = buffer.getvalue().replace((3 + (3 << 20)).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path = tmp_path / "bombe.zip"
    path.write_bytes(data)
    with pytest.raises((ContainerTooLarge, ContainerDamaged, NotWellFormed)):
        read_container(path, received_at=AT, limits=Limits(message_bytes=1 << 20))


def test_too_many_entries_are_too_many(tmp_path: Path) -> None:
    path = packed(tmp_path / "viele.zip", {f"{number}.txt": b"" for number in range(20)})
    with pytest.raises(ContainerTooLarge):
        read_container(path, received_at=AT, limits=Limits(entries=10))


# --- whatever comes ------------------------------------------------------------------------------------------

ODD_TEXTS = [
    "", "x" * 50, "-1", "9" * 20, "2026-13-45", "2026-02-30T25:00:00", "24:00", "A", "true", "../..", "٣٤", "²", "NaN",
    "0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "00000000-0000-0000-0000-00000000000|", "10000-01-01",
]  # fmt: skip


def alter(root: etree._Element, chance: Random) -> None:
    """Change one thing somewhere: a text, a name, an element too many or too few."""
    elements = list(root.iter())
    one, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(5):
        case 0:
            one[:], one.text = [], chance.choice(ODD_TEXTS)
        case 1 if (parent := one.getparent()) is not None:
            parent.remove(one)
        case 2:
            one.tag = other.tag
        case 3:
            one.append(deepcopy(other))
        case _:
            one.text = other.text


def read_altered(seed: int, rounds: int, folder: Path) -> None:
    chance = Random(seed)
    sources = [
        write
        for version in XdomeaVersion
        for write in (
            Process(version, folder).transfer(everything()).path,
            an_appraisal(version, folder),
            a_result(version, folder),
        )
    ]
    messages = {path: zipfile.ZipFile(path).read(f"{path.stem}.xml") for path in sources}
    for _ in range(rounds):
        path = chance.choice(sources)
        root = etree.fromstring(messages[path])
        for _ in range(chance.randint(1, 4)):
            alter(root, chance)
        try:
            read(packed(folder / f"altered {path.name}", {f"{path.stem}.xml": etree.tostring(root)}))
        except XdomeaRefused as refused:
            assert refused.detail


def test_whatever_is_changed_in_a_message_it_is_read_or_refused(tmp_path: Path) -> None:
    read_altered(1, 60, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_changed_in_many_messages_they_are_read_or_refused(seed: int, tmp_path: Path) -> None:
    read_altered(seed, 1000, tmp_path)
