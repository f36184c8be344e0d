"""The ground under every test: real PostgreSQL, migrated once; real S3; each test in a transaction that rolls back.

Under pytest-xdist every worker has its own server, since a session fixture belongs to one process.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import settings as examples
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, sessionmaker
from sqlalchemy.pool import NullPool

from eakte.audit.models import AuditEntry
from eakte.entrypoints.api import create_app
from eakte.entrypoints.migrating import migrate
from eakte.foundation.cursor import LazyCursor
from eakte.foundation.embedded import EmbeddedPostgres, EmbeddedS3
from eakte.foundation.ids import new_id
from eakte.foundation.settings import (
    AccessSettings,
    AuditSettings,
    DatabaseSettings,
    SearchSettings,
    Settings,
    StorageSettings,
)
from eakte.foundation.storage import Storage
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from tests.support import factories
from tests.support.app import app_on
from tests.support.factories import AsActor
from tests.support.installation import Installation, installation

# How long an example takes says something of the machine, and nothing of what is tested.
examples.register_profile("untimed", examples.get_profile(examples.get_current_profile_name()), deadline=None)
examples.load_profile("untimed")

TEMPLATE = "eakte_migrated"
AUDIT_KEY = "ein Schlüssel, der nur in Tests gilt"

# Tables nobody has to be told about: bookkeeping of the machinery, and the audit trail itself.
QUIET_TABLES = {
    "audit_entries",
    "audit_lanes",
    "kept_answers",
    "reference_counters",
    "index_requests",
    "search_documents",
    "search_state",
    "search_changes",
    "ingests",
    "ingest_items",
    "invoices",
    "batch_files",
    "batch_documents",
    "batch_images",
    "source_deliveries",
    "source_arrivals",
    "uploads",
    "upload_parts",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stories take longest and come first, so that at the end nobody waits for one of them alone."""
    items.sort(key=lambda item: "stories" not in item.path.parts)


# --- engines --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "pg", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedS3]:
    with EmbeddedS3(tmp_path_factory.mktemp("s3") / "s3", durable=False) as server:
        yield server


def engine_on(postgres: EmbeddedPostgres, database: str, **options: Any) -> Engine:
    address = postgres.dsn_of(database).replace("postgresql:", "postgresql+psycopg:", 1)
    return create_engine(address, connect_args={"cursor_factory": LazyCursor}, **options)


