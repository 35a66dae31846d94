"""What to send, in a real browser: chips re-rank at once, looking settles, nothing is lost."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from contentlib.clock import SystemClock
from contentlib.library import Library
from contentlib.recommendation.models import RecommendationEvent
from contentlib.worker import Worker
from tests.cast import PASSWORD, Cast, hire
from tests.factories import make_asset, make_library
from web import create_app

pytestmark = pytest.mark.slow

MAIL = "We are a grocery chain. Trailers wait at the dock each morning."


@dataclass(frozen=True, slots=True)
class Live:
    """A library behind a real socket: one story of grocery, one of parcels."""

    library: Library
    cast: Cast
    url: str


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Live]:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, clock=SystemClock())  # type: ignore[arg-type]
    cast = hire(library)
    make_asset(library, "Docks of a grocer", "Trailers wait.", terms={"industry": ["Grocery"]})
    make_asset(
        library,
        "Docks of a hub",
        "Trailers wait at the dock each morning.",
        terms={"industry": ["Parcel"]},
    )
    Worker(library).drain()
    server = make_server("127.0.0.1", 0, create_app(library), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(library, cast, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join(10)
    server.server_close()
    library.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture
def pasted(browser: Browser, live: Live) -> Iterator[Page]:
    """Rosa has pasted a mail and sees what fits."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{live.url}/sign-in")
    page.fill('[name="email"]', live.cast.rosa.email)
    page.fill('[name="password"]', PASSWORD)
    page.click('button[type="submit"]')
    page.goto(f"{live.url}/recommend")
    page.fill("#f-text", MAIL)
    page.click(".paste button")
    page.wait_for_selector(".fits")
    yield page
    context.close()


def _titles(page: Page) -> list[str]:
    return page.locator(".result-title").all_inner_texts()


def _events(live: Live) -> list[RecommendationEvent]:
    with live.library.database.reading() as session:
        return list(session.scalars(select(RecommendationEvent).order_by(RecommendationEvent.id)))


def test_a_chip_switched_off_re_ranks_in_place_and_settles_after_a_second(
    live: Live, pasted: Page
) -> None:
    expect(pasted.locator(".reason-facet")).to_have_text("Grocery")
    assert len(_events(live)) == 1
    pasted.evaluate("window.stillHere = true")
    pasted.locator(".understood-chip").first.click()
    expect(pasted.locator(".reason-facet")).to_have_count(0)
    assert pasted.evaluate("window.stillHere") is True
    assert _titles(pasted)[0] == "Docks of a hub"
    expect(pasted.locator("#told")).to_have_text("2 recommendations")
    with pasted.expect_response("**/recommend/settled"):
        pass
    assert [event.deal["off"] for event in _events(live)] == [[], ["industry:grocery"]]


def test_chips_are_worked_with_the_keyboard_and_keep_the_focus(live: Live, pasted: Page) -> None:
    pasted.locator('input[name="use"]').first.focus()
    pasted.keyboard.press("Space")
    expect(pasted.locator(".reason-facet")).to_have_count(0)
    focused = pasted.evaluate("document.activeElement.value")
    assert focused == "industry:grocery"
    pasted.keyboard.press("Space")
    expect(pasted.locator(".reason-facet")).to_have_text("Grocery")


def test_with_everything_off_the_page_says_what_to_do(live: Live, pasted: Page) -> None:
    for number in range(pasted.locator(".understood-chip").count()):
        with pasted.expect_response("**/recommend"):
            pasted.locator(".understood-chip").nth(number).click()
    expect(pasted.locator(".notice-warm")).to_contain_text("switch at least one thing on")


def test_the_page_has_no_accessibility_violation(live: Live, pasted: Page) -> None:
    found = Axe().run(pasted)
    assert found.violations_count == 0, found.generate_report()
