"""Every message of a process, in every version: valid, and without fault for whoever receives it."""

import zipfile
from pathlib import Path

import pytest

from eakte.foundation.errors import EakteError
from retention.adapters.xdomea import Product, write_container
from retention.adapters.xdomea.errors import (
    NothingToSend,
    RecordMisplaced,
    RecordsTooDeep,
    RecordTwice,
)
from retention.rules.exchange import MessageType, OfferMessage, TransferMessage, XdomeaVersion
from retention.rules.nodes import Decision, NodeKind, RecordNode, children_of
from tests.retention.adapters.records import Process, a_case, a_document, a_dossier, everything, many
from tests.retention.adapters.shared import complaints, needs_xdomea

VERSIONS = pytest.mark.parametrize("version", XdomeaVersion)
V3, V4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0


def message_of(container: Path) -> str:
    with zipfile.ZipFile(container) as archive:
        return archive.read(f"{container.stem}.xml").decode()


@needs_xdomea
@VERSIONS
def test_a_whole_process_with_all_a_record_can_have_is_without_fault(version: XdomeaVersion, tmp_path: Path) -> None:
    assert not complaints(Process(version, tmp_path).whole(everything()))


@needs_xdomea
@VERSIONS
def test_a_process_with_a_thousand_records_is_without_fault(version: XdomeaVersion, tmp_path: Path) -> None:
    assert not complaints(Process(version, tmp_path).whole(many(1000)))


@needs_xdomea
@pytest.mark.parametrize("version", [V3, XdomeaVersion.V3_1_0])
def test_x_man_has_nothing_to_complain_about(version: XdomeaVersion, tmp_path: Path) -> None:
    offer = Process(version, tmp_path).offer(everything())
    assert not complaints([offer.path], receiver="xman", agency_prefix="ags", agency_code="05999999")


@needs_xdomea
@VERSIONS
def test_a_single_case_is_shown_in_the_dossier_it_lies_in(version: XdomeaVersion, tmp_path: Path) -> None:
    case = a_case("Bauantrag", a_document())
    context = a_dossier("Bauvorhaben", case, a_document("bleibt hier"), is_context=True)
    process = Process(version, tmp_path)
    assert not complaints(process.whole(context))
    message = message_of(process.offer(context).path)
    assert "bleibt hier" not in message
    # Before 4.0.0 there are no context objects, so the case tells where it lies.
    assert ("Kontextobjekt" in message) == (version is V4)
    assert "<xdomea:Aktenbetreff>Bauvorhaben</xdomea:Aktenbetreff>" in message


@VERSIONS
def test_an_offer_shows_no_file_and_asks_for_an_appraisal(version: XdomeaVersion, tmp_path: Path) -> None:
    offer = Process(version, tmp_path).offer(a_dossier("Akte", a_case("Vorgang", a_document())))
    message = message_of(offer.path)
    assert offer.files == 0
    assert "Primaerdokument" not in message
    assert "<code>B</code>" in message


@VERSIONS
def test_what_is_handed_over_is_marked_as_archived_whatever_it_was_before(
    version: XdomeaVersion, tmp_path: Path
) -> None:
    case = a_case("Vorgang", a_document(), decision=Decision.APPRAISE)
    message = message_of(Process(version, tmp_path).transfer(a_dossier("Akte", case)).path)
    assert message.count("<code>A</code>") == 2
    assert "<code>B</code>" not in message


def test_only_4_0_0_tells_the_hash_of_a_file(tmp_path: Path) -> None:
    case = a_case("Vorgang", a_document())
    assert "SHA-256" in message_of(Process(V4, tmp_path).transfer(case).path)
    assert "SHA-256" not in message_of(Process(V3, tmp_path).transfer(case).path)


def test_a_document_without_a_file_is_told_unless_it_is_paper(tmp_path: Path) -> None:
    digital, paper = a_document("Datei fehlt", versions=()), a_document("Papier", versions=())
    case = a_case("Vorgang", digital)
    shelf = a_case("Ablage", paper, medium="paper")
    written = Process(V3, tmp_path).transfer(case, shelf)
    assert [(one.code, one.pointer) for one in written.findings] == [("document-without-file", str(digital.id))]


def deep(levels: int) -> RecordNode:
    record = a_case()
    for _ in range(levels - 1):
        record = RecordNode(id=a_case().id, kind=NodeKind.SUB_DOSSIER, title="Teil", children=children_of(record))
    return a_dossier("Akte", record)


TWICE = a_case()
UNFIT: list[tuple[list[RecordNode], type[EakteError]]] = [
    ([], NothingToSend),
    ([a_dossier("nur Rahmen", a_document(), is_context=True)], NothingToSend),
    ([a_document()], RecordMisplaced),
    ([TWICE, TWICE], RecordTwice),
    ([a_dossier("Akte", TWICE), TWICE], RecordTwice),
    ([deep(5)], RecordsTooDeep),
    ([a_dossier("Akte", children=lambda _: [a_document()])], RecordMisplaced),
]


@pytest.mark.parametrize(("records", "error"), UNFIT)
def test_records_that_fit_into_no_message_leave_no_container_behind(
    records: list[RecordNode], error: type[EakteError], tmp_path: Path
) -> None:
    with pytest.raises(error):
        Process(V3, tmp_path).offer(*records)
    assert not list(tmp_path.iterdir())


def test_archives_may_agree_to_more_levels(tmp_path: Path) -> None:
    head = Process(V3, tmp_path).head(MessageType.OFFER)
    assert write_container(OfferMessage(head, [deep(8)]), tmp_path, deepest=None).records[NodeKind.SUB_DOSSIER] == 7


def test_the_message_says_which_software_wrote_it(tmp_path: Path) -> None:
    product = Product("E-Akte", "Musterhaus", "2.1")
    for version, expected in ((V3, "<xdomea:Version>2.1<"), (V4, 'produktversion="2.1"')):
        process = Process(version, tmp_path)
        written = write_container(OfferMessage(process.head(MessageType.OFFER), [a_case()]), tmp_path, product=product)
        assert expected in message_of(written.path)


def test_the_same_records_are_asked_for_one_after_the_other(tmp_path: Path) -> None:
    alive, most = 0, 0

    class Counted(str):
        """A title that knows how many others there are."""

        __slots__ = ()

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def documents(kind: NodeKind) -> object:
        nonlocal alive, most
        for number in range(200 if kind is NodeKind.DOCUMENT else 0):
            alive += 1
            most = max(most, alive)
            yield a_document(Counted(number))

    case = a_case("Vorgang", children=documents)
    process = Process(V3, tmp_path)
    written = process.write(TransferMessage(process.head(MessageType.TRANSFER), [case]))
    assert written.files == 200
    assert most < 5
