"""Who sees an invoice because it is theirs to work on, whatever dossier it lies in."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import unit_and_below
from eakte.documents.models import Document
from eakte.foundation.work import Actor
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.signing import SigningRight
from xrechnung.models import Invoice


def units_where(actor: Actor, permission: Permission) -> frozenset[UUID] | None:
    """The units whose invoices an actor has a permission for; None for all, those of no unit included.

    A role that holds only below one entry of the filing plan says nothing about invoices, which have none.
    """
    scopes = [scope for scope in actor.scopes if permission in scope.permissions and scope.entry_id is None]
    if actor.everything or any(scope.units is None for scope in scopes):
        return None
    return frozenset[UUID]().union(*(scope.units for scope in scopes if scope.units is not None))


def involved(session: Session, actor: Actor, day: date) -> Select[UUID]:
    """Ids of invoices that lie with a unit the actor works in, or that the actor may sign (bewegliches Recht)."""
    return (
        select(Approval.invoice_id)
        .join(Invoice, Invoice.id == Approval.invoice_id)
        .join(Document, Document.id == Invoice.document_id)
        .where(or_(_works_there(actor), _may_sign_there(session, actor, day)))
    )


def _works_there(actor: Actor) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    for scope in actor.scopes:
        if scope.entry_id is not None or not scope.permissions & {Permission.WORK_INVOICES, Permission.HANDLE_INVOICES}:
            continue
        place = true() if scope.units is None else Approval.unit_id.in_(sorted(scope.units))
        ways.append(place & Document.confidentiality.in_(sorted(scope.levels)))
    return or_(*ways, false())


def _may_sign_there(session: Session, actor: Actor, day: date) -> ColumnElement[bool]:
    units: set[UUID] = set()
    for right in rights_in_force(session, {actor.id}, day):
        if right.unit_id is None:
            return true()
        units |= unit_and_below(session, right.unit_id)
    return Approval.unit_id.in_(sorted(units)) if units else false()


def rights_in_force(session: Session, people: set[UUID] | None, day: date) -> list[SigningRight]:
    """Signing rights that hold on a day, of some people or of everybody."""
    statement = select(SigningRight).where(
        SigningRight.revoked_at.is_(None),
        SigningRight.valid_from <= day,
        or_(SigningRight.valid_until.is_(None), SigningRight.valid_until >= day),
    )
    if people is not None:
        statement = statement.where(SigningRight.person_id.in_(sorted(people)))
    return list(session.scalars(statement.order_by(SigningRight.id)))
