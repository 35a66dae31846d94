"""How far a writer's events are in the database, told in the transaction that brought them.

A commit whose answer never came, or a crash between a commit and the deletion of a spool file,
would else bring events in twice: hits have no key of their own by which to know them again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Insert, Table, bindparam, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Key, Moment, UtcDateTime

# A spool that nobody drained for so long is on a machine that does not come back.
_FORGOTTEN_AFTER = timedelta(days=90)


class WriterMark(Base):
    """`direct` counts the groups a writer committed itself, `drained` the lines of its spool."""

    __tablename__ = "writer_marks"

    writer: Mapped[Key] = mapped_column(primary_key=True)
    direct: Mapped[int]
    drained: Mapped[int]
    at: Mapped[Moment]


@dataclass(frozen=True, slots=True)
class Mark:
    """What of a writer is in the database."""

    direct: int = 0
    drained: int = 0


def insert_once(connection: Connection, table: Table) -> Insert:
    """An insert that leaves a row alone whose unique key is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def locked_mark(connection: Connection, writer: str, *, now: datetime) -> Mark:
    """The writer's mark, held until the transaction ends. Two statements.

    Should an earlier transaction of that writer still be under way on the server, though its
    client is gone, this waits for its outcome.
    """
    fresh = {"writer": writer, "direct": 0, "drained": 0, "at": now}
    connection.execute(insert_once(connection, _TABLE), fresh)
    held = select(_TABLE.c.direct, _TABLE.c.drained).where(_TABLE.c.writer == writer)
    found = connection.execute(held.with_for_update()).one()
    return Mark(found.direct, found.drained)


def set_direct(connection: Connection, writer: str, direct: int, *, now: datetime) -> None:
    """Notes that this group of the writer is in the database. One statement."""
    connection.execute(_SET_DIRECT, {"writer": writer, "direct": direct, "at": now})


def set_drained(connection: Connection, writer: str, drained: int, *, now: datetime) -> None:
    """Notes that the writer's spool is drained up to this line. One statement."""
    connection.execute(
        _TABLE.update().where(_TABLE.c.writer == writer).values(drained=drained, at=now)
    )


def forget_old_marks(connection: Connection, *, now: datetime) -> None:
    """Deletes marks of writers that were last heard of a quarter of a year ago."""
    connection.execute(delete(_TABLE).where(_TABLE.c.at < now - _FORGOTTEN_AFTER))


def technical_now() -> datetime:
    """The machine's time: marks age by it, whatever the library's clock says."""
    return datetime.now(UTC)


_TABLE: Table = WriterMark.metadata.tables["writer_marks"]

# As text, the same for both databases: building the upsert costs more than running it, and it
# runs with every group.
_SET_DIRECT = text(
    "INSERT INTO writer_marks (writer, direct, drained, at) VALUES (:writer, :direct, 0, :at)"
    " ON CONFLICT (writer) DO UPDATE SET direct = excluded.direct, at = excluded.at"
).bindparams(bindparam("at", type_=UtcDateTime()))
