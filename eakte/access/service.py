"""Admitting people and clients, logging in, tokens and grants."""

import hashlib
import math
import secrets
from datetime import date, datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import queries
from eakte.access.errors import (
    ActionForbidden,
    DeputyshipInvalid,
    GrantPeriodInvalid,
    IdentityNotFound,
    LoginFailed,
    LoginTaken,
    TooManyLogins,
    UnitKeyTaken,
    WeakPassword,
    WrongPassword,
)
from eakte.access.messages import (
    DeputyAppointed,
    DeputyRelieved,
    IdentityChanged,
    IdentityCreated,
    LoggedIn,
    LoginRefused,
    PasswordChanged,
    RoleGranted,
    RoleRevoked,
    TokenIssued,
    TokenRevoked,
    UnitCreated,
)
from eakte.access.models import ApiToken, Deputyship, Grant, Identity, IdentityKind, OrganisationalUnit
from eakte.access.rules import Confidentiality, Permission, Role
from eakte.foundation.errors import Unauthenticated
from eakte.foundation.ids import new_id
from eakte.foundation.messages import changes_of
from eakte.foundation.work import Actor, UnitOfWork

MINIMUM_PASSWORD = 12
TOKEN_PREFIX = "eakte_"  # noqa: S105  helps secret scanners to find leaked ones

# argon2id with the library's defaults, which follow RFC 9106's low-memory profile.
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified when the login is unknown, so that the answer takes as long as with a known one."""
    return _hasher.hash(secrets.token_urlsafe())


# Each hash takes 64 MiB, so a flood of logins waits instead of filling the memory.
_hashing = BoundedSemaphore(4)


def create_unit(work: UnitOfWork, *, key: str, name: str, parent_id: UUID | None = None) -> OrganisationalUnit:
    """Set up an organisational unit. Raises UnitKeyTaken, UnitNotFound."""
    queries.require_unlimited(work, Permission.MANAGE_ACCESS)
    if parent_id is not None:
        queries.get_unit(work.session, parent_id)
    if work.session.scalar(select(OrganisationalUnit.id).where(OrganisationalUnit.key == key)) is not None:
        raise UnitKeyTaken(key=key)
    unit = OrganisationalUnit(id=new_id(), key=key, name=name, parent_id=parent_id)
    work.session.add(unit)
    work.session.flush()
    work.publish(UnitCreated(record_id=unit.id, changes={"key": (None, key), "name": (None, name)}))
    return unit


def create_identity(
    work: UnitOfWork,
    *,
    kind: IdentityKind,
    login: str,
    display_name: str,
    password: str | None = None,
    email: str | None = None,
) -> Identity:
    """Admit a person or an API client. Raises LoginTaken, WeakPassword."""
    queries.require_unlimited(work, Permission.MANAGE_ACCESS)
    if queries.identity_by_login(work.session, login) is not None:
        raise LoginTaken(login=login)
    identity = Identity(
        id=new_id(),
        kind=kind,
        login=login,
        display_name=display_name,
        email=email or None,
        password_hash=None if password is None else _hash(password),
        created_at=work.now,
    )
    work.session.add(identity)
    work.session.flush()
    work.publish(IdentityCreated(record_id=identity.id, changes={"login": (None, login), "kind": (None, kind.value)}))
    return identity


def change_identity(
    work: UnitOfWork,
    identity_id: UUID,
    *,
    display_name: str | None = None,
    email: str | None = None,
    active: bool | None = None,
    revision: int | None = None,
) -> Identity:
    """Rename an identity, or switch it off and on; switched off, none of its tokens is worth anything.

    An empty `email` takes the address away, None leaves it.

    Raises IdentityNotFound, ActionForbidden, Stale.
    """
    identity = queries.get_identity(work, identity_id, revision=revision)
    if display_name is not None:
        identity.display_name = display_name
    if email is not None:
        identity.email = email or None
    if active is not None:
        identity.active = active
    if changes := changes_of(identity):
        identity.revision += 1
        work.publish(IdentityChanged(record_id=identity.id, changes=changes))
    return identity


def set_password(work: UnitOfWork, identity_id: UUID, password: str, *, revision: int | None = None) -> Identity:
    """Give an identity a new password, as an administrator; its sessions end.

    Raises IdentityNotFound, WeakPassword, ActionForbidden, Stale.
    """
    identity = queries.get_identity(work, identity_id, revision=revision)
    _set_password(work, identity, password)
    return identity


def change_own_password(work: UnitOfWork, current: str, new: str) -> None:
    """Give oneself a new password, which the current one must confirm; the sessions end, this one too.

    Raises WrongPassword, WeakPassword.
    """
    identity = work.session.get(Identity, work.actor.id)
    if identity is None or not _password_fits(identity, current):
        raise WrongPassword
    _set_password(work, identity, new)


def _set_password(work: UnitOfWork, identity: Identity, password: str) -> None:
    identity.password_hash = _hash(password)
    identity.failed_logins, identity.locked_until = 0, None
    identity.revision += 1
    for token in queries.open_sessions_of(work.session, identity.id):
        token.revoked_at = work.now
    work.publish(PasswordChanged(record_id=identity.id))


def _hash(password: str) -> str:
    if len(password) < MINIMUM_PASSWORD:
        raise WeakPassword(length=MINIMUM_PASSWORD)
    with _hashing:
        return _hasher.hash(password)


def log_in(work: UnitOfWork, login: str, password: str) -> tuple[ApiToken, str] | LoginFailed | TooManyLogins:
    """Check a password and issue a token for a working day.

    Answers the token and its secret, or the error to raise once the failed attempt is committed: it must
    count even though the caller is refused.
    """
    limits = work.settings.access
    identity = queries.identity_by_login(work.session, login)
    if identity is not None and identity.locked_until is not None and identity.locked_until > work.now:
        wait_s = math.ceil((identity.locked_until - work.now).total_seconds())
        return TooManyLogins(minutes=math.ceil(wait_s / 60), wait_s=wait_s)
    if not _password_fits(identity, password) or identity is None or not identity.active:
        if identity is not None:
            identity.failed_logins += 1
            if identity.failed_logins >= limits.login_attempts:
                identity.failed_logins = 0
                identity.locked_until = work.now + timedelta(seconds=limits.login_window_s)
            work.publish(LoginRefused(record_id=identity.id))
        return LoginFailed()
    identity.failed_logins, identity.locked_until = 0, None
    work.publish(LoggedIn(record_id=identity.id))
    until = work.now + timedelta(hours=limits.session_hours)
    return _new_token(work, identity.id, "Anmeldung", until, session=True)


def _password_fits(identity: Identity | None, password: str) -> bool:
    known = identity.password_hash if identity is not None else None
    try:
        with _hashing:
            return _hasher.verify(known or _nobody(), password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def issue_token(
    work: UnitOfWork, identity_id: UUID, *, label: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make an API token for oneself, or as an administrator for a client; the secret is answered once.

    Nobody makes one for another person: whoever holds it acts under that person's name.
    Raises IdentityNotFound, ActionForbidden.
    """
    if identity_id != work.actor.id:
        identity = queries.get_identity(work, identity_id)
        if identity.kind is IdentityKind.PERSON and not work.actor.everything:
            raise ActionForbidden(permission=Permission.MANAGE_ACCESS)
    return _new_token(work, identity_id, label, expires_at)


