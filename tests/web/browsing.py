"""What the tests of pages for members share: a signed-in browser, an index that is up to date."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from contentlib.asset import service
from contentlib.asset.drawing import store_rendering
from contentlib.asset.indexing import indexed_assets
from contentlib.asset.models import Asset, AssetVersion
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.ports import PageImage, Rendering
from tests.cast import Cast
from tests.factories import content, csrf_token, make_asset, sign_in

# one black pixel
WEBP = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")


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


def shelf_of(library: Library, cast: Cast) -> dict[str, str]:
    """Three stories: two of retail, one of them internal; one of parcels in Europe."""
    made = {
        "dock": make_asset(
            library,
            "Dock scheduling at a grocer",
            "Carriers waited two hours at the dock.",
            "Detention fell by half.",
            owner=cast.mira,
            terms={"industry": ["Retail"], "content_type": ["Case study"]},
        ),
        "card": make_asset(
            library,
            "Battlecard against waiting",
            "Carriers waited there too.",
            terms={"industry": ["Retail"]},
            audience="internal",
        ),
        "parcel": make_asset(
            library,
            "Parcel hubs in Europe",
            "Carriers waited at the hub.",
            terms={"industry": ["Parcel"], "region": ["Europe"]},
        ),
        "draft": make_asset(library, "Carriers waited, a draft", publish=False),
    }
    index_everything(library)
    return made


def index_everything(library: Library) -> None:
    with library.database.reading() as session:
        library.index.rebuild(indexed_assets(session))


def rows(library: Library, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a statement gives, for looking at events as they were written."""
    with library.database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement), values)]


def asset_id(library: Library, public_id: str) -> int:
    return int(rows(library, "SELECT id FROM assets WHERE public_id = :id", id=public_id)[0][0])


def next_version(library: Library, public_id: str, cast: Cast, *texts: str, **values: str) -> None:
    """Adds a version to the asset, current at once."""
    with library.database.unit_of_work() as session:
        service.add_version(
            session,
            asset=service.for_change(
                session, cast.mira, public_id, today=library.clock.now().date()
            ),
            content=content(library, *texts, **values),
            member_id=cast.mira.member_id,
            now=library.clock.now(),
        )


def draw(library: Library, public_id: str, pages: int = 1) -> None:
    """Gives the asset's current version a thumbnail and page images."""
    picture = library.files.put(BytesIO(WEBP)).sha256
    with library.database.unit_of_work() as session:
        version = session.scalars(
            select(AssetVersion)
            .join(Asset, Asset.current_version_id == AssetVersion.id)
            .where(Asset.public_id == public_id)
        ).one()
        drawn = tuple(
            PageImage(n, Path(f"{n}.webp"), 800, 600, small=Path(f"{n}.small.webp"))
            for n in range(1, pages + 1)
        )
        rendering = Rendering(drawn, thumbnail=Path("thumbnail.webp"), card=Path("card.jpg"))
        store_rendering(
            session,
            version_id=version.id,
            rendering=rendering,
            stored=dict.fromkeys(rendering.files, picture),
        )
