"""A house and an archive that share a directory, with a clock that tests may set."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.foundation import clock
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from eakte.records.models import Dossier
from eakte.records.plan_rules import DisposalCode
from retention.models.disposal import DisposalItem, DisposalList, DisposalMessage
from retention.queries.candidates import Wanted
from retention.rules.disposal import ItemState, ListAct, ListState, Procedure
from retention.service.deciding import act_on_list
from retention.service.exchanging import resume_exchange
from retention.service.listing import draw_up_list
from tests.simulators.archive import Archive
from tests.support.factories import AsActor, a_case, a_document, a_dossier, an_entry
from tests.support.queue import work_off_exchange
from tests.support.retention import close

LETTER = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


@dataclass
class Partnership:
    """A house and an archive that share a directory, and a clock that tests may set."""

    house: House
    directory: Path
    as_actor: AsActor
    archive: Archive
    now: datetime = field(default_factory=lambda: datetime(2040, 3, 1, 9, tzinfo=UTC))

    def begin(self, actor: Actor = SYSTEM) -> AbstractContextManager[UnitOfWork]:
        return self.house.begin(actor)

    def a_closed_dossier(self, *, documents: int = 1, code: DisposalCode = DisposalCode.APPRAISE) -> Dossier:
        """With two cases, long due."""
        with self.begin() as work:
            entry = an_entry(work, retention_years=5, disposal=code)
            dossier = a_dossier(work, entry=entry, title="Bauakte Müllerstraße 7 – Größe")
            for number in range(2):
                case = a_case(work, dossier=dossier, title=f"Vorgang {number}")
                for page in range(documents):
                    a_document(work, case=case, title=f"Schreiben {page}", content=LETTER + str(page).encode())
                close(work, case, "2026-01-02 10:00")
            close(work, dossier, "2026-01-03 10:00")
        return dossier

    def a_list(self, *dossiers: Dossier, procedure: Procedure = Procedure.FOUR_STEP, author: Actor = SYSTEM) -> UUID:
        """Drawn up and reviewed by two people."""
        with self.begin(author) as work:
            wanted = Wanted(record_ids=frozenset(dossier.id for dossier in dossiers))
            drawn = draw_up_list(work, name="Bauakten 2026", procedure=procedure, archive="stadtarchiv", wanted=wanted)
        with self.begin(self.as_actor.with_every_role()) as work:
            act_on_list(work, drawn.list.id, ListAct.REVIEW, revision=None)
        return drawn.list.id

    def act(self, list_id: UUID, act: ListAct) -> None:
        with self.begin() as work:
            act_on_list(work, list_id, act, revision=None)
        self.work_off()

    def work_off(self) -> None:
        work_off_exchange(self.house, self.house.begin)

    def round(self) -> None:
        """The archive looks, then we do."""
        self.archive.look()
        with self.begin() as work:
            resume_exchange(work)
        self.work_off()

    def state(self, list_id: UUID) -> ListState:
        with self.begin() as work:
            return work.session.get_one(DisposalList, list_id).state

    def items(self, list_id: UUID) -> dict[UUID, DisposalItem]:
        with self.begin() as work:
            rows = work.session.scalars(select(DisposalItem).where(DisposalItem.list_id == list_id))
            return {row.record_id: row for row in rows}

    def messages(self, list_id: UUID) -> list[DisposalMessage]:
        with self.begin() as work:
            rows = select(DisposalMessage).where(DisposalMessage.list_id == list_id).order_by(DisposalMessage.id)
            return list(work.session.scalars(rows))

    def types(self, list_id: UUID) -> list[str]:
        return [message.message_type.value for message in self.messages(list_id)]

    def codes(self, list_id: UUID) -> set[str]:
        return {one["code"] for message in self.messages(list_id) for one in message.findings}

    def states(self, list_id: UUID) -> list[ItemState]:
        return [item.state for item in self.items(list_id).values()]


def archive_file(folder: Path, directory: Path, *, version: str) -> Path:
    """What an operator writes down of an archive with which a directory is shared."""
    path = folder / "archive.toml"
    path.write_text(
        f"""
        [[archive]]
        key = "stadtarchiv"
        kind = "directory"
        name = "Stadtarchiv Musterhausen"
        version = "{version}"
        path = "{directory}"
        rest_s = 0
        sender = {{ name = "Stadt Musterhausen", prefix = "ags", agency_key = "05999999" }}
        """
    )
    return path


def partnership(
    house: House, tmp_path: Path, as_actor: AsActor, monkeypatch: pytest.MonkeyPatch, *, version: str
) -> Partnership:
    directory = tmp_path / "austausch"
    directory.mkdir()
    archives = archive_file(tmp_path, directory, version=version)
    retention = house.settings.retention.model_copy(update={"archives": archives})
    settings = house.settings.model_copy(update={"retention": retention})
    made = Partnership(replace(house, settings=settings), directory, as_actor, Archive(directory))
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made
