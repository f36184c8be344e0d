"""A list on its way to the archive and back: offer, appraisal, transfer, import (xdomea 0501 to 0507)."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from eakte.documents.models import Rendition, object_key
from eakte.documents.service import DocumentDetails
from eakte.foundation.storage import ObjectMissing
from eakte.foundation.work import House
from eakte.records.errors import TransitionBlocked
from eakte.records.models import Dossier
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import Action
from eakte.records.service.filing import Metadata, create_case
from eakte.records.service.lifecycle import change_dossier_state
from retention.adapters.xdomea import read_container
from retention.errors import ArchiveUnknown, ListStateForbids, MessageOfNoList, NothingToTransfer
from retention.messages import WriteMessage
from retention.models.disposal import DisposalList
from retention.queries.exchange import unwritten
from retention.rules.disposal import Direction, ItemState, ListAct, ListState, Procedure
from retention.rules.exchange import MessageType, TransferMessage
from retention.rules.nodes import Decision, NodeKind, RecordNode
from retention.service.deciding import act_on_list
from retention.service.holding import set_hold
from retention.service.receiving import take_in_by_hand
from retention.tasks.exchange import write_message
from tests.simulators.archive import Fault
from tests.support.factories import AsActor, a_document, a_dossier, a_unit, an_entry
from tests.support.partnership import LETTER, Partnership, partnership
from tests.support.retention import close


@pytest.fixture
def partners(house: House, tmp_path: Path, as_actor: AsActor, monkeypatch: pytest.MonkeyPatch) -> Partnership:
    return partnership(house, tmp_path, as_actor, monkeypatch, version="3.0.0")


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0", "4.0.0"])
def test_a_list_goes_the_whole_way_in_every_version(
    house: House, tmp_path: Path, as_actor: AsActor, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    partners = partnership(house, tmp_path, as_actor, monkeypatch, version=version)
    kept, gone = partners.a_closed_dossier(documents=2), partners.a_closed_dossier()
    partners.archive.decide = partly(kept)
    list_id = partners.a_list(kept, gone)
    partners.act(list_id, ListAct.OFFER)
    assert partners.state(list_id) is ListState.OFFERED
    partners.round()
    partners.round()
    assert partners.types(list_id) == ["0501", "0504", "0502", "0505"]
    assert partners.state(list_id) is ListState.APPRAISED
    decisions = [str(item.decision) for item in partners.items(list_id).values()]
    assert sorted(decisions) == ["A", "A", "V", "V", "V", "V"]
    partners.act(list_id, ListAct.TRANSFER)
    transfer = partners.messages(list_id)[-1]
    assert transfer.message_type is MessageType.TRANSFER and transfer.sent_at is not None
    with zipfile.ZipFile(partners.directory / transfer.file_name) as container:
        assert sum(name.endswith(".pdf") for name in container.namelist()) == 2, "the documents of the kept case only"
    partners.round()
    partners.round()
    assert partners.archive.complaints == []
    assert partners.types(list_id)[4:] == ["0503", "0507", "0506"]
    states = sorted(item.state.value for item in partners.items(list_id).values())
    assert states == ["confirmed", "confirmed", "listed", "listed", "listed", "listed"]
    assert partners.items(list_id)[kept.id].archive_reference is not None
    # 4.0.0 has no dash, and says so.
    assert partners.codes(list_id) == ({"characters-replaced"} if version == "4.0.0" else set())


def partly(dossier: Dossier) -> Callable[[RecordNode], Decision]:
    """An archive that wants of everything only this dossier, and of its cases only the first."""

    def decide(node: RecordNode) -> Decision:
        wanted = (node.reference or "").startswith(dossier.reference) and node.title != "Vorgang 1"
        return Decision.ARCHIVE if wanted else Decision.DESTROY

    return decide


def test_two_steps_need_no_offer(partners: Partnership) -> None:
    list_id = partners.a_list(partners.a_closed_dossier(code=DisposalCode.ARCHIVE), procedure=Procedure.TWO_STEP)
    partners.act(list_id, ListAct.TRANSFER)
    partners.round()
    partners.round()
    assert partners.types(list_id) == ["0503", "0507", "0506"]
    assert set(partners.states(list_id)) == {ItemState.CONFIRMED}


def test_a_transfer_says_what_the_head_of_a_letter_said_and_who_kept_the_case(partners: Partnership) -> None:
    head = DocumentDetails(
        subtitle="Statik", refers_to="Ihr Schreiben vom 3. Mai", clerk="Frau Öztürk", enclosures=("Lageplan", "Foto")
    )
    with partners.begin() as work:
        dossier = a_dossier(work, entry=an_entry(work, retention_years=5, disposal=DisposalCode.ARCHIVE))
        case = create_case(
            work,
            dossier.id,
            Metadata("Garage"),
            keeping_unit_id=a_unit(work, name="Registratur").id,
            case_type="Antrag",
        )
        a_document(work, case=case, content=LETTER, details=head)
        close(work, case, "2026-01-02 10:00")
        close(work, dossier, "2026-01-03 10:00")
    list_id = partners.a_list(dossier, procedure=Procedure.TWO_STEP)
    partners.act(list_id, ListAct.TRANSFER)
    sent = partners.directory / str(partners.messages(list_id)[-1].file_name)
    message = read_container(sent, received_at=partners.now).message
    assert isinstance(message, TransferMessage)
    (case_node,) = message.records[0].children(NodeKind.CASE)
    (letter,) = case_node.children(NodeKind.DOCUMENT)
    assert (case_node.type, case_node.keeping_unit) == ("Antrag", "Registratur")
    assert (letter.subtitle, letter.refers_to, letter.clerk) == ("Statik", "Ihr Schreiben vom 3. Mai", "Frau Öztürk")
    assert letter.details == {"Anlage 1": "Lageplan", "Anlage 2": "Foto"}


def test_nothing_is_handed_over_twice_and_nothing_that_was_not_decided(partners: Partnership) -> None:
    dossier = partners.a_closed_dossier()
    list_id = partners.a_list(dossier)
    with partners.begin() as work, pytest.raises(ListStateForbids):
        act_on_list(work, list_id, ListAct.TRANSFER, revision=None)
    partners.act(list_id, ListAct.OFFER)
    partners.round()
    partners.round()
    partners.act(list_id, ListAct.TRANSFER)
    with partners.begin() as work, pytest.raises(NothingToTransfer):
        act_on_list(work, list_id, ListAct.TRANSFER, revision=None)
    assert partners.types(list_id).count("0503") == 1


def test_what_is_held_meanwhile_is_neither_offered_nor_handed_over(partners: Partnership) -> None:
    first, second = partners.a_closed_dossier(), partners.a_closed_dossier()
    list_id = partners.a_list(first, second)
    with partners.begin() as work:
        set_hold(work, reason="Klage", record_ids=[first.id], scope=None)
    partners.act(list_id, ListAct.OFFER)
    assert partners.items(list_id)[first.id].state is ItemState.WITHDRAWN
    partners.round()
    partners.round()
    with partners.begin() as work:
        set_hold(work, reason="Klage", record_ids=[second.id], scope=None)
    with partners.begin() as work, pytest.raises(NothingToTransfer):
        act_on_list(work, list_id, ListAct.TRANSFER, revision=None)
    assert "0503" not in partners.types(list_id)


def held_before(partners: Partnership, act: ListAct, dossier: Dossier, list_id: UUID) -> None:
    """Somebody acts, and the hold comes before the queue has written anything."""
    with partners.begin() as work:
        act_on_list(work, list_id, act, revision=None)
    with partners.begin() as work:
        set_hold(work, reason="Klage", record_ids=[dossier.id], scope=None)
    partners.work_off()


def test_a_hold_that_comes_before_the_offer_is_written_keeps_the_record_out_of_it(partners: Partnership) -> None:
    first, second = partners.a_closed_dossier(), partners.a_closed_dossier()
    list_id = partners.a_list(first, second)
    held_before(partners, ListAct.OFFER, first, list_id)
    (offer,) = partners.directory.glob("*0501*")
    assert first.reference.encode() not in container_text(offer)
    assert second.reference.encode() in container_text(offer)


def test_a_hold_that_comes_before_the_transfer_is_written_keeps_everything_here(partners: Partnership) -> None:
    dossier = partners.a_closed_dossier()
    list_id = partners.a_list(dossier)
    partners.act(list_id, ListAct.OFFER)
    partners.round()
    partners.round()
    held_before(partners, ListAct.TRANSFER, dossier, list_id)
    partners.round()
    assert set(partners.states(list_id)) == {ItemState.WITHDRAWN}
    assert not list(partners.directory.glob("*0503*"))


def test_a_written_transfer_that_was_not_sent_is_recalled_by_a_hold_and_written_anew(partners: Partnership) -> None:
    held, free = partners.a_closed_dossier(), partners.a_closed_dossier()
    list_id = partners.a_list(held, free)
    partners.act(list_id, ListAct.OFFER)
    partners.round()
    partners.round()
    away = partners.directory.rename(partners.directory.with_name("weg"))
    partners.act(list_id, ListAct.TRANSFER)
    first = partners.messages(list_id)[-1]
    assert (first.message_type, first.sent_at) == (MessageType.TRANSFER, None)
    with partners.begin() as work:
        set_hold(work, reason="Klage", record_ids=[held.id], scope=None)
    away.rename(partners.directory)
    partners.round()
    (sent,) = partners.directory.glob("*0503*")
    assert held.reference.encode() not in container_text(sent)
    assert free.reference.encode() in container_text(sent)
    assert partners.items(list_id)[held.id].state is ItemState.WITHDRAWN
    with pytest.raises(ObjectMissing):
        partners.house.storage.measure(object_key(first.object_id))


def test_a_list_that_is_cancelled_before_its_offer_is_written_says_nothing(partners: Partnership) -> None:
    list_id = partners.a_list(partners.a_closed_dossier())
    with partners.begin() as work:
        act_on_list(work, list_id, ListAct.OFFER, revision=None)
        act_on_list(work, list_id, ListAct.CANCEL, revision=None)
    partners.round()
    assert not list(partners.directory.iterdir())


def container_text(path: Path) -> bytes:
    with zipfile.ZipFile(path) as container:
        return container.read(f"{path.stem}.xml")


def test_an_archive_that_is_not_set_up_is_said_before_anything_happens(partners: Partnership) -> None:
    list_id = partners.a_list(partners.a_closed_dossier())
    with partners.begin() as work:
        work.session.get_one(DisposalList, list_id).archive = "anderes"
        work.session.flush()
        with pytest.raises(ArchiveUnknown):
            act_on_list(work, list_id, ListAct.OFFER, revision=None)
        work.session.rollback()


# --- archives as they are -------------------------------------------------------------------------------------


def offered(partners: Partnership, *faults: Fault) -> UUID:
    partners.archive.faults = frozenset(faults)
    list_id = partners.a_list(partners.a_closed_dossier())
    partners.act(list_id, ListAct.OFFER)
    for _ in range(6):
        partners.round()
    return list_id


@pytest.mark.parametrize(
    "fault",
    [Fault.SLOW, Fault.HALF_WRITTEN, Fault.XDOMEA_ENDING, Fault.UPPER_CASE, Fault.UNKNOWN_IDS, Fault.OTHER_HEAD],
)
def test_whatever_can_be_understood_is(partners: Partnership, fault: Fault) -> None:
    list_id = offered(partners, fault)
    assert partners.state(list_id) is ListState.APPRAISED
    assert {item.decision for item in partners.items(list_id).values()} == {"A"}


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.OTHER_PROCESS, Fault.NO_SCHEMA])
def test_what_cannot_be_understood_changes_nothing_and_is_kept(partners: Partnership, fault: Fault) -> None:
    list_id = offered(partners, fault)
    assert partners.state(list_id) is ListState.OFFERED
    assert {item.decision for item in partners.items(list_id).values()} == {None}
    came = [message for message in partners.messages(list_id) if message.direction is Direction.RECEIVED]
    assert bool(came) is (fault is not Fault.SILENT)
    for message in came:
        assert message.findings, "somebody is told"
        assert partners.house.storage.measure(object_key(message.object_id)).sha256 == message.sha256


def test_what_an_archive_leaves_out_inherits_from_its_dossier(partners: Partnership) -> None:
    list_id = offered(partners, Fault.UNDECIDED)
    assert [item.decision for item in partners.items(list_id).values()] == ["A"] * 3


def test_what_an_archive_says_unclearly_is_put_off_and_never_destroyed(partners: Partnership) -> None:
    list_id = offered(partners, Fault.TO_BE_APPRAISED)
    (unclear,) = [item for item in partners.items(list_id).values() if item.decision is None]
    assert unclear.state is ItemState.WITHDRAWN
    assert unclear.failure is not None and "nicht eindeutig" in unclear.failure
    assert "not-a-decision" in partners.codes(list_id)
    partners.act(list_id, ListAct.TRANSFER)
    assert partners.items(list_id)[unclear.record_id].state is ItemState.WITHDRAWN


def test_an_a_inside_a_v_makes_an_a_of_both(partners: Partnership) -> None:
    partners.archive.decide = lambda _: Decision.DESTROY
    list_id = offered(partners, Fault.CONTRADICTORY)
    assert sorted(item.decision or "" for item in partners.items(list_id).values()) == ["A", "A", "V"]
    assert "destroyed-around-archived" in partners.codes(list_id)


def test_a_second_appraisal_destroys_nothing(partners: Partnership) -> None:
    list_id = offered(partners, Fault.TWICE)
    assert {item.decision for item in partners.items(list_id).values()} == {"A"}
    assert "not-awaited" in partners.codes(list_id)


def transferred(partners: Partnership, *faults: Fault) -> UUID:
    list_id = offered(partners)
    partners.archive.faults = frozenset(faults)
    partners.act(list_id, ListAct.TRANSFER)
    for _ in range(4):
        partners.round()
    return list_id


def test_an_import_that_fails_for_one_document_keeps_its_case_and_dossier(partners: Partnership) -> None:
    list_id = transferred(partners, Fault.IMPORT_FAILS)
    assert partners.states(list_id).count(ItemState.CONFIRMED) == 1, "the case whose documents all came in"
    assert "import-failed" in partners.codes(list_id)


def test_what_an_import_result_does_not_name_is_not_confirmed(partners: Partnership) -> None:
    list_id = transferred(partners, Fault.IMPORT_INCOMPLETE)
    assert partners.states(list_id).count(ItemState.CONFIRMED) == 1
    assert "import-unconfirmed" in partners.codes(list_id)


def test_the_import_result_of_another_process_confirms_nothing(partners: Partnership) -> None:
    list_id = transferred(partners, Fault.OTHER_RESULT)
    assert ItemState.CONFIRMED not in partners.states(list_id)


def test_a_receipt_confirms_nothing(partners: Partnership) -> None:
    list_id = offered(partners)
    partners.act(list_id, ListAct.TRANSFER)
    partners.round()
    assert partners.types(list_id)[-1] == "0507"
    assert set(partners.states(list_id)) == {ItemState.TRANSFERRED}


# --- silence, jobs that got lost, messages by hand -----------------------------------------------------------


def test_a_silent_archive_is_told_of_once_for_each_deadline(partners: Partnership) -> None:
    list_id = offered(partners, Fault.SILENT)
    (offer,) = partners.messages(list_id)
    assert offer.receipt_deadline is not None and offer.deadline is not None
    for day, told in [(offer.receipt_deadline, False), (offer.receipt_deadline + timedelta(days=1), True)]:
        partners.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        partners.round()
        assert (partners.messages(list_id)[0].reminded_at is not None) is told
    first = partners.messages(list_id)[0].reminded_at
    partners.now += timedelta(days=30)
    partners.round()
    assert partners.messages(list_id)[0].reminded_at == first
    partners.now += timedelta(days=300)
    partners.round()
    assert partners.messages(list_id)[0].reminded_at == partners.now
    assert partners.messages(list_id)[0].reminders == 2


def test_messages_whose_job_got_lost_are_written_and_sent_all_the_same(partners: Partnership) -> None:
    list_id = partners.a_list(partners.a_closed_dossier())
    with partners.begin() as work:
        act_on_list(work, list_id, ListAct.OFFER, revision=None)
        work.session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")
    partners.round()
    assert partners.types(list_id) == ["0501"]
    assert partners.messages(list_id)[0].sent_at is not None


def test_a_transfer_with_a_damaged_file_is_not_written_and_tried_tomorrow_only(partners: Partnership) -> None:
    dossier = partners.a_closed_dossier()
    list_id = partners.a_list(dossier)
    partners.act(list_id, ListAct.OFFER)
    partners.round()
    partners.round()
    with partners.begin() as work:
        original = work.session.scalars(select(Rendition).order_by(Rendition.id.desc()).limit(1)).one()
        work.storage.put_bytes(original.key, b"%PDF-1.7 anders", media_type="application/pdf")
    with partners.begin() as work:
        act_on_list(work, list_id, ListAct.TRANSFER, revision=None)
        work.session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")
    write_message(WriteMessage(list_id=list_id, message_type=MessageType.TRANSFER), partners.house.begin)
    assert "0503" not in partners.types(list_id)
    with partners.begin() as work:
        due = "SELECT min(scheduled_at) > now() + interval '23 hours' FROM procrastinate_jobs WHERE task_name = %s"
        assert work.session.connection().exec_driver_sql(due, (WriteMessage.name,)).scalar_one() is True
        assert unwritten(work.session) == [], "nobody tries again before tomorrow"
        list_ = work.session.get_one(DisposalList, list_id)
        assert list_.unwritten is MessageType.TRANSFER and list_.unwritten_why
    with partners.begin() as work:
        work.storage.put_bytes(original.key, LETTER + b"0", media_type="application/pdf")
    write_message(WriteMessage(list_id=list_id, message_type=MessageType.TRANSFER), partners.house.begin)
    with partners.begin() as work:
        assert work.session.get_one(DisposalList, list_id).unwritten is None


def test_a_directory_that_is_away_is_asked_again(partners: Partnership) -> None:
    away = partners.directory.rename(partners.directory.with_name("weg"))
    list_id = partners.a_list(partners.a_closed_dossier())
    partners.act(list_id, ListAct.OFFER)
    assert partners.messages(list_id)[0].sent_at is None
    away.rename(partners.directory)
    partners.round()
    assert partners.messages(list_id)[0].sent_at is not None


def test_what_is_on_its_way_cannot_be_reopened(partners: Partnership) -> None:
    dossier = partners.a_closed_dossier()
    list_id = partners.a_list(dossier)
    partners.act(list_id, ListAct.OFFER)
    with partners.begin() as work, pytest.raises(TransitionBlocked):
        change_dossier_state(work, dossier.id, Action.REOPEN, revision=None)


def test_a_message_that_came_by_mail_is_taken_in_by_hand(partners: Partnership, tmp_path: Path) -> None:
    list_id = partners.a_list(partners.a_closed_dossier())
    partners.act(list_id, ListAct.OFFER)
    partners.archive.look()
    partners.archive.look()
    (answer,) = partners.directory.glob("*0502*")
    with partners.begin() as work:
        message = take_in_by_hand(work, answer, answer.name)
        assert message.message_type is MessageType.APPRAISAL
    assert partners.state(list_id) is ListState.APPRAISED
    partners.round()
    assert partners.types(list_id).count("0502") == 1, "the same file from the directory is known"
    stranger = tmp_path / "brief.zip"
    stranger.write_bytes(b"PK nichts")
    with partners.begin() as work, pytest.raises(MessageOfNoList):
        take_in_by_hand(work, stranger, stranger.name)


def test_messages_over_the_api(partners: Partnership, client: TestClient) -> None:
    list_id = offered(partners)
    listed = client.get(f"/api/v1/retention/lists/{list_id}/messages").json()["items"]
    assert [one["messageType"] for one in listed] == ["0501", "0504", "0502", "0505"]
    container = client.get(f"/api/v1/retention/messages/{listed[0]['id']}/container")
    assert container.status_code == 200 and len(container.content) == listed[0]["size"]
