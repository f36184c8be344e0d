"""Logging in, locking out, tokens and passwords."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.access.errors import ActionForbidden, LoginFailed, LoginTaken, TooManyLogins, WeakPassword, WrongPassword
from eakte.access.models import ApiToken, Identity, IdentityKind
from eakte.access.queries import open_sessions_of, tokens_of
from eakte.access.service import (
    authenticate,
    change_identity,
    change_own_password,
    create_identity,
    issue_token,
    log_in,
    revoke_token,
    set_password,
)
from eakte.audit.queries import entries_of
from eakte.foundation.errors import Stale, Unauthenticated
from eakte.foundation.gathering import write_gathered
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from tests.support.factories import AsActor, a_client

PASSWORD = "Ein langes Kennwort 2026"


@pytest.fixture
def person(work: UnitOfWork) -> Identity:
    return create_identity(
        work, kind=IdentityKind.PERSON, login="a.tschoepe", display_name="Annegret Tschöpe", password=PASSWORD
    )


def at(work: UnitOfWork, moment: datetime) -> UnitOfWork:
    return UnitOfWork(work.session, work.actor, moment, work.storage, work.settings)


def token_of(work: UnitOfWork, login: str, password: str) -> tuple[ApiToken, str]:
    outcome = log_in(work, login, password)
    assert isinstance(outcome, tuple), outcome
    return outcome


def test_a_right_password_gives_a_token_for_a_working_day(work: UnitOfWork, person: Identity) -> None:
    token, secret = token_of(work, "a.tschoepe", PASSWORD)
    assert authenticate(work.session, secret, work.now).id == person.id
    assert token.expires_at == work.now + timedelta(hours=work.settings.access.session_hours)
    with pytest.raises(Unauthenticated):
        authenticate(work.session, secret, work.now + timedelta(hours=work.settings.access.session_hours))


@pytest.mark.parametrize(("login", "password"), [("a.tschoepe", "falsch"), ("niemand", PASSWORD), ("a.tschoepe", "")])
def test_a_wrong_login_is_refused_without_saying_what_was_wrong(
    work: UnitOfWork, person: Identity, login: str, password: str
) -> None:
    assert isinstance(log_in(work, login, password), LoginFailed)


def test_a_client_without_password_cannot_log_in(work: UnitOfWork) -> None:
    assert isinstance(log_in(work, a_client(work).login, ""), LoginFailed)


def test_too_many_failures_lock_the_account_for_a_while(work: UnitOfWork, person: Identity) -> None:
    limits = work.settings.access
    for _ in range(limits.login_attempts):
        assert isinstance(log_in(work, "a.tschoepe", "falsch"), LoginFailed)
    assert isinstance(log_in(work, "a.tschoepe", PASSWORD), TooManyLogins)
    later = at(work, work.now + timedelta(seconds=limits.login_window_s))
    assert token_of(later, "a.tschoepe", PASSWORD)
    assert person.failed_logins == 0


def test_who_tried_too_often_hears_when_to_come_back(house: House, anonymous: TestClient) -> None:
    with house.begin() as work:
        login, limits = a_client(work, password=PASSWORD).login, work.settings.access
    tried = [
        anonymous.post("/api/v1/sessions", json={"login": login, "password": "falsch"})
        for _ in range(limits.login_attempts + 1)
    ]
    assert [answer.status_code for answer in tried] == [401] * limits.login_attempts + [429]
    assert tried[-1].json()["code"] == "too-many-logins"
    assert 0 < int(tried[-1].headers["retry-after"]) <= limits.login_window_s


def test_a_failed_login_counts_although_it_is_refused(house: House, anonymous: TestClient) -> None:
    with house.begin() as work:
        identity = a_client(work, kind=IdentityKind.PERSON, password=PASSWORD)
    answer = anonymous.post("/api/v1/sessions", json={"login": identity.login, "password": "falsch"})
    assert (answer.status_code, answer.json()["code"]) == (401, "login-failed")
    assert answer.headers["www-authenticate"] == "Bearer"
    with house.begin() as work:
        assert work.session.get_one(Identity, identity.id).failed_logins == 1
        assert entries_of(work.session, identity.id, cursor=None, limit=9).items[-1].event == "access.LoginRefused"


def test_logging_in_over_the_api_gives_a_working_token(house: House, anonymous: TestClient) -> None:
    with house.begin() as work:
        identity = a_client(work, kind=IdentityKind.PERSON, password=PASSWORD)
    answer = anonymous.post("/api/v1/sessions", json={"login": identity.login, "password": PASSWORD})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    me = anonymous.get("/api/v1/me", headers={"Authorization": f"Bearer {answer.json()['secret']}"})
    assert me.json()["login"] == identity.login


def test_neither_password_nor_token_is_kept_readable(work: UnitOfWork, person: Identity) -> None:
    token, secret = token_of(work, "a.tschoepe", PASSWORD)
    assert person.password_hash is not None
    assert person.password_hash.startswith("$argon2id$")
    assert token.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    write_gathered(work.session)
    audited = entries_of(work.session, person.id, cursor=None, limit=50).items
    told = str([(entry.changes, entry.details) for entry in audited])
    assert str(token.id) in told
    assert PASSWORD not in told
    assert secret not in told
    assert token.secret_hash not in told


def test_a_token_ends_when_it_is_revoked_expired_or_its_identity_switched_off(work: UnitOfWork) -> None:
    identity = a_client(work)
    expiring = issue_token(work, identity.id, label="kurz", expires_at=work.now + timedelta(minutes=1))[1]
    token, secret = issue_token(work, identity.id, label="lang")
    assert authenticate(work.session, expiring, work.now).id == identity.id
    with pytest.raises(Unauthenticated):
        authenticate(work.session, expiring, work.now + timedelta(minutes=1))
    change_identity(work, identity.id, active=False)
    with pytest.raises(Unauthenticated):
        authenticate(work.session, secret, work.now)
    change_identity(work, identity.id, active=True)
    assert authenticate(work.session, secret, work.now)
    revoke_token(work, token.id)
    revoke_token(work, token.id)
    with pytest.raises(Unauthenticated):
        authenticate(work.session, secret, work.now)


def test_nobody_but_the_person_makes_a_token_that_acts_under_their_name(house: House, as_actor: AsActor) -> None:
    admin = as_actor(Role.ADMINISTRATOR)
    with house.begin() as work:
        person, client = a_client(work, kind=IdentityKind.PERSON), a_client(work)
    with house.begin(admin) as work:
        assert issue_token(work, client.id, label="Fachverfahren")
        with pytest.raises(ActionForbidden):
            issue_token(work, person.id, label="fremd")
    with house.begin(Actor(person.id, person.login)) as work:
        assert issue_token(work, person.id, label="eigenes")
        assert [token.label for token in tokens_of(work, person.id)] == ["eigenes"]
        with pytest.raises(ActionForbidden):
            issue_token(work, client.id, label="fremd")


def test_a_new_password_ends_sessions_but_no_api_tokens(work: UnitOfWork, person: Identity) -> None:
    _, session_secret = token_of(work, "a.tschoepe", PASSWORD)
    _, api_secret = issue_token(work, person.id, label="Skript")
    set_password(work, person.id, PASSWORD + "!", revision=person.revision)
    assert open_sessions_of(work.session, person.id) == []
    with pytest.raises(Unauthenticated):
        authenticate(work.session, session_secret, work.now)
    assert authenticate(work.session, api_secret, work.now)


def test_ones_own_password_is_changed_with_the_current_one_only(house: House) -> None:
    with house.begin() as work:
        identity = a_client(work, kind=IdentityKind.PERSON, password=PASSWORD)
    with house.begin(Actor(identity.id, identity.login)) as work:
        with pytest.raises(WrongPassword):
            change_own_password(work, "falsch", "Ein neues Kennwort")
        with pytest.raises(WeakPassword):
            change_own_password(work, PASSWORD, "kurz")
        change_own_password(work, PASSWORD, "Ein neues Kennwort")
        assert token_of(work, identity.login, "Ein neues Kennwort")


def test_a_failed_login_does_not_make_an_administrators_view_stale(work: UnitOfWork, person: Identity) -> None:
    seen = person.revision
    log_in(work, "a.tschoepe", "falsch")
    change_identity(work, person.id, display_name="Annegret Tschöpe-Mühlbauer", revision=seen)
    with pytest.raises(Stale):
        change_identity(work, person.id, display_name="Andere", revision=seen)


def test_login_names_are_given_once_and_passwords_have_a_length(work: UnitOfWork, person: Identity) -> None:
    with pytest.raises(LoginTaken):
        create_identity(work, kind=IdentityKind.PERSON, login="a.tschoepe", display_name="x", password=PASSWORD)
    with pytest.raises(WeakPassword):
        create_identity(work, kind=IdentityKind.PERSON, login="neu", display_name="x", password="elf Zeichen")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer falsch", "bearer \x00", "Bearer ä"])
def test_a_request_without_a_valid_token_is_not_answered(anonymous: TestClient, header: str) -> None:
    answer = anonymous.get("/api/v1/me", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_every_request_is_judged_by_the_grants_of_that_moment(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    auditor = as_actor(Role.AUDITOR)
    client = client_of(auditor)
    assert "record:see-audit" in client.get("/api/v1/me").json()["permissions"]
    with house.begin(SYSTEM) as work:
        change_identity(work, auditor.id, active=False)
    assert client.get("/api/v1/me").status_code == 401
