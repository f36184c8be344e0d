"""How long records are kept, one table per source."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.rules.periods import (
    Event,
    Facts,
    Outcome,
    Period,
    Retention,
    Rounding,
    Rule,
    Trigger,
    Unit,
    is_due,
    retention_of,
)

CLOSING = Trigger(Event.CLOSING)
ADOPTED = Trigger(Event.ENTERED, "annual_statement_adopted")


def years(count: int) -> Period:
    return Period(count, Unit.YEARS)


def rule(
    period: Period | None, trigger: Trigger = CLOSING, rounding: Rounding = Rounding.EXACT, **more: object
) -> Rule:
    return Rule("Regel", "§ 1 Muster", trigger, period, rounding, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("closed", "period", "last_day"),
    [
        (date(2026, 3, 5), years(10), date(2036, 3, 5)),
        (date(2024, 2, 29), years(1), date(2025, 2, 28)),
        (date(2024, 2, 29), years(4), date(2028, 2, 29)),
        (date(2025, 1, 31), Period(1, Unit.MONTHS), date(2025, 2, 28)),
        (date(2025, 12, 31), Period(2, Unit.MONTHS), date(2026, 2, 28)),
        (date(2025, 12, 31), Period(1, Unit.DAYS), date(2026, 1, 1)),
        (date(2026, 3, 28), Period(2, Unit.DAYS), date(2026, 3, 30)),
    ],
)
def test_a_period_ends_on_the_day_with_the_same_number(closed: date, period: Period, last_day: date) -> None:
    """§§ 187 (1), 188 (2) and (3) BGB."""
    assert rule(period).last_day(closed) == last_day


@pytest.mark.parametrize(
    ("rounding", "period", "last_day"),
    [
        (Rounding.EXACT, Period(18, Unit.MONTHS), date(2027, 9, 5)),
        (Rounding.END_OF_YEAR, Period(18, Unit.MONTHS), date(2027, 12, 31)),
        (Rounding.FROM_NEXT_YEAR, Period(18, Unit.MONTHS), date(2028, 6, 30)),
        (Rounding.END_OF_YEAR, years(10), date(2036, 12, 31)),
        (Rounding.FROM_NEXT_YEAR, years(10), date(2036, 12, 31)),
    ],
)
def test_towns_round_differently(rounding: Rounding, period: Period, last_day: date) -> None:
    assert rule(period, rounding=rounding).last_day(date(2026, 3, 5)) == last_day


def test_business_years_count_from_the_next_first_of_january() -> None:
    """Closed on 3 January 2013 and kept for 10 years, a dossier is disposable from 1 January 2024."""
    retention = retention_of([rule(years(10), rounding=Rounding.FROM_NEXT_YEAR)], Facts(date(2013, 1, 3)))
    assert retention.last_day == date(2023, 12, 31)
    assert not is_due(retention, date(2023, 12, 31))
    assert is_due(retention, date(2024, 1, 1))


@pytest.mark.parametrize(
    ("ends", "closed", "last_day"),
    [
        ((6, 30), date(2026, 6, 30), date(2027, 6, 30)),
        ((6, 30), date(2026, 7, 1), date(2028, 6, 30)),
        ((2, 29), date(2026, 3, 1), date(2028, 2, 29)),
        ((2, 29), date(2027, 3, 1), date(2029, 2, 28)),
    ],
)
def test_a_fiscal_year_may_end_on_any_day(ends: tuple[int, int], closed: date, last_day: date) -> None:
    fiscal = rule(years(1), rounding=Rounding.END_OF_FISCAL_YEAR, fiscal_year_ends=ends)
    assert fiscal.last_day(closed) == last_day


def test_vouchers_wait_for_the_annual_statement() -> None:
    """§ 59 KomHVO NRW: six years from 1 January after the council adopted the annual statement."""
    vouchers = rule(years(6), ADOPTED, Rounding.FROM_NEXT_YEAR)
    waiting = retention_of([vouchers], Facts(date(2026, 2, 1)))
    assert (waiting.outcome, waiting.missing) == (Outcome.WAITING, ADOPTED)
    known = Facts(date(2026, 2, 1), entered={"annual_statement_adopted": date(2027, 9, 30)})
    assert retention_of([vouchers], known).last_day == date(2033, 12, 31)


def test_the_longest_rule_governs_and_is_named() -> None:
    """Eight years of tax law outlast six of budget law (§ 147 (3) AO)."""
    budget, tax = rule(years(6), rounding=Rounding.FROM_NEXT_YEAR), rule(years(8), rounding=Rounding.FROM_NEXT_YEAR)
    retention = retention_of([budget, tax], Facts(date(2026, 2, 1)))
    assert (retention.last_day, retention.rule) == (date(2034, 12, 31), tax)


def test_for_ever_outlasts_what_is_not_known() -> None:
    forever = rule(None)
    retention = retention_of([rule(years(6), ADOPTED), forever], Facts(date(2026, 2, 1)))
    assert (retention.outcome, retention.rule) == (Outcome.FOR_EVER, forever)


def test_a_permit_that_ended_before_its_dossier_was_closed_frees_nothing_earlier() -> None:
    ended = Trigger(Event.BUSINESS_DATA, "permit_ends")
    facts = Facts(date(2026, 2, 1), business_data={"permit_ends": date(2015, 1, 1)})
    assert retention_of([rule(years(5), ended)], facts).last_day == date(2026, 2, 1)


def test_a_reopened_record_has_no_end() -> None:
    assert retention_of([rule(years(1))], Facts(None)) == Retention(Outcome.OPEN)


def test_a_closed_record_without_a_rule_says_so() -> None:
    assert retention_of([], Facts(date(2026, 2, 1))).outcome is Outcome.UNRULED


def test_a_buffer_runs_after_the_last_day() -> None:
    retention = retention_of([rule(years(1), buffer_days=30)], Facts(date(2026, 2, 1)))
    assert retention.last_day == date(2027, 2, 1)
    assert not is_due(retention, date(2027, 3, 3))
    assert is_due(retention, date(2027, 3, 4))


def test_the_buffer_of_a_shorter_rule_is_not_cut_short_by_the_longer_one() -> None:
    retention = retention_of([rule(years(1)), rule(Period(360, Unit.DAYS), buffer_days=90)], Facts(date(2026, 2, 1)))
    assert (retention.last_day, retention.due_on) == (date(2027, 2, 1), date(2027, 4, 28))


def test_a_trigger_needs_its_key() -> None:
    with pytest.raises(ValueError, match="do not go together"):
        Trigger(Event.ENTERED)
    with pytest.raises(ValueError, match="do not go together"):
        Trigger(Event.CLOSING, "key")


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
PERIODS = st.builds(Period, st.integers(0, 110), st.sampled_from(Unit))
RULES = st.builds(
    Rule,
    st.just("Regel"),
    st.just("§ 1"),
    st.sampled_from([CLOSING, Trigger(Event.PARENT_CLOSING), ADOPTED]),
    st.none() | PERIODS,
    st.sampled_from(Rounding),
)
FACTS = st.builds(
    Facts,
    st.none() | DAYS,
    st.none() | DAYS,
    st.dictionaries(st.just("annual_statement_adopted"), DAYS),
)


@given(st.lists(RULES, max_size=5), RULES, FACTS)
def test_another_rule_never_shortens(rules: list[Rule], another: Rule, facts: Facts) -> None:
    before, after = retention_of(rules, facts), retention_of([*rules, another], facts)
    today = date(2150, 1, 1)
    if before.outcome is not Outcome.UNRULED and is_due(after, today):
        assert is_due(before, today)
    if before.last_day is not None and after.last_day is not None:
        assert after.last_day >= before.last_day


@given(st.lists(RULES, max_size=5), FACTS)
def test_a_closed_record_has_an_end_or_a_reason(rules: list[Rule], facts: Facts) -> None:
    retention = retention_of(rules, facts)
    if facts.closed_on is not None:
        assert (retention.outcome is Outcome.ENDS) == (retention.last_day is not None)
        assert retention.outcome is not Outcome.OPEN
        assert retention.rule is not None or retention.outcome is Outcome.UNRULED
        assert not is_due(retention, facts.closed_on - timedelta(days=1))
