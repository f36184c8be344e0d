"""The API is killed again and again while the finance system fetches and reports: nothing is paid twice or lost."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from random import Random
from threading import Timer
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from eakte.access import Role
from tests.simulators.finance_system import FinanceSystem, Ledger
from tests.simulators.sudden_death import Killed
from tests.support.approval import Town
from tests.support.factories import a_token
from tests.support.handing_over import finance_client, ordered_invoice
from tests.support.installation import Installation, until
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.payment import OrderState
from xrechnung.approval.rules.signing import SigningAct

TODAY = date(2026, 9, 8)


class HttpLine:
    """The finance system at the real API; an answer that does not come ends its round."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"{url}/api/v1/invoices/transfers", headers=headers, timeout=30.0)

    def claim(self) -> Any:
        claimed = self._post(":claim", {"limit": 3, "leaseSeconds": 1})
        return SimpleNamespace(lease=UUID(claimed["lease"]), orders=[_order(one) for one in claimed["items"]])

    def acknowledge(self, order_id: UUID, lease: UUID) -> None:
        self._post(f"/{order_id}:acknowledge", {"lease": str(lease)})

    def book(self, order_id: UUID, ledger_number: str, day: date) -> None:
        self._post(f"/{order_id}:book", {"ledgerNumber": ledger_number, "bookedOn": day.isoformat()})

    def fail(self, order_id: UUID, reason: str) -> None:
        self._post(f"/{order_id}:fail", {"reason": reason})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            # Joined by hand: httpx would put a slash before the colon.
            answer = self._http.post(httpx.URL(f"{str(self._http.base_url).rstrip('/')}{path}"), json=body)
        except httpx.TransportError as error:
            raise Killed from error
        assert answer.status_code == 200, answer.text
        return answer.json()


def _order(told: dict[str, Any]) -> Any:
    recalled = told["recalledAt"]
    return SimpleNamespace(
        id=UUID(told["id"]),
        amount=Decimal(told["amount"]),
        iban=told["iban"],
        recalled_at=None if recalled is None else datetime.fromisoformat(recalled),
    )


@pytest.fixture
def town(stack: Installation) -> Town:
    town = Town(stack.house)
    town.unit("Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.person("Bernd", Role.HEAD, unit="Parks")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, unit="Parks")
    town.may_sign("Bernd", SigningAct.ORDER, unit="Parks")
    finance_client(town)
    return town


@pytest.mark.soak
def test_thirty_deaths_of_the_api_neither_lose_nor_repeat_a_payment(stack: Installation, town: Town) -> None:
    chance, ledger = Random(30), Ledger()
    token = a_token(stack.house, town.people["HKR"])
    invoice_ids = []
    for round_ in range(30):
        invoice_ids += [ordered_invoice(town, f"RE-{round_}-{count}") for count in range(3)]
        death = Timer(chance.uniform(0, 0.4), stack.kill, [stack.api])
        death.start()
        with suppress(Killed):
            while death.is_alive():
                work(stack, token, ledger)
        death.join()
        until(lambda: answers(stack), "the API after its death")
    until(lambda: work(stack, token, ledger) or all_booked(town, invoice_ids), "all orders to be booked")
    assert len(ledger.payments) == len(set(ledger.payments))
    assert len(ledger.payments) >= len(invoice_ids)


def work(stack: Installation, token: str, ledger: Ledger) -> None:
    FinanceSystem(HttpLine(stack.settings.client.url, token), ledger, TODAY).work()


def answers(stack: Installation) -> bool:
    try:
        return httpx.get(f"{stack.settings.client.url}/health/live", timeout=2.0).is_success
    except httpx.TransportError:
        return False


def all_booked(town: Town, invoice_ids: list[UUID]) -> bool:
    with town.work() as work:
        orders = [orders_of(work.session, invoice_id) for invoice_id in invoice_ids]
    return all([order.state for order in each] == [OrderState.BOOKED] for each in orders)
