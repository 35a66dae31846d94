"""Programs that act for people of the cast."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from contentlib.asset.models import Asset
from contentlib.crm import importing, queries
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import make_asset
from tests.web.api.calling import Program, device_of, program_of, settle_uses
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


@pytest.fixture
def browser(app: Flask, library: Library, cast: Cast) -> Program:
    """Rosa's, with our extension."""
    return Program(app.test_client(), device_of(library, cast.rosa).secret)


@pytest.fixture
def docks(library: Library) -> str:
    """A published asset that is also a page of our site."""
    asset = make_asset(library, "Docks", "Docks wait for trucks.")
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Asset).where(Asset.public_id == asset)).one()
        found.source_url = "https://www.us.example/docks/"
    return asset
