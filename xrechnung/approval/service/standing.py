"""Reading the flow of an invoice: where it stands, what was done with it, and what may be done now, by whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from eakte.foundation.mail import DigestState
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.flow import acts_of, approval_of, get_approval, mails_of
from xrechnung.approval.queries.names import names_of, unit_names_of
from xrechnung.approval.queries.orders import lines_of, orders_of
from xrechnung.approval.rules.payment import GONE, BankCheck
from xrechnung.approval.rules.signing import NEEDED
from xrechnung.approval.rules.workflow import REQUIRED, Certificate
from xrechnung.approval.service import bank_accounts
from xrechnung.approval.service.acting import PossibleAct, acts_open_to
from xrechnung.approval.service.entitlement import entitlement

_MOST_NAMED = 5
"""People that are proposed where somebody may not sign; who asks the nearest need not know all."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as others know them."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an invoice stands, with what is not in its own row."""

    approval: Approval
    unit: str | None
    claimed_by: Person | None
    missing: frozenset[Certificate]
    bank_check: BankCheck
    account_lines: int
    order: PaymentOrder | None


@dataclass(frozen=True, slots=True)
class History:
    """What was done with an invoice: by and for whom, and how far the e-mails to its supplier are, by their act."""

    acts: Sequence[InvoiceAct]
    people: Mapping[UUID, Person]
    mails: Mapping[UUID, DigestState]


@dataclass(frozen=True, slots=True)
class Offer:
    """An act the step allows; where the actor may not sign, who could (Eskalation)."""

    possible: PossibleAct
    who_could: tuple[Person, ...]


def standing_of(work: UnitOfWork, invoice_id: UUID) -> Standing:
    """Where an invoice stands. Raises InvoiceNotFound, ApprovalNotBegun."""
    approval = get_approval(work, invoice_id)
    units = unit_names_of(work.session, [approval.unit_id])
    living = [one for one in orders_of(work.session, invoice_id) if one.state not in GONE]
    return Standing(
        approval=approval,
        unit=units.get(approval.unit_id),
        claimed_by=people(work.session, [approval.claimed_by]).get(approval.claimed_by)
        if approval.claimed_by
        else None,
        missing=REQUIRED[approval.kind] - approval.certified,
        bank_check=bank_accounts.bank_check(work, approval),
        account_lines=len(lines_of(work.session, invoice_id)),
        order=living[-1] if living else None,
    )


def history_of(work: UnitOfWork, invoice_id: UUID) -> History:
    """Everything that was done with an invoice, in order. Raises InvoiceNotFound, ApprovalNotBegun."""
    get_approval(work, invoice_id)
    acts = acts_of(work.session, invoice_id)
    involved = people(work.session, [one for act in acts for one in (act.person_id, act.principal_id)])
    return History(acts, involved, mails_of(work.session, invoice_id))


def revision_of(work: UnitOfWork, invoice_id: UUID) -> int:
    """The revision an act left behind, whether or not the actor still sees the invoice."""
    approval = approval_of(work.session, invoice_id)
    assert approval is not None
    return approval.revision


def offers_for(work: UnitOfWork, approval: Approval) -> list[Offer]:
    """What the actor may do now, and who else could sign what the actor may not. Callers load the approval first."""
    position = entitlement(work, approval)
    possible = acts_open_to(work, approval, position)
    able = {
        one.act: position.who_could(one.act)[:_MOST_NAMED] for one in possible if not one.allowed and one.act in NEEDED
    }
    named = people(work.session, [person for found in able.values() for person in found])
    return [Offer(one, tuple(named[person] for person in able.get(one.act, ()) if person in named)) for one in possible]


def people(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, Person]:
    """Some people by their id; the house itself is nobody."""
    wanted = {one for one in ids if one is not None}
    return {one: Person(one, name) for one, name in names_of(session, wanted).items()}
