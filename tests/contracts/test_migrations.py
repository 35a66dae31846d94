"""Migrations: head equals the models, and each step keeps the data going up and down."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from contentlib import migrations, schema
from contentlib.db import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    make: Callable[[Path], str] = request.getfixturevalue(f"new_{request.param}")
    url = make(tmp_path)
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'contentlib.db'}")
    return Database(url.replace("postgresql://", "postgresql+psycopg://", 1))


def test_the_newest_migration_gives_exactly_the_tables_of_the_models(database: Database) -> None:
    command.check(migrations.configuration(database))
    database.dispose()


def test_every_migration_can_be_taken_back_and_done_again(database: Database) -> None:
    migrations.downgrade(database, to="base")
    assert migrations.current_revision(database) is None
    migrations.upgrade(database)
    assert migrations.current_revision(database) == migrations.newest_revision(database)
    database.dispose()


def test_every_table_has_named_constraints(database: Database) -> None:
    unnamed = [
        f"{table.name}: {constraint}"
        for table in schema.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []
    database.dispose()


def test_an_upgrade_of_an_upgraded_database_changes_nothing(database: Database) -> None:
    with database.engine.execution_options(contentlib_access="write").begin() as connection:
        connection.execute(text("INSERT INTO teams (name) VALUES ('North')"))
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM teams")).scalars().all() == ["North"]
    database.dispose()


def test_recommending_comes_to_a_library_with_data_and_goes_again(database: Database) -> None:
    migrations.downgrade(database, to="0001")
    writing = database.engine.execution_options(contentlib_access="write")
    with writing.begin() as connection:
        for key, position in (("stage", 1), ("industry", 2)):
            connection.execute(
                text(
                    "INSERT INTO facets (key, label, description, many, position)"
                    " VALUES (:key, :key, '', true, :position)"
                ),
                {"key": key, "position": position},
            )
        connection.execute(
            text(
                "INSERT INTO terms (facet_id, key, label, definition, position, internal)"
                " SELECT id, 'discovery', 'Discovery', '', 0, false FROM facets"
                " WHERE key = 'stage'"
            )
        )
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        ordered = connection.execute(text("SELECT key FROM facets WHERE is_ordered"))
        assert ordered.scalars().all() == ["stage"]
        terms = connection.execute(text("SELECT label, from_employees FROM terms"))
        assert [tuple(row) for row in terms] == [("Discovery", None)]
    migrations.downgrade(database, to="0001")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT label FROM terms")).scalars().all() == ["Discovery"]
    database.dispose()


def test_visits_keep_what_is_known_when_their_rule_and_gates_come_and_go(
    database: Database,
) -> None:
    migrations.downgrade(database, to="0002")
    writing = database.engine.execution_options(contentlib_access="write")
    at = {"at": "2026-03-02 10:00:00+00:00"}
    with writing.begin() as connection:
        for row in (
            "INSERT INTO members (public_id, email, name, role, active, sign_in_stamp,"
            " joined_at, failed_sign_ins)"
            " VALUES ('rosa', 'rosa@us.example', 'Rosa', 'rep', true, 'x', :at, 0)",
            "INSERT INTO shares (public_id, member_id, message, rules, created_at)"
            " SELECT 'link', id, '', '{}', :at FROM members",
            "INSERT INTO visits (share_id, visitor_key, started_at, last_at, visitor_class,"
            " reasons, rule_version) SELECT id, 'key', :at, :at, 'human', '[]', 0 FROM shares",
        ):
            connection.execute(text(row), at)
    kept = text("SELECT visitor_key, visitor_class, rule_version FROM visits")
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(kept)] == [("key", "human", 0)]
        told = text("SELECT rule, pasted_into, code_id, is_private, frozen FROM visits")
        rule, pasted_into, code_id, *flags = connection.execute(told).one()
        assert (rule, pasted_into, code_id, *map(bool, flags)) == ("", None, None, False, False)
        assert connection.execute(text("SELECT notice FROM shares")).scalars().all() == ["each"]
    migrations.downgrade(database, to="0002")
    with database.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(kept)] == [("key", "human", 0)]
    database.dispose()
