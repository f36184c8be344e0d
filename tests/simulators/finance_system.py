"""A finance system (HKR) as docs/handover.md asks for one: it fetches, books and pays, and dies at named moments.

Its ledger survives every death, since it is what a real one keeps on disk.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from uuid import UUID


class Fault(StrEnum):
    """What is wrong with its address."""

    NONE = "none"
    DOWN = "answers 503"
    HANGS_UP = "takes the message and hangs up before it answers"
    SLOW = "answers after everybody has lost patience"
    GARBAGE = "answers something else"


@dataclass
class Entry:
    """What the finance system keeps of one order, under its id."""

    amount: Decimal
    iban: str | None
    given_up: bool = False
    paid_on: date | None = None
    reported: bool = False


@dataclass
class Ledger:
    """Everything it knows; `payments` is what really left the bank, in order."""

    entries: dict[UUID, Entry] = field(default_factory=dict)
    payments: list[UUID] = field(default_factory=list)

    def take(self, order: Any) -> None:
        """Enter an order, once; one that is recalled is never carried out from now on, unless it was already."""
        entry = self.entries.setdefault(order.id, Entry(order.amount, order.iban))
        if order.recalled_at is not None and entry.paid_on is None:
            entry.given_up = True

    def pay(self, order_id: UUID, today: date) -> None:
        entry = self.entries[order_id]
        if not entry.given_up and entry.paid_on is None:
            entry.paid_on = today
            self.payments.append(order_id)


class Line(Protocol):
    """How it reaches the city's system."""

    def claim(self) -> Any: ...
    def acknowledge(self, order_id: UUID, lease: UUID) -> None: ...
    def book(self, order_id: UUID, ledger_number: str, day: date) -> None: ...
    def fail(self, order_id: UUID, reason: str) -> None: ...


class FinanceSystem:
    """Fetches and carries out; `moment` is called wherever it may die, and raises where it does."""

    def __init__(self, line: Line, ledger: Ledger, today: date, moment: Callable[[], None] = lambda: None) -> None:
        self._line, self.ledger, self._today, self._moment = line, ledger, today, moment

    def work(self) -> None:
        """One round: fetch, acknowledge, pay, report."""
        claimed = self._line.claim()
        for order in claimed.orders:
            self._moment()
            self.ledger.take(order)
            self._moment()
            self._line.acknowledge(order.id, claimed.lease)
        for order_id, entry in self.ledger.entries.items():
            if entry.reported:
                continue
            self._moment()
            self.ledger.pay(order_id, self._today)
            self._moment()
            self._report(order_id, entry)

    def _report(self, order_id: UUID, entry: Entry) -> None:
        if entry.paid_on is not None:
            self._line.book(order_id, f"B-{self.ledger.payments.index(order_id) + 1}", entry.paid_on)
        else:
            self._line.fail(order_id, "Auf Rückruf nicht ausgeführt")
        self._moment()
        entry.reported = True


# --- its address: messages and the budget check --------------------------------------------------------------


@dataclass
class Address:
    """Where it listens; `messages` are those it took, `budgets` what is left of each product."""

    fault: Fault
    url: str = ""
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    budgets: dict[str, Decimal] = field(default_factory=dict)

    def check(self, question: dict[str, Any]) -> dict[str, Any]:
        """What is left for the products of an invoice; those not named have plenty."""
        wanted: dict[str, Decimal] = {}
        for item in question["items"]:
            wanted[item["product"]] = wanted.get(item["product"], Decimal(0)) + Decimal(item["amount"])
        return {
            "items": [
                {
                    "state": "overspent" if wanted[product] > left else "available",
                    "left": str(left) if left.is_finite() else None,
                }
                for item in question["items"]
                for product in (item["product"],)
                for left in (self.budgets.get(product, Decimal("Infinity")),)
            ]
        }


@contextmanager
def finance_address(fault: Fault = Fault.NONE) -> Iterator[Address]:
    """A running server: `/orders` takes messages, `/budgets` answers questions."""
    address = Address(fault)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(address))
    server.daemon_threads = True
    address.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(address: Address) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            match address.fault:
                case Fault.DOWN:
                    self.send_error(503)
                    return
                case Fault.SLOW:
                    time.sleep(1)
            answer = b"<html>Anmeldung am Proxy</html>"
            if self.path == "/orders":
                address.messages.append(({name.lower(): value for name, value in self.headers.items()}, body))
            elif address.fault is not Fault.GARBAGE:
                answer = json.dumps(address.check(json.loads(body))).encode()
            if address.fault is not Fault.HANGS_UP:
                self._say(answer)

        def _say(self, answer: bytes) -> None:
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            """Silent: the tests say what they expect."""

    return Handler
