"""Attention in a real browser: within a tenth of the truth, and nothing where nobody looks."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from contentlib.clock import SystemClock
from contentlib.engagement.models import Beat, Hit, View, Visit
from contentlib.library import Library
from contentlib.reactions import fold_beats
from tests.cast import hire
from tests.factories import make_library
from tests.web.live_viewer import served
from tests.web.viewing import AS_A_PERSON, rows_of, share_of

pytestmark = pytest.mark.slow


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, clock=SystemClock())  # type: ignore[arg-type]
    yield library
    library.close()


@pytest.fixture
def link(live: Library) -> Iterator[str]:
    with served(live) as base:
        yield f"{base}{share_of(live, hire(live).rosa).path}"


@pytest.fixture
def tabs() -> Iterator[BrowserContext]:
    """A browser whose tabs lie behind each other, as a person's do."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--headless=new", AS_A_PERSON],
            user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36",
        )
        yield context
        context.close()


def _like_a_person(page: Page, address: str = "about:blank") -> Page:
    """The page in front. Playwright tells every tab that it has the focus; a person's browser
    tells one, and is to do so once it shows the page."""
    page.goto(address, wait_until="commit")
    page.context.new_cdp_session(page).send(
        "Emulation.setFocusEmulationEnabled", {"enabled": False}
    )
    page.bring_to_front()
    return page


def _attention(library: Library) -> dict[int, float]:
    """Page -> seconds."""
    fold_beats(library)
    return {view.page: view.attention_ms / 1000 for view in rows_of(library, View)}


def test_a_reader_is_measured_within_a_tenth_and_a_tab_behind_another_not_at_all(
    live: Library, link: str, tabs: BrowserContext
) -> None:
    reading = _like_a_person(tabs.pages[0], link)
    began = time.monotonic()
    reading.wait_for_timeout(12_000)
    reading.keyboard.press("ArrowRight")
    expect(reading.locator("#sheet")).to_have_attribute("data-page", "2")
    first = time.monotonic() - began
    other = _like_a_person(tabs.new_page())
    other.wait_for_timeout(30_000)
    reading.bring_to_front()
    reading.keyboard.press("ArrowRight")
    expect(reading.locator("#sheet")).to_have_attribute("data-page", "3")
    began = time.monotonic()
    reading.wait_for_timeout(5_000)
    third = time.monotonic() - began
    reading.close()
    other.wait_for_timeout(500)
    told = _attention(live)
    assert told[1] == pytest.approx(first, rel=0.1)
    assert told[3] == pytest.approx(third, rel=0.1)
    # turning to it, leaving for the other tab and coming back are moments in which it was seen
    assert told.get(2, 0) < 1.5
    (visit,) = rows_of(live, Visit)
    assert visit.visitor_class == "human"


def test_a_page_opened_in_a_background_tab_counts_nothing(
    live: Library, link: str, tabs: BrowserContext
) -> None:
    front = _like_a_person(tabs.pages[0])
    _like_a_person(tabs.new_page(), link)
    front.bring_to_front()
    front.wait_for_timeout(6_000)
    assert rows_of(live, Beat) == [] and _attention(live) == {}
    assert len([hit for hit in rows_of(live, Hit) if hit.kind == "page"]) == 1


def _beside(tabs: BrowserContext, link: str, body: str) -> Page:
    """Another page of the same origin, with this in it."""
    address = f"{link.split('/s/')[0]}/beside"
    tabs.route(address, lambda route: route.fulfill(content_type="text/html", body=body))
    page = tabs.pages[0]
    page.goto(address)
    return page


def test_a_page_fetched_ahead_counts_nothing(
    live: Library, link: str, tabs: BrowserContext
) -> None:
    page = _beside(tabs, link, f"<link rel=prefetch href='{link}'>Wait.")
    page.wait_for_timeout(4_000)
    hits = rows_of(live, Hit)
    assert hits and all(hit.prefetch for hit in hits)
    assert rows_of(live, Beat) == [] and _attention(live) == {}


def test_a_page_rendered_ahead_counts_from_the_moment_it_is_shown(
    live: Library, link: str, tabs: BrowserContext
) -> None:
    rules = json.dumps({"prerender": [{"source": "list", "urls": [link]}]})
    page = _beside(tabs, link, f"<script type=speculationrules>{rules}</script><a href='{link}'>go")
    page.wait_for_timeout(5_000)
    assert any("prerender" in str(hit.prefetch) for hit in rows_of(live, Hit))
    assert rows_of(live, Beat) == []
    page.get_by_role("link").click()
    expect(page.locator("#sheet")).to_be_visible()
    began = time.monotonic()
    page.wait_for_timeout(3_000)
    page.close()
    seen = time.monotonic() - began
    tabs.new_page().wait_for_timeout(500)
    assert _attention(live)[1] == pytest.approx(seen, rel=0.15)
