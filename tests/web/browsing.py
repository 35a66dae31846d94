"""What the tests of pages for members share: a signed-in browser, an index that is up to date."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from contentlib.asset.indexing import indexed_assets
from contentlib.asset.models import Asset, AssetVersion
from contentlib.asset.service import store_rendering
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.ports import PageImage, Rendering
from tests.factories import csrf_token, sign_in

WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"


def browser_of(app: Flask, viewer: Viewer) -> FlaskClient:
    """A browser of its own in which this member is signed in."""
    return sign_in(app.test_client(), viewer)


def page(client: FlaskClient, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.get_data(as_text=True)


def submit(
    client: FlaskClient, address: str, fields: Mapping[str, Any], *, status: int = 303
) -> str:
    """Posts a form with its token; returns where it leads, or the page when it stays."""
    token = csrf_token(client.get("/").get_data(as_text=True))
    answer = client.post(address, data={**fields, "csrf_token": token})
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.headers.get("Location") or answer.get_data(as_text=True)


def index_everything(library: Library) -> None:
    with library.database.reading() as session:
        library.index.rebuild(indexed_assets(session))


def rows(library: Library, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a statement gives, for looking at events as they were written."""
    with library.database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement), values)]


def asset_id(library: Library, public_id: str) -> int:
    return int(rows(library, "SELECT id FROM assets WHERE public_id = :id", id=public_id)[0][0])


def draw(library: Library, public_id: str, pages: int = 1) -> None:
    """Gives the asset's current version a thumbnail and page images."""
    picture = library.files.put(BytesIO(WEBP)).sha256
    with library.database.unit_of_work() as session:
        version = session.scalars(
            select(AssetVersion)
            .join(Asset, Asset.current_version_id == AssetVersion.id)
            .where(Asset.public_id == public_id)
        ).one()
        drawn = tuple(PageImage(n, None, 800, 600) for n in range(1, pages + 1))  # type: ignore[arg-type]
        store_rendering(
            session,
            version_id=version.id,
            rendering=Rendering(drawn),
            images=dict.fromkeys(range(1, pages + 1), picture),
            thumbnail_sha256=picture,
        )
