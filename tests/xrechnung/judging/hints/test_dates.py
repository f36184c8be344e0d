from datetime import date

import pytest

from xrechnung.judging.hints.dates import date_hints

TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("issued", "due", "codes"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), []),
        (date(2026, 3, 15), date(2026, 3, 15), []),
        (None, None, []),
        (date(2026, 3, 16), None, ["EAKTE-DATUM-1"]),
        (date(2026, 3, 1), date(2026, 2, 28), ["EAKTE-DATUM-2"]),
        (date(2026, 2, 1), date(2026, 3, 14), ["EAKTE-DATUM-3"]),
        (None, date(2026, 3, 14), ["EAKTE-DATUM-3"]),
        (date(2026, 3, 1), date(2026, 4, 30), []),
        (date(2026, 3, 1), date(2026, 5, 1), ["EAKTE-DATUM-4"]),
        (date(2025, 1, 1), date(2025, 12, 1), ["EAKTE-DATUM-3", "EAKTE-DATUM-4"]),
        (date(2026, 4, 1), date(2026, 3, 20), ["EAKTE-DATUM-1", "EAKTE-DATUM-2"]),
    ],
)
def test_dates_that_cannot_be_meant_so_are_told(issued: date | None, due: date | None, codes: list[str]) -> None:
    assert [hint.code for hint in date_hints(issued, due, TODAY)] == codes


def test_how_long_an_invoice_is_overdue_is_told_in_german() -> None:
    (yesterday,) = date_hints(None, date(2026, 3, 14), TODAY)
    assert "am 14.03.2026 fällig, also vor einem Tag" in yesterday.message
    (last_year,) = date_hints(None, date(2025, 3, 15), TODAY)
    assert "vor 365 Tagen" in last_year.message
