"""Signing rights (Befugnisse) as they were granted, those taken back too."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.models.signing import SigningRight


def signing_rights(
    work: UnitOfWork, *, person_id: UUID | None, in_force_on: date | None, cursor: str | None, limit: int
) -> Page[SigningRight]:
    """Signing rights of somebody or of all, in the order they were granted. Raises ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_SIGNING)
    statement = select(SigningRight)
    if person_id is not None:
        statement = statement.where(SigningRight.person_id == person_id)
    if in_force_on is not None:
        statement = statement.where(
            SigningRight.revoked_at.is_(None),
            SigningRight.valid_from <= in_force_on,
            or_(SigningRight.valid_until.is_(None), SigningRight.valid_until >= in_force_on),
        )
    return page_of(work.session, statement, (SigningRight.id,), cursor=cursor, limit=limit)


def own_signing_rights(work: UnitOfWork) -> list[SigningRight]:
    """What the actor may sign, or could once."""
    statement = select(SigningRight).where(SigningRight.person_id == work.actor.id)
    return list(work.session.scalars(statement.order_by(SigningRight.id)))
