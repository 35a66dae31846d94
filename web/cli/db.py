"""`contentlib db`."""

import click

from contentlib import migrations
from contentlib.db import Database
from web.cli.opening import say, settings_of


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Bring the tables to what this version needs."""
    database = Database(settings_of(ctx).sqlalchemy_url)
    before = migrations.current_revision(database)
    migrations.upgrade(database)
    say(f"Database: {before or 'empty'} -> {migrations.current_revision(database)}")
    database.dispose()
