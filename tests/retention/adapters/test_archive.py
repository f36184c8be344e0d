"""The whole procedure with an archive that behaves as x-man does, also slow, silent, contradictory and half-written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from retention.adapters.transport.directory import DirectoryTransport
from retention.adapters.xdomea import ReadContainer, parse_container_name, read_container
from retention.adapters.xdomea.errors import ContainerDamaged, MessageIncomplete
from retention.rules.appraising import AppraisalOutcome, confirm_destruction, understand_appraisal
from retention.rules.exchange import AppraisalMessage, ImportMessage, MessageType, ReceiptMessage, XdomeaVersion
from retention.rules.importing import ImportOutcome, ImportState, understand_import
from retention.rules.nodes import Decision, NodeKind, RecordNode
from tests.retention.adapters.records import (
    AT,
    Process,
    a_case,
    a_document,
    a_dossier,
    all_of,
    everything,
    keep,
    offered,
)
from tests.retention.adapters.shared import complaints, needs_xdomea
from tests.simulators.archive import Archive, Fault
from tests.support.installation import until

A, V = Decision.ARCHIVE, Decision.DESTROY
V3 = XdomeaVersion.V3_0_0
VERSIONS = pytest.mark.parametrize("version", XdomeaVersion)


class Town:
    """The other side of the procedure, reduced to its messages."""

    def __init__(self, version: XdomeaVersion, folder: Path, archive: Archive, *records: RecordNode) -> None:
        self._written = folder / "geschrieben"
        self._written.mkdir()
        self._fetched = folder / "geholt"
        self._fetched.mkdir()
        self.process = Process(version, self._written)
        self.archive, self.records = archive, records
        self._transport = DirectoryTransport(archive.directory, pause=lambda _: None)

    def offer(self) -> None:
        self._send(self.process.offer(*self.records).path)

    def confirm_appraisal(self) -> None:
        head = self.process.head(MessageType.APPRAISAL_RECEIVED)
        answered = self.answer(MessageType.APPRAISAL).envelope.message_id
        self._send(self.process.write(ReceiptMessage(replace(head, answers=answered))).path)

    def transfer(self, wanted: set[UUID]) -> None:
        self._send(self.process.transfer(*(keep(one, wanted) for one in self.records if one.id in wanted)).path)

    def answers(self) -> list[MessageType]:
        named = (parse_container_name(arrival.name) for arrival in self._transport.received())
        return sorted(name.type for name in named if name)

    def answer(self, type_: MessageType) -> ReadContainer:
        for arrival in self._transport.received():
            name = parse_container_name(arrival.name)
            if name and name.type is type_:
                target = self._fetched / arrival.name
                self._transport.fetch(arrival.name, target)
                return read_container(target, received_at=AT)
        raise AssertionError(f"no {type_}")

    def appraisal(self) -> AppraisalOutcome:
        message = self.answer(MessageType.APPRAISAL).message
        assert isinstance(message, AppraisalMessage)
        return understand_appraisal(offered(*self.records), message.appraisals)

    def result(self, transferred: set[UUID]) -> ImportOutcome:
        message = self.answer(MessageType.IMPORT_RESULT).message
        assert isinstance(message, ImportMessage)
        return understand_import([one for one in offered(*self.records) if one.id in transferred], message)

    def _send(self, path: Path) -> None:
        self._transport.send(path, path.name)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "übergabe"
    folder.mkdir()
    return folder


@pytest.fixture
def make(tmp_path: Path, directory: Path) -> Callable[..., Town]:
    def town(
        *faults: Fault,
        version: XdomeaVersion = V3,
        decide: Callable[[RecordNode], Decision | None] = lambda _: A,
        records: tuple[RecordNode, ...] = (),
    ) -> Town:
        archive = Archive(directory, decide, frozenset(faults))
        return Town(version, tmp_path, archive, *(records or (everything(),)))

    return town


def some_archived() -> tuple[RecordNode, Callable[[RecordNode], Decision | None]]:
    """A dossier with two cases of which only one is worth keeping."""
    kept, gone = a_case("Denkmal", a_document()), a_case("Parkausweis", a_document())
    dossier = a_dossier("Akte", kept, gone)
    return dossier, lambda record: V if record.id in (dossier.id, gone.id) else A


@needs_xdomea
@VERSIONS
def test_records_are_offered_appraised_handed_over_and_confirmed(
    version: XdomeaVersion, make: Callable[..., Town], directory: Path
) -> None:
    dossier, decide = some_archived()
    town = make(version=version, decide=decide, records=(dossier, everything()))
    town.offer()
    town.archive.look()
    assert town.answers() == [MessageType.OFFER, MessageType.OFFER_RECEIVED]
    town.archive.look()
    outcome = town.appraisal()
    wanted = set(outcome.with_decision(A))
    gone = all_of(dossier)[3:]
    assert wanted == {one.id for one in all_of(*town.records)} - {one.id for one in gone}
    assert not outcome.undecided
    town.confirm_appraisal()
    town.transfer(wanted)
    town.archive.look()
    town.archive.look()
    assert town.archive.complaints == []
    assert town.answers() == list(MessageType)
    assert town.result(wanted).deletable == wanted
    assert not [one for one in complaints(directory.iterdir()) if one.startswith("ERROR")]


def test_only_what_is_archived_is_handed_over_with_what_it_lies_in(make: Callable[..., Town]) -> None:
    dossier, decide = some_archived()
    town = make(decide=decide, records=(dossier,))
    town.offer()
    town.archive.look()
    town.archive.look()
    outcome = town.appraisal()
    assert [outcome.decided[one.id].decision for one in all_of(dossier)] == [A, A, A, V, V]
    wanted = set(outcome.with_decision(A))
    town.transfer(wanted)
    town.archive.look()
    assert not town.archive.complaints


def test_nothing_of_a_silent_archive_is_taken_for_an_answer(make: Callable[..., Town]) -> None:
    town = make(Fault.SILENT)
    town.offer()
    for _ in range(5):
        town.archive.look()
    assert town.answers() == [MessageType.OFFER]


def test_a_slow_archive_answers_in_the_end(make: Callable[..., Town]) -> None:
    town = make(Fault.SLOW)
    town.offer()
    looks = 0
    while MessageType.APPRAISAL not in town.answers():
        town.archive.look()
        looks += 1
    assert looks > 3
    assert not town.appraisal().undecided


def test_a_half_written_answer_is_damaged_and_later_whole(make: Callable[..., Town]) -> None:
    town = make(Fault.HALF_WRITTEN)
    town.offer()
    town.archive.look()
    with pytest.raises(ContainerDamaged):
        town.answer(MessageType.OFFER_RECEIVED)
    town.archive.look()
    town.archive.look()
    assert isinstance(town.answer(MessageType.OFFER_RECEIVED).message, ReceiptMessage)


def told(outcome: AppraisalOutcome | ImportOutcome) -> set[str]:
    return {finding.code for finding in outcome.findings}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.CONTRADICTORY, {"destroyed-around-archived"}),
        (Fault.UNDECIDED, set()),
        (Fault.TO_BE_APPRAISED, {"not-a-decision", "record-undecided"}),
        (Fault.UNKNOWN_IDS, {"record-unknown"}),
        (Fault.UPPER_CASE, {"id-spelled-differently"}),
    ],
)
@VERSIONS
def test_an_appraisal_that_is_not_as_it_should_be_is_told(
    fault: Fault, expected: set[str], version: XdomeaVersion, make: Callable[..., Town]
) -> None:
    town = make(fault, version=version)
    town.offer()
    town.archive.look()
    town.archive.look()
    outcome = town.appraisal()
    assert told(outcome) == expected
    assert all(outcome.decided[one.id].decision in (A, V, None) for one in all_of(*town.records))


def test_undecided_records_wait_for_a_person(make: Callable[..., Town]) -> None:
    town = make(Fault.UNDECIDED, records=(a_case("eins"), a_case("zwei")))
    town.offer()
    town.archive.look()
    town.archive.look()
    outcome = town.appraisal()
    assert outcome.undecided == (town.records[1].id,)
    assert list(confirm_destruction(outcome).with_decision(V)) == [town.records[1].id]


def handed_over(town: Town) -> set[UUID]:
    town.offer()
    town.archive.look()
    town.archive.look()
    wanted = set(town.appraisal().with_decision(A))
    town.transfer(wanted)
    town.archive.look()
    town.archive.look()
    return wanted


@pytest.mark.parametrize(
    ("fault", "state"), [(Fault.IMPORT_FAILS, ImportState.FAILED), (Fault.IMPORT_INCOMPLETE, ImportState.UNCONFIRMED)]
)
@VERSIONS
def test_what_the_archive_does_not_confirm_stays_with_all_it_lies_in(
    fault: Fault, state: ImportState, version: XdomeaVersion, make: Callable[..., Town]
) -> None:
    town = make(fault, version=version)
    outcome = town.result(handed_over(town))
    assert len(outcome.in_state(state)) >= 1
    assert town.records[0].id not in outcome.deletable
    assert outcome.deletable


def test_the_result_of_another_process_is_seen_to_be_one(make: Callable[..., Town], directory: Path) -> None:
    town = make(Fault.OTHER_RESULT)
    handed_over(town)
    assert town.answer(MessageType.IMPORT_RESULT).envelope.process_id != town.process.id


def test_another_process_within_a_message_is_told(make: Callable[..., Town]) -> None:
    town = make(Fault.OTHER_PROCESS)
    town.offer()
    town.archive.look()
    container = town.answer(MessageType.OFFER_RECEIVED)
    assert container.envelope.process_id != town.process.id
    assert "name-process-differs" in {flaw.code for flaw in container.flaws}


def test_an_appraisal_sent_twice_is_another_file(make: Callable[..., Town]) -> None:
    town = make(Fault.TWICE)
    town.offer()
    town.archive.look()
    town.archive.look()
    first = town.appraisal()
    town.archive.look()
    second = town.appraisal()
    assert set(first.with_decision(V)) != set(second.with_decision(V))


def test_a_message_that_says_nothing_is_refused(make: Callable[..., Town]) -> None:
    town = make(Fault.NO_SCHEMA)
    town.offer()
    town.archive.look()
    with pytest.raises(MessageIncomplete):
        town.answer(MessageType.OFFER_RECEIVED)


@pytest.mark.parametrize("fault", [Fault.OTHER_HEAD, Fault.XDOMEA_ENDING, Fault.SHORT_NAMES])
def test_an_archive_with_habits_of_its_own_is_understood(fault: Fault, make: Callable[..., Town]) -> None:
    town = make(fault)
    wanted = handed_over(town)
    assert town.result(wanted).deletable == wanted


def test_an_archive_answers_no_second_offer_in_one_process(make: Callable[..., Town], directory: Path) -> None:
    town = make()
    town.offer()
    town.archive.look()
    (offer,) = (path for path in directory.iterdir() if "0501" in path.name)
    (directory / offer.name.replace("Aussonderung.Anbieteverzeichnis.", "")).write_bytes(offer.read_bytes())
    town.archive.look()
    assert any("a second 0501" in one for one in town.archive.complaints)


def test_x_man_does_not_answer_what_it_cannot_read(make: Callable[..., Town], directory: Path) -> None:
    town = make(version=XdomeaVersion.V4_0_0)
    town.archive.reads = frozenset({XdomeaVersion.V3_0_0, XdomeaVersion.V3_1_0})
    town.offer()
    town.archive.look()
    assert town.answers() == [MessageType.OFFER]
    assert town.archive.complaints


def test_an_archive_hears_only_the_agency_it_knows(make: Callable[..., Town]) -> None:
    town = make()
    town.archive.key = ("ags", "05999998")
    town.offer()
    town.archive.look()
    assert town.answers() == [MessageType.OFFER]


def test_an_archive_compares_what_comes_with_what_it_asked_for(make: Callable[..., Town]) -> None:
    dossier, decide = some_archived()
    town = make(decide=decide, records=(dossier,))
    town.offer()
    town.archive.look()
    town.archive.look()
    town.transfer({one.id for one in all_of(dossier) if one.kind is not NodeKind.DOCUMENT})
    town.archive.look()
    town.archive.look()
    assert any("was not asked for" in one for one in town.archive.complaints)
    # A receipt comes all the same, and no result.
    assert MessageType.TRANSFER_RECEIVED in town.answers()
    assert MessageType.IMPORT_RESULT not in town.answers()


def test_an_archive_works_beside_us(make: Callable[..., Town]) -> None:
    town = make()
    with town.archive.watching(every_s=0.01):
        town.offer()
        until(lambda: MessageType.APPRAISAL in town.answers(), "the appraisal")
    assert not town.appraisal().undecided
