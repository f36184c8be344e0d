"""What people and units are called, for those who see the invoice they work on."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access.models import Identity, OrganisationalUnit


def names_of(session: Session, people: Collection[UUID]) -> dict[UUID, str]:
    """The names of some people; the house itself has none."""
    rows = session.execute(select(Identity.id, Identity.display_name).where(Identity.id.in_(people)))
    return {row[0]: row[1] for row in rows}


def unit_keys_of(session: Session, units: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The keys of some units, which are never the same for two."""
    wanted = {one for one in units if one}
    rows = session.execute(
        select(OrganisationalUnit.id, OrganisationalUnit.key).where(OrganisationalUnit.id.in_(wanted))
    )
    return {row[0]: row[1] for row in rows}


def unit_names_of(session: Session, units: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The names of some units; no unit has none."""
    rows = session.execute(
        select(OrganisationalUnit.id, OrganisationalUnit.name).where(
            OrganisationalUnit.id.in_({one for one in units if one})
        )
    )
    return {row[0]: row[1] for row in rows}
