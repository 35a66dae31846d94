"""Programs that act for people of the cast."""

from collections.abc import Iterator

import pytest
from flask import Flask

from contentlib.crm import importing, queries
from contentlib.library import Library
from tests.cast import Cast
from tests.web.api.calling import Program, program_of, settle_uses
from tests.web.browsing import shelf_of
from web import create_app


@pytest.fixture
def app(library: Library, cast: Cast) -> Iterator[Flask]:
    made = create_app(library)
    yield made
    settle_uses(made)


@pytest.fixture
def rosas(app: Flask, cast: Cast) -> Program:
    """A program of a rep, with every scope."""
    return program_of(app, cast.rosa)


@pytest.fixture
def miras(app: Flask, cast: Cast) -> Program:
    """A program of a marketer, with every scope."""
    return program_of(app, cast.mira)


@pytest.fixture
def shelf(library: Library, cast: Cast) -> dict[str, str]:
    return shelf_of(library, cast)


@pytest.fixture
def deals(library: Library, cast: Cast) -> dict[str, str]:
    """A deal of Rosa's and one of another team's: name -> public id."""
    told = [("North", cast.rosa), ("West", cast.wes)]
    with library.database.unit_of_work() as session:
        now = library.clock.now()
        accounts = [
            {"external_id": f"A-{name}", "name": f"{name} Foods", "employees": "900"}
            for name, _ in told
        ]
        importing.import_accounts(session, accounts, now=now)
        deals = [
            {
                "external_id": f"D-{name}",
                "name": name,
                "account_external_id": f"A-{name}",
                "owner_email": owner.email,
                "notes": "Carriers wait at the dock.",
            }
            for name, owner in told
        ]
        importing.import_opportunities(session, deals, now=now)
    with library.database.reading() as session:
        return {line.name: line.public_id for line in queries.listed(session, cast.adam).lines}
