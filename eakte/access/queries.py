"""Who is it, what may they do: every select over identities, units, grants and tokens."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from eakte.access.errors import (
    ActionForbidden,
    DeputyshipNotFound,
    GrantNotFound,
    IdentityNotFound,
    TokenNotFound,
    UnitNotFound,
)
from eakte.access.models import ApiToken, Deputyship, Grant, Identity, IdentityKind, OrganisationalUnit
from eakte.access.rules import PERMISSIONS, Permission
from eakte.foundation.aliases import settled
from eakte.foundation.columns import columns_from
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.table import must_be_at
from eakte.foundation.work import Actor, Scope, UnitOfWork

BERLIN = ZoneInfo("Europe/Berlin")


def require(work: UnitOfWork, permission: Permission) -> None:
    """Refuse whoever holds `permission` nowhere. For things that are no records. Raises ActionForbidden."""
    if not work.actor.may(permission):
        raise ActionForbidden(permission=permission)


def require_unlimited(work: UnitOfWork, permission: Permission, *, below: Sequence[UUID] = ()) -> None:
    """Refuse whoever holds `permission` for some units or plan entries only, unless `below` is within.

    A right over the house itself must not follow from a right in one corner of it. Raises ActionForbidden.
    """
    if not holds_everywhere(work, permission, below=below):
        raise ActionForbidden(permission=permission)


def holds_everywhere(work: UnitOfWork, permission: Permission, *, below: Sequence[UUID] = ()) -> bool:
    """Whether the actor holds `permission` for the whole house, or for one of the plan entries `below`."""
    return work.actor.everything or any(
        permission in scope.permissions and scope.units is None and (scope.entry_id is None or scope.entry_id in below)
        for scope in work.actor.scopes
    )


def actor_of_token(session: Session, secret_hash: str, now: datetime) -> Actor | None:
    """The active identity a token stands for at `now`, with today's rights; one query, since every request asks."""
    asked = {"secret_hash": secret_hash, "now": now, "day": _legal_day(now)}
    rows = columns_from(session, _of_token(), asked).all()
    if not rows:
        return None
    return Actor(rows[0].id, rows[0].login, _scopes(rows))


@cache
def _of_token() -> Select[*tuple[Any, ...]]:
    now = bindparam("now", type_=ApiToken.expires_at.type)
    return _with_grants(
        select(Identity.id, Identity.login)
        .join(ApiToken, ApiToken.identity_id == Identity.id)
        .where(
            ApiToken.secret_hash == bindparam("secret_hash"),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
            Identity.active,
        )
    )


def identity_by_login(session: Session, login: str) -> Identity | None:
    """The identity that logs in as `login`, locked for this transaction."""
    return session.scalar(select(Identity).where(Identity.login == login).with_for_update())


def actor_for(session: Session, identity: Identity, now: datetime) -> Actor:
    """The identity as an actor, with the scopes of all grants valid today (a legal day in Berlin)."""
    rows = session.execute(_of_identity(), {"identity_id": identity.id, "day": _legal_day(now)}).all()
    return Actor(identity.id, identity.login, _scopes(rows))


@cache
def _of_identity() -> Select[*tuple[Any, ...]]:
    return _with_grants(select(Identity.id, Identity.login).where(Identity.id == bindparam("identity_id")))


def _with_grants(identity: Select[UUID, str]) -> Select[*tuple[Any, ...]]:
    """An identity with each grant valid on a `day`, and the units that this one covers; one row at least.

    Statements made of this are kept, since making one takes longer than asking.
    """
    day = bindparam("day", type_=Date)
    what = (Grant.role, Grant.unit_id, Grant.entry_id, Grant.max_confidentiality)
    held = identity.add_columns(*what).outerjoin(Grant, and_(_held_by(Identity.id, day), *_valid_on(day))).cte("held")
    top = select(held.c.unit_id.label("top"), held.c.unit_id.label("id")).where(held.c.unit_id.is_not(None))
    covered = top.cte("covered", recursive=True)
    below = settled(aliased(OrganisationalUnit))
    covered = covered.union(select(covered.c.top, below.id).where(below.parent_id == covered.c.id))
    units = select(func.array_agg(covered.c.id)).where(covered.c.top == held.c.unit_id).scalar_subquery()
    return select(held, units.label("units"))


def _legal_day(now: datetime) -> date:
    return now.astimezone(BERLIN).date()


