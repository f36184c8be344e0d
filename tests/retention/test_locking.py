"""The storage follows the periods, against the real one: it refuses to delete what is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from eakte.documents.models import object_key
from eakte.documents.queries import renditions_of, version_of
from eakte.foundation import clock
from eakte.foundation.storage import LockMode, ObjectLocked
from eakte.foundation.work import House, UnitOfWork
from eakte.records.models import Case
from retention.messages import LockStorage
from retention.models.rounds import RetentionRound
from retention.queries.periods import begin_round
from retention.rules.inheritance import Inheritance
from retention.rules.locking import OPEN, Lock, lock_for
from retention.rules.periods import Outcome
from retention.service import locking
from retention.service.assigning import Place, assign_rule
from retention.service.holding import release_hold, set_hold
from retention.service.locking import lock_storage, lock_what_is_behind
from retention.service.rounds import begin_rounds, look_after
from tests.support.factories import a_case, a_document, a_dossier, an_entry
from tests.support.retention import a_rule, at, close, last_day, later, period, reopen

TODAY = clock.legal_day(clock.now())
DAY = timedelta(days=1)


@dataclass
class Filed:
    """A case with a document that has bytes, under an entry with a period."""

    house: House
    case_id: UUID
    entry_id: UUID
    key: str

    @contextmanager
    def case(self) -> Iterator[tuple[UnitOfWork, Case]]:
        with self.house.begin() as work:
            yield work, work.session.get_one(Case, self.case_id)

    def close(self) -> None:
        with self.case() as (work, case):
            close(work, case)

    def follow(self) -> None:
        lock_storage(self.house.begin, self.case_id)

    @property
    def held(self) -> bool:
        return self.house.storage.is_held(self.key)

    @property
    def retained_until(self) -> datetime | None:
        return self.house.storage.retained_until(self.key)

    @property
    def last_day(self) -> date:
        with self.house.begin() as work:
            day = last_day(work, self.case_id)
        assert day is not None
        return day


def filed_under(house: House, **rule: Any) -> Filed:
    with house.begin() as work:
        entry = an_entry(work)
        assign_rule(work, a_rule(work, **rule).id, Place(entry.id), inheritance=Inheritance.REPLACES)
        case = a_case(work, dossier=a_dossier(work, entry=entry))
        document = a_document(work, case=case, content=b"%PDF-1.7 Bescheid")
        (original,) = renditions_of(work.session, version_of(work.session, document.id, None).id)
        return Filed(house, case.id, entry.id, original.key)


def end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, datetime.min.time(), clock.GERMANY).astimezone(UTC)


def queued_locks(work: UnitOfWork) -> list[str]:
    rows = work.session.execute(
        text("select args->>'record_id' from procrastinate_jobs where task_name = :name"), {"name": LockStorage.name}
    )
    return [row[0] for row in rows]


def test_what_is_closed_is_kept_by_the_storage_until_its_last_day_is_over(house: House) -> None:
    filed = filed_under(house, years=3)
    assert filed.held
    filed.close()
    with house.begin() as work:
        assert str(filed.case_id) in queued_locks(work)
    filed.follow()
    assert not filed.held
    assert filed.retained_until == end_of(filed.last_day)
    with pytest.raises(ObjectLocked):
        house.storage.erase(filed.key)
    with house.begin() as work:
        kept = period(work, filed.case_id)
        assert kept is not None and kept.locked_until == kept.last_day


def test_reopening_holds_it_again_and_closing_again_never_shortens_the_lock(house: House) -> None:
    filed = filed_under(house, years=3)
    filed.close()
    filed.follow()
    locked_until = filed.retained_until
    with filed.case() as (work, case):
        reopen(work, case)
    filed.follow()
    assert filed.held
    with filed.case() as (work, case):
        assign_rule(
            work, a_rule(work, years=1).id, Place(record_id=case.id), inheritance=Inheritance.REPLACES, reason="kürzer"
        )
        close(work, case)
    filed.follow()
    assert (filed.held, filed.retained_until) == (False, locked_until)


def test_a_longer_period_extends_the_lock_in_the_nightly_run(house: House) -> None:
    filed = filed_under(house, years=3)
    filed.close()
    filed.follow()
    with house.begin() as work:
        work.session.execute(text("update retention_rules set length = 9"))
    look_after(house.begin, TODAY)
    assert filed.last_day.year == TODAY.year + 9
    assert filed.retained_until == end_of(filed.last_day)


@pytest.mark.parametrize("years", [None, 3], ids=["for ever", "waiting for a date"])
def test_what_has_no_end_stays_held(house: House, years: int | None) -> None:
    rule: dict[str, Any] = {"event": "entered", "event_key": "exit"} if years else {}
    filed = filed_under(house, years=years, **rule)
    filed.close()
    filed.follow()
    assert (filed.held, filed.retained_until) == (True, None)


def test_an_end_that_is_withdrawn_brings_the_hold_back(house: House) -> None:
    filed = filed_under(house, years=3)
    filed.close()
    filed.follow()
    with filed.case() as (work, case):
        assign_rule(
            work, a_rule(work, years=None).id, Place(record_id=case.id), inheritance=Inheritance.ADDS, reason="dauernd"
        )
    assert lock_what_is_behind(house.begin) == 1
    assert filed.held
    assert lock_what_is_behind(house.begin) == 0


def test_a_legal_hold_keeps_the_hold_of_the_storage_on_and_its_release_takes_it_off(house: House) -> None:
    filed = filed_under(house, years=3)
    with house.begin() as work:
        hold = set_hold(work, reason="Klage", record_ids=[filed.case_id], scope=None).id
    filed.close()
    filed.follow()
    assert filed.held
    assert filed.retained_until == end_of(filed.last_day)
    with house.begin() as work:
        release_hold(work, hold, reason="Urteil", revision=None)
    filed.follow()
    assert not filed.held


def test_mistakes_can_be_put_right_before_the_lock(house: House) -> None:
    filed = filed_under(house, years=3, correction_days=14)
    filed.close()
    filed.follow()
    assert (filed.held, filed.retained_until) == (True, None)
    assert lock_what_is_behind(house.begin) == 0
    with house.begin() as work:
        work.session.execute(text("update record_retentions set lock_from = now() - interval '1 minute'"))
    assert lock_what_is_behind(house.begin) == 1
    assert (filed.held, filed.retained_until) == (False, end_of(filed.last_day))


def test_compliance_is_a_matter_of_the_rule(house: House) -> None:
    filed = filed_under(house, years=3, lock_mode=LockMode.COMPLIANCE)
    filed.close()
    filed.follow()
    with pytest.raises(ObjectLocked):
        house.storage.erase(filed.key, bypass_governance=True)


def test_a_rule_that_becomes_stricter_later_extends_locks_as_they_are(house: House) -> None:
    """S3 does not let the mode of a locked object be changed."""
    filed = filed_under(house, years=3)
    filed.close()
    filed.follow()
    with house.begin() as work:
        work.session.execute(text("update retention_rules set lock_mode = 'compliance', length = 5"))
    look_after(house.begin, TODAY)
    assert filed.retained_until == end_of(filed.last_day)
    assert house.storage.erase(filed.key, bypass_governance=True) == 1


def test_an_object_that_an_open_case_has_too_stays_held(house: House) -> None:
    filed, other = filed_under(house, years=3), filed_under(house, years=3)
    with house.begin() as work:
        same = {"ours": filed.key[-36:], "theirs": other.key[-36:]}
        work.session.execute(text("update renditions set object_id = :ours where object_id = :theirs"), same)
    filed.close()
    filed.follow()
    assert (filed.held, filed.retained_until) == (True, end_of(filed.last_day))


def test_every_object_of_a_large_case_is_locked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "_PAGE", 2)
    filed = filed_under(house, years=3)
    with filed.case() as (work, case):
        documents = [a_document(work, case=case, content=f"Anlage {number}".encode()) for number in range(4)]
        versions = [version_of(work.session, document.id, None).id for document in documents]
        keys = [rendition.key for version in versions for rendition in renditions_of(work.session, version)]
        close(work, case)
    filed.follow()
    assert {house.storage.retained_until(key) for key in keys} == {end_of(filed.last_day)}


def test_a_missing_object_hinders_no_other(house: House) -> None:
    filed = filed_under(house, years=3)
    with filed.case() as (work, case):
        lost = a_document(work, case=case, content=b"verloren")
        (gone,) = renditions_of(work.session, version_of(work.session, lost.id, None).id)
        house.storage.erase(object_key(gone.object_id))
        close(work, case)
    filed.follow()
    assert filed.retained_until == end_of(filed.last_day)


# --- the rule ---------------------------------------------------------------------------------------------


def wanted(**facts: Any) -> Lock:
    values: dict[str, Any] = {
        "outcome": Outcome.ENDS,
        "last_day": date(2026, 3, 28),
        "mode": LockMode.GOVERNANCE,
        "lock_from": at("2026-01-01 10:00"),
        "under_hold": False,
        "now": at("2026-01-01 10:00"),
        **facts,
    }
    return lock_for(values.pop("outcome"), **values)


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (date(2026, 3, 28), at("2026-03-28 23:00")),
        (date(2026, 3, 29), at("2026-03-29 22:00")),
        (date(2026, 10, 25), at("2026-10-25 23:00")),
        (date(2026, 12, 31), at("2026-12-31 23:00")),
    ],
)
def test_a_lock_ends_with_the_legal_day(day: date, until: datetime) -> None:
    assert wanted(last_day=day).until == until


def test_what_is_over_already_asks_nothing_of_the_storage() -> None:
    lock = wanted(now=at("2026-03-28 23:00"))
    assert (lock.until, lock.held, lock.last_day) == (None, False, date(2026, 3, 28))


def test_nothing_is_locked_before_its_window_is_over() -> None:
    assert wanted(now=at("2026-01-01 09:59")) == OPEN


# --- the nightly run --------------------------------------------------------------------------------------


def test_the_nightly_run_mends_computes_and_counts(house: House) -> None:
    filed = filed_under(house, years=3)
    filed.close()
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry(work, retention_years=1))
        yesterday_a_year_ago = (TODAY - DAY).replace(year=TODAY.year - 1)
        close(work, dossier, f"{yesterday_a_year_ago} 12:00")
        work.session.execute(text("delete from record_retentions where record_id = :id"), {"id": filed.case_id})
    look_after(house.begin, TODAY)
    with house.begin() as work:
        found = work.session.get_one(RetentionRound, TODAY)
        assert (found.computed, found.changed, found.violations, found.newly_due) == (2, 0, 1, 1)
        assert found.finished_at is not None
        assert period(work, filed.case_id) is not None


def test_the_run_of_a_day_begins_once_and_not_before_one_o_clock(house: House) -> None:
    with house.begin() as work:
        begin_rounds(later(work, at("2026-07-01 22:59")))
        assert begin_round(work.session, date(2026, 7, 2), work.now)
        begin_rounds(later(work, at("2026-07-01 23:00")))
        begin_rounds(later(work, at("2026-07-02 23:00")))
        begin_rounds(later(work, at("2026-07-03 12:00")))
        days = work.session.scalars(
            text("select args->>'day' from procrastinate_jobs where task_name = 'retention.LookAfterRetention'")
        )
        assert days.all() == ["2026-07-03"]
