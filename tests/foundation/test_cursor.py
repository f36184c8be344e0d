"""The cursor describes an answer as psycopg does, whenever somebody looks."""

import psycopg
from psycopg.rows import dict_row

from eakte.foundation.cursor import LazyCursor
from eakte.foundation.embedded import EmbeddedPostgres


def test_columns_are_described_when_somebody_looks(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.dsn_of("postgres"), cursor_factory=LazyCursor) as connection:
        cursor = connection.execute("select 1 as number, 'Akte' as word")
        assert cursor.description is not None
        assert [column.name for column in cursor.description] == ["number", "word"]
        assert [column.name for column in cursor.description[-1:]] == ["word"]
        assert cursor.fetchall() == [(1, "Akte")]


def test_rows_may_still_be_named(postgres: EmbeddedPostgres) -> None:
    with (
        psycopg.connect(postgres.dsn_of("postgres"), cursor_factory=LazyCursor) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        assert cursor.execute("select 1 as number").fetchall() == [{"number": 1}]


def test_what_answers_with_no_rows_has_no_columns(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.dsn_of("postgres"), cursor_factory=LazyCursor) as connection:
        assert connection.execute("create temp table papers (number int)").description is None
        assert connection.execute("insert into papers values (1)").description is None
        assert list(connection.execute("select from papers").description or ()) == []
