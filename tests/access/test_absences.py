"""Who is away says so, and who stands in; heads do it for their staff, and nobody takes rights that way."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from eakte.access import Role
from eakte.access.errors import DeputyshipInvalid, DeputyshipNotFound, IdentityNotFound
from eakte.access.models import Identity
from eakte.access.queries import absences, actor_for, colleagues
from eakte.access.service import change_identity, end_absence, enter_absence, grant_role
from eakte.foundation.work import House
from tests.support.approval import Town

FIRST, LAST = date(2026, 9, 14), date(2026, 9, 25)


@pytest.fixture
def town(house: House) -> Town:
    town = Town(house)
    town.unit("Bauamt")
    town.unit("Hochbau", below="Bauamt")
    town.unit("Schulen")
    town.person("Head", Role.HEAD, unit="Bauamt")
    town.person("Anna", Role.CLERK, unit="Hochbau")
    town.person("Bea", Role.CLERK, unit="Hochbau")
    town.person("Sven", Role.CLERK, unit="Schulen")
    town.person("Admin", Role.ADMINISTRATOR, everywhere=True)
    return town


def away(town: Town, by: str, who: str, deputy: str, first: date = FIRST, last: date = LAST) -> UUID:
    with town.work(by) as work:
        return enter_absence(work, town.people[who], town.people[deputy], valid_from=first, valid_until=last).id


def seen(town: Town, by: str) -> int:
    with town.work(by) as work:
        return len(absences(work, ending_from=FIRST, cursor=None, limit=50).items)


def test_whoever_is_away_says_so_and_the_deputy_has_the_rights_meanwhile(town: Town) -> None:
    away(town, "Anna", "Anna", "Sven")
    hochbau = town.units["Hochbau"]
    with town.work() as work:
        sven = work.session.get_one(Identity, town.people["Sven"])
        for day, has in ((13, False), (14, True), (25, True), (26, False)):
            actor = actor_for(work.session, sven, datetime(2026, 9, day, 12, tzinfo=UTC))
            units = {unit for scope in actor.scopes for unit in scope.units or ()}
            assert (hochbau in units) is has
    assert (seen(town, "Anna"), seen(town, "Sven"), seen(town, "Bea")) == (1, 1, 0)


def test_a_head_arranges_for_the_staff_below_and_for_nobody_else(town: Town) -> None:
    away(town, "Head", "Anna", "Bea")
    assert seen(town, "Head") == 1
    with pytest.raises(IdentityNotFound):
        away(town, "Head", "Sven", "Bea")
    with pytest.raises(IdentityNotFound):
        away(town, "Bea", "Anna", "Sven")
    away(town, "Admin", "Sven", "Bea")
    assert (seen(town, "Head"), seen(town, "Admin")) == (1, 2)


def test_staff_with_rights_elsewhere_too_are_not_a_heads_to_arrange(town: Town) -> None:
    with town.work() as work:
        grant_role(work, town.people["Anna"], Role.CLERK, unit_id=town.units["Schulen"])
    with pytest.raises(IdentityNotFound):
        away(town, "Head", "Anna", "Bea")


@pytest.mark.parametrize(("by", "who", "deputy"), [("Head", "Anna", "Head"), ("Anna", "Anna", "Anna")])
def test_nobody_becomes_deputy_by_their_own_hand(town: Town, by: str, who: str, deputy: str) -> None:
    with pytest.raises(DeputyshipInvalid):
        away(town, by, who, deputy)


def test_only_people_who_are_active_stand_in(town: Town) -> None:
    with town.work() as work:
        change_identity(work, town.people["Bea"], active=False)
    with pytest.raises(IdentityNotFound):
        away(town, "Anna", "Anna", "Bea")


def test_an_absence_is_ended_by_whoever_may_enter_it(town: Town) -> None:
    absence_id = away(town, "Anna", "Anna", "Bea")
    with town.work("Bea") as work, pytest.raises(DeputyshipNotFound):
        end_absence(work, absence_id)
    with town.work("Head") as work:
        end_absence(work, absence_id)
    assert seen(town, "Anna") == 0


def test_whom_to_ask_is_whoever_works_in_the_same_unit(town: Town) -> None:
    with town.work("Anna") as work:
        assert [one.display_name for one in colleagues(work, cursor=None, limit=50).items] == ["Bea"]
