"""The choice among the engines."""

from sqlalchemy import create_engine

from eakte.foundation.settings import Settings
from eakte.search.adapters.postgres import PostgresIndex
from eakte.search.adapters.tantivy import TantivyIndex
from eakte.search.adapters.whoosh import WhooshIndex
from eakte.search.index import SearchIndex


def open_engine(settings: Settings) -> SearchIndex:
    """The engine an operator chose, over its files or the database."""
    match settings.search.engine:
        case "tantivy":
            return TantivyIndex(settings.search_directory / "tantivy")
        case "whoosh":
            return WhooshIndex(settings.search_directory / "whoosh")
        case "postgres":
            dsn = settings.database.dsn.get_secret_value()
            return PostgresIndex(create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1)))
