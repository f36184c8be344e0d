"""Whatever people do in whatever order: nothing goes that is held or not due, and nothing closed is forgotten."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from eakte.foundation.clock import legal_day
from eakte.foundation.errors import EakteError
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Storage
from eakte.foundation.work import House, UnitOfWork
from eakte.records.models import Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from retention.messages import CarryOutList, WriteReport
from retention.models.disposal import DisposalItem, DisposalList, DisposalMessage, Tombstone
from retention.models.rules import RecordRetention
from retention.queries.candidates import Wanted
from retention.queries.rules import date_at
from retention.rules.disposal import ItemState, ListAct, ListState, Procedure
from retention.rules.exchange import MessageType
from retention.rules.inheritance import Inheritance
from retention.rules.ledger import ledger_key
from retention.rules.nodes import Decision
from retention.rules.periods import Event, Outcome
from retention.service.assigning import Place, assign_rule
from retention.service.dating import change_date, enter_date, take_back_date
from retention.service.deciding import act_on_list
from retention.service.holding import release_hold, set_hold
from retention.service.listing import draw_up_list
from retention.service.reconciling import reconcile
from retention.tasks.lists import carry_out_list, write_report
from tests.support.factories import AsActor, a_case, a_document, a_dossier, an_entry
from tests.support.partnership import Partnership, partnership
from tests.support.retention import a_rule

# Each step is a work in the database: what was found is told at once instead of being made smaller for minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
PLAN_YEARS, PERMIT_YEARS = 5, 2
PERMIT_ENDS = "permit_ends"
PLANS = ("destroy", "appraise", "permit")
RECORDS = st.integers(0, 5)
BEGIN = datetime(2026, 2, 1, 9, tzinfo=UTC)


def years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def machine(partners: Partnership) -> type[RuleBasedStateMachine]:
    """Machines that share a house and an archive and have two dossiers with two cases each of their own."""

    class Registry(RuleBasedStateMachine):
        @initialize(
            plans=st.lists(st.sampled_from(PLANS), min_size=2, max_size=2), wants=st.booleans(), new=st.booleans()
        )
        def dossiers_are_opened(self, plans: list[str], wants: bool, new: bool) -> None:
            """New ones, or old ones that are closed and due."""
            partners.now = BEGIN
            partners.archive.decide = lambda node: Decision.ARCHIVE if wants and node.id.int % 3 else Decision.DESTROY
            self.author, self.other = (partners.as_actor.with_every_role() for _ in range(2))
            self.records: list[UUID] = []
            self.dossier_of: dict[UUID, UUID] = {}
            self.permit: set[UUID] = set()
            self.closed: dict[UUID, date] = {}
            self.dates: dict[UUID, date] = {}
            self.holds: dict[UUID, UUID] = {}
            self.lists: list[UUID] = []
            self.gone: set[UUID] = set()
            self.database = partners.house.sessions.kw["bind"]
            for plan in plans:
                self._open(plan)
            if not new:
                for which in (1, 2, 0, 4, 5, 3):
                    self._change(self.records[which], Action.CLOSE)
                for dossier in (0, 3):
                    self.a_permit_ends(dossier, -1)
                self.time_passes(2000)
            self.a_backup_is_made()

        def _open(self, plan: str) -> None:
            with partners.begin() as work:
                code = DisposalCode.APPRAISE if plan == "appraise" else DisposalCode.DESTROY
                entry = an_entry(work, retention_years=PLAN_YEARS, disposal=code)
                if plan == "permit":
                    event = {"event": Event.ENTERED, "event_key": PERMIT_ENDS, "disposal": DisposalCode.DESTROY}
                    permit = a_rule(work, years=PERMIT_YEARS, **event)
                    place = Place(entry_id=entry.id)
                    assign_rule(work, permit.id, place, inheritance=Inheritance.REPLACES, reason=None)
                dossier = a_dossier(work, entry=entry)
                inside = [a_case(work, dossier=dossier) for _ in range(2)]
                for case in inside:
                    a_document(work, case=case)
                for record in (dossier, *inside):
                    self.records.append(record.id)
                    self.dossier_of[record.id] = dossier.id
                    if plan == "permit":
                        self.permit.add(record.id)

        def _try(self, act: Callable[[UnitOfWork], Any], *, by: Any = None) -> Any:
            try:
                with partners.begin(by or self.author) as work:
                    return act(work)
            except EakteError:
                return None

        # --- records ----------------------------------------------------------------------------------------

        @rule(which=RECORDS, action=st.sampled_from([Action.CLOSE, Action.CLOSE, Action.CLOSE, Action.REOPEN]))
        def a_record_is_closed_or_reopened(self, which: int, action: Action) -> None:
            self._change(self.records[which], action)

        @rule(dossier=st.sampled_from([0, 3]))
        def everything_in_a_dossier_is_closed(self, dossier: int) -> None:
            for which in (dossier + 1, dossier + 2, dossier):
                self._change(self.records[which], Action.CLOSE)

        @rule(which=st.sampled_from([1, 2, 4, 5]), action=st.sampled_from([Action.CANCEL, Action.RESTORE]))
        def a_case_is_cancelled_or_restored(self, which: int, action: Action) -> None:
            self._change(self.records[which], action)

        def _change(self, record_id: UUID, action: Action) -> None:
            change = change_dossier_state if self.dossier_of[record_id] == record_id else change_case_state
            if self._try(lambda work: change(work, record_id, action, revision=None)) is None:
                return
            if action is Action.CLOSE:
                self.closed[record_id] = legal_day(partners.now)
            elif action is Action.REOPEN:
                del self.closed[record_id]

        @rule(which=RECORDS, years=st.integers(-3, 6))
        def somebody_says_when_a_permit_ends(self, which: int, years: int) -> None:
            self.a_permit_ends(which, years)

        def a_permit_ends(self, which: int, years: int) -> None:
            record_id = self.records[which]
            day = years_after(legal_day(partners.now), years)

            def enter(work: UnitOfWork) -> date:
                found = date_at(work.session, PERMIT_ENDS, fiscal_year=None, record_id=record_id)
                if found is None:
                    enter_date(work, PERMIT_ENDS, day, source="Bescheid", record_id=record_id)
                else:
                    change_date(work, found.id, day, source="Bescheid", revision=None)
                return day

            if self._try(enter) is not None:
                self.dates[record_id] = day

        @rule(which=RECORDS)
        def a_permit_ends_no_more(self, which: int) -> None:
            record_id = self.records[which]

            def take_back(work: UnitOfWork) -> bool:
                found = date_at(work.session, PERMIT_ENDS, fiscal_year=None, record_id=record_id)
                if found is not None:
                    take_back_date(work, found.id, revision=None)
                return found is not None

            if self._try(take_back):
                del self.dates[record_id]

        @rule(days=st.sampled_from([1, 4, 200, 1900]))
        def days_go_by(self, days: int) -> None:
            self.time_passes(days)

        def time_passes(self, days: int) -> None:
            partners.now += timedelta(days=days)

        # --- holds ------------------------------------------------------------------------------------------

        @rule(which=RECORDS)
        def a_record_is_held(self, which: int) -> None:
            record_id = self.records[which]
            hold = self._try(lambda work: set_hold(work, reason="Klage", record_ids=[record_id], scope=None).id)
            if hold is not None:
                self.holds[hold] = record_id

        @rule()
        def a_hold_is_released(self) -> None:
            if self.holds:
                hold = next(iter(self.holds))
                if self._try(lambda work: release_hold(work, hold, reason="Urteil", revision=None)) is not None:
                    del self.holds[hold]

        # --- lists ------------------------------------------------------------------------------------------

        @rule(steps=st.integers(2, 9), procedure=st.sampled_from([Procedure.DESTRUCTION, Procedure.FOUR_STEP]))
        def disposal_goes_on(self, steps: int, procedure: Procedure) -> None:
            """As it should: step by step, by those who may, with the days and answers that it waits for."""
            for _ in range(steps):
                if not self.lists or self._is_over(self.lists[-1]):
                    self._draw_up(procedure)
                elif not self._go_on():
                    partners.round()
                    self.time_passes(3)
                    self._carry_out()

        @rule(procedure=st.sampled_from([Procedure.DESTRUCTION, Procedure.FOUR_STEP]))
        def a_list_is_drawn_up(self, procedure: Procedure) -> None:
            self._draw_up(procedure)

        @rule(
            act=st.sampled_from([act for act in ListAct if act not in (ListAct.EDIT, ListAct.TAKE_OFF)]),
            by_author=st.booleans(),
        )
        def somebody_acts_on_a_list(self, act: ListAct, by_author: bool) -> None:
            self._act(act, by_author=by_author)

        @rule()
        def the_archive_answers(self) -> None:
            partners.round()

        @rule()
        def the_house_carries_out_what_is_released(self) -> None:
            self._carry_out()

        def _draw_up(self, procedure: Procedure) -> None:
            wanted = Wanted(record_ids=frozenset(self.records))
            archive = None if procedure is Procedure.DESTRUCTION else "stadtarchiv"

            def draw(work: UnitOfWork) -> UUID:
                return draw_up_list(work, name="Liste", procedure=procedure, archive=archive, wanted=wanted).list.id

            found = self._try(draw)
            if found is not None:
                self.lists.append(found)

        def _is_over(self, list_id: UUID) -> bool:
            return partners.state(list_id) in (ListState.CLOSED, ListState.CANCELLED)

        def _go_on(self) -> bool:
            acts = (ListAct.REVIEW, ListAct.OFFER, ListAct.TRANSFER, ListAct.CONFIRM_UNDECIDED, ListAct.RELEASE)
            return any(self._act(act, by_author=one) for act in acts for one in (False, True))

        def _act(self, act: ListAct, *, by_author: bool) -> bool:
            if not self.lists or act is ListAct.APPRAISE:
                return False
            by = self.author if by_author else self.other
            done = self._try(lambda work: act_on_list(work, self.lists[-1], act, revision=None), by=by)
            partners.work_off()
            return done is not None

        def _carry_out(self) -> None:
            for list_id in self.lists:
                carry_out_list(CarryOutList(list_id=list_id), partners.house.begin)
                write_report(WriteReport(list_id=list_id), partners.house.begin)

        # --- backup and restore -------------------------------------------------------------------------------

        @rule()
        def a_backup_is_made(self) -> None:
            """Of the database; objects, ledger and archive lie elsewhere."""
            self.database.exec_driver_sql("SAVEPOINT backup")
            self.remembered = deepcopy((self.closed, self.dates, self.holds, self.lists))

        @rule()
        def the_backup_is_restored(self) -> None:
            """And compared with the ledger before anybody works with it, as the manual says."""
            destroyed = set(self.gone)
            self.database.exec_driver_sql("ROLLBACK TO SAVEPOINT backup")
            self.closed, self.dates, self.holds, self.lists = deepcopy(self.remembered)
            for _ in reconcile(partners.begin, partners.house.storage):
                pass
            with partners.begin() as work:
                there = set(work.session.scalars(select(Record.id).where(Record.id.in_(self.records))))
            assert set(self.records) - destroyed <= there, "nothing went that was not gone before"
            for record_id in destroyed & there:
                assert self._around(record_id) & set(self.holds.values()), "only what is held by now comes back"
            self.gone = destroyed - there

        def teardown(self) -> None:
            """Whatever came before, in the end the house tries to get rid of everything, and has to do it once more."""
            if not hasattr(self, "lists"):
                return
            for procedure in (Procedure.DESTRUCTION, Procedure.FOUR_STEP):
                self.time_passes(1900)
                self.disposal_goes_on(7, procedure)
                self.nothing_went_that_must_be_kept()
            self.the_backup_is_restored()
            self.nothing_went_that_must_be_kept()
            # The next one's ledger is its own.
            for record_id in self.records:
                partners.house.storage.erase(ledger_key(record_id))

        # --- what an auditor looks at -----------------------------------------------------------------------

        def last_day(self, record_id: UUID) -> date | None:
            """Worked out by hand: the last day a closed record must be kept; None where nobody can say."""
            closed = self.closed[record_id]
            if record_id not in self.permit:
                return years_after(closed, PLAN_YEARS)
            # What a dossier says holds for its cases that say nothing.
            ended = self.dates.get(record_id) or self.dates.get(self.dossier_of[record_id])
            return max(closed, years_after(ended, PERMIT_YEARS)) if ended is not None else None

        @invariant()
        def nothing_went_that_must_be_kept(self) -> None:
            with partners.begin() as work:
                there = set(work.session.scalars(select(Record.id).where(Record.id.in_(self.records))))
                for record_id in set(self.records) - there - self.gone:
                    self._must_be_rightly_gone(work, record_id)
                    self.gone.add(record_id)
                for record_id in there & self.closed.keys():
                    self._must_be_accounted_for(work, record_id)
                rows = select(RecordRetention.record_id).where(RecordRetention.record_id.in_(self.records))
                assert set(work.session.scalars(rows)) == there & self.closed.keys()

        def _must_be_rightly_gone(self, work: UnitOfWork, record_id: UUID) -> None:
            dossier_id = self.dossier_of[record_id]
            assert not self._around(record_id) & set(self.holds.values()), "held"
            stone = work.session.get_one(Tombstone, record_id)
            item = work.session.scalars(
                select(DisposalItem).where(
                    DisposalItem.record_id == stone.taken_with,
                    DisposalItem.state.in_([ItemState.ERASING, ItemState.DESTROYED, ItemState.HANDED_OVER]),
                )
            ).one()
            list_ = work.session.get_one(DisposalList, item.list_id)
            assert list_.reviewed_by not in (None, list_.created_by), "reviewed by somebody else"
            if item.decision is DisposalCode.ARCHIVE:
                imports = select(DisposalMessage).where(
                    DisposalMessage.list_id == list_.id,
                    DisposalMessage.message_type == MessageType.IMPORT_RESULT,
                )
                assert work.session.scalars(imports).first() is not None, "taken over by the archive"
            else:
                assert list_.released_by not in (None, list_.created_by), "released by somebody else"
                assert list_.destroy_from is not None and list_.destroy_from <= legal_day(partners.now)
            if record_id in self.closed:
                last = self.last_day(record_id)
                assert last is not None and last < legal_day(partners.now), "due"
            else:
                assert stone.taken_with == dossier_id != record_id, "a cancelled case goes with its dossier only"

        def _around(self, record_id: UUID) -> set[UUID]:
            """What must not be held if a record is to go: itself, its dossier, its cases."""
            inside = {one for one in self.records if self.dossier_of[one] == record_id}
            return {record_id, self.dossier_of[record_id]} | inside

        def _must_be_accounted_for(self, work: UnitOfWork, record_id: UUID) -> None:
            kept = work.session.get_one(RecordRetention, record_id)
            last = self.last_day(record_id)
            if last is None:
                assert (kept.outcome, kept.missing_key) == (Outcome.WAITING, PERMIT_ENDS)
            else:
                assert (kept.outcome, kept.last_day) == (Outcome.ENDS, last)

    return Registry


def explore(partners: Partnership, examples: int, steps: int) -> None:
    with partners.begin() as work:
        report_case = a_case(work, title="Protokolle").reference
    retention = partners.house.settings.retention.model_copy(update={"waiting_days": 3, "report_dossier": report_case})
    settings_ = partners.house.settings.model_copy(update={"retention": retention})
    # A bucket of its own, since the ledger of a house is compared with its database as a whole.
    storage = Storage(settings_.storage.model_copy(update={"bucket": f"eakte-{new_id().hex}"}))
    storage.prepare()
    partners.house = House(partners.house.sessions, storage, settings_)
    run_state_machine_as_test(
        machine(partners),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def partners(house: House, tmp_path: Path, as_actor: AsActor, monkeypatch: pytest.MonkeyPatch) -> Partnership:
    return partnership(house, tmp_path, as_actor, monkeypatch, version="3.0.0")


def test_nothing_goes_before_its_time_and_nothing_closed_is_forgotten(partners: Partnership) -> None:
    explore(partners, examples=8, steps=25)


@pytest.mark.soak
def test_nor_on_many_ways(partners: Partnership) -> None:
    explore(partners, examples=200, steps=80)
