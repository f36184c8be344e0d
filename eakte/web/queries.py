"""The few selects only pages need; visibility comes from the packages below."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.access.models import ApiToken, Identity, OrganisationalUnit
from eakte.access.service import hash_secret
from eakte.documents.models import PageText
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Dossier, FilingPlanEntry
from eakte.records.queries import visible_dossiers
from ingest.models import Ingest, IngestItem
from ingest.rules import SETTLED


def token_id_of(session: Session, secret: str) -> UUID | None:
    """The id of the token with this secret."""
    return session.scalar(select(ApiToken.id).where(ApiToken.secret_hash == hash_secret(secret)))


def recent_dossiers(work: UnitOfWork, limit: int) -> Sequence[Dossier]:
    """Visible dossiers, last changed first."""
    statement = visible_dossiers(work.actor).order_by(Dossier.modified_at.desc(), Dossier.id).limit(limit)
    return work.session.scalars(statement).all()


def own_ingests(work: UnitOfWork, limit: int) -> Sequence[Ingest]:
    """The actor's own ingests, newest first."""
    statement = select(Ingest).where(Ingest.created_by == work.actor.id).order_by(Ingest.id.desc()).limit(limit)
    return work.session.scalars(statement).all()


def under_way(session: Session, ingest_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many items of some ingests are settled, and how many there are."""
    settled = func.count().filter(IngestItem.state.in_(SETTLED))
    statement = (
        select(IngestItem.ingest_id, settled, func.count())
        .where(IngestItem.ingest_id.in_(ingest_ids))
        .group_by(IngestItem.ingest_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def all_units(session: Session) -> Sequence[OrganisationalUnit]:
    return session.scalars(select(OrganisationalUnit).order_by(OrganisationalUnit.key)).all()


def unit_of(session: Session, unit_id: UUID) -> OrganisationalUnit:
    return session.get_one(OrganisationalUnit, unit_id)


def unit_names(session: Session, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(OrganisationalUnit.key, OrganisationalUnit.name).where(OrganisationalUnit.key.in_(keys))
    )
    return {row[0]: row[1] for row in rows}


def entry_titles(session: Session, codes: Collection[str]) -> dict[str, str]:
    rows = session.execute(select(FilingPlanEntry.code, FilingPlanEntry.title).where(FilingPlanEntry.code.in_(codes)))
    return {row[0]: row[1] for row in rows}


def entries_on(session: Session, path: Sequence[UUID]) -> list[FilingPlanEntry]:
    """The entries from the root down, as `path` names them."""
    found = {entry.id: entry for entry in session.scalars(select(FilingPlanEntry).where(FilingPlanEntry.id.in_(path)))}
    return [found[entry_id] for entry_id in path if entry_id in found]


def page_text(session: Session, version_id: UUID, page: int) -> PageText | None:
    """The text of one page. Callers load the document first, for its content."""
    return session.get(PageText, (version_id, page))


def name_of(session: Session, identity_id: UUID) -> str | None:
    """What somebody is called."""
    return session.scalar(select(Identity.display_name).where(Identity.id == identity_id))


def names_of(session: Session, identity_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Display names by identity; the house itself has none."""
    rows = session.execute(select(Identity.id, Identity.display_name).where(Identity.id.in_(identity_ids)))
    return {row[0]: row[1] for row in rows}


def identities_called(session: Session, logins: Collection[str]) -> dict[str, UUID]:
    """The identities behind some logins."""
    rows = session.execute(select(Identity.login, Identity.id).where(Identity.login.in_(logins), Identity.active))
    return {row[0]: row[1] for row in rows}


def logins_of(session: Session, identity_ids: Collection[UUID]) -> list[str]:
    return list(session.scalars(select(Identity.login).where(Identity.id.in_(identity_ids)).order_by(Identity.login)))
