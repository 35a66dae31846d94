"""Pictures come onto a version, stay when it cannot be drawn again, and old ones are drawn anew."""

from pathlib import Path

from sqlalchemy import update

from contentlib.asset.drawing import draw_again, store_rendering
from contentlib.asset.models import AssetVersion
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.ports import PageImage, Rendering
from contentlib.reactions import draw_again as draw_outdated
from tests.factories import make_asset
from tests.web.browsing import draw
from tests.web.viewing import rows_of

PIXELS = "ab" * 32


def _pages(library: Library) -> list[tuple[int, str | None, str | None]]:
    (version,) = rows_of(library, AssetVersion)
    with library.database.reading() as session:
        pages = session.get_one(AssetVersion, version.id).pages
        return [(page.number, page.image_sha256, page.small_sha256) for page in pages]


def _store(library: Library, rendering: Rendering) -> None:
    with library.database.unit_of_work() as session:
        stored = dict.fromkeys(rendering.files, PIXELS)
        store_rendering(session, version_id=1, rendering=rendering, stored=stored)


def test_a_document_drawn_into_more_pages_than_its_text_has_gets_them(library: Library) -> None:
    make_asset(library, "Docks", "One page of words.")
    drawn = tuple(PageImage(n, Path(f"{n}.webp"), 800, 600, Path(f"{n}.s.webp")) for n in (1, 2))
    _store(library, Rendering(drawn, Path("t.webp"), Path("card.jpg")))
    assert _pages(library) == [(1, PIXELS, PIXELS), (2, PIXELS, PIXELS)]
    (version,) = rows_of(library, AssetVersion)
    assert (version.page_count, version.card_sha256) == (2, PIXELS)


def test_what_cannot_be_drawn_this_time_keeps_its_pictures(library: Library) -> None:
    public_id = make_asset(library, "Docks")
    draw(library, public_id)
    before = _pages(library)
    _store(library, Rendering(reason="LibreOffice is not there."))
    (version,) = rows_of(library, AssetVersion)
    assert _pages(library) == before and version.thumbnail_sha256 and version.card_sha256
    assert version.preview_problem == "LibreOffice is not there."


def test_pictures_of_before_cards_were_are_drawn_anew_once(library: Library) -> None:
    draw(library, make_asset(library, "Docks"))
    make_asset(library, "Never drawn")
    with library.database.unit_of_work() as session:
        assert draw_again(session, now=library.clock.now()) == 0
        session.execute(update(AssetVersion).values(card_sha256=None))
    before = len(rows_of(library, Job))
    draw_outdated(library)
    draw_outdated(library)
    added = rows_of(library, Job)[before:]
    wanted = [job.payload for job in added if job.reaction == "render_version"]
    assert wanted == [{"version_id": 1}]
