"""Orders in a town, and the finance system's line to it, which may break before or after each word arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from eakte.access import Role
from eakte.foundation.work import UnitOfWork
from tests.support.approval import Town
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service import transferring
from xrechnung.approval.service.transferring import ClaimedOrders

LEASE = timedelta(minutes=15)
AnswerT = TypeVar("AnswerT")


def finance_client(town: Town, name: str = "HKR") -> None:
    town.person(name, Role.FINANCE_SYSTEM, everywhere=True)


def ordered_invoice(town: Town, number: str = "RE-1") -> UUID:
    """An invoice whose payment is ordered."""
    invoice_id = town.invoice(number)
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
    return invoice_id


def order_of(town: Town, invoice_id: UUID) -> UUID:
    """The last order of an invoice."""
    with town.work() as work:
        return orders_of(work.session, invoice_id)[-1].id


@dataclass
class TownLine:
    """The finance system's line: `moment` is called before and after each commit of ours, and raises where we die."""

    town: Town
    moment: Callable[[], None] = field(default=lambda: None)
    client: str = "HKR"

    def claim(self) -> ClaimedOrders:
        return self._say(lambda work: transferring.claim_orders(work, limit=500, lease=LEASE))

    def acknowledge(self, order_id: UUID, lease: UUID) -> None:
        self._say(lambda work: transferring.acknowledge_order(work, order_id, lease))

    def book(self, order_id: UUID, ledger_number: str, day: date) -> None:
        self._say(
            lambda work: transferring.note_booked(
                work, order_id, ledger_number=ledger_number, booked_on=day, paid_on=day
            )
        )

    def fail(self, order_id: UUID, reason: str) -> None:
        self._say(lambda work: transferring.note_failed(work, order_id, reason=reason))

    def _say(self, what: Callable[[UnitOfWork], AnswerT]) -> AnswerT:
        with self.town.work(self.client) as work:
            answer = what(work)
            self.moment()
        self.moment()
        return answer
