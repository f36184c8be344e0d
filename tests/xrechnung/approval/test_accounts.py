"""Account assignment to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrechnung.approval.rules.accounts import (
    IN_WORDS,
    Account,
    Share,
    SplitFault,
    deductible_tax,
    payment_of,
    split,
    tax_owed_by_recipient,
)

PARK, POOL, SCHOOL = (Account(product, "5211") for product in ("55101", "42401", "21101"))


def percent(account: Account, value: str) -> Share:
    return Share(account, percent=Decimal(value))


def fixed(account: Account, value: str) -> Share:
    return Share(account, amount=Decimal(value))


def test_three_thirds_make_a_whole() -> None:
    shares = [percent(PARK, "33.333"), percent(POOL, "33.333"), percent(SCHOOL, "33.334")]
    assert split(Decimal("100.00"), shares) == (Decimal("33.33"), Decimal("33.33"), Decimal("33.34"))


def test_the_cent_left_over_goes_to_the_earlier_of_two_equals() -> None:
    assert split(Decimal("0.01"), [percent(PARK, "50"), percent(POOL, "50")]) == (Decimal("0.01"), Decimal("0.00"))


def test_percentages_divide_what_fixed_amounts_leave() -> None:
    shares = [fixed(PARK, "19.00"), percent(POOL, "75"), percent(SCHOOL, "25")]
    assert split(Decimal("119.00"), shares) == (Decimal("19.00"), Decimal("75.00"), Decimal("25.00"))


def test_a_credit_note_is_split_with_its_sign() -> None:
    assert split(Decimal("-10.01"), [percent(PARK, "50"), percent(POOL, "50")]) == (Decimal("-5.01"), Decimal("-5.00"))


@pytest.mark.parametrize(
    ("shares", "fault"),
    [
        ([], SplitFault.NONE),
        ([Share(PARK)], SplitFault.AMOUNT_OR_PERCENT),
        ([Share(PARK, Decimal(1), Decimal(1))], SplitFault.AMOUNT_OR_PERCENT),
        ([fixed(PARK, "99.999")], SplitFault.NOT_CENTS),
        ([fixed(PARK, "-1"), fixed(POOL, "101")], SplitFault.NOT_POSITIVE),
        ([percent(PARK, "60"), percent(POOL, "39.99")], SplitFault.NOT_WHOLE),
        ([fixed(PARK, "99.99")], SplitFault.REST_LEFT),
        ([fixed(PARK, "100.01")], SplitFault.TOO_MUCH),
    ],
)
def test_what_does_not_reconcile_is_told(shares: list[Share], fault: SplitFault) -> None:
    assert split(Decimal("100.00"), shares) is fault
    assert IN_WORDS[fault].endswith(".")


@given(
    st.decimals("-1000000", "1000000", places=2),
    st.lists(st.integers(1, 10_000), min_size=1, max_size=30),
)
def test_a_split_is_always_the_whole_and_nearly_fair(total: Decimal, weights: list[int]) -> None:
    percentages = [Decimal(weight * 100) / sum(weights) for weight in weights]
    percentages[-1] = 100 - sum(percentages[:-1], Decimal(0))
    if percentages[-1] <= 0:
        return
    amounts = split(total, [Share(PARK, percent=one) for one in percentages])
    assert not isinstance(amounts, SplitFault)
    assert sum(amounts) == total
    assert all(
        abs(amount - total * one / 100) <= Decimal("0.01") for amount, one in zip(amounts, percentages, strict=True)
    )


def test_skonto_and_retention_are_taken_off_the_full_amount() -> None:
    payment = payment_of(Decimal("1190.00"), skonto_percent=Decimal(2), retained_percent=Decimal(5))
    assert (payment.skonto, payment.retained, payment.paid_now) == (
        Decimal("23.80"),
        Decimal("59.50"),
        Decimal("1106.70"),
    )


def test_skonto_counts_from_the_base_the_terms_name() -> None:
    payment = payment_of(Decimal("1190.00"), skonto_percent=Decimal("2.25"), skonto_base=Decimal("1000.00"))
    assert payment.skonto == Decimal("22.50")


def test_reverse_charge_is_owed_to_the_tax_office() -> None:
    assert tax_owed_by_recipient(Decimal("100.50"), Decimal(19)) == Decimal("19.10")


def test_a_business_of_the_town_deducts_its_part_of_the_tax() -> None:
    assert deductible_tax(Decimal("19.00"), Decimal("37.5")) == Decimal("7.13")