def _new_token(
    work: UnitOfWork, identity_id: UUID, label: str, expires_at: datetime | None, *, session: bool = False
) -> tuple[ApiToken, str]:
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        id=new_id(),
        identity_id=identity_id,
        label=label,
        session=session,
        secret_hash=hash_secret(secret),
        created_at=work.now,
        expires_at=expires_at,
    )
    work.session.add(token)
    work.session.flush()
    work.publish(TokenIssued(record_id=identity_id, changes={"token": (None, str(token.id)), "label": (None, label)}))
    return token, secret


def hash_secret(secret: str) -> str:
    """What is kept of a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def revoke_token(work: UnitOfWork, token_id: UUID) -> None:
    """Take a token back, at once. Doing it twice is no error."""
    token = queries.get_token(work, token_id)
    if token.revoked_at is None:
        token.revoked_at = work.now
        work.publish(TokenRevoked(record_id=token.identity_id, changes={"token": (str(token.id), None)}))


def authenticate(session: Session, secret: str, now: datetime) -> Actor:
    """The actor behind a token's secret. Raises Unauthenticated."""
    actor = queries.actor_of_token(session, hash_secret(secret), now)
    if actor is None:
        raise Unauthenticated
    return actor


def grant_role(
    work: UnitOfWork,
    identity_id: UUID,
    role: Role,
    *,
    unit_id: UUID | None = None,
    entry_id: UUID | None = None,
    max_confidentiality: Confidentiality = Confidentiality.RESTRICTED,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Grant:
    """Grant a role, for a unit and below, below a plan entry, up to a level, for a time.

    Raises IdentityNotFound, UnitNotFound, GrantPeriodInvalid, ActionForbidden.
    """
    queries.get_identity(work, identity_id)
    if valid_from is not None and valid_until is not None and valid_from > valid_until:
        raise GrantPeriodInvalid
    if unit_id is not None:
        queries.get_unit(work.session, unit_id)
    grant = Grant(
        id=new_id(),
        identity_id=identity_id,
        role=role,
        unit_id=unit_id,
        entry_id=entry_id,
        max_confidentiality=max_confidentiality,
        valid_from=valid_from,
        valid_until=valid_until,
        granted_by=work.actor.id,
        granted_at=work.now,
    )
    work.session.add(grant)
    work.session.flush()
    work.publish(RoleGranted(record_id=identity_id, changes=_described(grant, new=True)))
    return grant


def appoint_deputy(
    work: UnitOfWork, principal_id: UUID, deputy_id: UUID, *, valid_from: date, valid_until: date
) -> Deputyship:
    """Let somebody stand in for somebody else (Vertretung), with the other's rights and under the own name.

    Raises IdentityNotFound, DeputyshipInvalid, ActionForbidden.
    """
    queries.get_identity(work, principal_id)
    queries.get_identity(work, deputy_id)
    return _appoint(work, principal_id, deputy_id, valid_from, valid_until)


def enter_absence(
    work: UnitOfWork, principal_id: UUID, deputy_id: UUID, *, valid_from: date, valid_until: date
) -> Deputyship:
    """Note that somebody is away and who stands in (Abwesenheit): for oneself, one's staff, or by managing access.

    Nobody takes another's rights that way. Raises IdentityNotFound, DeputyshipInvalid.
    """
    queries.get_principal(work, principal_id)
    deputy = work.session.get(Identity, deputy_id)
    if deputy is None or not deputy.active or deputy.kind is not IdentityKind.PERSON:
        raise IdentityNotFound
    if deputy_id == work.actor.id:
        raise DeputyshipInvalid
    return _appoint(work, principal_id, deputy_id, valid_from, valid_until)


def _appoint(work: UnitOfWork, principal_id: UUID, deputy_id: UUID, valid_from: date, valid_until: date) -> Deputyship:
    if principal_id == deputy_id or valid_from > valid_until:
        raise DeputyshipInvalid
    deputyship = Deputyship(
        id=new_id(),
        principal_id=principal_id,
        deputy_id=deputy_id,
        valid_from=valid_from,
        valid_until=valid_until,
        appointed_by=work.actor.id,
        appointed_at=work.now,
    )
    work.session.add(deputyship)
    work.session.flush()
    period = f"{valid_from} bis {valid_until}"
    changes = {"deputy": (None, str(deputy_id)), "period": (None, period)}
    work.publish(DeputyAppointed(record_id=principal_id, changes=changes))
    return deputyship


def relieve_deputy(work: UnitOfWork, deputyship_id: UUID) -> None:
    """End a deputyship at once. Raises DeputyshipNotFound, ActionForbidden."""
    _relieve(work, queries.get_deputyship(work, deputyship_id))


def end_absence(work: UnitOfWork, deputyship_id: UUID) -> None:
    """Note that somebody is back, or will not be away. Raises DeputyshipNotFound."""
    _relieve(work, queries.get_absence(work, deputyship_id))


def _relieve(work: UnitOfWork, deputyship: Deputyship) -> None:
    work.session.delete(deputyship)
    changes = {"deputy": (str(deputyship.deputy_id), None)}
    work.publish(DeputyRelieved(record_id=deputyship.principal_id, changes=changes))


def revoke_grant(work: UnitOfWork, grant_id: UUID) -> None:
    """Take a role back, at once."""
    grant = queries.get_grant(work, grant_id)
    work.session.delete(grant)
    work.publish(RoleRevoked(record_id=grant.identity_id, changes=_described(grant, new=False)))


def _described(grant: Grant, *, new: bool) -> dict[str, tuple[object, object]]:
    values = {
        "role": grant.role.value,
        "unit_id": grant.unit_id and str(grant.unit_id),
        "entry_id": grant.entry_id and str(grant.entry_id),
        "max_confidentiality": grant.max_confidentiality.value,
    }
    return {name: (None, value) if new else (value, None) for name, value in values.items() if value is not None}
