"""The finance system at its own address: orders are sent to it, and it is asked for money."""

import json
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from eakte.foundation.settings import FinanceSettings
from eakte.foundation.work import House
from tests.simulators.finance_system import Address, Fault, finance_address
from tests.support.approval import Town
from tests.support.handing_over import order_of, ordered_invoice
from xrechnung.approval.adapters.budget_port import BudgetsUnavailable
from xrechnung.approval.adapters.webhook import signature
from xrechnung.approval.errors import FinanceSystemUnavailable, NotOrderable
from xrechnung.approval.messages import CheckBudget, DeliverOrder
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.payment import BudgetState, OrderState
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.tasks import check_budget, deliver_order

KEY = b"0123456789abcdef01234567"


def connected(town: Town, address: Address) -> Town:
    """The town with this address in its settings."""
    finance = FinanceSettings(
        webhook_url=f"{address.url}/orders",
        webhook_secret=SecretStr(f"whsec_{b64encode(KEY).decode()}"),
        budget_url=f"{address.url}/budgets",
        timeout_s=0.5,
    )
    house: House = replace(town.house, settings=town.house.settings.model_copy(update={"finance": finance}))
    return replace(town, house=house)


def order(town: Town, invoice_id: Any) -> PaymentOrder:
    with town.work() as work:
        return work.session.get_one(PaymentOrder, order_of(town, invoice_id))


def queued(town: Town, job: type[DeliverOrder | CheckBudget]) -> int:
    with town.house.sessions.begin() as session:
        named = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
        return session.execute(named, {"name": job.name}).scalar_one()


def test_a_signed_order_is_sent_and_thereby_taken(town: Town) -> None:
    with finance_address() as address:
        town = connected(town, address)
        invoice_id = ordered_invoice(town)
        assert queued(town, DeliverOrder) == 1
        for _ in range(2):
            deliver_order(DeliverOrder(order_id=order_of(town, invoice_id)), town.house.begin)
    ((headers, body),) = address.messages
    told = json.loads(body)
    assert (told["type"], told["data"]["amount"]) == ("eakte.invoice.ordered", "119.00")
    assert headers["webhook-id"] == told["id"]
    expected = signature(KEY, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == expected
    assert order(town, invoice_id).state is OrderState.TAKEN


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.HANGS_UP, Fault.SLOW])
def test_an_order_that_may_have_arrived_is_sent_again_under_the_same_id(town: Town, fault: Fault) -> None:
    with finance_address(fault) as address:
        town = connected(town, address)
        invoice_id = ordered_invoice(town)
        job = DeliverOrder(order_id=order_of(town, invoice_id))
        with pytest.raises(FinanceSystemUnavailable):
            deliver_order(job, town.house.begin)
        # It may be there: from now on it is only recalled.
        assert town.approval(invoice_id).step is Step.HANDED_OVER
        assert order(town, invoice_id).state is OrderState.HANDED_OVER
        address.fault = Fault.NONE
        deliver_order(job, town.house.begin)
    assert len({json.loads(body)["id"] for _, body in address.messages}) == 1
    assert order(town, invoice_id).state is OrderState.TAKEN


def test_a_recall_is_sent_too(town: Town) -> None:
    with finance_address() as address:
        town = connected(town, address)
        invoice_id = ordered_invoice(town)
        job = DeliverOrder(order_id=order_of(town, invoice_id))
        deliver_order(job, town.house.begin)
        town.act("Bernd", invoice_id, Act.RECALL, reason="doppelt")
        deliver_order(job, town.house.begin)
    assert [json.loads(body)["type"] for _, body in address.messages] == [
        "eakte.invoice.ordered",
        "eakte.invoice.recalled",
    ]


def test_a_withdrawn_order_is_not_sent(town: Town) -> None:
    with finance_address() as address:
        town = connected(town, address)
        invoice_id = ordered_invoice(town)
        town.act("Bernd", invoice_id, Act.WITHDRAW, reason="doppelt")
        deliver_order(DeliverOrder(order_id=order_of(town, invoice_id)), town.house.begin)
    assert not address.messages


# --- money left ----------------------------------------------------------------------------------------------


def booked(town: Town, *shares: Share) -> Any:
    invoice_id = town.invoice()
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id, *shares)
    return invoice_id


def budgets(town: Town, invoice_id: Any) -> list[BudgetState]:
    with town.work() as work:
        return [line.budget for line in lines_of(work.session, invoice_id)]


def test_spending_more_than_there_is_takes_a_reason(town: Town) -> None:
    half = [Share(Account(product, "5241"), percent=Decimal(50)) for product in ("55101", "42401")]
    with finance_address() as address:
        address.budgets["55101"] = Decimal("59.49")
        town = connected(town, address)
        invoice_id = booked(town, *half)
        assert queued(town, CheckBudget) == 1
        check_budget(CheckBudget(invoice_id=invoice_id), town.house.begin)
    assert budgets(town, invoice_id) == [BudgetState.OVERSPENT, BudgetState.AVAILABLE]
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    offered = town.possible("Bernd", invoice_id)[Act.ORDER]
    assert (offered.allowed, offered.needs_reason) == (True, True)
    with pytest.raises(NotOrderable):
        town.act("Bernd", invoice_id, Act.ORDER)
    town.act("Bernd", invoice_id, Act.ORDER, reason="Deckung durch Mehrerträge, Beschluss vom 1. September")


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.HANGS_UP, Fault.SLOW, Fault.GARBAGE])
def test_that_nobody_answers_stops_nothing(town: Town, fault: Fault) -> None:
    with finance_address(fault) as address:
        town = connected(town, address)
        invoice_id = booked(town)
        with pytest.raises(BudgetsUnavailable):
            check_budget(CheckBudget(invoice_id=invoice_id), town.house.begin)
    assert budgets(town, invoice_id) == [BudgetState.UNCHECKED]
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
