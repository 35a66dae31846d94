"""What tests of the hit writer share: events without a key of their own, and a database in use."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from contentlib.events.hits import HitWriter
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.usage.models import Opening
from contentlib.usage.service import opening
from tests.cast import hire
from tests.factories import make_asset

TABLE = Opening.__table__


class Desk:
    """Somebody who opens assets: each opening bears a name, by which it is known again."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.rosa: Viewer = hire(library).rosa
        make_asset(library)

    def row(self, name: str, *, asset_id: int = 1) -> dict[str, Any]:
        return opening(
            self.rosa,
            asset_id=asset_id,
            surface="search",
            search_public_id=name,
            rank=1,
            now=self.library.clock.now(),
        )

    def open(self, writer: HitWriter, name: str, *, asset_id: int = 1) -> "Future[None]":
        return writer.append(TABLE, [self.row(name, asset_id=asset_id)])  # type: ignore[arg-type]

    def written(self) -> Counter[str | None]:
        """How often each opening is in the database."""
        with self.library.database.reading() as session:
            return Counter(session.scalars(select(Opening.search_public_id).order_by(Opening.id)))


def spool_of(library: Library) -> Path:
    return library.settings.data_dir / "spool"


@contextmanager
def locked(library: Library) -> Iterator[None]:
    """Somebody else writes, and takes their time: nobody of us knows them."""
    if library.database.is_sqlite:
        other = sqlite3.connect(library.settings.data_dir / "contentlib.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.rollback()
            other.close()
        return
    with library.database.engine.connect() as connection:
        connection.execute(text("LOCK TABLE openings, writer_marks IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()


def until(happens: Callable[[], bool], *, within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not happens():
        if time.monotonic() > deadline:
            pytest.fail("it did not happen in time")
        time.sleep(0.02)
