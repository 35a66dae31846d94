"""Forgetting a person: whatever names them is blanked, and whatever is counted stays.

An address is looked for in every column of text of every table, so that a table that is added
later is not forgotten here. What assets say is content: it is told of and left to their owners.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, Column, ColumnElement, String, Table, Text, cast, func, or_, select
from sqlalchemy import update as update_
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.crm.models import Contact
from contentlib.db import Base, Database
from contentlib.errors import InvalidInput
from contentlib.ids import public_id
from contentlib.member.models import Member
from contentlib.member.service import checked_email
from contentlib.share.models import ShareRecipient

# What the library is made of, and what a reader sees of it: a page that prints an address is
# mended by a new version, not behind its owner's back.
CONTENT = frozenset({"assets", "asset_versions", "asset_pages", "passages"})

_NAMELESS = "a forgotten contact"
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that name a person, by table; `assets` counts parts of assets, which are left."""

    rows: dict[str, int]
    assets: int

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True, slots=True)
class _Person:
    """How somebody is named: by an address, and by full names that are nobody else's here."""

    address: str
    names: tuple[str, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """The ways in which the address stands in text."""
        return (self.address, quote(self.address, safe=""))


def held(session: Session, contact: str) -> Held:
    """What is kept that names this address. A statement for each table with text, each of which
    looks at every row: for an operator's command. Raises InvalidInput."""
    person = _person(session, contact)
    found = {table.name: len(_naming(session, table, person)) for table in _tables()}
    kept = {name: count for name, count in found.items() if count and name not in CONTENT}
    return Held(kept, sum(count for name, count in found.items() if name in CONTENT))


def forget(database: Database, *, contact: str, actor: str, now: datetime) -> Held:
    """Blanks a person everywhere; returns what was blanked, nothing the second time.

    1. Their rows are found without the write lock, for every table is looked through.
    2. Then they are blanked in one unit of work, and it is looked again: a row may have come.

    The same placeholder stands wherever the address stood, so that who was one stays one. Raises
    InvalidInput for what is no address, and for a member's.
    """
    placeholder = f"forgotten-{public_id(10)}@forgotten.invalid"
    blanked: Counter[str] = Counter()
    with database.reading() as session:
        person = _person(session, contact)
        assets = held(session, contact).assets
    for _ in range(_ROUNDS):
        with database.reading() as session:
            found = {t: _naming(session, t, person) for t in _tables() if t.name not in CONTENT}
        if not any(found.values()):
            break
        with database.unit_of_work() as session:
            _overwrite_what_is_freed(session)
            for table, keys in found.items():
                blanked[table.name] += _blank(session, table, keys, person, placeholder)
    if blanked.total():
        with database.unit_of_work() as session:
            told = {name: count for name, count in blanked.items() if count}
            audit.note(
                session, actor=actor, act="contact forgotten", subject=placeholder, now=now, **told
            )
        _empty_the_log(database)
    return Held({name: count for name, count in blanked.items() if count}, assets)


def _person(session: Session, contact: str) -> _Person:
    address = checked_email(contact)
    if session.scalar(select(Member.id).where(Member.email == address)) is not None:
        raise InvalidInput(f"{address} is a member's: set them inactive on the page of members.")
    known = select(Contact.name).where(func.lower(Contact.email) == address)
    as_recipient = select(ShareRecipient.name).where(func.lower(ShareRecipient.email) == address)
    names = {*session.scalars(known), *session.scalars(as_recipient)}
    ours = set(session.scalars(select(Member.name)))
    # a first name alone is half the company's
    full = {name for name in names if len(name.split()) > 1 and name not in ours}
    return _Person(address, tuple(sorted(full - {_NAMELESS})))


def _tables() -> Iterator[Table]:
    for table in Base.metadata.sorted_tables:
        if table is not Member.__table__ and _columns(table):
            yield table


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, String | JSON)]


def _is_prose(column: Column[Any]) -> bool:
    """Whether it holds sentences: names of accounts, members and deals are none."""
    return isinstance(column.type, Text | JSON)


def _naming(session: Session, table: Table, person: _Person) -> list[Sequence[Any]]:
    """The keys of the rows that name the person."""
    conditions: list[ColumnElement[bool]] = []
    for column in _columns(table):
        text = func.lower(cast(column, Text))
        words = [*person.written, *(person.names if _is_prose(column) else ())]
        for word in words:
            # JSON is stored with what is beyond ASCII escaped
            said = json.dumps(word)[1:-1] if isinstance(column.type, JSON) else word
            conditions.append(text.contains(said.lower(), autoescape=True))
    key = list(table.primary_key.columns)
    rows = session.execute(select(*key, *_columns(table)).where(or_(*conditions))).all()
    return [
        row[: len(key)]
        for row in rows
        if any(
            _blanked(value, column, person, "") != value
            for column, value in zip(_columns(table), row[len(key) :], strict=True)
        )
    ]


def _blank(
    session: Session, table: Table, keys: list[Sequence[Any]], person: _Person, placeholder: str
) -> int:
    key = list(table.primary_key.columns)
    columns = _columns(table)
    for values in keys:
        is_row = [column == value for column, value in zip(key, values, strict=True)]
        row = session.execute(select(*columns).where(*is_row)).first()
        if row is None:
            continue
        fresh = {
            column.name: _blanked(value, column, person, placeholder)
            for column, value in zip(columns, row, strict=True)
        }
        if table in (Contact.__table__, ShareRecipient.__table__):
            fresh["name"] = _NAMELESS if table is Contact.__table__ else ""
        session.execute(update_(table).where(*is_row).values(fresh))
    return len(keys)


def _blanked(value: Any, column: Column[Any], person: _Person, placeholder: str) -> Any:
    """The value without the person, cut to what its column holds."""

    def without(text: str) -> str:
        for written in person.written:
            text = _whole(written).sub(placeholder, text)
        for name in person.names if _is_prose(column) else ():
            text = _whole(name).sub(_NAMELESS, text)
        return text

    told = _in_all_strings(value, without)
    length = getattr(column.type, "length", None)
    return told[:length] if isinstance(told, str) and length else told


def _whole(word: str) -> re.Pattern[str]:
    """The word and no part of a longer one: ann@x.example is not in joann@x.example.org."""
    return re.compile(rf"(?<![\w.+-]){re.escape(word)}(?![\w-]|\.\w)", re.IGNORECASE)


def _in_all_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_all_strings(one, change) for one in value]
    if isinstance(value, dict):
        return {change(key): _in_all_strings(one, change) for key, one in value.items()}
    return value


def _overwrite_what_is_freed(session: Session) -> None:
    """SQLite would leave the old text in the free space of its pages."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


def _empty_the_log(database: Database) -> None:
    """SQLite's write-ahead log still holds pages as they were. PostgreSQL's vacuum sees to it."""
    if not database.is_sqlite:
        return
    # past the session: a checkpoint runs in no transaction
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
