"""Migrations: head equals the models, and each step keeps the data going up and down."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from contentlib import migrations, schema
from contentlib.asset.addresses import address_key
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


def test_sends_known_before_become_reports_and_pages_get_their_keys(database: Database) -> None:
    migrations.downgrade(database, to="0004")
    writing = database.engine.execution_options(contentlib_access="write")
    at = {"at": "2026-03-02 10:00:00+00:00"}
    sent = (
        "INSERT INTO sends (member_id, role, asset_id, version_id, share_id, channel, evidence,"
        " message_key, recipient_domains, at)"
        " SELECT m.id, 'rep', a.id, v.id, {share}, {channel}, {evidence}, {key},"
        " '[\"x.example\"]', :at FROM members m, assets a JOIN asset_versions v"
        " ON v.asset_id = a.id"
    )
    with writing.begin() as connection:
        for row in (
            "INSERT INTO members (public_id, email, name, role, active, sign_in_stamp,"
            " joined_at, failed_sign_ins)"
            " VALUES ('rosa', 'rosa@us.example', 'Rosa', 'rep', true, 'x', :at, 0)",
            "INSERT INTO assets (public_id, title, summary, state, audience, created_at,"
            " reference_rights, rights_regions, customer_competitors, custom, source_url)"
            " VALUES ('docks', 'Docks', '', 'published', 'external', :at, 'named', '[]', '[]',"
            " '{}', 'https://www.us.example/docks/?utm_source=x')",
            "INSERT INTO asset_versions (asset_id, number, file_name, file_sha256, size, format,"
            " media_type, page_count, warnings, added_at)"
            " SELECT id, 1, 'docks.pdf', 'abc', 3, 'pdf', 'application/pdf', 1, '[]', :at"
            " FROM assets",
            "INSERT INTO shares (public_id, member_id, message, rules, created_at, notice)"
            " SELECT 'link', id, '', '{}', :at, 'each' FROM members",
            sent.format(
                share="(SELECT id FROM shares)",
                channel="'link'",
                evidence="'app_mail'",
                key="'app_mail:1'",
            ),
            sent.format(
                share="NULL", channel="'attachment'", evidence="'mail_confirmed'", key="'gmail:1'"
            ),
        ):
            connection.execute(text(row), at)
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        reports = connection.execute(
            text(
                "SELECT r.source, r.turn, r.message_key, i.method, i.share_id IS NULL"
                " FROM send_reports r JOIN send_report_items i ON i.report_id = r.id ORDER BY r.id"
            )
        )
        assert [(s, t, k, m, bool(no_link)) for s, t, k, m, no_link in reports] == [
            ("app", 1, "app_mail:1", "share link", False),
            ("extension", 1, "gmail:1", "same file", True),
        ]
        key = connection.execute(text("SELECT source_key FROM assets")).scalar_one()
        assert key == address_key("http://us.example/docks")
    migrations.downgrade(database, to="0004")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sends")).scalar_one() == 2
    database.dispose()
