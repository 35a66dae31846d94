"""Rows of raw events on their way into the database, and as text in a spool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.exc import CompileError, DataError, DBAPIError, IntegrityError, StatementError

from contentlib.events.marks import insert_once

# no column is called like that
_MOMENTS = " moments"


@dataclass(frozen=True, slots=True)
class Event:
    """What one request told at once: rows of one table, written together or not at all."""

    table: Table
    rows: Sequence[Mapping[str, Any]]


class Inserts:
    """Writes events, with statements that are built once for each table."""

    def __init__(self) -> None:
        self._statements: dict[str, Insert] = {}

    def all_at_once(self, connection: Connection, events: Sequence[Event]) -> None:
        """One statement for each table and set of columns. Raises what the driver raises."""
        alike: dict[tuple[str, tuple[str, ...]], tuple[Table, list[Mapping[str, Any]]]] = {}
        for event in events:
            for row in event.rows:
                key = (event.table.name, tuple(row))
                alike.setdefault(key, (event.table, []))[1].append(row)
        for table, rows in alike.values():
            connection.execute(self._statement(connection, table), rows)

    def one_by_one(self, connection: Connection, events: Sequence[Event]) -> dict[int, Exception]:
        """Writes each event behind a savepoint of its own; those refused, by their position.

        Raises what is the database's fault and no row's.
        """
        refused: dict[int, Exception] = {}
        for position, event in enumerate(events):
            try:
                with connection.begin_nested():
                    self.all_at_once(connection, [event])
            except Exception as error:
                if not is_the_rows_fault(error):
                    raise
                refused[position] = error
        return refused

    def _statement(self, connection: Connection, table: Table) -> Insert:
        known = self._statements.get(table.name)
        if known is None:
            known = self._statements[table.name] = insert_once(connection, table)
        return known


def is_the_rows_fault(error: Exception) -> bool:
    """Whether trying again is in vain: a value that does not fit, a row it refers to is gone."""
    if isinstance(error, DBAPIError):
        told = str(error.orig)
        # how sqlite3 and psycopg say it; both under the name they give to errors in the SQL too
        cannot_be_bound = "Error binding parameter" in told or "cannot adapt type" in told
        return cannot_be_bound or isinstance(error, IntegrityError | DataError)
    return isinstance(error, StatementError | CompileError | TypeError | ValueError | OverflowError)


def to_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON holds it: its moments stand apart, under `_MOMENTS`.

    Raises TypeError for a value that JSON cannot give back.
    """
    moments = {n: value.isoformat() for n, value in row.items() if isinstance(value, datetime)}
    plain = {name: _plain(value) for name, value in row.items() if name not in moments}
    return plain | {_MOMENTS: moments}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be spooled")


def from_json(told: Mapping[str, Any]) -> dict[str, Any]:
    """The row that `to_json` was given."""
    plain = {name: value for name, value in told.items() if name != _MOMENTS}
    return plain | {name: datetime.fromisoformat(text) for name, text in told[_MOMENTS].items()}
