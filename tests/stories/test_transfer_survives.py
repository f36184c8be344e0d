"""The worker is killed again and again while a list is offered, handed over and erased: the archive has all of it."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import sleep
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.audit.service import verify_audit
from eakte.documents.models import DocumentVersion, DoomedObject, Rendition, RenditionKind
from eakte.entrypoints.sweep import OrphanKind, find_orphans
from eakte.records.models import Record
from eakte.records.plan_rules import DisposalCode
from retention.models.disposal import DisposalItem, DisposalList, DisposalMessage, Tombstone
from retention.rules.disposal import ItemState, ListAct, ListState, Procedure
from retention.rules.exchange import MessageType
from retention.rules.nodes import Decision
from retention.service.exchanging import resume_exchange
from tests.simulators.archive import Archive
from tests.support.disposal import Disposers, a_due_dossier, an_entry_to_destroy
from tests.support.factories import LETTER
from tests.support.installation import Installation, until
from tests.support.killing import kill_while_erasing
from tests.support.partnership import archive_file

_AT_IT = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE 'retention.%'"
SENT_BY_US = [MessageType.OFFER, MessageType.APPRAISAL_RECEIVED, MessageType.TRANSFER]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "austausch"
    directory.mkdir()
    return directory


@pytest.fixture
def environment(tmp_path: Path, directory: Path) -> dict[str, str]:
    return {"EAKTE_RETENTION__ARCHIVES": str(archive_file(tmp_path, directory, version="3.0.0"))}


def test_twelve_records_are_handed_over_although_the_worker_dies(
    running: Installation, directory: Path, environment: dict[str, str]
) -> None:
    hand_over_and_kill(running, directory, environment, count=12, deaths=3)


@pytest.mark.soak
def test_five_hundred_records_are_handed_over_in_twenty_deaths(
    running: Installation, directory: Path, environment: dict[str, str]
) -> None:
    hand_over_and_kill(running, directory, environment, count=500, deaths=20)


def hand_over_and_kill(
    running: Installation, directory: Path, environment: dict[str, str], *, count: int, deaths: int
) -> None:
    """Records are dossiers and cases, half of them each; of four the archive wants three."""
    house = running.house
    disposers = Disposers(house, archives=Path(environment["EAKTE_RETENTION__ARCHIVES"]))
    with house.begin() as work:
        entry = an_entry_to_destroy(work, code=DisposalCode.APPRAISE)
        going = [a_due_dossier(work, entry=entry, content=LETTER) for _ in range(count // 2)]
        staying = [a_due_dossier(work, entry=entry, content=LETTER)[0].id for _ in range(3)]
        unwanted = {one.id for dossier, cases, _ in going[::4] for one in (dossier, *cases)}
        wanted = {one.id for dossier, cases, _ in going for one in (dossier, *cases)} - unwanted
        before = everything(work.session)
        files = file_names(work.session, [one.id for dossier, _, (one,) in going if dossier.id in wanted])
    list_id = disposers.draw_up(
        *(dossier.id for dossier, _, _ in going), procedure=Procedure.FOUR_STEP, archive="stadtarchiv"
    ).id
    disposers.act(list_id, ListAct.REVIEW)
    archive = Archive(directory, decide=lambda node: Decision.DESTROY if node.id in unwanted else Decision.ARCHIVE)
    chance, died = Random(17), 0
    with archive.watching():
        disposers.act(list_id, ListAct.OFFER)
        died += kill_at_work(running, deaths // 3, chance, lambda: state(running, list_id) is ListState.APPRAISED)
        disposers.act(list_id, ListAct.TRANSFER)
        confirmed = count_in(running, list_id, ItemState.CONFIRMED)
        died += kill_at_work(running, deaths // 3, chance, lambda: confirmed() == len(wanted))
        disposers.act(list_id, ListAct.RELEASE, ListAct.DESTROY)
        kill_while_erasing(running, list_id, count=count, deaths=deaths - died)
        until(lambda: state(running, list_id) is ListState.CLOSED, "the end of the list", timeout_s=600.0)
    assert archive.complaints == []
    assert not list(directory.glob(".*")), "nothing half laid out stays"
    with house.begin() as work:
        session = work.session
        process_id = session.get_one(DisposalList, list_id).process_id
        ended = {row[0]: row[1] for row in session.execute(select(DisposalItem.record_id, DisposalItem.state))}
        assert ended == {
            **dict.fromkeys(wanted, ItemState.HANDED_OVER),
            **dict.fromkeys(unwanted, ItemState.DESTROYED),
        }
        stones = set(session.scalars(select(Tombstone.record_id)))
        there = everything(session)
        assert wanted | unwanted <= stones
        assert not stones & there
        assert before - stones <= there and set(staying) <= there
        assert not session.scalar(select(func.count()).select_from(DoomedObject))
        sent = {
            message.file_name: message.sha256
            for message in session.scalars(select(DisposalMessage).order_by(DisposalMessage.id))
            if message.message_type in SENT_BY_US
        }
        assert list(verify_audit(work)) == []
    assert len(sent) == len(SENT_BY_US), "each message once"
    assert {name: sha256_of(directory / name) for name in sent} == sent, "what lies there is what we kept"
    assert Counter(archive.imported[process_id]) == Counter(files), "each file of what is wanted, once"
    lost = [one for one in find_orphans(house, grace_minutes=0) if one.kind is OrphanKind.ROW_WITHOUT_OBJECT]
    assert not lost


def file_names(session: Session, document_ids: list[UUID]) -> list[str]:
    """What the originals of some documents are called in a container."""
    statement = (
        select(Rendition.id)
        .join(DocumentVersion, DocumentVersion.id == Rendition.version_id)
        .where(DocumentVersion.document_id.in_(document_ids), Rendition.kind == RenditionKind.ORIGINAL)
    )
    return [f"{one}.pdf" for one in session.scalars(statement)]


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kill_at_work(running: Installation, deaths: int, chance: Random, over: Callable[[], bool]) -> int:
    """Kill the worker while it works for retention, at no regular distance, and wait until all is done.

    Answers how often it died: on a quick machine it may be done before it has died as often as it should.
    """

    def nudged() -> bool:
        # What the worker does for itself twice a minute.
        with running.house.begin() as work:
            resume_exchange(work)
        return over()

    died = 0
    for _ in range(deaths):
        until(lambda: running.number(_AT_IT) > 0 or nudged(), "the worker at its work")
        if over():
            break
        sleep(chance.choice([0, chance.uniform(0, 0.4)]))
        running.kill(running.worker)
        died += 1
    until(nudged, "the end of what was asked for", timeout_s=600.0)
    return died


def count_in(running: Installation, list_id: UUID, item_state: ItemState) -> Callable[[], int]:
    question = f"SELECT count(*) FROM disposal_items WHERE list_id = '{list_id}' AND state = '{item_state.value}'"
    return lambda: running.number(question)


def state(running: Installation, list_id: UUID) -> ListState:
    with running.house.begin() as work:
        return work.session.get_one(DisposalList, list_id).state


def everything(session: Session) -> set[UUID]:
    return set(session.scalars(select(Record.id)))
