"""All pages at a glance, the search inside a document, and the card that chats unfold."""

import pytest
from flask import Flask

from contentlib.engagement.models import Hit
from contentlib.library import Library
from contentlib.share import service as shares
from tests.cast import Cast
from tests.factories import make_asset, statements
from tests.web.browsing import WEBP, draw
from tests.web.viewing import PAGES, buyer, rows_of, share_of, viewer_app


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


@pytest.fixture
def deck(library: Library, cast: Cast) -> str:
    """The path of a link to three drawn pages."""
    public_id = make_asset(library, "Dock scheduling", *PAGES)
    draw(library, public_id, 3)
    return share_of(library, cast.rosa, [public_id]).path


def test_the_pages_are_a_list_of_plain_links_with_small_pictures(app: Flask, deck: str) -> None:
    body = buyer(app).get(f"{deck}/1/pages?at=2").get_data(as_text=True)
    assert [f'href="{deck}/1/{n}"' in body for n in (1, 2, 3)] == [True] * 3
    assert body.count(".small.webp") == 3 and body.count('aria-current="page"') == 1
    picture = buyer(app).get(f"{deck}/1/pages/2.small.webp")
    assert (picture.status_code, picture.data, picture.mimetype) == (200, WEBP, "image/webp")
    assert buyer(app).get(f"{deck}/1/pages/9.small.webp").status_code == 404


def test_a_search_inside_shows_the_pages_that_hold_the_words(app: Flask, deck: str) -> None:
    body = buyer(app).get(f"{deck}/1/pages?q=WAIT+dock").get_data(as_text=True)
    assert "2 pages hold “WAIT dock”" in body
    assert "<mark>Dock</mark>s <mark>wait</mark> for trucks." in body
    assert f'{deck}/1/3"' not in body


def test_a_search_that_finds_nothing_says_so_and_leads_back(app: Flask, deck: str) -> None:
    body = buyer(app).get(f"{deck}/1/pages", query_string={"q": "<b>prawns"})
    text = body.get_data(as_text=True)
    assert "No page holds “&lt;b&gt;prawns”." in text and "All pages" in text


def test_what_a_buyer_looks_for_is_not_written_down(
    library: Library, app: Flask, deck: str
) -> None:
    buyer(app).get(f"{deck}/1/pages?q=prawns")
    (hit,) = rows_of(library, Hit)
    assert hit.kind == "find" and hit.page is None
    told = [str(getattr(hit, column.key)) for column in Hit.__table__.columns]
    assert not any("prawns" in value for value in told)


def test_speaker_notes_are_not_found(library: Library, app: Flask, deck: str) -> None:
    assert "No page holds" in buyer(app).get(f"{deck}/1/pages?q=secret").get_data(as_text=True)


def test_a_link_unfolds_with_a_picture_once_there_is_one(
    library: Library, cast: Cast, app: Flask, deck: str
) -> None:
    body = buyer(app).get(deck).get_data(as_text=True)
    base = library.settings.base_url
    assert f'property="og:image" content="{base}{deck}/1/card.jpg"' in body
    card = buyer(app, agent="Slackbot-LinkExpanding 1.0").get(f"{deck}/1/card.jpg")
    assert (card.status_code, card.mimetype, card.data) == (200, "image/jpeg", WEBP)
    plain = share_of(library, cast.rosa).path
    assert "og:image" not in buyer(app).get(plain).get_data(as_text=True)
    assert buyer(app).get(f"{plain}/1/card.jpg").status_code == 404


def test_however_many_pages_there_are_the_overview_asks_as_often(
    library: Library, cast: Cast, app: Flask, deck: str
) -> None:
    many = make_asset(library, "Long", *(f"page {n}" for n in range(60)))
    long_deck = share_of(library, cast.rosa, [many]).path

    def asked(path: str) -> int:
        buyer(app).get(f"{path}/1/pages?q=page")
        with statements(library) as seen:
            buyer(app).get(f"{path}/1/pages?q=page")
        return len([s for s in seen if not s.startswith("INSERT")])

    assert asked(deck) == asked(long_deck)


@pytest.mark.parametrize("address", ["/1/pages", "/1/pages/1.small.webp", "/1/card.jpg"])
def test_nothing_of_it_opens_once_the_link_is_over(
    library: Library, cast: Cast, app: Flask, address: str
) -> None:
    public_id = make_asset(library, "Dock scheduling", *PAGES)
    draw(library, public_id, 3)
    share = share_of(library, cast.rosa, [public_id])
    assert buyer(app).get(f"{share.path}{address}").status_code == 200
    with library.database.unit_of_work() as session:
        shares.revoke(
            session,
            viewer=cast.rosa,
            share_public_id=share.public_id,
            now=library.clock.now(),
        )
    assert buyer(app).get(f"{share.path}{address}").status_code == 404
