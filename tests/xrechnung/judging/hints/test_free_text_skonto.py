from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrechnung.judging.hints.free_text_skonto import SkontoProposal, free_text_skonto

IN_DAYS = {
    "2 % Skonto bei Zahlung innerhalb von 10 Tagen, 30 Tage netto": (2, 10),
    "Zahlbar innerhalb 14 Tagen mit 2% Skonto": (2, 14),
    "Zahlungsziel 30 Tage netto. Bei Zahlung binnen zehn Tagen gewähren wir 2,5 % Skonto.": (Decimal("2.5"), 10),
    "Skonto 2 v.H. 10 Tage": (2, 10),
    "2 Wochen 2 Prozent Skonto": (2, 14),
    "Bei Zahlungseingang innerhalb 10 Tagen 2% Skonto": (2, 10),
    "30 Tage ohne Abzug, 10 Tage 2% Skonto": (2, 10),
    "2% Skonto innerhalb 8 Tg., 30 Tg. netto": (2, 8),
    "Zahlbar innerhalb von 30 Tagen. 2% Skonto bei Zahlung innerhalb von 10 Tagen.": (2, 10),
    "Zahlungsfrist 30 Tage, Skonto 2% bei Zahlung in 14 Tagen": (2, 14),
    "inkl. 19 % MwSt., 3 % Skonto binnen 7 Kalendertagen": (3, 7),
    "Sie können bis 10 Tage nach Rechnungsdatum 2% Skonto abziehen.": (2, 10),
}
UNTIL_A_DATE = {
    "bis 15.03.2026 3 % Skonto": (3, date(2026, 3, 15)),
    "Skonto: 2,00 % bis 24. März 2026": (2, date(2026, 3, 24)),
    "Zahlung bis 2026-03-10: 2% Skonto (23,80 EUR), bis 2026-04-01 netto": (2, date(2026, 3, 10)),
    "Zahlbar bis zum 31.12.2026 netto, bei Zahlung bis 10.12.26 2% Skonto = 47,60 €": (2, date(2026, 12, 10)),
    "Bitte überweisen Sie bis zum 1.4.2026 abzgl. 3% Skonto den Betrag": (3, date(2026, 4, 1)),
}


def only(text: str) -> SkontoProposal:
    (found,) = free_text_skonto(text)
    return found


@pytest.mark.parametrize("text", IN_DAYS)
def test_skonto_in_days_is_read_as_suppliers_write_it(text: str) -> None:
    found = only(text)
    assert (found.percent, found.days) == IN_DAYS[text]
    assert found.confident
    assert found.text in " ".join(text.split())


@pytest.mark.parametrize("text", UNTIL_A_DATE)
def test_skonto_until_a_date_is_read_as_suppliers_write_it(text: str) -> None:
    found = only(text)
    assert (found.percent, found.until) == UNTIL_A_DATE[text]
    assert found.days is None
    assert found.confident


def test_days_and_the_date_they_lead_to_are_one_limit() -> None:
    found = only("Zahlbar innerhalb 30 Tagen netto bis 04.04.2018, 3% Skonto innerhalb 10 Tagen bis 15.03.2018")
    assert (found.percent, found.days, found.until) == (3, 10, date(2018, 3, 15))
    assert found.confident


def test_several_steps_are_read_in_their_order() -> None:
    found = free_text_skonto("8 Tage 3 % Skonto, 14 Tage 2 % Skonto, 30 Tage netto")
    assert [(one.percent, one.days) for one in found] == [(3, 8), (2, 14)]


def test_days_from_receipt_are_told_apart_from_days_from_the_invoice_date() -> None:
    assert only("3 % Skonto innerhalb von 14 Tagen nach Rechnungserhalt").from_receipt
    assert not only("3 % Skonto bei Zahlungseingang innerhalb von 14 Tagen").from_receipt


@pytest.mark.parametrize(
    "text",
    [
        "10 Tage 2%, 30 Tage netto",  # the word Skonto is missing
        "Zahlbar innerhalb von 14 Tagen\nmit 2% Skonto",  # two lines that may not belong together
        "innerhalb 10 Werktagen 2 % Skonto",  # working days are not counted here
        "Nach Abzug von 5 % Rabatt: 10 Tage 2 % Skonto",  # two rates
        "30 % Skonto in 10 Tagen",  # hardly
        "Auf Lohn kein Skonto. Material: 10 Tage 2 % Skonto",  # only on a part
    ],
)
def test_what_can_be_read_in_two_ways_is_no_confident_proposal(text: str) -> None:
    assert not only(text).confident


def test_the_rate_next_to_the_word_skonto_is_taken() -> None:
    assert only("Nach Abzug von 5 % Rabatt: 10 Tage 2 % Skonto").percent == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Zahlbar sofort ohne Abzug",
        "14 Tage netto",
        "Kein Skonto. Zahlbar in 30 Tagen.",
        "Ein Abzug von Skonto ist nicht zulässig.",
        "19 % MwSt. enthalten. 30 Tage",
        "Verzugszinsen 9 % über Basiszins nach 30 Tagen",
        "5 % Rabatt innerhalb 10 Tagen",
        "Fällig: 30 Tage\nSkonto: 2%",
        "Zahlbar abzüglich 2 % Skonto",
        "Bei Zahlung bis 31.02.2026 2 % Skonto",
    ],
)
def test_where_nothing_is_offered_nothing_is_proposed(text: str) -> None:
    assert free_text_skonto(text) == ()


@given(st.text(alphabet="0123456789%,. \nTageSkontobisnetto", max_size=80))
def test_no_words_are_too_strange_to_be_read(text: str) -> None:
    for found in free_text_skonto(text):
        assert 0 < found.percent < 100
        assert found.days is not None or found.until is not None
