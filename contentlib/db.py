"""The database: one place that opens it, one that begins, one that commits.

SQLite runs in WAL mode with full durability. Its busy handler makes writers of several
processes wait by sleeping (p99 of half a second was measured); so every write first
takes a file lock, which wakes the next writer at once.
"""

import fcntl
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    Text,
    create_engine,
    event,
)
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from contentlib.errors import Unavailable

ReactionNames = Mapping[str, tuple[str, ...]]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC on either database; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives an INTEGER PRIMARY KEY its own counter, a BIGINT one it does not.
BigId = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime())]
Name = Annotated[str, mapped_column(String(300))]
Key = Annotated[str, mapped_column(String(80))]
PublicId = Annotated[str, mapped_column(String(40), unique=True)]
Sha256 = Annotated[str, mapped_column(String(64))]
Prose = Annotated[str, mapped_column(Text())]
JsonValue = Annotated[dict[str, Any], mapped_column(JSON())]
JsonList = Annotated[list[Any], mapped_column(JSON())]


class Base(DeclarativeBase):
    """The parent of every table; constraint names follow one convention."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), int: BigId}  # noqa: RUF012 - read as is


class Database:
    """One database and the three ways to touch it: read, write, and the raw engine.

    `reactions` says which jobs a recorded fact makes (see contentlib.events.facts); it
    travels in `session.info`, so that services need no registry.
    """

    def __init__(
        self, url: str, *, reactions: ReactionNames | None = None, patience_s: float | None = None
    ) -> None:
        """`patience_s` bounds how long a statement waits for other writers, and for a server that
        does not answer; then it raises OperationalError. None: for as long as it takes."""
        self.url = url
        self.engine = _open_engine(url, patience_s)
        self._reactions: ReactionNames = reactions or {}
        self._write_lock = _write_lock_path(self.engine)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def react_with(self, reactions: ReactionNames) -> None:
        """Names the reactions of each fact from now on; called once, by wiring."""
        self._reactions = reactions

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that cannot write; what it loaded stays readable after it is closed."""
        connectable = self.engine.execution_options(contentlib_access="read")
        with Session(connectable, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session in one write transaction: committed at the end, rolled back on any error.

        The block should be short: on SQLite it holds the library's one write lock.
        """
        connectable = self.engine.execution_options(contentlib_access="write")
        lock = _exclusive(self._write_lock) if self._write_lock else nullcontext()
        with lock, Session(connectable, expire_on_commit=False) as session:
            session.info["reactions"] = self._reactions
            yield session
            session.commit()

    @contextmanager
    def appending(self, *, patience_s: float | None = None) -> Iterator[Connection]:
        """A bare connection in one write transaction, for the hit writer: a session costs more
        than the rows it brings. Committed at the end, rolled back on any error.

        Raises Unavailable when the write lock is not free within `patience_s`.
        """
        connectable = self.engine.execution_options(contentlib_access="write")
        lock = _exclusive(self._write_lock, patience_s) if self._write_lock else nullcontext()
        with lock, connectable.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self.engine.dispose()


def rows_changed(session: Session, statement: Executable) -> int:
    """Executes an UPDATE or DELETE and tells how many rows it met."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _open_engine(url: str, patience_s: float | None) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            connect_args={} if patience_s is None else _impatience(patience_s),
        )
        if patience_s is not None:
            event.listen(engine, "connect", _bound_statements(patience_s))
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    waits_s = 30 if patience_s is None else patience_s
    engine = create_engine(url, connect_args={"timeout": waits_s}, pool_size=16, max_overflow=16)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32000",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("contentlib_access") == "write"
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _impatience(patience_s: float) -> dict[str, int]:
    # libpq takes no connect_timeout under 2 s; the other one ends a connection whose peer is gone
    return {
        "connect_timeout": max(2, math.ceil(patience_s)),
        "tcp_user_timeout": round(patience_s * 1000),
    }


def _bound_statements(patience_s: float) -> Callable[[Any, ConnectionPoolEntry], None]:
    def bound(connection: Any, _record: ConnectionPoolEntry) -> None:
        limit_ms = round(patience_s * 1000)
        connection.execute(f"SET lock_timeout = {limit_ms}")
        connection.execute(f"SET statement_timeout = {limit_ms * 4}")
        connection.commit()

    return bound


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("contentlib_access") == "read":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _write_lock_path(engine: Engine) -> Path | None:
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return None
    return Path(f"{database}.write-lock")


@contextmanager
def _exclusive(path: Path, patience_s: float | None = None) -> Iterator[None]:
    # A fresh descriptor each time: flock() then excludes threads as well as processes.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if patience_s is None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        else:
            _lock_within(handle, patience_s)
        yield
    finally:
        os.close(handle)


def _lock_within(handle: int, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise Unavailable("The database is busy with another change.") from error
            time.sleep(0.001)
