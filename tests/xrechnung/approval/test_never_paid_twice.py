"""Whoever dies when: no order is paid twice, none is lost, and none that was taken back is paid unnoticed."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from eakte.foundation.errors import Conflict
from tests.simulators.finance_system import FinanceSystem, Ledger
from tests.simulators.sudden_death import Fate, Killed
from tests.support.approval import Town
from tests.support.handing_over import LEASE, TownLine, finance_client, ordered_invoice
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.payment import OrderState
from xrechnung.approval.rules.workflow import Act, Step

SETTLED = {OrderState.BOOKED, OrderState.FAILED, OrderState.WITHDRAWN}
MOST_MOMENTS = 40


def rounds_until_death(town: Town, ledger: Ledger, fate: Fate) -> None:
    """The finance system works; either side may die at any moment."""
    with suppress(Killed):
        FinanceSystem(TownLine(town, fate.moment), ledger, town.now.date(), fate.moment).work()


def until_quiet(town: Town, ledger: Ledger) -> None:
    """Nobody dies any more; as often as leases make it necessary."""
    for _ in range(3):
        town.now += LEASE
        FinanceSystem(TownLine(town), ledger, town.now.date()).work()


def take_back(town: Town, invoice_id: UUID) -> None:
    """Withdraw or recall an order, whichever is still possible; perhaps neither is."""
    for act in (Act.WITHDRAW, Act.RECALL):
        try:
            town.act("Bernd", invoice_id, act, reason="doppelt")
        except Conflict:
            continue
        return


def must_be_right(town: Town, ledger: Ledger, invoice_ids: list[UUID]) -> None:
    assert max(Counter(ledger.payments).values(), default=1) == 1
    paid = set(ledger.payments)
    with town.work() as work:
        for invoice_id in invoice_ids:
            orders = orders_of(work.session, invoice_id)
            assert {order.state for order in orders} <= SETTLED
            assert {order.id for order in orders if order.state is OrderState.BOOKED} == {
                order.id for order in orders if order.id in paid
            }
            assert len([order for order in orders if order.id in paid]) <= 1
            booked = any(order.state is OrderState.BOOKED for order in orders)
            assert town.approval(invoice_id).step is (Step.BOOKED if booked else Step.CERTIFIED)


@pytest.mark.parametrize("taken_back", [False, True], ids=["plain", "taken back"])
def test_a_death_at_any_moment_changes_nothing_in_the_end(town: Town, taken_back: bool) -> None:
    finance_client(town)
    ledger, invoice_ids = Ledger(), []
    for at in range(MOST_MOMENTS):
        fate = Fate(at)
        invoice_ids.append(ordered_invoice(town, f"RE-{at}"))
        rounds_until_death(town, ledger, fate)
        if taken_back:
            take_back(town, invoice_ids[-1])
        until_quiet(town, ledger)
        if fate.survived:
            break
    else:
        pytest.fail("there were more moments than this test knows")
    must_be_right(town, ledger, invoice_ids)
    if not taken_back:
        assert len(ledger.payments) == len(invoice_ids)


def a_random_round(town: Town, ledger: Ledger, chance: Random, round_: int) -> list[UUID]:
    """Some orders, some taken back and ordered again, with deaths and time passing between."""
    invoice_ids = [ordered_invoice(town, f"RE-{round_}-{count}") for count in range(3)]
    for _ in range(10):
        match chance.randrange(5):
            case 0:
                take_back(town, chance.choice(invoice_ids))
            case 1:
                order_again(town, chance.choice(invoice_ids))
            case 2:
                town.now += timedelta(seconds=chance.randrange(1, 2000))
            case _:
                rounds_until_death(town, ledger, Fate(chance.randrange(25)))
    until_quiet(town, ledger)
    return invoice_ids


def order_again(town: Town, invoice_id: UUID) -> None:
    with suppress(Conflict):
        town.act("Bernd", invoice_id, Act.ORDER)


@pytest.mark.parametrize("seed", range(2))
def test_random_rounds_of_deaths_lose_and_repeat_nothing(town: Town, seed: int) -> None:
    finance_client(town)
    ledger = Ledger()
    must_be_right(town, ledger, a_random_round(town, ledger, Random(seed), seed))


@pytest.mark.soak
def test_many_rounds_of_deaths_lose_and_repeat_nothing(town: Town) -> None:
    finance_client(town)
    ledger, invoice_ids = Ledger(), []
    for round_ in range(100):
        invoice_ids += a_random_round(town, ledger, Random(1000 + round_), round_)
    must_be_right(town, ledger, invoice_ids)
    # Every fate was met, the recall that came too late as well as the one that came in time.
    assert fates(town, invoice_ids) == {
        (OrderState.BOOKED, False),
        (OrderState.BOOKED, True),
        (OrderState.FAILED, True),
        (OrderState.WITHDRAWN, False),
    }


def fates(town: Town, invoice_ids: list[UUID]) -> set[tuple[OrderState, bool]]:
    """How orders ended, and whether they had been recalled."""
    with town.work() as work:
        orders = [order for invoice_id in invoice_ids for order in orders_of(work.session, invoice_id)]
    return {(order.state, order.recalled_at is not None) for order in orders}
