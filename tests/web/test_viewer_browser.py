"""The viewer in a real browser: pages turn in place, and reading is told truthfully."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from contentlib.engagement.models import Beat, View, Visit
from contentlib.library import Library
from contentlib.reactions import fold_beats
from tests.cast import hire
from tests.web.live_viewer import chromium, running_library, served
from tests.web.viewing import AS_A_PERSON, PAGES, PHONE, Shared, rows_of, share_of

pytestmark = pytest.mark.slow


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(tmp_path)
    with running_library(tmp_path) as library:
        yield library


@pytest.fixture
def shared(live: Library) -> Iterator[tuple[str, Shared]]:
    """A link of three pages and the address of the server that shows it."""
    share = share_of(live, hire(live).rosa, message="Read page 2.")
    with served(live) as base:
        yield f"{base}{share.path}", share


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(AS_A_PERSON) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 812}, has_touch=True, user_agent=PHONE
    )
    yield context.new_page()
    context.close()


def _page_number(page: Page) -> str | None:
    return page.locator("#sheet").get_attribute("data-page")


def test_reading_two_pages_by_keyboard_becomes_one_visit_with_two_views(
    live: Library, shared: tuple[str, Shared], phone: Page
) -> None:
    address, _ = shared
    with phone.expect_response("**/beat") as told:
        phone.goto(address)
    assert told.value.status == 204
    phone.keyboard.press("ArrowRight")
    phone.wait_for_selector("#sheet[data-page='2']")
    assert phone.url == f"{address}/1/2"
    assert PAGES[1] in phone.locator("#sheet").inner_text()
    phone.wait_for_timeout(1500)
    phone.goto("about:blank")
    phone.wait_for_timeout(500)
    fold_beats(live)
    (visit,) = rows_of(live, Visit)
    views = rows_of(live, View)
    assert visit.visitor_class == "human"
    assert [view.page for view in views] == [1, 2]
    assert all(1000 <= view.attention_ms < 8000 for view in views)
    assert {beat.signals["webdriver"] for beat in rows_of(live, Beat)} == {False}


def test_nothing_is_told_while_the_page_is_not_visible(
    live: Library, shared: tuple[str, Shared], phone: Page
) -> None:
    phone.add_init_script(
        "Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})"
    )
    phone.goto(shared[0])
    phone.wait_for_timeout(2500)
    assert rows_of(live, Beat) == []


def test_a_glance_is_told_by_nobody(live: Library, shared: tuple[str, Shared], phone: Page) -> None:
    phone.goto(shared[0])
    phone.goto("about:blank")
    phone.wait_for_timeout(500)
    assert rows_of(live, Beat) == []


def test_pages_turn_by_click_and_keep_the_focus(shared: tuple[str, Shared], phone: Page) -> None:
    phone.goto(shared[0])
    phone.get_by_role("link", name="Next").click()
    phone.wait_for_selector("#sheet[data-page='2']")
    assert phone.evaluate("document.activeElement.rel") == "next"
    phone.get_by_role("link", name="Previous").click()
    phone.wait_for_selector("#sheet[data-page='1']")


def test_pages_turn_without_a_script_too(shared: tuple[str, Shared], browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shared[0])
    page.get_by_role("link", name="Next").click()
    assert page.url.endswith("/1/2") and _page_number(page) == "2"
    context.close()


def test_the_browser_loads_four_things_and_keeps_no_cookie(
    shared: tuple[str, Shared], phone: Page
) -> None:
    asked: list[str] = []
    problems: list[str] = []
    phone.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    phone.on("console", lambda message: problems.append(message.text))
    phone.goto(shared[0], wait_until="load")
    ours = {"viewer.css", "viewer.js", "viewer_comforts.js"}
    named = {*ours, "mark.svg", "beat"}
    assert ours <= set(asked)
    assert len([name for name in asked if name not in named]) == 1  # the page itself
    assert phone.context.cookies() == [] and problems == []
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
