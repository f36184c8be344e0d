"""Tables of the search engine `postgres`: an index beside the records, which can be thrown away and rebuilt."""

import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Engine, Index, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table


class SearchDocument(Table):
    """One document in one generation of the index.

    `words` holds every term and written form, `names` only those outside the text; weights tell the field:
    A title, B party, C reference, D text. `text_stems` and `name_stems` hold the stems in their order, one
    value a line, for phrases. What is needed to filter and count stays in the row, the rest is moved out.
    """

    __tablename__ = "search_documents"

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[UUID]
    case_id: Mapped[UUID]
    date: Mapped[datetime.date]
    kind: Mapped[str]
    entry: Mapped[str]
    unit: Mapped[str]
    unit_id: Mapped[UUID]
    level: Mapped[str]
    entry_path: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    readers: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    names: Mapped[str] = mapped_column(TSVECTOR)
    words: Mapped[str] = mapped_column(TSVECTOR)
    suggestions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name_stems: Mapped[str]
    text_stems: Mapped[str]
    stored_metadata: Mapped[bytes]
    stored_pages: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    stored_signatures: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))

    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_names", "names", postgresql_using="gin"),
        Index("ix_search_documents_newest", "generation", text("date DESC"), "id"),
        {"postgresql_with": {"toast_tuple_target": 1024}},
    )


class SearchState(Table):
    """The one row that says which generation answers, and which one a rebuild fills."""

    __tablename__ = "search_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    current: Mapped[int]
    fresh: Mapped[int | None]


class SearchChange(Table):
    """A document that was indexed or removed while a rebuild was going on."""

    __tablename__ = "search_changes"

    id: Mapped[UUID] = mapped_column(primary_key=True)


STAY_IN_THE_ROW = ("names", "entry_path", "readers")
"""What ranks and filters many hits, which takes five times as long from outside. The migration says the same."""

TABLES = (SearchDocument, SearchState, SearchChange)


def create_tables(engine: Engine) -> None:
    """Make the tables where no migration does it: in tests and benchmarks."""
    Table.metadata.create_all(engine, tables=[Table.metadata.tables[table.__tablename__] for table in TABLES])
    with engine.begin() as connection:
        for column in STAY_IN_THE_ROW:
            connection.execute(text(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE MAIN"))
