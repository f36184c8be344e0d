"""The choice among the engines. Only the chosen one is loaded: an installation has one, and each brings libraries."""

from sqlalchemy import create_engine

from eakte.foundation.settings import Settings
from eakte.search.index import SearchIndex


def open_engine(settings: Settings) -> SearchIndex:
    """The engine an operator chose, over its files or the database."""
    match settings.search.engine:
        case "tantivy":
            from eakte.search.adapters.tantivy import TantivyIndex  # noqa: PLC0415

            return TantivyIndex(settings.search_directory / "tantivy")
        case "whoosh":
            from eakte.search.adapters.whoosh import WhooshIndex  # noqa: PLC0415

            return WhooshIndex(settings.search_directory / "whoosh")
        case "postgres":
            from eakte.search.adapters.postgres import PostgresIndex  # noqa: PLC0415

            dsn = settings.database.dsn.get_secret_value()
            return PostgresIndex(create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1)))
