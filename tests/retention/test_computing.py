"""Until when closed dossiers and cases are kept, as seen through their periods."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from eakte.audit.models import AuditEntry
from eakte.foundation.gathering import write_gathered
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode, EntryKind
from eakte.records.service.details import set_business_data
from eakte.records.service.lifecycle import refile_dossier
from eakte.records.service.plan_entries import change_entry
from retention.messages import RecomputeRetention, RetentionComputed
from retention.models.rules import RecordRetention
from retention.queries.facts import Concerned
from retention.rules.inheritance import Inheritance
from retention.rules.periods import Event, Outcome, Rounding, Unit
from retention.service import computing
from retention.service.assigning import Place, assign_rule, unassign_rule
from retention.service.computing import compute_next, mend
from retention.service.dating import change_date, enter_date, take_back_date
from tests.support.factories import a_case, a_document, a_dossier, an_entry
from tests.support.retention import a_rule, at, close, last_day, later, period, reopen

ADOPTED = "annual_statement_adopted"


def compute_all(work: UnitOfWork, **concerned: object) -> int:
    after, changed = None, 0
    while True:
        after, _, some = compute_next(work, Concerned(**concerned), after)  # type: ignore[arg-type]
        changed += some
        if after is None:
            return changed


def hang(work: UnitOfWork, place: Place, *, reason: str | None = None, adds: bool = False, **rule: object) -> UUID:
    inheritance = Inheritance.ADDS if adds else Inheritance.REPLACES
    return assign_rule(work, a_rule(work, **rule).id, place, inheritance=inheritance, reason=reason).id


def queued(work: UnitOfWork, job: type) -> list[dict[str, object]]:
    rows = work.session.execute(text("select args from procrastinate_jobs where task_name = :name"), {"name": job.name})
    return [row[0] for row in rows]


# --- closing and reopening ----------------------------------------------------------------------------------


def test_closing_a_dossier_says_until_when_it_is_kept_and_by_what(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=an_entry(work, code="63.2", retention_years=10, disposal=DisposalCode.ARCHIVE))
    close(work, dossier, "2026-03-05 10:00")
    kept = period(work, dossier.id)
    assert kept is not None
    assert (kept.outcome, kept.last_day, kept.due_on) == (Outcome.ENDS, date(2036, 3, 5), date(2036, 3, 6))
    assert kept.rule_name == "Frist des Aktenplans"
    assert kept.rule_source == f"Aktenplan {dossier.entry.plan.key} 63.2"
    assert (kept.event_day, kept.disposal) == (date(2026, 3, 5), DisposalCode.ARCHIVE)


@pytest.mark.parametrize(
    ("closed", "end"),
    [
        ("2026-06-30 21:59", date(2027, 6, 30)),
        ("2026-06-30 22:00", date(2027, 7, 1)),
        ("2026-12-31 22:59", date(2027, 12, 31)),
        ("2026-12-31 23:30", date(2028, 1, 1)),
        ("2026-03-29 00:59", date(2027, 3, 29)),
        ("2026-10-24 22:30", date(2027, 10, 25)),
        ("2024-02-28 23:30", date(2025, 2, 28)),
    ],
)
def test_the_day_of_closing_is_the_day_in_germany(work: UnitOfWork, closed: str, end: date) -> None:
    dossier = a_dossier(work, entry=an_entry(work, retention_years=1))
    close(work, dossier, closed)
    assert last_day(work, dossier.id) == end


def test_a_record_no_rule_covers_says_so_and_is_never_due(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    close(work, dossier)
    kept = period(work, dossier.id)
    assert kept is not None
    assert (kept.outcome, kept.due_on) == (Outcome.UNRULED, None)


def test_reopening_clears_the_period_and_closing_again_starts_from_zero(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=an_entry(work, retention_years=5))
    close(work, dossier, "2020-01-10 10:00")
    reopen(work, dossier)
    assert period(work, dossier.id) is None
    close(work, dossier, "2026-02-01 10:00")
    assert last_day(work, dossier.id) == date(2031, 2, 1)


def test_a_case_may_count_from_the_closing_of_its_dossier(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=(entry := an_entry(work)))
    hang(work, Place(entry.id), event=Event.PARENT_CLOSING, years=2)
    case = a_case(work, dossier=dossier)
    close(work, case, "2024-05-01 10:00")
    waiting = period(work, case.id)
    assert waiting is not None and (waiting.outcome, waiting.missing_key) == (Outcome.WAITING, "parent_closing")
    close(work, dossier, "2026-05-01 10:00")
    assert last_day(work, case.id) == last_day(work, dossier.id) == date(2028, 5, 1)
    reopen(work, dossier)
    again = period(work, case.id)
    assert again is not None and again.outcome is Outcome.WAITING


# --- where rules hang ---------------------------------------------------------------------------------------


def test_the_nearest_rule_replaces_what_comes_from_above(work: UnitOfWork) -> None:
    group = an_entry(work, kind=EntryKind.MAIN_GROUP, retention_years=30)
    dossier = a_dossier(work, entry=(entry := an_entry(work, parent=group)))
    case, other = a_case(work, dossier=dossier), a_case(work, dossier=dossier)
    for one in (case, other):
        close(work, one, "2026-01-01 10:00")
    assert last_day(work, case.id) == date(2056, 1, 1)
    hang(work, Place(entry.id), years=10)
    compute_all(work, entry_id=group.id)
    assert last_day(work, case.id) == date(2036, 1, 1)
    hang(work, Place(record_id=dossier.id), years=8, reason="Bescheid vom 3. März")
    assert last_day(work, case.id) == date(2034, 1, 1)
    hang(work, Place(record_id=case.id), years=2, reason="Bagatelle")
    assert (last_day(work, case.id), last_day(work, other.id)) == (date(2028, 1, 1), date(2034, 1, 1))


def test_what_adds_stands_beside_what_comes_from_above_and_the_longest_wins(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=(entry := an_entry(work, retention_years=10)))
    close(work, dossier, "2026-01-01 10:00")
    short = hang(work, Place(entry.id), adds=True, years=6, name="Belege", source="§ 59 KomHVO")
    compute_all(work)
    assert last_day(work, dossier.id) == date(2036, 1, 1)
    hang(work, Place(record_id=dossier.id), adds=True, years=15, reason="Prüfung", source="§ 9")
    kept = period(work, dossier.id)
    assert kept is not None and (kept.last_day, kept.rule_source) == (date(2041, 1, 1), "§ 9")
    unassign_rule(work, short)
    assert queued(work, RecomputeRetention)[-1]["entry_id"] == str(entry.id)


def test_taking_an_exception_off_brings_the_inherited_rule_back(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=an_entry(work, retention_years=10))
    close(work, dossier, "2026-01-01 10:00")
    exception = hang(work, Place(record_id=dossier.id), years=30, reason="Musterprozess")
    assert last_day(work, dossier.id) == date(2056, 1, 1)
    unassign_rule(work, exception, reason="Prozess beendet")
    assert last_day(work, dossier.id) == date(2036, 1, 1)


def test_a_rule_counts_while_its_law_is_in_force_whenever_the_record_was_closed(work: UnitOfWork) -> None:
    """BEG IV: vouchers kept ten years by § 147 AO were freed after eight from 1 January 2025."""
    dossier = a_dossier(work, entry=(entry := an_entry(work)))
    hang(work, Place(entry.id), years=10, valid_until=date(2024, 12, 31))
    hang(work, Place(entry.id), years=8, valid_from=date(2025, 1, 1))
    close(later(work, at("2020-06-01 10:00")), dossier, "2020-06-01 10:00")
    assert last_day(work, dossier.id) == date(2030, 6, 1)
    compute_all(later(work, at("2024-12-31 22:59")))
    assert last_day(work, dossier.id) == date(2030, 6, 1)
    compute_all(later(work, at("2024-12-31 23:00")))
    assert last_day(work, dossier.id) == date(2028, 6, 1)


def test_a_changed_period_of_the_plan_is_computed_for_all_below(work: UnitOfWork) -> None:
    group = an_entry(work, kind=EntryKind.MAIN_GROUP, retention_years=5)
    dossier, elsewhere = a_dossier(work, entry=an_entry(work, parent=group)), a_dossier(work)
    for one in (dossier, elsewhere):
        close(work, one, "2026-01-01 10:00")
    change_entry(work, group.id, {"retention_years": None, "retention_unlimited": True}, revision=None)
    assert queued(work, RecomputeRetention)[-1]["entry_id"] == str(group.id)
    assert compute_all(work, entry_id=group.id) == 1
    kept = period(work, dossier.id)
    assert kept is not None and kept.outcome is Outcome.FOR_EVER
    change_entry(work, group.id, {"title": "Nur ein Name"}, revision=None)
    assert len(queued(work, RecomputeRetention)) == 1


def test_refiling_a_dossier_takes_the_periods_of_its_closed_cases_along(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=an_entry(work, retention_years=5))
    case = a_case(work, dossier=dossier)
    close(work, case, "2026-01-01 10:00")
    target = an_entry(work, retention_years=50)
    refile_dossier(work, dossier.id, entry_id=target.id, unit_id=None, revision=None)
    assert last_day(work, case.id) == date(2076, 1, 1)


def test_the_governing_rule_says_what_becomes_of_a_record_else_its_nearest_entry(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=(entry := an_entry(work, disposal=DisposalCode.ARCHIVE)))
    hang(work, Place(entry.id), years=1, disposal=DisposalCode.DESTROY)
    hang(work, Place(entry.id), years=9)
    close(work, dossier)
    kept = period(work, dossier.id)
    assert kept is not None and kept.disposal is DisposalCode.ARCHIVE


def test_a_transfer_period_starts_with_the_retention_period(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=(entry := an_entry(work)))
    hang(work, Place(entry.id), years=10, transfer_months=18, rounding=Rounding.FROM_NEXT_YEAR, buffer_days=60)
    close(work, dossier, "2026-03-05 10:00")
    kept = period(work, dossier.id)
    assert kept is not None
    assert (kept.transfer_from, kept.last_day, kept.due_on) == (date(2028, 7, 1), date(2036, 12, 31), date(2037, 3, 2))


# --- dates that come later ----------------------------------------------------------------------------------


def closed_voucher(work: UnitOfWork, year: str = "2025", *, on_document: bool = False) -> UUID:
    """A closed case with an invoice of a fiscal year, as the flow of invoices leaves it."""
    entry = an_entry(work)
    hang(work, Place(entry.id), event=Event.ENTERED, event_key=ADOPTED, years=6, rounding=Rounding.FROM_NEXT_YEAR)
    case = a_case(work, dossier=a_dossier(work, entry=entry))
    place = a_document(work, case=case).id if on_document else case.id
    set_business_data(work, place, {"fiscal_year": year, "retention_trigger": ADOPTED}, revision=None)
    close(work, case, "2026-02-01 10:00")
    return case.id


@pytest.mark.parametrize("on_document", [False, True])
def test_vouchers_wait_until_the_statement_of_their_year_is_adopted(work: UnitOfWork, on_document: bool) -> None:
    case_id, other_year = closed_voucher(work, on_document=on_document), closed_voucher(work, "2026")
    waiting = period(work, case_id)
    assert waiting is not None and (waiting.outcome, waiting.missing_key) == (Outcome.WAITING, ADOPTED)
    enter_date(work, ADOPTED, date(2027, 3, 1), source="Ratsbeschluss", fiscal_year=2025)
    assert queued(work, RecomputeRetention)[-1]["fiscal_year"] == 2025
    assert compute_all(work, fiscal_year=2025) == 1
    assert last_day(work, case_id) == date(2033, 12, 31)
    assert last_day(work, other_year) is None


def test_a_corrected_date_is_computed_anew_and_one_taken_back_is_waited_for(work: UnitOfWork) -> None:
    case_id = closed_voucher(work)
    entered = enter_date(work, ADOPTED, date(2027, 3, 1), source="Ratsbeschluss", fiscal_year=2025)
    compute_all(work, fiscal_year=2025)
    change_date(work, entered.id, date(2028, 1, 2), source="Berichtigung", revision=entered.revision)
    compute_all(work, fiscal_year=2025)
    assert last_day(work, case_id) == date(2034, 12, 31)
    take_back_date(work, entered.id, revision=None)
    compute_all(work, fiscal_year=2025)
    assert last_day(work, case_id) is None


def test_the_date_of_a_record_goes_before_that_of_its_year_and_both_before_its_business_data(work: UnitOfWork) -> None:
    entry = an_entry(work)
    hang(work, Place(entry.id), event=Event.BUSINESS_DATA, event_key="permit_ends", years=1)
    dossier = a_dossier(work, entry=entry)
    set_business_data(work, dossier.id, {"permit_ends": "31.12.2030", "fiscal_year": "2025"}, revision=None)
    close(work, dossier, "2026-02-01 10:00")
    assert last_day(work, dossier.id) == date(2031, 12, 31)
    enter_date(work, "permit_ends", date(2027, 1, 1), source="Widerruf", fiscal_year=2025)
    compute_all(work, fiscal_year=2025)
    assert last_day(work, dossier.id) == date(2028, 1, 1)
    enter_date(work, "permit_ends", date(2029, 6, 30), source="Verlängerung", record_id=dossier.id)
    assert last_day(work, dossier.id) == date(2030, 6, 30)


def test_a_case_counts_from_the_business_data_of_its_dossier(work: UnitOfWork) -> None:
    """The personnel file knows when somebody left; its cases do not say it again."""
    entry = an_entry(work)
    hang(work, Place(entry.id), event=Event.BUSINESS_DATA, event_key="exit", years=5)
    dossier = a_dossier(work, entry=entry)
    case = a_case(work, dossier=dossier)
    close(work, case, "2026-02-01 10:00")
    assert last_day(work, case.id) is None
    set_business_data(work, dossier.id, {"exit": "2027-04-30"}, revision=None)
    assert last_day(work, case.id) == date(2032, 4, 30)


def test_an_unreadable_date_counts_as_missing(work: UnitOfWork) -> None:
    entry = an_entry(work)
    hang(work, Place(entry.id), event=Event.BUSINESS_DATA, event_key="exit", years=5)
    dossier = a_dossier(work, entry=entry)
    set_business_data(work, dossier.id, {"exit": "im Frühjahr"}, revision=None)
    close(work, dossier)
    kept = period(work, dossier.id)
    assert kept is not None and (kept.outcome, kept.missing_key) == (Outcome.WAITING, "exit")


def test_a_record_that_says_what_it_counts_from_does_not_count_from_its_closing(work: UnitOfWork) -> None:
    """Invoices say it when they are filed, whatever the plan says of their entry."""
    case = a_case(work, dossier=a_dossier(work, entry=an_entry(work, retention_years=6)))
    set_business_data(work, case.id, {"fiscal_year": "2025", "retention_trigger": ADOPTED}, revision=None)
    close(work, case, "2025-11-01 10:00")
    assert last_day(work, case.id) is None
    enter_date(work, ADOPTED, date(2026, 9, 30), source="Ratsbeschluss", fiscal_year=2025)
    compute_all(work, fiscal_year=2025)
    assert last_day(work, case.id) == date(2032, 9, 30)


def test_a_case_with_vouchers_of_two_years_counts_from_the_later_and_waits_for_both(work: UnitOfWork) -> None:
    entry = an_entry(work)
    hang(work, Place(entry.id), event=Event.ENTERED, event_key=ADOPTED, years=6, rounding=Rounding.FROM_NEXT_YEAR)
    case = a_case(work, dossier=a_dossier(work, entry=entry))
    for year in ("2024", "2025"):
        set_business_data(work, a_document(work, case=case).id, {"fiscal_year": year}, revision=None)
    close(work, case, "2026-02-01 10:00")
    enter_date(work, ADOPTED, date(2027, 3, 1), source="Rat", fiscal_year=2025)
    compute_all(work)
    assert last_day(work, case.id) is None
    enter_date(work, ADOPTED, date(2026, 3, 1), source="Rat", fiscal_year=2024)
    compute_all(work)
    assert last_day(work, case.id) == date(2033, 12, 31)


def test_a_case_whose_documents_count_from_different_dates_counts_from_the_latest(work: UnitOfWork) -> None:
    case = a_case(work, dossier=a_dossier(work, entry=an_entry(work, retention_years=1)))
    for trigger in ("adopted", "discharged", "audited"):
        values = {"fiscal_year": "2025", "retention_trigger": trigger}
        set_business_data(work, a_document(work, case=case).id, values, revision=None)
    close(work, case, "2026-02-01 10:00")
    for key, day in (("discharged", date(2028, 5, 1)), ("audited", date(2027, 5, 1))):
        enter_date(work, key, day, source="Rat", fiscal_year=2025)
        compute_all(work)
        kept = period(work, case.id)
        assert kept is not None and kept.outcome is Outcome.WAITING
    enter_date(work, "adopted", date(2026, 5, 1), source="Rat", fiscal_year=2025)
    compute_all(work)
    assert last_day(work, case.id) == date(2029, 5, 1)


# --- many -----------------------------------------------------------------------------------------------------


def test_computing_again_changes_and_tells_nothing(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=an_entry(work, retention_years=5))
    close(work, dossier)
    write_gathered(work.session)
    told = select(func.count()).where(AuditEntry.event == RetentionComputed.name, AuditEntry.record_id == dossier.id)
    assert work.session.scalar(told) == 1
    assert compute_all(work) == 0
    write_gathered(work.session)
    assert work.session.scalar(told) == 1


def test_batches_end_where_the_records_end(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "BATCH", 2)
    entry = an_entry(work, retention_years=5)
    dossiers = [a_dossier(work, entry=entry) for _ in range(4)]
    for dossier in dossiers:
        close(work, dossier, "2026-01-01 10:00")
    work.session.execute(text("update filing_plan_entries set retention_years = 6"))
    assert compute_all(work, entry_id=entry.id) == 4
    assert {last_day(work, dossier.id) for dossier in dossiers} == {date(2032, 1, 1)}


def test_a_closed_record_that_lost_its_period_gets_it_back_and_an_open_one_loses_what_it_has(work: UnitOfWork) -> None:
    entry = an_entry(work, retention_years=5)
    lost, case = a_dossier(work, entry=entry), a_case(work)
    close(work, lost, "2026-01-01 10:00")
    close(work, case, "2026-01-01 10:00")
    work.session.execute(text("delete from record_retentions where record_id = :id"), {"id": lost.id})
    work.session.execute(text("update records set state = 'open', closed_at = null where id = :id"), {"id": case.id})
    assert mend(work) == 2
    assert last_day(work, lost.id) == date(2031, 1, 1)
    assert period(work, case.id) is None
    assert mend(work) == 0


def test_whatever_was_closed_has_a_period_or_a_reason(work: UnitOfWork) -> None:
    entry = an_entry(work)
    hang(work, Place(entry.id), event=Event.ENTERED, event_key="exit", length=3, unit=Unit.MONTHS)
    due_at_once = a_dossier(work, entry=an_entry(work, retention_years=0))
    for one in (
        a_dossier(work, entry=entry),
        a_dossier(work),
        a_case(work),
        due_at_once,
    ):
        close(work, one)
    for kept in work.session.scalars(select(RecordRetention)):
        match kept.outcome:
            case Outcome.ENDS:
                assert kept.last_day is not None and kept.due_on is not None and kept.due_on > kept.last_day
            case Outcome.WAITING:
                assert kept.missing_key is not None
            case outcome:
                assert outcome in (Outcome.FOR_EVER, Outcome.UNRULED)
