"""Numbers, dates and codes as German clerks read them."""

from datetime import date
from decimal import Decimal

import pytest

from xrechnung.showing import german
from xrechnung.showing.codes import explained, meaning


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1234.56", "1.234,56 EUR"),
        ("0", "0,00 EUR"),
        ("-1234567.8", "−1.234.567,80 EUR"),
        ("-0.00", "0,00 EUR"),
        ("1E+3", "1.000,00 EUR"),
        ("0.123456789", "0,123456789 EUR"),
        ("1234567890123456789012345678901234567890.12", "1.234.567.890.123.456.789.012.345.678.901.234.567.890,12 EUR"),
    ],
)
def test_amounts_lose_no_figure(value: str, shown: str) -> None:
    assert german.amount(Decimal(value), "EUR").replace("\xa0", " ") == shown


@pytest.mark.parametrize(("value", "shown"), [("19", "19 %"), ("19.00", "19 %"), ("7.50", "7,5 %"), ("100", "100 %")])
def test_rates_are_shown_without_decimals_that_say_nothing(value: str, shown: str) -> None:
    assert german.percentage(Decimal(value)).replace("\xa0", " ") == shown


def test_a_number_of_absurd_length_is_shown_all_the_same() -> None:
    assert german.number(Decimal("9" * 5000)).count("9") == 5000


def test_quantities_keep_the_decimals_they_were_sent_with() -> None:
    assert german.number(Decimal("1000.50")) == "1.000,50"
    assert german.number(Decimal("3")) == "3"


def test_days_and_accounts_stand_as_on_paper() -> None:
    assert german.day(date(2026, 2, 1)) == "01.02.2026"
    assert german.iban("DE75512108001245126199") == "DE75 5121 0800 1245 1261 99"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 Byte"), (1023, "1023 Byte"), (1536, "1,5 KB"), (2**20, "1 MB"), (2**41, "2048 GB")]
)
def test_sizes_have_a_unit_people_know(count: int, shown: str) -> None:
    assert german.size(count).replace("\xa0", " ") == shown


def test_codes_have_words_and_unknown_ones_stay_as_they_are() -> None:
    assert explained("unit", "H87") == "Stück (H87)"
    assert explained("unit", "QQQ") == "QQQ"
    assert meaning("country", "DE") == "Deutschland"
    assert meaning("country", "ZZ") == ""
