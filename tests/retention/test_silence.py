"""Archives that do not answer: the list shows it, and whoever drew it up or released it is told by mail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from eakte.access.service import change_identity
from eakte.foundation.settings import SmtpSettings
from eakte.foundation.work import Actor, House
from retention.rules.disposal import ListAct
from tests.simulators.archive import Fault
from tests.simulators.smtp_server import MailServer, mail_server
from tests.support.factories import AsActor
from tests.support.partnership import Partnership, partnership


@pytest.fixture
def partners(house: House, tmp_path: Path, as_actor: AsActor, monkeypatch: pytest.MonkeyPatch) -> Partnership:
    made = partnership(house, tmp_path, as_actor, monkeypatch, version="3.0.0")
    made.archive.faults = frozenset({Fault.SILENT})
    return made


@pytest.fixture
def post(partners: Partnership) -> Iterator[MailServer]:
    with mail_server() as server:
        smtp = SmtpSettings(host="127.0.0.1", port=server.port, tls="none", sender="e-akte@stadt.example", timeout_s=2)
        settings = partners.house.settings.model_copy(update={"smtp": smtp})
        partners.house = House(partners.house.sessions, partners.house.storage, settings)
        yield server


@pytest.fixture
def author(partners: Partnership) -> Actor:
    actor = partners.as_actor.with_every_role()
    with partners.begin() as work:
        change_identity(work, actor.id, email="anna@stadt.example")
    return actor


def offered(partners: Partnership, author: Actor) -> UUID:
    list_id = partners.a_list(partners.a_closed_dossier(), author=author)
    partners.act(list_id, ListAct.OFFER)
    return list_id


def at_noon(partners: Partnership, day: date | None, *, later: int) -> None:
    assert day is not None
    day += timedelta(days=later)
    partners.now = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    partners.round()


def test_whoever_drew_up_a_list_gets_one_mail_a_day_however_many_lists_are_waited_for(
    partners: Partnership, post: MailServer, author: Actor
) -> None:
    first, _ = offered(partners, author), offered(partners, author)
    offer = partners.messages(first)[0]
    at_noon(partners, offer.receipt_deadline, later=0)
    assert post.taken == []
    at_noon(partners, offer.receipt_deadline, later=1)
    partners.round()
    (mail,) = post.taken
    assert mail["To"] == "anna@stadt.example"
    assert "2 Aussonderungsverzeichnissen" in mail.get_content()  # type: ignore[attr-defined]
    at_noon(partners, offer.receipt_deadline, later=2)
    assert len(post.taken) == 1, "nothing has become late since"
    at_noon(partners, offer.deadline, later=1)
    partners.round()
    assert len(post.taken) == 2


def test_nobody_is_told_of_an_archive_that_has_answered_meanwhile(
    partners: Partnership, post: MailServer, author: Actor
) -> None:
    list_id = offered(partners, author)
    partners.archive.faults = frozenset({Fault.SLOW})
    for _ in range(8):
        partners.round()
    at_noon(partners, partners.messages(list_id)[0].deadline, later=1)
    assert post.taken == []


def test_a_list_says_how_often_its_archive_was_silent(partners: Partnership, author: Actor, client: TestClient) -> None:
    list_id = offered(partners, author)
    offer = partners.messages(list_id)[0]
    at_noon(partners, offer.receipt_deadline, later=1)
    at_noon(partners, offer.deadline, later=1)
    assert client.get(f"/api/v1/retention/lists/{list_id}").json()["silences"] == 2
    (listed,) = client.get("/api/v1/retention/lists").json()["items"]
    assert (listed["silences"], listed["unwritten"]) == (2, None)
    (message,) = client.get(f"/api/v1/retention/lists/{list_id}/messages").json()["items"]
    assert message["reminders"] == 2
