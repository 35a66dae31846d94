"""How the tests of the gates make a link with rules, and how a buyer goes through them."""

import re
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from contentlib.asset.models import AssetPage, AssetVersion
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.share import codes
from contentlib.share import service as shares
from contentlib.share.gates import with_passcode
from contentlib.share.models import ShareCode
from contentlib.share.rules import ShareRules
from tests.cast import Cast
from tests.factories import make_asset
from tests.web.viewing import Shared

PASSCODE = "Open, Sesame"
TITLE = "Dock scheduling at a cold store"
ANN = "ann@x.example"
HERE = {"Origin": "http://localhost"}


def gated(
    library: Library,
    cast: Cast,
    passcode: str = "",
    assets: list[str] | None = None,
    recipients: tuple[str, ...] = (),
    **rules: Any,
) -> Shared:
    """A link with these rules, by default to one asset of one page."""
    wanted = assets or [make_asset(library, TITLE, "Docks wait for trucks.")]
    chosen = with_passcode(ShareRules(**rules), passcode)
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=wanted,
            recipients=[shares.Recipient(email) for email in recipients],
            wanted_rules=chosen,
            can_mail=True,
            now=library.clock.now(),
        )
        token = sign_token(share.public_id, key=library.signing_key, purpose="share")
        return Shared(share.public_id, f"/s/{token}")


def send(client: FlaskClient, share: Shared, step: str, **fields: str) -> TestResponse:
    """Posts a form of the gate as the browser would from its own page."""
    return client.post(f"{share.path}/{step}", data=fields, headers=HERE)


def code_for(library: Library, address: str) -> str:
    """The digits that were mailed last to the address."""
    with library.database.reading() as session:
        row = session.scalars(
            select(ShareCode)
            .where(ShareCode.email == address)
            .order_by(ShareCode.id.desc())
            .limit(1)
        ).one()
        return codes.code_of(row, key=library.signing_key)


def proven(library: Library, client: FlaskClient, share: Shared, address: str = ANN) -> None:
    """Goes through the e-mail gate."""
    send(client, share, "email", email=address)
    answer = send(client, share, "code", email=address, code=code_for(library, address))
    assert answer.status_code == 303, answer.text


def is_at(page: TestResponse) -> str | None:
    """Which gate the page is, if one."""
    found = re.search(r"<h1>(.+?)</h1>", page.text)
    return found.group(1) if found and "documents" not in found.group(1) else None


def draw_pages(library: Library) -> None:
    """Gives every page a picture, as rendering would."""
    picture = BytesIO()
    Image.new("RGB", (400, 300), "white").save(picture, "WEBP")
    stored = library.files.put(BytesIO(picture.getvalue()))
    with library.database.unit_of_work() as session:
        session.query(AssetPage).update({"image_sha256": stored.sha256})
        session.query(AssetVersion).update({"thumbnail_sha256": stored.sha256})
