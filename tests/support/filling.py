"""Rows for a database of whatever schema: some in every table, which refer to each other."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy import Enum as SqlEnum

from tickets.database.models import metadata

ROWS = 4  # in every table
BEGUN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BOOKKEEPING = "alembic_version"

Rows = dict[str, list[dict[str, Any]]]


def tables_of(connection: Connection) -> list[Table]:
    """The tables that a database has, those first to which others refer."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != BOOKKEEPING]


def fill(connection: Connection) -> list[Table]:
    """Put rows into every table; each refers to rows that are there. Which tables there are."""
    tables = tables_of(connection)
    for table in tables:
        for number in range(ROWS):
            connection.execute(table.insert().values(_row(connection, table, number)))
    return tables


def rows_of(connection: Connection, tables: list[Table] | None = None) -> Rows:
    """All that a database holds, table by table; which it has is found out, if not known."""
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in tables or tables_of(connection)
    }


def _row(connection: Connection, table: Table, number: int) -> dict[str, Any]:
    given = [column for column in table.columns if not _is_given_by_the_database(column)]
    return {column.name: _value(connection, column, number) for column in given}


def _is_given_by_the_database(column: Column[Any]) -> bool:
    return column.name == "id" and isinstance(column.type, Integer)


def _value(connection: Connection, column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return _referred_to(connection, column, number)
    if kinds := _kinds(column):
        return kinds[number % len(kinds)]
    return _of_type(column, number)


def _referred_to(connection: Connection, column: Column[Any], number: int) -> Any:
    (key,) = column.foreign_keys
    there = list(connection.execute(select(key.column).order_by(key.column)).scalars())
    return there[number % len(there)] if there else None  # the first message has no parent


def _kinds(column: Column[Any]) -> list[str]:
    """The words that the models know for a column."""
    table = metadata.tables.get(column.table.name)
    modelled = table.columns.get(column.name) if table is not None else None
    if modelled is None or not isinstance(modelled.type, SqlEnum):
        return []
    return list(modelled.type.enums)


def _of_type(column: Column[Any], number: int) -> Any:
    match column.type:
        case String(length=length):
            return f"{number} Sønderlærå, {column.name}"[:length]
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case Float():
            return number / 2
        case DateTime():
            return BEGUN + timedelta(hours=number)
        case Date():
            return BEGUN.date() + timedelta(days=number)
        case LargeBinary():
            return f"Subject: Blåbærgrød {number}\r\n\r\nÆØÅ".encode()
        case JSON():
            return {"æøå": [number]}
    raise LookupError(f"{column} is of a type that nobody can fill: {column.type!r}")
