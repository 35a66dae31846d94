"""What the viewer's tests share: a shared asset, a buyer's browser, and what was recorded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.share import service as shares
from contentlib.share.rules import ShareRules
from tests.factories import make_asset
from web import create_app

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
# A browser that a program drives says so, and is judged by it; readers in tests are people.
AS_A_PERSON = "--disable-blink-features=AutomationControlled"
PAGES = ("Docks wait for trucks.", "Trucks wait for docks.", "Nobody waits any more.")


@dataclass(frozen=True, slots=True)
class Shared:
    """A link as the buyer gets it."""

    public_id: str
    path: str


def share_of(
    library: Library,
    sender: Viewer,
    assets: Sequence[str] | None = None,
    message: str = "",
    **rules: Any,
) -> Shared:
    """A link to the assets, by default to one of three pages."""
    wanted = assets or [make_asset(library, "Dock scheduling", *PAGES)]
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=sender,
            asset_public_ids=wanted,
            message=message,
            wanted_rules=ShareRules(**rules),
            now=library.clock.now(),
        )
        token = sign_token(share.public_id, key=library.signing_key, purpose="share")
        return Shared(share.public_id, f"/s/{token}")


class Browser(FlaskClient):
    """A client that reads each answer to its end and lets the file go."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"buffered": True, **kwargs})


def viewer_app(library: Library) -> Flask:
    """The share links alone: what `serve --only viewer` serves."""
    app = create_app(library, only_viewer=True)
    app.test_client_class = Browser
    return app


def buyer(app: Flask, *, address: str = "203.0.113.77", agent: str = PHONE) -> FlaskClient:
    """A browser without any cookie, somewhere outside."""
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
    return client


def view_token(page: str) -> str:
    """The token that the page's script speaks with."""
    found = re.search(r'data-view="([^"]+)"', page)
    assert found is not None, "the page carries no view token"
    return found.group(1)


def rows_of(library: Library, model: Any) -> list[Any]:
    """All rows of a table once the hit writer is done with what is queued."""
    library.hits.append(model.__table__, [])
    with library.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))
