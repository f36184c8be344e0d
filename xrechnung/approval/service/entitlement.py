"""What somebody may do with one invoice: by role, by signing right, as a deputy."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import absences_on, unit_and_below
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.signing import SigningRight
from xrechnung.approval.queries.flow import hands_in
from xrechnung.approval.queries.orders import lines_of, people_called
from xrechnung.approval.queries.seeing import rights_in_force, units_where
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.signing import (
    NEEDED,
    Absence,
    Demand,
    Obstacle,
    Permit,
    Right,
    Side,
    obstacle_for,
    permit_for,
    who_could,
)
from xrechnung.approval.rules.workflow import Act
from xrechnung.models import Invoice

_NO_AMOUNT = Decimal("Infinity")
"""Where an amount in euros is not known, only rights without limit are enough."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Somebody's position towards one invoice at one instant."""

    person: UUID
    is_accounting: bool
    works_in_unit: bool
    demand: Demand | None
    rights: tuple[Right, ...]
    absences: tuple[Absence, ...]
    hands: dict[UUID, Side]
    payees: frozenset[UUID]

    def permit(self, act: Act) -> Permit | Obstacle:
        """How the person may sign, or what stands against it."""
        if self.demand is None:
            return Obstacle.NO_RIGHT
        return permit_for(
            act,
            self.person,
            self.demand,
            rights=self.rights,
            absences=self.absences,
            hands=self.hands,
            payees=self.payees,
        )

    def obstacle(self, act: Act) -> Obstacle | None:
        """What stands against an act for which no signing right is needed."""
        return obstacle_for(act, {self.person}, self.hands)

    @property
    def may_sign_something(self) -> bool:
        return any(isinstance(self.permit(act), Permit) for act in NEEDED)

    def who_could(self, act: Act) -> list[UUID]:
        """Everybody who may sign, those with the lowest sufficient limit first (Eskalation)."""
        if self.demand is None:
            return []
        return who_could(
            act, self.demand, rights=self.rights, absences=self.absences, hands=self.hands, payees=self.payees
        )


def entitlement(work: UnitOfWork, approval: Approval) -> Entitlement:
    """The actor's position towards an invoice now."""
    day = legal_day(work.now)
    return Entitlement(
        person=work.actor.id,
        is_accounting=_covers(units_where(work.actor, Permission.HANDLE_INVOICES), approval.unit_id),
        works_in_unit=approval.unit_id is not None
        and _covers(units_where(work.actor, Permission.WORK_INVOICES), approval.unit_id),
        demand=_demand(work, approval),
        rights=_rights(work.session, day),
        absences=tuple(
            Absence(one.principal_id, one.deputy_id, one.valid_from, one.valid_until)
            for one in absences_on(work.session, day)
        ),
        hands=hands_in(work.session, approval),
        payees=people_called(work.session, *_payees(approval.invoice)),
    )


def _payees(invoice: Invoice) -> list[str | None]:
    """Everybody an invoice says the money goes to."""
    return [invoice.seller_name, invoice.payee_name, *(account["name"] for account in invoice.accounts)]


def _covers(units: frozenset[UUID] | None, unit_id: UUID | None) -> bool:
    """Whether a permission reaches an invoice; one that lies with no unit is everybody's who has it anywhere."""
    return units is None or (bool(units) if unit_id is None else unit_id in units)


def _demand(work: UnitOfWork, approval: Approval) -> Demand | None:
    if approval.unit_id is None:
        return None
    budgets = frozenset(line.product for line in lines_of(work.session, approval.invoice_id))
    amount = approval.amount if approval.amount is not None else _NO_AMOUNT
    return Demand(approval.unit_id, budgets, amount, legal_day(work.now))


def _rights(session: Session, day: date) -> tuple[Right, ...]:
    rows = rights_in_force(session, None, day)
    places = {row.unit_id for row in rows}
    units = {place: None if place is None else unit_and_below(session, place) for place in places}
    return tuple(_as_rule(row, units[row.unit_id]) for row in rows)


def _as_rule(row: SigningRight, units: frozenset[UUID] | None) -> Right:
    return Right(
        id=row.id,
        person=row.person_id,
        act=row.act,
        units=units,
        budgets=None if row.budgets is None else frozenset(row.budgets),
        limit=row.limit,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
