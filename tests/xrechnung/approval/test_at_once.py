"""Two at the same moment: one fetches or takes back, never both; one account of a new supplier is the first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from eakte.access import Role
from eakte.foundation.errors import Conflict
from eakte.foundation.work import House
from tests.support.approval import Town
from tests.support.handing_over import TownLine, finance_client, order_of, ordered_invoice
from xrechnung.approval.errors import NotOrderable
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.rules.payment import OrderState
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act


@pytest.fixture
def town(committed_house: House) -> Town:
    """A town whose works really meet."""
    town = Town(committed_house)
    town.unit("Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.person("Bernd", Role.HEAD, unit="Parks")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, unit="Parks")
    town.may_sign("Bernd", SigningAct.ORDER, unit="Parks")
    finance_client(town)
    return town


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What came of each, or the conflict it met."""
    together = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return deed()
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_an_order_is_given_to_one_of_those_who_fetch_at_once(town: Town) -> None:
    invoice_ids = [ordered_invoice(town, f"RE-{count}") for count in range(4)]
    claims = at_once(*[TownLine(town).claim] * 4)
    given = [order.invoice_id for claim in claims for order in claim.orders]
    assert sorted(given) == sorted(set(given))
    # What somebody else was just working on comes the next time.
    given += [order.invoice_id for order in TownLine(town).claim().orders]
    assert sorted(given) == sorted(invoice_ids)


def test_an_order_is_fetched_or_withdrawn_and_never_both(town: Town) -> None:
    for count in range(4):
        invoice_id = ordered_invoice(town, f"RE-{count}")
        withdraw = partial(town.act, "Bernd", invoice_id, Act.WITHDRAW, reason="doppelt")
        claimed, withdrawn = at_once(TownLine(town).claim, withdraw)
        with town.work() as work:
            state = work.session.get_one(PaymentOrder, order_of(town, invoice_id)).state
        fetched = [order.invoice_id for order in claimed.orders] == [invoice_id]
        assert state is (OrderState.HANDED_OVER if fetched else OrderState.WITHDRAWN)
        assert isinstance(withdrawn, Conflict) is fetched


def test_a_booking_and_a_failure_at_once_settle_an_order_once(town: Town) -> None:
    order_id = order_of(town, ordered_invoice(town))
    TownLine(town).claim()
    line = TownLine(town)
    answers = at_once(
        lambda: line.book(order_id, "B-1", date(2026, 9, 8)), lambda: line.fail(order_id, "Sachkonto gesperrt")
    )
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == 1


def test_of_two_accounts_of_a_new_supplier_only_one_is_the_first(town: Town) -> None:
    invoice_ids = []
    for number, iban in (("RE-1", "DE02120300000000202051"), ("RE-2", "DE89370400440532013000")):
        invoice_id = town.invoice(number, ibans=[iban])
        town.assign(invoice_id, "Parks", by="Zita")
        town.account("Anna", invoice_id)
        town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
        invoice_ids.append(invoice_id)
    answers = at_once(*[partial(town.act, "Bernd", invoice_id, Act.ORDER) for invoice_id in invoice_ids])
    assert len([answer for answer in answers if isinstance(answer, NotOrderable)]) == 1