def _held_by(identity_id: UUID | InstrumentedAttribute[UUID], day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """One's own grants, and those of people one stands in for on a day."""
    principals = select(Deputyship.principal_id).where(Deputyship.deputy_id == identity_id, *_deputy_on(day))
    return or_(Grant.identity_id == identity_id, Grant.identity_id.in_(principals))


def _deputy_on(day: date | ColumnElement[date]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Deputyship.valid_from <= day, Deputyship.valid_until >= day


def is_deputy_between(work: UnitOfWork, one: UUID, other: UUID) -> bool:
    """Whether one of two people stands in for the other today (Vertretung)."""
    pair = (one, other)
    statement = select(Deputyship.id).where(
        Deputyship.principal_id.in_(pair), Deputyship.deputy_id.in_(pair), *_deputy_on(_legal_day(work.now))
    )
    return work.session.scalars(statement.limit(1)).first() is not None


def absences_on(session: Session, day: date) -> list[Deputyship]:
    """Who is away on a day, with those who stand in."""
    return list(session.scalars(select(Deputyship).where(*_deputy_on(day)).order_by(Deputyship.id)))


def _valid_on(day: date | ColumnElement[date]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        or_(Grant.valid_from.is_(None), Grant.valid_from <= day),
        or_(Grant.valid_until.is_(None), Grant.valid_until >= day),
    )


def _scopes(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Scope, ...]:
    return tuple(
        Scope(
            permissions=_words(PERMISSIONS[row.role]),
            units=None if row.unit_id is None else frozenset(row.units),
            entry_id=row.entry_id,
            levels=_words(row.max_confidentiality.covers()),
        )
        for row in rows
        if row.role is not None
    )


@cache
def _words(members: frozenset[StrEnum]) -> frozenset[str]:
    return frozenset(member.value for member in members)


def unit_and_below(session: Session, unit_id: UUID) -> frozenset[UUID]:
    """A unit and all units below it."""
    return frozenset(session.scalars(_below(), {"unit": unit_id}))


@cache
def _below() -> Select[UUID]:
    tree = select(OrganisationalUnit.id).where(OrganisationalUnit.id == bindparam("unit")).cte(recursive=True)
    below = settled(aliased(OrganisationalUnit))
    tree = tree.union(select(below.id).where(below.parent_id == tree.c.id))
    return select(tree.c.id)


def get_identity(work: UnitOfWork, identity_id: UUID, *, revision: int | None = None) -> Identity:
    """An identity, for those who manage access. Raises IdentityNotFound, ActionForbidden, Stale."""
    require_unlimited(work, Permission.MANAGE_ACCESS)
    identity = work.session.get(Identity, identity_id)
    if identity is None:
        raise IdentityNotFound
    must_be_at(identity.revision, revision)
    return identity


def get_token(work: UnitOfWork, token_id: UUID) -> ApiToken:
    """A token, for those who manage access and for its owner. Raises TokenNotFound."""
    token = work.session.get(ApiToken, token_id)
    if token is None:
        raise TokenNotFound
    if token.identity_id != work.actor.id:
        try:
            require_unlimited(work, Permission.MANAGE_ACCESS)
        except ActionForbidden as error:
            raise TokenNotFound from error
    return token


def tokens_of(work: UnitOfWork, identity_id: UUID) -> list[ApiToken]:
    """The tokens of an identity, for those who manage access and for their owner; never a secret."""
    if identity_id != work.actor.id:
        get_identity(work, identity_id)
    statement = select(ApiToken).where(ApiToken.identity_id == identity_id).order_by(ApiToken.created_at, ApiToken.id)
    return list(work.session.scalars(statement))


def open_sessions_of(session: Session, identity_id: UUID) -> list[ApiToken]:
    """The tokens of an identity that were made by logging in and not taken back."""
    statement = select(ApiToken).where(ApiToken.identity_id == identity_id, ApiToken.session)
    return list(session.scalars(statement.where(ApiToken.revoked_at.is_(None))))


def get_grant(work: UnitOfWork, grant_id: UUID) -> Grant:
    require_unlimited(work, Permission.MANAGE_ACCESS)
    grant = work.session.get(Grant, grant_id)
    if grant is None:
        raise GrantNotFound
    return grant


def get_principal(work: UnitOfWork, identity_id: UUID) -> Identity:
    """Somebody whose absence the actor arranges: oneself, staff of the units one heads, or anybody by managing access.

    Staff is who holds roles in those units and nowhere else, since a deputy gets all of them. Raises IdentityNotFound.
    """
    identity = work.session.get(Identity, identity_id)
    arranges = identity_id == work.actor.id or _manages_access(work) or _is_staff(work, identity_id)
    if identity is None or not arranges:
        raise IdentityNotFound
    return identity


def _manages_access(work: UnitOfWork) -> bool:
    try:
        require_unlimited(work, Permission.MANAGE_ACCESS)
    except ActionForbidden:
        return False
    return True


def _is_staff(work: UnitOfWork, identity_id: UUID) -> bool:
    headed = _units_headed(work.actor)
    if not headed:
        return False
    held = set(work.session.scalars(select(Grant.unit_id).where(Grant.identity_id == identity_id)))
    return bool(held) and held <= headed


def _units_headed(actor: Actor) -> frozenset[UUID | None]:
    scopes = [one for one in actor.scopes if Permission.ARRANGE_ABSENCES in one.permissions and one.entry_id is None]
    return frozenset[UUID | None]().union(*(scope.units for scope in scopes if scope.units is not None))


def get_deputyship(work: UnitOfWork, deputyship_id: UUID) -> Deputyship:
    """A deputyship, for those who manage access. Raises DeputyshipNotFound, ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_ACCESS)
    deputyship = work.session.get(Deputyship, deputyship_id)
    if deputyship is None:
        raise DeputyshipNotFound
    return deputyship


def deputyships_of(work: UnitOfWork, principal_id: UUID) -> list[Deputyship]:
    """Who stands in for somebody, and when. Raises IdentityNotFound, ActionForbidden."""
    get_identity(work, principal_id)
    statement = select(Deputyship).where(Deputyship.principal_id == principal_id)
    return list(work.session.scalars(statement.order_by(Deputyship.valid_from, Deputyship.id)))


def get_absence(work: UnitOfWork, deputyship_id: UUID) -> Deputyship:
    """A deputyship of somebody whose absence the actor arranges. Raises DeputyshipNotFound."""
    deputyship = work.session.get(Deputyship, deputyship_id)
    if deputyship is None:
        raise DeputyshipNotFound
    try:
        get_principal(work, deputyship.principal_id)
    except IdentityNotFound as error:
        raise DeputyshipNotFound from error
    return deputyship


def absences(work: UnitOfWork, *, ending_from: date, cursor: str | None, limit: int) -> Page[Deputyship]:
    """Absences that are not over, of people whose absence the actor arranges or stands in for."""
    statement = select(Deputyship).where(Deputyship.valid_until >= ending_from)
    if not _manages_access(work):
        headed = sorted(unit for unit in _units_headed(work.actor) if unit is not None)
        elsewhere = select(Grant.identity_id).where(or_(Grant.unit_id.is_(None), Grant.unit_id.not_in(headed)))
        staff = select(Grant.identity_id).where(Grant.unit_id.in_(headed), Grant.identity_id.not_in(elsewhere))
        own = (Deputyship.principal_id == work.actor.id, Deputyship.deputy_id == work.actor.id)
        statement = statement.where(or_(*own, Deputyship.principal_id.in_(staff)))
    order = (Deputyship.valid_from, Deputyship.id)
    return page_of(work.session, statement, order, cursor=cursor, limit=limit)


def colleagues(work: UnitOfWork, *, cursor: str | None, limit: int) -> Page[Identity]:
    """Whom the actor may ask to stand in: active people who hold a role in a unit where the actor does."""
    statement = select(Identity).where(
        Identity.active, Identity.kind == IdentityKind.PERSON, Identity.id != work.actor.id
    )
    if not any(scope.units is None for scope in work.actor.scopes) and not work.actor.everything:
        units = frozenset[UUID]().union(*(scope.units for scope in work.actor.scopes if scope.units is not None))
        statement = statement.where(Identity.id.in_(select(Grant.identity_id).where(Grant.unit_id.in_(sorted(units)))))
    return page_of(work.session, statement, (Identity.display_name, Identity.id), cursor=cursor, limit=limit)


def get_unit(session: Session, unit_id: UUID) -> OrganisationalUnit:
    unit = session.get(OrganisationalUnit, unit_id)
    if unit is None:
        raise UnitNotFound(unit=unit_id)
    return unit


def unit_by_key(session: Session, key: str) -> OrganisationalUnit:
    unit = session.scalar(select(OrganisationalUnit).where(OrganisationalUnit.key == key))
    if unit is None:
        raise UnitNotFound(unit=key)
    return unit


def units(work: UnitOfWork, *, cursor: str | None, limit: int) -> Page[OrganisationalUnit]:
    """Every organisational unit; the organisation chart is no secret inside the house."""
    order = (OrganisationalUnit.key, OrganisationalUnit.id)
    return page_of(work.session, select(OrganisationalUnit), order, cursor=cursor, limit=limit)


def identities(work: UnitOfWork, *, cursor: str | None, limit: int) -> Page[Identity]:
    require_unlimited(work, Permission.MANAGE_ACCESS)
    order = (Identity.login, Identity.id)
    return page_of(work.session, select(Identity), order, cursor=cursor, limit=limit)


def grants_of(work: UnitOfWork, identity_id: UUID) -> list[Grant]:
    get_identity(work, identity_id)
    statement = select(Grant).where(Grant.identity_id == identity_id).order_by(Grant.granted_at)
    return list(work.session.scalars(statement))


def anybody_exists(session: Session) -> bool:
    """Whether any identity was ever admitted."""
    return bool(session.scalar(select(func.count()).select_from(Identity)))
