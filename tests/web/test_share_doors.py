"""Every door by which one might go round the gates, and what no page may tell."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from contentlib.asset.models import Asset, AssetPage
from contentlib.engagement.models import Visit
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.models import Share
from tests.cast import Cast
from tests.factories import csrf_token, make_asset, sign_in
from tests.web.gating import PASSCODE, TITLE, draw_pages, gated
from tests.web.viewing import Shared, buyer, rows_of, share_of, viewer_app
from web import create_app
from web.viewer import guesses

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


# --- every door ---

UNSHAREABLE: dict[str, Callable[[Library], str]] = {
    "internal": lambda library: make_asset(library, audience="internal"),
    "draft": lambda library: make_asset(library, publish=False),
    "expired": lambda library: make_asset(
        library, expires_on=library.clock.now().date() - timedelta(days=1)
    ),
    "archived": lambda library: _in_state(library, make_asset(library), "archived"),
    "deleted": lambda library: _in_state(library, make_asset(library), "deleted"),
    "without rights": lambda library: make_asset(library, reference_rights="none"),
}


def _in_state(library: Library, public_id: str, state: str) -> str:
    with library.database.unit_of_work() as session:
        session.query(Asset).filter_by(public_id=public_id).update({"state": state})
    return public_id


@pytest.mark.parametrize("kind", UNSHAREABLE)
@pytest.mark.parametrize("who", ["rosa", "nora", "mira", "adam"])
@pytest.mark.parametrize("door", ["form", "script", "beside a good one"])
def test_what_must_not_leave_is_refused_whoever_asks_and_by_whatever_door(
    library: Library, cast: Cast, kind: str, who: str, door: str
) -> None:
    client = sign_in(create_app(library).test_client(), getattr(cast, who))
    asset = UNSHAREABLE[kind](library)
    token = csrf_token(client.get("/shares").text)
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    if door == "script":
        answer = client.post("/shares", json={"asset": [asset]}, headers=headers)
    else:
        wanted = [asset] if door == "form" else [make_asset(library, "A good one"), asset]
        answer = client.post("/shares", data={"asset": wanted}, headers=headers)
    assert answer.status_code in (404, 422)
    assert rows_of(library, Share) == []


def test_links_are_made_in_one_place() -> None:
    makers = set()
    for package in ("contentlib", "web", "indexer"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in ("Share", "ShareItem")
                ):
                    makers.add(path.relative_to(ROOT).as_posix())
    assert makers == {"contentlib/share/service.py"}


@pytest.mark.parametrize("state", ["internal", "archived", "draft", "deleted"])
def test_an_asset_that_becomes_unshareable_vanishes_at_once_from_everywhere_in_the_link(
    library: Library, cast: Cast, app: Flask, state: str
) -> None:
    stays, goes = make_asset(library, "What stays"), make_asset(library, "What goes")
    share, client = gated(library, cast, assets=[stays, goes]), buyer(app)
    draw_pages(library)
    parts = ("/2/1", "/2/pages/1.webp", "/2/file", "/2/pages", "/2/pages/1.small.webp")
    assert client.get(f"{share.path}/2/pages/1.webp").status_code == 200
    with library.database.unit_of_work() as session:
        change = {"audience": "internal"} if state == "internal" else {"state": state}
        session.query(Asset).filter_by(public_id=goes).update(change)
    for part in parts:
        answer = client.get(share.path + part)
        assert answer.status_code == 404, part
        assert "What goes" not in answer.text
    page = client.get(share.path).text
    assert "What stays" in page and "What goes" not in page


# --- what no page may tell ---

SECRETS = (
    "Prices for friends only",
    "Corvanta battlecard",
    "Never mention the discount",
    "wes@contentlib.example",
    "Walt",
    "adam@contentlib.example",
    "carl@competitor.example",
)


def viewer_addresses(app: Flask, share: Shared) -> Iterator[str]:
    """Every address of the viewer that answers a GET, for the first asset of the link."""
    token = share.path.removeprefix("/s/")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("viewer.") and "GET" in (rule.methods or ()):
            address = rule.rule.replace("<token>", token)
            yield address.replace("<int:position>", "1").replace("<int:page>", "1")


def a_full_library(library: Library, cast: Cast) -> str:
    """A library with much that is not for buyers; the asset that one of them gets."""
    make_asset(library, "Prices for friends only", owner=cast.wes)
    make_asset(library, "Corvanta battlecard", audience="internal")
    shown = make_asset(library, TITLE, "Docks wait.", "Trucks wait.", owner=cast.wes)
    with library.database.unit_of_work() as session:
        session.query(AssetPage).update({"notes": "Never mention the discount"})
    share_of(library, cast.wes, [shown], message="carl@competitor.example asked first")
    draw_pages(library)
    return shown


def test_no_page_of_a_link_tells_of_anything_else_in_the_house(
    library: Library, cast: Cast, app: Flask
) -> None:
    shown = a_full_library(library, cast)
    open_ = gated(library, cast, assets=[shown, make_asset(library, "A second one")])
    over = gated(library, cast, assets=[shown])
    with library.database.unit_of_work() as session:
        shares.revoke(
            session, viewer=cast.rosa, share_public_id=over.public_id, now=library.clock.now()
        )
    seen = 0
    for share in (open_, over, Shared("", "/s/" + "x" * 34)):
        for address in viewer_addresses(app, share):
            answer = buyer(app).get(address, follow_redirects=True)
            told = answer.data + str(answer.headers).encode()
            assert not [secret for secret in SECRETS if secret.encode() in told], address
            seen += 1
    assert seen >= 24


def test_a_gate_tells_nothing_of_what_lies_behind_it_at_any_address(
    library: Library, cast: Cast, app: Flask
) -> None:
    shown = a_full_library(library, cast)
    behind = (*SECRETS, TITLE, "Docks wait", "Rosa", "paper.txt", "Recently asked")
    for share in (
        gated(library, cast, PASSCODE, assets=[shown]),
        gated(library, cast, assets=[shown], asks_email=True),
    ):
        for address in viewer_addresses(app, share):
            answer = buyer(app).get(address, follow_redirects=True)
            assert answer.status_code in (200, 403), address
            assert answer.mimetype == "text/html", address
            assert not [secret for secret in behind if secret in answer.text], address
            assert '<meta property="og:title" content="Something was shared' in answer.text


def test_no_beat_is_taken_at_a_gate(library: Library, cast: Cast, app: Flask) -> None:
    share = gated(library, cast, PASSCODE)
    assert buyer(app).post(f"{share.path}/beat", data=b"{}").status_code == 403


def test_the_library_counts_no_visit_of_who_stood_at_the_gate_only(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = gated(library, cast, PASSCODE)
    buyer(app).get(share.path)
    with library.database.reading() as session:
        people = select(func.count()).where(Visit.visitor_class.in_(("human", "verified")))
        assert session.scalar(people) == 0


def test_limits_are_counted_by_the_token_as_given_genuine_or_not(app: Flask) -> None:
    from contentlib.errors import TooManyAttempts

    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.5"}):
        for _ in range(3):
            guesses.count("asking", "nothing of the kind")
        with pytest.raises(TooManyAttempts):
            guesses.count("asking", "nothing of the kind")
        guesses.count("asking", "another")
