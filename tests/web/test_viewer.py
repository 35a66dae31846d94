"""A share link as the buyer meets it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from contentlib.asset.models import AssetPage
from contentlib.engagement.models import Visit
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.models import Share
from tests.cast import Cast
from tests.factories import make_asset, statements
from tests.web.viewing import PAGES, buyer, share_of, viewer_app

GONE = "This link does not open anything any more"


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


def _draw_pages(library: Library) -> None:
    """Gives every page a picture, as rendering would."""
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "WEBP")
    stored = library.files.put(BytesIO(picture.getvalue()))
    with library.database.unit_of_work() as session:
        session.query(AssetPage).update({"image_sha256": stored.sha256, "width": 40, "height": 30})


def test_the_link_shows_the_first_page_with_who_sent_it(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa, message="As promised.\n\nSee page 2.")
    page = buyer(app).get(share.path).text
    for told in ("Dock scheduling", "Rosa", "Your company", "As promised.", "page 1 of 3"):
        assert told in page
    assert PAGES[0] in page and PAGES[1] not in page


def test_pages_are_turned_by_plain_links(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    first, second, last = (buyer(app).get(f"{share.path}/1/{n}").text for n in (1, 2, 3))
    assert f'rel="next" href="{share.path}/1/2"' in first and 'rel="prev"' not in first
    assert f'rel="prev" href="{share.path}/1/1"' in second and PAGES[1] in second
    assert 'rel="next"' not in last


@pytest.mark.parametrize(("asked", "nearest"), [(0, 1), (4, 3), (99999, 3)])
def test_a_page_that_is_not_there_leads_to_the_nearest(
    library: Library, cast: Cast, app: Flask, asked: int, nearest: int
) -> None:
    share = share_of(library, cast.rosa)
    answer = buyer(app).get(f"{share.path}/1/{asked}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{share.path}/1/{nearest}"


def test_the_buyer_gets_no_cookie_and_nothing_from_outside(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    answer = buyer(app).get(share.path)
    assert "Set-Cookie" not in answer.headers
    assert "http://" not in answer.text and "https://" not in answer.text
    assert "bootstrap" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_footer_says_what_is_recorded_and_for_how_long(
    library: Library, cast: Cast, app: Flask
) -> None:
    page = buyer(app).get(share_of(library, cast.rosa).path).text
    assert "no cookie is set" in page
    assert f"deleted after {library.settings.hit_retention_days} days" in page


def test_a_link_pasted_elsewhere_unfolds_with_title_and_sender(
    library: Library, cast: Cast, app: Flask
) -> None:
    page = buyer(app).get(share_of(library, cast.rosa).path).text
    assert '<meta property="og:title" content="Dock scheduling">' in page
    assert '<meta property="og:description" content="Shared by Rosa, Your company">' in page
    assert '<meta name="robots" content="noindex' in page


def test_several_assets_are_listed_in_their_order(library: Library, cast: Cast, app: Flask) -> None:
    assets = [make_asset(library, title) for title in ("Second thoughts", "A first look")]
    share = share_of(library, cast.rosa, assets)
    page = buyer(app).get(share.path).text
    assert page.index("Second thoughts") < page.index("A first look")
    assert f'href="{share.path}/2/1"' in page
    assert "A first look" in buyer(app).get(f"{share.path}/2/1").text


def test_speaker_notes_are_never_shown(library: Library, cast: Cast, app: Flask) -> None:
    public_id = make_asset(library, "A deck", "What the slide says")
    with library.database.unit_of_work() as session:
        session.query(AssetPage).update({"notes": "Do not mention the discount"})
    share = share_of(library, cast.rosa, [public_id])
    page = buyer(app).get(share.path).text
    assert "What the slide says" in page and "discount" not in page


def test_markup_in_a_document_is_shown_as_words(library: Library, cast: Cast, app: Flask) -> None:
    public_id = make_asset(library, "<b>Bold</b>", "<script>alert(1)</script>")
    page = buyer(app).get(share_of(library, cast.rosa, [public_id]).path).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert "<b>Bold" not in page


def test_a_web_page_is_linked_to_but_never_a_script_address(
    library: Library, cast: Cast, app: Flask
) -> None:
    good = make_asset(library, "Good", source_url="https://www.example.com/paper")
    page = buyer(app).get(share_of(library, cast.rosa, [good]).path).text
    assert 'href="https://www.example.com/paper"' in page


def test_a_page_with_a_picture_shows_it_with_its_text_beside(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    _draw_pages(library)
    page = buyer(app).get(f"{share.path}/1/2").text
    assert f'src="{share.path}/1/pages/2.webp?v=1"' in page
    assert 'alt="Page 2' in page and PAGES[1] in page
    picture = buyer(app).get(f"{share.path}/1/pages/2.webp")
    assert picture.status_code == 200 and picture.mimetype == "image/webp"
    assert Image.open(BytesIO(picture.data)).size == (40, 30)
    assert buyer(app).get(f"{share.path}/1/pages/4.webp").status_code == 404


def test_the_file_is_downloaded_where_the_sender_allows_it(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    answer = buyer(app).get(f"{share.path}/1/file")
    assert answer.data == "\f".join(PAGES).encode()
    assert answer.headers["Content-Disposition"] == "attachment; filename=paper.txt"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_download_where_the_sender_forbids_it(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa, download="off")
    assert "Download" not in buyer(app).get(share.path).text
    assert buyer(app).get(f"{share.path}/1/file").status_code == 404


def _revoked(library: Library, cast: Cast) -> str:
    share = share_of(library, cast.rosa)
    with library.database.unit_of_work() as session:
        shares.revoke(
            session, viewer=cast.rosa, share_public_id=share.public_id, now=library.clock.now()
        )
    return share.path


def _expired(library: Library, cast: Cast) -> str:
    share = share_of(library, cast.rosa, expires_at=library.clock.now() + timedelta(days=1))
    library.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    return share.path


def _unknown(library: Library, _cast: Cast) -> str:
    return f"/s/{sign_token('bcdfghjkmnpqrs', key=library.signing_key, purpose='share')}"


def _wrongly_signed(library: Library, cast: Cast) -> str:
    path = share_of(library, cast.rosa).path
    return path[:-1] + ("A" if path[-1] != "A" else "B")


def _used_up(library: Library, cast: Cast) -> str:
    share = share_of(library, cast.rosa, max_visits=1)
    with library.database.unit_of_work() as session:
        session.add(
            Visit(
                share_id=session.query(Share.id).filter_by(public_id=share.public_id).scalar(),
                visitor_key="b" * 64,
                started_at=library.clock.now(),
                last_at=library.clock.now(),
                visitor_class="human",
                reasons=[],
                rule_version=1,
            )
        )
    return share.path


def _nothing_left(library: Library, cast: Cast) -> str:
    asset = make_asset(library, "Prices", expires_on=library.clock.now().date())
    share = share_of(library, cast.rosa, [asset])
    library.clock.move(timedelta(days=1))  # type: ignore[attr-defined]
    return share.path


def _revoked_behind_a_gate(library: Library, cast: Cast) -> str:
    share = share_of(library, cast.rosa, passcode_hash="$argon2id$any")
    with library.database.unit_of_work() as session:
        shares.revoke(
            session, viewer=cast.rosa, share_public_id=share.public_id, now=library.clock.now()
        )
    return share.path


MADE_UP = "/s/" + "x" * 34
CLOSED = (
    _revoked,
    _expired,
    _used_up,
    _nothing_left,
    _revoked_behind_a_gate,
    _unknown,
    _wrongly_signed,
)


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize("part", ["", "/1/1", "/1/pages/1.webp", "/1/file", "/7/1"])
def test_every_refusal_is_the_same_courteous_page(
    library: Library, cast: Cast, app: Flask, closed: Callable[[Library, Cast], str], part: str
) -> None:
    path = closed(library, cast)
    answer, made_up = buyer(app).get(path + part), buyer(app).get(MADE_UP + part)
    assert answer.status_code == made_up.status_code == 404
    assert GONE in answer.text
    # the page holds the address that was asked for, and is else the same to the letter
    assert answer.text.replace(path, MADE_UP) == made_up.text
    assert dict(answer.headers) == dict(made_up.headers)


@pytest.mark.parametrize("closed", [_revoked, _unknown, _wrongly_signed])
def test_a_wrong_token_costs_the_same_reads_as_one_that_once_opened(
    library: Library, cast: Cast, app: Flask, closed: Callable[[Library, Cast], str]
) -> None:
    path = closed(library, cast)
    buyer(app).get(MADE_UP)
    reads = []
    for address in (path, MADE_UP):
        with statements(library) as seen:
            buyer(app).get(address)
        reads.append([s.split("WHERE")[0] for s in seen if s.startswith("SELECT")])
    assert reads[0] == reads[1]


def test_who_is_refused_may_write_to_the_sender_on_the_same_page(
    library: Library, cast: Cast, app: Flask
) -> None:
    page = buyer(app).get(MADE_UP).text
    assert f'action="{MADE_UP}/ask"' in page
    assert 'name="email"' in page and 'name="text"' in page


def test_an_asset_that_may_no_longer_leave_is_not_shown_by_old_links(
    library: Library, cast: Cast, app: Flask
) -> None:
    public_id = make_asset(library, "Prices", expires_on=library.clock.now().date())
    share = share_of(library, cast.rosa, [public_id])
    assert buyer(app).get(share.path).status_code == 200
    library.clock.move(timedelta(days=1))  # type: ignore[attr-defined]
    assert GONE in buyer(app).get(share.path).text


def test_whoever_tries_tokens_out_is_slowed_down_and_their_neighbours_are_not(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    answers = [buyer(app).get(f"/s/guess{n}") for n in range(32)]
    assert answers[0].status_code == 404 and answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
    assert buyer(app).get(share.path).status_code == 200
    assert buyer(app, address="198.51.100.9").get("/s/guess").status_code == 404


def test_the_viewer_alone_serves_no_page_of_the_members(app: Flask) -> None:
    assert buyer(app).get("/library").status_code == 404


def test_the_viewer_alone_loads_no_search_engine(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from contentlib.settings import load_settings
from web.wiring import open_library
from web import create_app
library = open_library(load_settings(data_dir=Path({str(tmp_path)!r})), migrate=True)
app = create_app(library, only_viewer=True)
assert app.test_client().get("/s/nothing").status_code == 404
library.close()
heavy = {{"faiss", "torch", "tantivy", "onnxruntime", "sentence_transformers", "transformers"}}
print(",".join(sorted(heavy & set(sys.modules))))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == ""
