"""Opening the house."""

import os
import socket
from threading import Thread

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from pydantic import SecretStr
from sqlalchemy import text, update
from sqlalchemy.exc import InternalError

from eakte.access.models import Identity
from eakte.audit.errors import AuditKeyMissing
from eakte.entrypoints.house import open_house
from eakte.foundation.settings import AuditSettings, Settings
from eakte.foundation.work import SYSTEM, House


def test_a_house_whose_audit_trail_anybody_could_forge_is_not_opened(settings: Settings) -> None:
    keyless = settings.model_copy(update={"audit": AuditSettings(key=SecretStr(""))})
    with pytest.raises(AuditKeyMissing), open_house(keyless):
        pass


def backend(house: House) -> int:
    with house.begin() as work:
        return int(work.session.scalar(text("select pg_backend_pid()")) or 0)


def test_a_connection_that_the_database_ended_is_not_given_to_anybody(settings: Settings) -> None:
    with open_house(settings) as house:
        before = backend(house)
        assert backend(house) == before, "it is kept"
        with psycopg.connect(settings.database.dsn.get_secret_value()) as administrator:
            administrator.execute("select pg_terminate_backend(%s, 5000)", (before,))
        assert backend(house) != before


def test_a_connection_that_rested_long_is_asked_whether_it_lives(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(settings) as house:
        before = backend(house)
        # Something on its way forgot this connection: it is silent until somebody uses it, and ends it then.
        ours, theirs = socket.socketpair()
        forgetful = Thread(target=lambda: theirs.recv(1) and theirs.close(), daemon=True)
        forgetful.start()
        connection = house.sessions.kw["bind"].raw_connection()
        os.dup2(ours.fileno(), connection.driver_connection.fileno())
        connection.close()
        monkeypatch.setattr("eakte.entrypoints.house.LONG_REST_S", 0.0)
        assert backend(house) != before
        forgetful.join(10)
        ours.close()


def test_a_reading_changes_nothing_and_begins_no_transaction(settings: Settings) -> None:
    with open_house(settings) as house, house.begin_as(lambda session, now: SYSTEM, reads=True) as work:
        assert work.session.scalar(text("select 1")) == 1
        connection = work.session.connection().connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        assert connection.info.transaction_status is TransactionStatus.IDLE
        with pytest.raises(InternalError, match="read-only"):
            work.session.execute(update(Identity).values(active=False))
