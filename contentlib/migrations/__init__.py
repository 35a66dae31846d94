"""Alembic's scripts, and the two calls the product makes of it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from contentlib.db import Database


def configuration(database: Database) -> Config:
    """Alembic's configuration for this database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["database"] = database
    return config


def upgrade(database: Database, *, to: str = "head") -> None:
    """Brings the schema up (or down) to a revision."""
    command.upgrade(configuration(database), to)


def downgrade(database: Database, *, to: str) -> None:
    command.downgrade(configuration(database), to)


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision(database: Database) -> str:
    """The revision that this code was written for."""
    head = ScriptDirectory.from_config(configuration(database)).get_current_head()
    if head is None:
        raise AssertionError("there is always a first migration")
    return head
