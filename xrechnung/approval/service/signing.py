"""Signing rights (Befugnisse): granted as the service instruction says, taken back, never forgotten."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from eakte.access import Permission
from eakte.access.models import IdentityKind
from eakte.access.queries import get_identity, get_unit, require_unlimited
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import SigningRightInvalid, SigningRightNotFound
from xrechnung.approval.messages import SigningRightGranted, SigningRightRevoked
from xrechnung.approval.models.signing import SigningRight
from xrechnung.approval.rules.signing import SigningAct


def grant_signing_right(
    work: UnitOfWork,
    person_id: UUID,
    act: SigningAct,
    *,
    unit_id: UUID | None,
    budgets: Sequence[str] | None,
    limit: Decimal | None,
    valid_from: date,
    valid_until: date | None,
) -> SigningRight:
    """Let a person sign something, for a unit and below, for some budgets, up to an amount, for a time.

    Raises ActionForbidden, IdentityNotFound, UnitNotFound, SigningRightInvalid.
    """
    require_unlimited(work, Permission.MANAGE_SIGNING)
    person = get_identity(work, person_id)
    if unit_id is not None:
        get_unit(work.session, unit_id)
    problem = _problem(work, person_id, person.kind, budgets, limit, valid_from, valid_until)
    if problem is not None:
        raise SigningRightInvalid(obstacle=problem)
    right = SigningRight(
        id=new_id(),
        person_id=person_id,
        act=act,
        unit_id=unit_id,
        budgets=None if budgets is None else sorted(set(budgets)),
        limit=limit,
        valid_from=valid_from,
        valid_until=valid_until,
        granted_by=work.actor.id,
        granted_at=work.now,
    )
    work.session.add(right)
    work.session.flush()
    work.publish(SigningRightGranted(record_id=person_id, right_id=right.id, changes=_described(right)))
    return right


def revoke_signing_right(work: UnitOfWork, right_id: UUID) -> SigningRight:
    """Take a signing right back, at once; what was signed by it stands.

    Raises ActionForbidden, SigningRightNotFound.
    """
    require_unlimited(work, Permission.MANAGE_SIGNING)
    right = work.session.get(SigningRight, right_id, with_for_update=True)
    if right is None:
        raise SigningRightNotFound
    if right.revoked_at is None:
        right.revoked_at, right.revoked_by = work.now, work.actor.id
        work.session.flush()
        changes = {"revoked_at": (None, work.now.isoformat())}
        work.publish(SigningRightRevoked(record_id=right.person_id, right_id=right.id, changes=changes))
    return right


def _problem(
    work: UnitOfWork,
    person_id: UUID,
    kind: IdentityKind,
    budgets: Sequence[str] | None,
    limit: Decimal | None,
    valid_from: date,
    valid_until: date | None,
) -> str | None:
    if kind is not IdentityKind.PERSON:
        return "Nur Menschen unterschreiben; ein Fachverfahren kann keine Befugnis haben."
    if person_id == work.actor.id:
        return "Niemand erteilt sich selbst eine Befugnis."
    if valid_until is not None and valid_until < valid_from:
        return "Das Ende liegt vor dem Anfang."
    if limit is not None and limit <= 0:
        return "Die Wertgrenze ist größer als null."
    if budgets is not None and not all(one.strip() for one in budgets):
        return "Eine leere Haushaltsstelle gibt es nicht."
    return None


def _described(right: SigningRight) -> dict[str, tuple[object, object]]:
    said = {
        "act": right.act,
        "unit": right.unit_id,
        "budgets": right.budgets,
        "limit": right.limit,
        "valid_from": right.valid_from,
        "valid_until": right.valid_until,
    }
    return {name: (None, str(value)) for name, value in said.items() if value is not None}
