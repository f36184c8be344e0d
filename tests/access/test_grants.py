"""What grants give: by unit tree, entry subtree, level and time; in Python and in SQL alike."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import aliased

from eakte.access import Confidentiality, Permission, Role
from eakte.access.errors import ActionForbidden, GrantPeriodInvalid, UnitNotFound
from eakte.access.queries import actor_for, require_unlimited
from eakte.access.rules import PERMISSIONS, strictest
from eakte.access.service import create_unit, grant_role, revoke_grant
from eakte.documents.models import Document
from eakte.foundation.ids import new_id
from eakte.foundation.work import Actor, House, Scope, UnitOfWork
from eakte.records.errors import DossierNotFound
from eakte.records.models import Case, Dossier, EntryKind
from eakte.records.queries import get_dossier, may_at, permissions_on
from eakte.records.service.details import protect_dossier
from tests.support.factories import AsActor, a_case, a_client, a_document, a_dossier, a_plan, a_unit, an_entry


def sees(house: House, actor: Actor, dossier_id: UUID) -> bool:
    with house.begin(actor) as work:
        try:
            get_dossier(work, dossier_id, to=Permission.READ)
        except DossierNotFound:
            return False
        return True


def test_nobody_without_a_grant_sees_anything(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        dossier = a_dossier(work)
    assert not sees(house, as_actor(), dossier.id)
    assert sees(house, as_actor(Role.CLERK), dossier.id)


def test_a_grant_reaches_the_unit_and_those_below_but_not_above(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        above = a_unit(work)
        unit = a_unit(work, parent=above)
        below = a_unit(work, parent=a_unit(work, parent=unit))
        dossiers = {
            name: a_dossier(work, unit=one).id for name, one in [("above", above), ("unit", unit), ("below", below)]
        }
    clerk = as_actor(Role.CLERK, unit=unit)
    assert {name for name, dossier in dossiers.items() if sees(house, clerk, dossier)} == {"unit", "below"}


def test_a_grant_reaches_the_entry_and_what_lies_below(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        root = an_entry(work, kind=EntryKind.MAIN_GROUP)
        group = an_entry(work, parent=root, kind=EntryKind.GROUP)
        inside = a_dossier(work, entry=an_entry(work, parent=group)).id
        beside = a_dossier(work, entry=an_entry(work, parent=root)).id
    clerk = as_actor(Role.CLERK, entry=group)
    assert sees(house, clerk, inside)
    assert not sees(house, clerk, beside)


@pytest.mark.parametrize("level", list(Confidentiality))
def test_a_grant_covers_its_level_and_the_weaker_ones(house: House, as_actor: AsActor, level: Confidentiality) -> None:
    with house.begin() as work:
        dossiers = {one: a_dossier(work, confidentiality=one).id for one in Confidentiality}
    clerk = as_actor(Role.CLERK, level=level)
    ranks = list(Confidentiality)
    assert [one for one, dossier in dossiers.items() if sees(house, clerk, dossier)] == ranks[: ranks.index(level) + 1]


def test_the_strictest_level_is_the_last_of_the_order() -> None:
    assert strictest(Confidentiality.SECRET, Confidentiality.OPEN, Confidentiality.TOP_SECRET) == "top_secret"


@pytest.mark.parametrize(
    ("first", "last", "valid"),
    [(None, None, True), (0, None, True), (1, None, False), (None, 0, True), (None, -1, False), (-1, 1, True)],
)
def test_a_grant_counts_from_its_first_to_its_last_day_in_berlin(
    work: UnitOfWork, first: int | None, last: int | None, valid: bool
) -> None:
    identity = a_client(work)
    today = date(2026, 7, 1)

    def day(offset: int | None) -> date | None:
        return None if offset is None else today + timedelta(days=offset)

    grant_role(work, identity.id, Role.CLERK, valid_from=day(first), valid_until=day(last))
    # Half past midnight in Berlin is still yesterday in Greenwich.
    for instant in (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2026, 7, 1, 21, 30, tzinfo=UTC)):
        assert actor_for(work.session, identity, instant).may(Permission.READ) is valid


def test_a_revoked_grant_is_gone_at_once(work: UnitOfWork) -> None:
    identity = a_client(work)
    grant = grant_role(work, identity.id, Role.CLERK)
    revoke_grant(work, grant.id)
    assert actor_for(work.session, identity, work.now).scopes == ()


def test_a_grant_is_checked_before_it_is_given(work: UnitOfWork) -> None:
    identity = a_client(work)
    with pytest.raises(UnitNotFound):
        grant_role(work, identity.id, Role.CLERK, unit_id=new_id())
    with pytest.raises(GrantPeriodInvalid):
        grant_role(work, identity.id, Role.CLERK, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1))


def test_who_administers_one_corner_does_not_administer_the_house(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        unit, entry = a_unit(work), an_entry(work)
        identity = a_client(work)
    for corner in (as_actor(Role.ADMINISTRATOR, unit=unit), as_actor(Role.ADMINISTRATOR, entry=entry)):
        with house.begin(corner) as work:
            with pytest.raises(ActionForbidden):
                grant_role(work, identity.id, Role.ADMINISTRATOR)
            with pytest.raises(ActionForbidden):
                create_unit(work, key="neu", name="Neu")
    with house.begin(as_actor(Role.ADMINISTRATOR)) as work:
        assert grant_role(work, identity.id, Role.CLERK, unit_id=unit.id)


def test_a_right_below_an_entry_is_enough_for_what_lies_there(as_actor: AsActor, work: UnitOfWork) -> None:
    entry = an_entry(work)
    actor = as_actor(Role.RECORDS_MANAGER, entry=entry, work=work)
    limited = UnitOfWork(work.session, actor, work.now, work.storage, work.settings)
    require_unlimited(limited, Permission.MANAGE_PLAN, below=entry.path)
    with pytest.raises(ActionForbidden):
        require_unlimited(limited, Permission.MANAGE_PLAN)


def test_some_roles_see_nothing_by_themselves() -> None:
    assert Permission.READ not in PERMISSIONS[Role.RECORDS_MANAGER]
    assert Permission.READ not in PERMISSIONS[Role.ADMINISTRATOR]
    assert Permission.READ_CONTENT not in PERMISSIONS[Role.ARCHIVIST] | PERMISSIONS[Role.AUDITOR]


# --- Python and SQL say the same ------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """Records in different places, and what a scope can be made of."""

    units: tuple[UUID, ...]
    entries: tuple[UUID, ...]
    documents: tuple[Document, ...]
    reader: UUID


@pytest.fixture
def world(work: UnitOfWork) -> World:
    plan = a_plan(work)
    group = an_entry(work, plan=plan, kind=EntryKind.GROUP)
    leaves = [an_entry(work, parent=group), an_entry(work, plan=plan)]
    units = [a_unit(work), a_unit(work)]
    levels = [Confidentiality.OPEN, Confidentiality.CONFIDENTIAL]
    documents = [
        a_document(
            work,
            case=a_case(work, dossier=a_dossier(work, entry=leaf, unit=unit, confidentiality=top), confidentiality=mid),
            confidentiality=low,
        )
        for leaf in leaves
        for unit in units
        for top in levels
        for mid in levels
        for low in levels
    ]
    reader = a_client(work)
    for document in documents[::3]:
        protect_dossier(work, document.case.dossier_id, protected=True, readers=[reader.id], revision=None)
    work.session.flush()
    return World(
        tuple(unit.id for unit in units), (group.id, *(leaf.id for leaf in leaves)), tuple(documents), reader.id
    )


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_database_filters_by_rights_as_the_rules_judge_them(
    work: UnitOfWork, world: World, data: st.DataObject
) -> None:
    permission = data.draw(st.sampled_from([Permission.READ, Permission.READ_CONTENT, Permission.CLOSE]))
    scopes = st.builds(
        Scope,
        permissions=st.frozensets(st.sampled_from([Permission.READ, Permission.READ_CONTENT, Permission.CLOSE])),
        units=st.none() | st.frozensets(st.sampled_from(world.units)),
        entry_id=st.none() | st.sampled_from([*world.entries, new_id()]),
        levels=st.sampled_from([level.covers() for level in Confidentiality]),
    )
    identity_id = data.draw(st.sampled_from([world.reader, new_id()]))
    actor = Actor(identity_id, "x", tuple(data.draw(st.lists(scopes, max_size=3))))
    by_sql = _allowed(work, actor, permission)
    by_rules = {
        document.id
        for document in world.documents
        if permission in permissions_on(actor, document)
        and (not document.case.dossier.protected or identity_id == world.reader)
    }
    assert by_sql == by_rules


def _allowed(work: UnitOfWork, actor: Actor, permission: Permission) -> set[UUID]:
    case, dossier = aliased(Case, flat=True), aliased(Dossier, flat=True)
    levels = [Document.confidentiality, case.confidentiality, dossier.confidentiality]
    statement = (
        select(Document.id)
        .join(case, Document.case_id == case.id)
        .join(dossier, case.dossier_id == dossier.id)
        .where(may_at(actor, permission, dossier, levels))
    )
    return set(work.session.scalars(statement))
