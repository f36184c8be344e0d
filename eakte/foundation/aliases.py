"""Aliases that threads share."""

from typing import Any, TypeVar

from sqlalchemy import FromClause, column, inspect, select
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import KeyedColumnElement

from eakte.foundation.table import Table

AliasT = TypeVar("AliasT")

_STRANGER: KeyedColumnElement[Any] = column("stranger")


def settled(alias: AliasT) -> AliasT:
    """An alias of a mapped class or a table, complete before threads share it.

    SQLAlchemy finds out at first use which column of an alias stands for which. Of two threads that do so at once one
    may see half of it, and it stays so: statements then ask the table itself, all of whose rows join all others.
    """
    aliased = inspect(alias)
    _settle(aliased.selectable)
    if isinstance(aliased, AliasedInsp):
        for attribute in aliased.mapper.column_attrs:
            getattr(alias, attribute.key).expression  # noqa: B018  adapts it
    return alias


def settle_tables() -> None:
    """Have mapped classes, and the aliases that joined loading keeps, complete before a process begins its threads."""
    configure_mappers()
    for mapper in Table.registry.mappers:
        _settle(mapper.selectable)
        if any(relationship.lazy == "joined" for relationship in mapper.relationships):
            # Writing a question is what makes these aliases.
            str(select(mapper))


def _settle(selectable: FromClause) -> None:
    for part in visitors.iterate(selectable):
        if isinstance(part, FromClause):
            # Looking for what it has not makes it look through all it has, which it notes.
            part.corresponding_column(_STRANGER)
