"""Identities, organisational units, grants and tokens."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from eakte.access.rules import Confidentiality, Role
from eakte.foundation.table import Table, words


class IdentityKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"


class OrganisationalUnit(Table):
    """An organisational unit (Organisationseinheit); units form a tree."""

    __tablename__ = "organisational_units"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"), index=True)


class Identity(Table):
    """A person or a specialist system (Fachverfahren) that acts under its own name."""

    __tablename__ = "identities"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[IdentityKind] = mapped_column(words(IdentityKind))
    login: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # Counts what administrators change; a failed login must not make their ETag stale.
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision, "version_id_generator": False}


class ApiToken(Table):
    """A secret that stands for an identity; only its SHA-256 is kept (it has 256 random bits itself).

    `session` says that it was made by logging in, and ends when the password changes.
    """

    __tablename__ = "api_tokens"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), index=True)
    label: Mapped[str]
    session: Mapped[bool] = mapped_column(default=False)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Grant(Table):
    """One role of one identity: for a unit and those below, below a plan entry, up to a level, for a time.

    No unit or entry means all of them. `entry_id` names a filing plan entry, which this package does not know.
    """

    __tablename__ = "grants"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"))
    role: Mapped[Role] = mapped_column(words(Role))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"))
    entry_id: Mapped[UUID | None]
    max_confidentiality: Mapped[Confidentiality] = mapped_column(words(Confidentiality))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    granted_by: Mapped[UUID]
    granted_at: Mapped[datetime]

    __table_args__ = (Index(None, "identity_id"),)


class Deputyship(Table):
    """Somebody stands in for somebody else for some days (Vertretung), with the other's rights, under the own name."""

    __tablename__ = "deputyships"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), index=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    appointed_by: Mapped[UUID]
    appointed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("principal_id <> deputy_id", name="two_persons"),
        CheckConstraint("valid_from <= valid_until", name="period"),
    )
