"""The share path as it is served, and the same routes with two other ways of taking note.

Run as a module: `python -m tests.benchmarks.load.share_server VARIANT PORT`; the environment says
where the library is.
"""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, cast

from flask import Flask
from sqlalchemy import Table, insert

from contentlib.db import Database
from contentlib.events.hits import HitWriter
from contentlib.settings import load_settings
from web import create_app
from web.cli.serve import serve_target
from web.processes import end_with_parent
from web.wiring import open_for_buyers

VARIANTS = {
    "ours": "web.wsgi:viewer_app",
    "no write": "tests.benchmarks.load.share_server:without_any_write",
    "commit each": "tests.benchmarks.load.share_server:with_one_commit_a_request",
}


class _Written:
    """What a route waits for, already there."""

    def append(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> "Future[None]":
        done: Future[None] = Future()
        done.set_result(None)
        return done


class _CommitEach(_Written):
    """One commit a request, in its own thread, as every other write of the product is made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> "Future[None]":
        if rows:
            with self._database.unit_of_work() as session:
                session.execute(insert(table), list(rows))
        return super().append(table, rows)


def without_any_write() -> Flask:
    """The same routes; nobody takes note."""
    return _served(lambda _: _Written())


def with_one_commit_a_request() -> Flask:
    """The same routes; each request commits its own rows."""
    return _served(_CommitEach)


def _served(note: Any) -> Flask:
    end_with_parent()
    library = open_for_buyers(load_settings())
    return create_app(
        replace(library, hits=cast(HitWriter, note(library.database))), only_viewer=True
    )


if __name__ == "__main__":
    processes = load_settings().processes_of_viewer
    serve_target(
        VARIANTS[sys.argv[1]], host="127.0.0.1", port=int(sys.argv[2]), processes=processes
    )
