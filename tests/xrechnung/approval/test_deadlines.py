"""Due dates, Skonto days and reminders."""

from datetime import UTC, date, datetime

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrechnung.approval.rules.deadlines import (
    Addressee,
    business_days_before,
    is_business_day,
    last_safe_day,
    legal_day,
    next_business_day,
    payment_due,
    reminders,
    skonto_until,
)

SAXONY = holidays.country_holidays("DE", subdiv="SN", years=range(2024, 2032))
DAYS = st.dates(date(2025, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_what_arrives_at_night_arrives_on_the_german_day(instant: datetime, day: date) -> None:
    assert legal_day(instant) == day


def test_a_due_date_on_a_holiday_moves_to_the_next_business_day() -> None:
    assert payment_due(date(2026, 5, 1), date(2026, 4, 1), SAXONY) == date(2026, 5, 4)


def test_a_holiday_counts_only_in_its_land() -> None:
    assert not is_business_day(date(2026, 11, 18), SAXONY)
    assert is_business_day(date(2026, 11, 18), holidays.country_holidays("DE", subdiv="BY"))


def test_without_terms_thirty_days_from_receipt_count() -> None:
    assert payment_due(None, date(2026, 6, 1), SAXONY) == date(2026, 7, 1)


def test_a_due_date_before_receipt_binds_nobody() -> None:
    assert payment_due(date(2026, 5, 20), date(2026, 6, 1), SAXONY) == date(2026, 7, 1)


def test_money_ordered_on_the_last_safe_day_arrives_in_time_over_easter() -> None:
    tuesday_after_easter = date(2026, 4, 7)
    assert last_safe_day(tuesday_after_easter, SAXONY) == date(2026, 4, 2)


def test_the_head_is_told_last() -> None:
    told = list(reminders(date(2026, 9, 30), date(2026, 9, 1), SAXONY))
    assert [one.addressee for one in told] == [Addressee.UNIT, Addressee.DEPUTY, Addressee.HEAD]
    assert [one.day for one in told] == [date(2026, 9, 22), date(2026, 9, 24), date(2026, 9, 25)]


@given(DAYS, DAYS)
def test_nobody_is_reminded_before_the_assignment(deadline: date, assigned: date) -> None:
    told = list(reminders(deadline, assigned, SAXONY))
    assert all(one.day >= assigned for one in told)
    assert [one.day for one in told] == sorted(one.day for one in told)


@given(DAYS, st.integers(0, 30))
def test_business_days_before_are_business_days_in_between(day: date, count: int) -> None:
    earlier = business_days_before(day, count, SAXONY)
    between = [date.fromordinal(one) for one in range(earlier.toordinal(), day.toordinal() + 1)]
    business = [one for one in between if is_business_day(one, SAXONY)]
    assert len(business) == count + 1
    assert business[0] == earlier


@given(DAYS)
def test_the_next_business_day_is_never_earlier(day: date) -> None:
    found = next_business_day(day, SAXONY)
    assert found >= day
    assert is_business_day(found, SAXONY)


@pytest.mark.parametrize(
    ("issued", "received", "from_receipt", "until"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), False, date(2026, 9, 15)),
        (date(2026, 9, 1), date(2026, 9, 8), False, date(2026, 9, 15)),
        (date(2026, 9, 1), date(2026, 9, 8), True, date(2026, 9, 22)),
        # An invoice that is dated ahead.
        (date(2026, 9, 8), date(2026, 9, 1), True, date(2026, 9, 22)),
    ],
)
def test_days_of_skonto_count_from_the_invoice_unless_receipt_was_agreed(
    issued: date, received: date, from_receipt: bool, until: date
) -> None:
    assert skonto_until(14, issued, received, from_receipt=from_receipt) == until


def test_absurd_days_of_skonto_end_with_the_calendar() -> None:
    day = date(2026, 9, 1)
    assert skonto_until(10**7, day, day, from_receipt=False) == date.max