@pytest.fixture(scope="session")
def clone_database(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """Makes a migrated database of a name; the migrations run once per session."""
    with psycopg.connect(postgres.dsn_of("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    engine = engine_on(postgres, TEMPLATE, poolclass=NullPool)
    migrate(engine)
    engine.dispose()

    def clone(name: str) -> str:
        with psycopg.connect(postgres.dsn_of("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
            )
        return name

    return clone


@pytest.fixture(scope="session")
def storage_settings(s3: EmbeddedS3) -> StorageSettings:
    return StorageSettings(
        endpoint=s3.endpoint, access_key=s3.access_key, secret_key=SecretStr(s3.secret_key), region=s3.region
    )


@pytest.fixture(scope="session")
def storage(storage_settings: StorageSettings) -> Storage:
    storage = Storage(storage_settings)
    storage.prepare()
    return storage


@pytest.fixture(scope="session")
def settings(
    postgres: EmbeddedPostgres,
    clone_database: Callable[[str], str],
    storage_settings: StorageSettings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """Nothing of it comes from the environment."""
    return Settings(
        _env_file=None,
        var=tmp_path_factory.mktemp("var"),
        database=DatabaseSettings(dsn=SecretStr(postgres.dsn_of(clone_database("eakte_tests")))),
        storage=storage_settings,
        search=SearchSettings(engine="postgres"),
        access=AccessSettings(login_attempts=3),
        audit=AuditSettings(key=SecretStr(AUDIT_KEY)),
    )


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    address = settings.database.dsn.get_secret_value().replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(address)
    yield engine
    engine.dispose()


# --- house and work -------------------------------------------------------------------------------------


@contextmanager
def passing_house(engine: Engine, storage: Storage, settings: Settings) -> Iterator[tuple[House, Connection]]:
    """A house whose works commit into one transaction that nobody ever commits."""
    with engine.connect() as connection:
        outer = connection.begin()
        sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        yield House(sessions, storage, settings), connection
        outer.rollback()


@pytest.fixture
def house(engine: Engine, storage: Storage, settings: Settings) -> Iterator[House]:
    """A house that is gone with its test."""
    with passing_house(engine, storage, settings) as (house, _):
        yield house


@pytest.fixture
def committed_house(
    postgres: EmbeddedPostgres, clone_database: Callable[[str], str], storage: Storage, settings: Settings
) -> Iterator[House]:
    """A house on a database of its own, where works really commit and can meet each other."""
    name = clone_database(f"eakte_{new_id().hex}")
    engine = engine_on(postgres, name, pool_size=60, max_overflow=0)
    own = settings.model_copy(update={"database": DatabaseSettings(dsn=SecretStr(postgres.dsn_of(name)))})
    yield House(sessionmaker(engine, expire_on_commit=False), storage, own)
    engine.dispose()
    with psycopg.connect(postgres.dsn_of("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def work(house: House) -> Iterator[UnitOfWork]:
    """One work of the system itself, which may do everything."""
    with house.begin(SYSTEM) as work:
        yield work


@pytest.fixture
def as_actor(house: House) -> AsActor:
    """Makes an identity with one role and answers it as an actor: `as_actor(Role.CLERK, unit=…, entry=…)`."""
    return AsActor(house)


@pytest.fixture(autouse=True)
def no_silent_work() -> Iterator[None]:
    """Fail a test in which some work changed rows and published no event."""
    silent: list[str] = []

    def before_flush(session: Session, *_: object) -> None:
        changed = {*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))}
        tables = {type(row).__table__.name for row in changed}
        session.info.setdefault("wrote", set()).update(tables - QUIET_TABLES)

    def do_orm_execute(state: ORMExecuteState) -> None:
        if state.is_insert and state.bind_mapper is inspect(AuditEntry):
            state.session.info["told"] = True

    def before_commit(session: Session) -> None:
        if session.in_nested_transaction():
            return
        session.flush()
        if session.info.get("wrote") and not session.info.get("told"):
            silent.append(", ".join(sorted(session.info["wrote"])))

    before: dict[SessionTransaction, set[str]] = {}

    def after_transaction_create(session: Session, transaction: SessionTransaction) -> None:
        if transaction.nested:
            before[transaction] = set(session.info.get("wrote", ()))

    def after_soft_rollback(session: Session, transaction: SessionTransaction) -> None:
        """What a savepoint took back was not written."""
        if transaction in before:
            session.info["wrote"] = before.pop(transaction)

    listeners = (before_flush, do_orm_execute, before_commit, after_transaction_create, after_soft_rollback)
    for listener in listeners:
        event.listen(Session, listener.__name__, listener)
    yield
    for listener in listeners:
        event.remove(Session, listener.__name__, listener)
    assert not silent, f"works wrote and published nothing: {silent}"


# --- the API --------------------------------------------------------------------------------------------


@pytest.fixture
def app(house: House) -> FastAPI:
    return app_on(house)


@pytest.fixture
def own_app(house: House) -> FastAPI:
    """One to which a test may add routes."""
    return create_app(house)


@pytest.fixture
def client_of(app: FastAPI, house: House) -> Iterator[Callable[[Actor], TestClient]]:
    """Makes an HTTP client that acts as an identity."""
    with ExitStack() as stack:

        def client_of(actor: Actor) -> TestClient:
            token = factories.a_token(house, actor.id)
            # Entered, it keeps one event loop instead of starting one per request.
            return stack.enter_context(TestClient(app, headers={"Authorization": f"Bearer {token}"}))

        yield client_of


@pytest.fixture
def client(client_of: Callable[[Actor], TestClient], as_actor: AsActor) -> TestClient:
    """Somebody who holds every role, everywhere, up to the highest level."""
    return client_of(as_actor.with_every_role())


@pytest.fixture
def anonymous(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.fixture(scope="session")
def stack(
    postgres: EmbeddedPostgres,
    clone_database: Callable[[str], str],
    storage_settings: StorageSettings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """API and worker as real processes, for all tests that use the house from outside."""
    dsn = postgres.dsn_of(clone_database("eakte_stack"))
    with installation(tmp_path_factory.mktemp("stack") / "var", dsn, storage_settings, audit_key=AUDIT_KEY) as running:
        yield running
