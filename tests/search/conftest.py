"""The engines the contract is tested against, each in a place of its own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from eakte.foundation.embedded import EmbeddedPostgres
from eakte.search.adapters.postgres import PostgresIndex
from eakte.search.adapters.tantivy import TantivyIndex
from eakte.search.adapters.whoosh import WhooshIndex
from eakte.search.index import SearchIndex
from eakte.search.models import create_tables

ENGINES = ("tantivy", "whoosh", "postgres")

_OPEN = {
    "tantivy": "from eakte.search.adapters.tantivy import TantivyIndex; index = TantivyIndex(Path(place))",
    "whoosh": "from eakte.search.adapters.whoosh import WhooshIndex; index = WhooshIndex(Path(place))",
    "postgres": "from eakte.search.adapters.postgres import PostgresIndex; from sqlalchemy import create_engine;"
    " index = PostgresIndex(create_engine(place))",
}


class Place:
    """Where one index lies: it can be opened here any number of times, and from another process."""

    def __init__(self, engine: str, where: str) -> None:
        self.engine = engine
        self.where = where

    def open(self, *, lock_timeout_s: float = 30.0) -> SearchIndex:
        if self.engine == "tantivy":
            return TantivyIndex(Path(self.where), lock_timeout_s=lock_timeout_s)
        if self.engine == "whoosh":
            return WhooshIndex(Path(self.where), lock_timeout_s=lock_timeout_s)
        return PostgresIndex(create_engine(self.where), lock_timeout_s=lock_timeout_s)

    def elsewhere(self, program: str) -> str:
        """Run lines of Python in another process, with `index` open on this place; what they print."""
        lines = ["import sys", "from pathlib import Path", "place = sys.argv[1]", _OPEN[self.engine], program]
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(lines), self.where],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout


@pytest.fixture(scope="session")
def search_engine_pg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SQLAlchemy address of a PostgreSQL with the tables of the search."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("search-postgres"), durable=False) as server:
        address = server.dsn.replace("postgresql:", "postgresql+psycopg:", 1)
        create_tables(create_engine(address))
        yield address


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param != "postgres":
        yield Place(request.param, str(tmp_path / "index"))
        return
    address: str = request.getfixturevalue("search_engine_pg")
    yield Place("postgres", address)
    with create_engine(address).begin() as connection:
        connection.execute(text("truncate search_documents, search_changes, search_state"))


@pytest.fixture
def index(place: Place) -> Iterator[SearchIndex]:
    opened = place.open()
    yield opened
    opened.close()
