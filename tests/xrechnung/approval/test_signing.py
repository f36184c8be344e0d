"""Who may certify and who may order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from xrechnung.approval.rules.signing import (
    Absence,
    Demand,
    Obstacle,
    Permit,
    Right,
    Side,
    SigningAct,
    amount_to_sign,
    permit_for,
    who_could,
)
from xrechnung.approval.rules.workflow import Act

ANNA, BERND, CARLA, DIRK = (UUID(int=number) for number in range(1, 5))
PARKS, SCHOOLS = UUID(int=101), UUID(int=102)
TODAY = date(2026, 9, 1)
BILL = Demand(PARKS, frozenset({"55101"}), Decimal("10000.00"), TODAY)


def right(person: UUID, act: SigningAct, limit: str | None = "10000.00", **changed: object) -> Right:
    held = Right(
        id=UUID(int=person.int * 1000 + list(SigningAct).index(act)),
        person=person,
        act=act,
        units=frozenset({PARKS}),
        budgets=None,
        limit=None if limit is None else Decimal(limit),
        valid_from=date(2026, 1, 1),
        valid_until=None,
    )
    return replace(held, **changed)  # type: ignore[arg-type]


def permit(
    act: Act,
    person: UUID,
    *rights: Right,
    demand: Demand = BILL,
    away: tuple[Absence, ...] = (),
    hands: Mapping[UUID, Side] = {},
    payees: frozenset[UUID] = frozenset(),
) -> Permit | Obstacle:
    return permit_for(act, person, demand, rights=rights, absences=away, hands=hands, payees=payees)


@pytest.mark.parametrize(("limit", "allowed"), [("9999.99", False), ("10000.00", True), ("10000.01", True)])
def test_a_limit_includes_itself(limit: str, allowed: bool) -> None:
    assert isinstance(permit(Act.ORDER, ANNA, right(ANNA, SigningAct.ORDER, limit)), Permit) is allowed


def test_a_right_without_limit_is_for_any_amount() -> None:
    dear = replace(BILL, amount=Decimal("99999999.99"))
    assert isinstance(permit(Act.ORDER, ANNA, right(ANNA, SigningAct.ORDER, None), demand=dear), Permit)


@pytest.mark.parametrize(
    ("day", "allowed"),
    [(date(2026, 6, 30), False), (date(2026, 7, 1), True), (date(2026, 7, 31), True), (date(2026, 8, 1), False)],
)
def test_a_right_holds_from_its_first_to_its_last_day(day: date, allowed: bool) -> None:
    july = right(ANNA, SigningAct.ORDER, valid_from=date(2026, 7, 1), valid_until=date(2026, 7, 31))
    assert isinstance(permit(Act.ORDER, ANNA, july, demand=replace(BILL, day=day)), Permit) is allowed


def test_a_right_ends_at_its_unit_and_its_budgets() -> None:
    assert permit(Act.ORDER, ANNA, right(ANNA, SigningAct.ORDER, units=frozenset({SCHOOLS}))) is Obstacle.NO_RIGHT
    pools = right(ANNA, SigningAct.ORDER, budgets=frozenset({"42401"}))
    assert permit(Act.ORDER, ANNA, pools) is Obstacle.NO_RIGHT
    split = replace(BILL, budgets=frozenset({"42401", "55101"}))
    assert permit(Act.ORDER, ANNA, pools, demand=split) is Obstacle.NO_RIGHT


def test_who_certified_may_not_order() -> None:
    hands = {ANNA: Side.CERTIFIER}
    assert permit(Act.ORDER, ANNA, right(ANNA, SigningAct.ORDER), hands=hands) is Obstacle.CERTIFIED_IT


def test_who_ordered_may_not_certify_afterwards() -> None:
    hands = {ANNA: Side.ORDERER}
    allowed = right(ANNA, SigningAct.CERTIFY_FACTUAL)
    assert permit(Act.CERTIFY_FACTUAL, ANNA, allowed, hands=hands) is Obstacle.ORDERED_IT


def test_the_combined_certificate_takes_both_rights() -> None:
    factual, arithmetic = right(ANNA, SigningAct.CERTIFY_FACTUAL), right(ANNA, SigningAct.CERTIFY_ARITHMETIC)
    assert permit(Act.CERTIFY_COMBINED, ANNA, factual) is Obstacle.NO_RIGHT
    assert permit(Act.CERTIFY_COMBINED, ANNA, factual, arithmetic) == Permit((arithmetic.id, factual.id))


def away(principal: UUID, deputy: UUID) -> Absence:
    return Absence(principal, deputy, date(2026, 8, 31), date(2026, 9, 4))


def test_a_deputy_orders_only_while_the_principal_is_away() -> None:
    theirs = (right(ANNA, SigningAct.ORDER), right(BERND, SigningAct.ORDER, units=frozenset({SCHOOLS})))
    assert permit(Act.ORDER, BERND, *theirs) is Obstacle.NO_RIGHT
    back = replace(BILL, day=date(2026, 9, 5))
    assert permit(Act.ORDER, BERND, *theirs, away=(away(ANNA, BERND),), demand=back) is Obstacle.NO_RIGHT
    found = permit(Act.ORDER, BERND, *theirs, away=(away(ANNA, BERND),))
    assert isinstance(found, Permit)
    assert found.principal == ANNA


def test_a_deputy_keeps_to_the_own_limit() -> None:
    theirs = (right(ANNA, SigningAct.ORDER), right(BERND, SigningAct.ORDER, "9999.99", units=frozenset({SCHOOLS})))
    assert permit(Act.ORDER, BERND, *theirs, away=(away(ANNA, BERND),)) is Obstacle.NO_RIGHT


def test_a_deputy_may_not_order_what_the_principal_certified() -> None:
    theirs = (right(ANNA, SigningAct.ORDER), right(BERND, SigningAct.ORDER, units=frozenset({SCHOOLS})))
    hands = {ANNA: Side.CERTIFIER}
    assert permit(Act.ORDER, BERND, *theirs, away=(away(ANNA, BERND),), hands=hands) is Obstacle.CERTIFIED_IT


def test_a_principal_may_not_order_what_the_deputy_certified_in_that_name() -> None:
    hands = {BERND: Side.CERTIFIER, ANNA: Side.CERTIFIER}
    assert permit(Act.ORDER, ANNA, right(ANNA, SigningAct.ORDER), hands=hands) is Obstacle.CERTIFIED_IT


def test_an_own_right_is_used_before_a_borrowed_one_that_clashes() -> None:
    theirs = (right(ANNA, SigningAct.ORDER), right(BERND, SigningAct.ORDER))
    hands = {ANNA: Side.CERTIFIER}
    assert permit(Act.ORDER, BERND, *theirs, away=(away(ANNA, BERND),), hands=hands) == Permit((theirs[1].id,))


def test_nobody_orders_payments_to_themselves() -> None:
    found = permit(Act.ORDER, ANNA, right(ANNA, SigningAct.ORDER), payees=frozenset({ANNA}))
    assert found is Obstacle.OWN_PAYMENT


def test_escalation_proposes_the_lowest_limit_that_is_enough() -> None:
    rights = [
        right(ANNA, SigningAct.ORDER, "5000.00"),
        right(BERND, SigningAct.ORDER, None),
        right(CARLA, SigningAct.ORDER, "25000.00"),
        right(DIRK, SigningAct.ORDER, "15000.00"),
    ]
    hands = {DIRK: Side.CERTIFIER}
    assert who_could(Act.ORDER, BILL, rights=rights, absences=[], hands=hands) == [CARLA, BERND]


@pytest.mark.parametrize(
    ("gross", "currency", "amount"),
    [
        ("-10000.00", "EUR", "10000.00"),
        ("100.00", "CHF", "106.13"),
        ("0.01", "CHF", "0.02"),
    ],
)
def test_credit_notes_and_foreign_money_count_against_the_limit_in_euros(
    gross: str, currency: str, amount: str
) -> None:
    assert amount_to_sign(Decimal(gross), currency, {"CHF": Decimal("1.0613")}) == Decimal(amount)


def test_an_unknown_currency_is_no_amount() -> None:
    assert amount_to_sign(Decimal("1.00"), "XAU", {}) is None


def test_who_confirmed_a_bank_account_neither_certifies_nor_orders() -> None:
    hands = {ANNA: Side.BANK}
    certifier, orderer = right(ANNA, SigningAct.CERTIFY_FACTUAL), right(ANNA, SigningAct.ORDER)
    assert permit(Act.CERTIFY_FACTUAL, ANNA, certifier, hands=hands) is Obstacle.CONFIRMED_ACCOUNT
    assert permit(Act.ORDER, ANNA, orderer, hands=hands) is Obstacle.CONFIRMED_ACCOUNT


def test_an_order_is_withdrawn_by_whoever_may_order() -> None:
    assert permit(Act.WITHDRAW, ANNA, right(ANNA, SigningAct.ORDER), hands={ANNA: Side.ORDERER}) == Permit(
        (right(ANNA, SigningAct.ORDER).id,)
    )
