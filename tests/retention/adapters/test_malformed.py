"""Messages with something wrong: read all the same and told, or refused with a reason."""

import io
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from lxml import etree

from eakte.foundation.errors import EakteError
from retention.adapters.xdomea import Limits, read_container
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
from retention.rules.exchange import AppraisalMessage, ImportMessage, MessageType, TransferMessage, XdomeaVersion
from retention.rules.nodes import Decision
from tests.retention.adapters.answers import FIRST, SECOND, a_result, an_appraisal, changed, codes, packed, read
from tests.retention.adapters.records import AT, Process, a_case, all_of, everything

VERSIONS = pytest.mark.parametrize("version", XdomeaVersion)
V3, V4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0


# --- what is wrong but can be read ---------------------------------------------------------------------------


@VERSIONS
def test_letter_case_of_ids_does_not_matter_but_is_kept(version: XdomeaVersion, tmp_path: Path) -> None:
    written = str(FIRST).upper()
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


def damaged(whole: bytes) -> Iterator[bytes]:
    """The same container with a bit turned somewhere, or with a field of its directory overwritten."""
    for place in range(0, len(whole), 11):
        yield whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    for place in range(whole.rindex(b"PK\x01\x02"), len(whole)):
        for odd in (b"\0\0", b"\xff\xff", b"\xff\xff\xff\x7f"):
            yield whole[:place] + odd + whole[place + len(odd) :]


def test_a_damaged_container_is_never_read_as_something_else(tmp_path: Path) -> None:
    path = an_appraisal(V3, tmp_path)
    for content in damaged(path.read_bytes()):
        path.write_bytes(content)
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
