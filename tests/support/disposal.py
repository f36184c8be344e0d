"""Dossiers and cases whose retention is over, and disposal lists as far as a test needs them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from eakte.access import Confidentiality, Role
from eakte.documents.models import Document, object_key
from eakte.foundation.ids import new_id
from eakte.foundation.settings import RetentionSettings
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from eakte.records.models import Case, Dossier, FilingPlanEntry
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import Action, RecordKind
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from retention.messages import CarryOutList, WriteReport
from retention.models.disposal import DisposalList, DisposalMessage, Tombstone
from retention.queries.candidates import Wanted
from retention.rules.disposal import Direction, ListAct, Procedure
from retention.rules.exchange import MessageType
from retention.service.deciding import act_on_list
from retention.service.listing import draw_up_list
from retention.tasks.lists import carry_out_list, write_report
from tests.support.factories import AsActor, a_case, a_document, a_dossier, an_entry, unique
from tests.support.retention import recognised

LONG_AGO = datetime(2015, 3, 2, 10, tzinfo=UTC)


def an_entry_to_destroy(
    work: UnitOfWork, *, years: int = 5, code: DisposalCode = DisposalCode.DESTROY
) -> FilingPlanEntry:
    return an_entry(work, retention_years=years, disposal=code)


def closed(work: UnitOfWork, *records: Dossier | Case, at: datetime = LONG_AGO) -> None:
    """Close records as if it had been long ago, with their files recognised."""
    recognised(work)
    then = replace(work, now=at)
    for record in records:
        change = change_dossier_state if isinstance(record, Dossier) else change_case_state
        change(then, record.id, Action.CLOSE, revision=None)


def a_due_dossier(
    work: UnitOfWork, *, entry: FilingPlanEntry | None = None, cases: int = 1, content: bytes | None = None
) -> tuple[Dossier, list[Case], list[Document]]:
    """A dossier with cases of one document each, everything closed and due."""
    dossier = a_dossier(work, entry=entry or an_entry_to_destroy(work))
    inside = [a_case(work, dossier=dossier) for _ in range(cases)]
    documents = [a_document(work, case=case, content=content) for case in inside]
    closed(work, *inside, dossier)
    return dossier, inside, documents


def a_disposal_list(work: UnitOfWork) -> DisposalList:
    """A list in draft with a dossier and its case."""
    dossier, _, _ = a_due_dossier(work)
    wanted = Wanted(record_ids=frozenset({dossier.id}))
    procedure = Procedure.DESTRUCTION
    return draw_up_list(work, name="Jahr 2026", procedure=procedure, archive=None, wanted=wanted).list


def a_received_message(work: UnitOfWork, list_: DisposalList) -> DisposalMessage:
    """A receipt of the archive that has come."""
    object_id = new_id()
    digest = work.storage.put_bytes(object_key(object_id), b"PK", media_type="application/zip")
    message = DisposalMessage(
        id=new_id(),
        list_id=list_.id,
        direction=Direction.RECEIVED,
        message_type=MessageType.OFFER_RECEIVED,
        file_name=f"{list_.process_id}_0504.zip",
        sha256=digest.sha256,
        size=digest.size,
        object_id=object_id,
        created_at=work.now,
        findings=[],
    )
    work.session.add(message)
    work.session.flush()
    return message


def a_tombstone(work: UnitOfWork) -> Tombstone:
    """What stays of a case that nobody knows."""
    dossier = a_dossier(work)
    record_id = new_id()
    stone = Tombstone(
        record_id=record_id,
        taken_with=record_id,
        record_kind=RecordKind.CASE,
        reference=unique("weg-"),
        former_references=[],
        entry_code=dossier.entry.code,
        entry_id=dossier.entry_id,
        unit_id=dossier.unit_id,
        levels=["open"],
        protected=False,
        created_on=LONG_AGO.date(),
        decision=DisposalCode.DESTROY,
        list_id=new_id(),
        list_reference="AV-2020/0001",
        persons={},
        erased_at=work.now,
    )
    work.session.add(stone)
    work.session.flush()
    return stone


class Disposers:
    """Those who dispose: an author, and somebody else who reviews and releases."""

    def __init__(self, house: House, *, waiting_days: int = 0, archives: Path | None = None) -> None:
        make = AsActor(house)
        self.author = make(Role.RECORDS_MANAGER, level=Confidentiality.CONFIDENTIAL)
        self.other = make(Role.RECORDS_MANAGER, level=Confidentiality.CONFIDENTIAL)
        with house.begin(SYSTEM) as work:
            self.report_case = a_case(work, title="Vernichtungsprotokolle").reference
        retention = RetentionSettings(waiting_days=waiting_days, archives=archives)
        self.house = House(house.sessions, house.storage, house.settings.model_copy(update={"retention": retention}))

    def draw_up(
        self, *record_ids: UUID, procedure: Procedure = Procedure.DESTRUCTION, archive: str | None = None
    ) -> DisposalList:
        with self.house.begin(self.author) as work:
            wanted = Wanted(record_ids=frozenset(record_ids))
            drawn = draw_up_list(
                work,
                name="Jahr 2026",
                procedure=procedure,
                archive=archive,
                wanted=wanted,
                report_into=self.report_case,
            )
        return drawn.list

    def act(self, list_id: UUID, *acts: ListAct, by: Actor | None = None) -> DisposalList:
        for act in acts:
            with self.house.begin(by or self.other) as work:
                list_ = act_on_list(work, list_id, act, revision=None)
        return list_

    def released(self, *record_ids: UUID) -> DisposalList:
        """A list for destruction that may begin at once."""
        return self.act(self.draw_up(*record_ids).id, ListAct.REVIEW, ListAct.RELEASE)

    def destroy(self, list_id: UUID) -> None:
        """What the queue does, before the report."""
        carry_out_list(CarryOutList(list_id=list_id), self.house.begin)

    def report(self, list_id: UUID) -> None:
        """What the queue does at the end."""
        write_report(WriteReport(list_id=list_id), self.house.begin)
