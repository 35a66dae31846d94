"""What a rep's browser does: colours, stars, picks and the order of a collection."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from contentlib.clock import SystemClock
from contentlib.library import Library
from contentlib.member.rules import Viewer
from tests.cast import PASSWORD, Cast, hire
from tests.factories import make_library
from tests.web.browsing import rows, shelf_of
from tests.web.viewing import share_of
from web import create_app

pytestmark = pytest.mark.slow

NOTE_FIRST_COLOURS = """
  new MutationObserver(() => {
    if (document.body && !window.firstColours)
      window.firstColours = document.documentElement.dataset.bsTheme ?? 'none';
  }).observe(document, {childList: true, subtree: true});
"""


@dataclass(frozen=True, slots=True)
class Live:
    """A library with three stories behind a real socket."""

    library: Library
    cast: Cast
    shelf: dict[str, str]
    url: str


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Live]:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, clock=SystemClock())  # type: ignore[arg-type]
    server = make_server("127.0.0.1", 0, create_app(library), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    cast = hire(library)
    yield Live(library, cast, shelf_of(library, cast), f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join(10)
    server.server_close()
    library.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="dark", reduced_motion="reduce"
    )
    yield opened
    opened.close()


def _sign_in(context: BrowserContext, live: Live, viewer: Viewer) -> Page:
    page = context.new_page()
    page.goto(f"{live.url}/sign-in")
    page.get_by_label("E-mail").fill(viewer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(f"{live.url}/")
    return page


@pytest.fixture
def rosa(context: BrowserContext, live: Live) -> Page:
    return _sign_in(context, live, live.cast.rosa)


def _wait_for_colours(page: Page, colours: str) -> None:
    page.locator(f"html[data-bs-theme='{colours}']").wait_for()


def _wait_until_told(page: Page, words: str) -> None:
    told = page.locator("[data-announced]").filter(has_text=words)
    told.wait_for(state="attached")


# --- light, dark, as the system ---------------------------------------------------------


def test_colours_follow_the_system_until_one_is_chosen_and_then_stay(
    rosa: Page, live: Live
) -> None:
    _wait_for_colours(rosa, "dark")
    rosa.emulate_media(color_scheme="light")
    _wait_for_colours(rosa, "light")
    rosa.get_by_role("radio", name="As the system").focus()
    rosa.keyboard.press("ArrowLeft")
    _wait_for_colours(rosa, "dark")
    rosa.add_init_script(NOTE_FIRST_COLOURS)
    rosa.goto(f"{live.url}/library")
    assert rosa.evaluate("window.firstColours") == "dark"
    assert rosa.get_by_role("radio", name="Dark").is_checked()
    rosa.keyboard.press("Escape")
    rosa.get_by_role("radio", name="As the system").check(force=True)
    _wait_for_colours(rosa, "light")


def test_what_a_member_chose_does_not_reach_a_buyers_page(rosa: Page, live: Live) -> None:
    rosa.emulate_media(color_scheme="light")
    plain = rosa.context.new_page()
    plain.emulate_media(color_scheme="light")
    path = share_of(live.library, live.cast.rosa, [live.shelf["dock"]]).path
    colour = "getComputedStyle(document.body).backgroundColor"
    plain.goto(live.url + path)
    before = plain.evaluate(colour)
    rosa.get_by_role("radio", name="Dark").check(force=True)
    plain.reload()
    assert plain.evaluate(colour) == before


# --- favourites -------------------------------------------------------------------------


def test_a_star_toggles_in_place_and_tells_it(rosa: Page, live: Live) -> None:
    rosa.goto(f"{live.url}/search?q=carriers+waited")
    address = rosa.evaluate("window.here = location.href")
    star = rosa.get_by_role("button", name="Favourite: Parcel hubs in Europe")
    for pressed, words in (("true", "is now among your favourites"), ("false", "is no longer")):
        star.click()
        _wait_until_told(rosa, words)
        assert star.get_attribute("aria-pressed") == pressed
        kept = rows(live.library, "SELECT count(*) FROM favourites")
        assert kept == [(1 if pressed == "true" else 0,)]
    assert rosa.evaluate("window.here") == address


def test_every_star_of_the_same_asset_changes_with_it(rosa: Page, live: Live) -> None:
    rosa.goto(f"{live.url}/assets/{live.shelf['dock']}")
    rosa.goto(f"{live.url}/")
    stars = rosa.get_by_role("button", name="Favourite: Dock scheduling at a grocer")
    assert stars.count() == 2  # opened last, and new
    stars.first.click()
    _wait_until_told(rosa, "is now among your favourites")
    assert [star.get_attribute("aria-pressed") for star in stars.all()] == ["true", "true"]


def test_a_star_that_did_not_get_through_says_so_and_stays(rosa: Page, live: Live) -> None:
    rosa.goto(f"{live.url}/library")
    rosa.route("**/favourite", lambda route: route.abort())
    star = rosa.get_by_role("button", name="Favourite: Parcel hubs in Europe")
    star.click()
    rosa.get_by_role("alert").filter(has_text="cannot be reached").wait_for()
    assert star.get_attribute("aria-pressed") == "false"


def test_a_star_works_without_a_script_too(browser: Browser, live: Live) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = _sign_in(context, live, live.cast.rosa)
    page.goto(f"{live.url}/library?view=list")
    page.get_by_role("button", name="Favourite: Parcel hubs in Europe").click()
    assert page.url == f"{live.url}/library?view=list"
    star = page.get_by_role("button", name="Favourite: Parcel hubs in Europe")
    assert star.get_attribute("aria-pressed") == "true"
    context.close()


# --- picks, collections, comparing --------------------------------------------------------


def test_picked_results_become_a_collection_that_is_ordered_by_keyboard(
    rosa: Page, live: Live
) -> None:
    rosa.goto(f"{live.url}/search?q=carriers+waited")
    rosa.get_by_label("Select Dock scheduling at a grocer to share").check()
    compare = rosa.get_by_role("button", name="Compare")
    assert not compare.is_visible()
    rosa.get_by_label("Select Parcel hubs in Europe to share").check()
    assert compare.is_visible()
    rosa.get_by_role("button", name="Add to collection").click()
    rosa.get_by_label("Name of the new collection").fill("For Madrid")
    rosa.get_by_role("button", name="Add", exact=True).click()
    rosa.get_by_role("heading", name="For Madrid").wait_for()
    titles = rosa.locator(".result-link")
    first, second = titles.all_inner_texts()
    rosa.evaluate("window.here = 1")
    rosa.get_by_role("button", name=f"Up: {second}").focus()
    rosa.keyboard.press("Enter")
    _wait_until_told(rosa, "is now 1 of 2")
    assert titles.all_inner_texts() == [second, first]
    # its button is of no use any more, so the focus went to the next that is
    focused = rosa.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == f"Down: {second}"
    assert rosa.evaluate("window.here") == 1
    rosa.reload()
    assert titles.all_inner_texts() == [second, first]


def test_two_picked_results_are_compared(rosa: Page, live: Live) -> None:
    rosa.goto(f"{live.url}/library")
    for title in ("Dock scheduling at a grocer", "Parcel hubs in Europe"):
        rosa.get_by_label(f"Select {title} to share").check()
    rosa.get_by_role("button", name="Compare").click()
    rosa.get_by_role("heading", name="Two assets compared").wait_for()


def test_the_small_form_on_the_asset_page_closes_by_escape(rosa: Page, live: Live) -> None:
    rosa.goto(f"{live.url}/assets/{live.shelf['dock']}")
    rosa.get_by_text("Add to collection").click()
    name = rosa.get_by_label("Name of the new collection")
    name.press("Escape")
    assert not name.is_visible()
    assert rosa.evaluate("document.activeElement.tagName") == "SUMMARY"


# --- seen by everybody --------------------------------------------------------------------


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_pages_are_legible_in_either_colours_and_fit_a_phone(
    browser: Browser, live: Live, colours: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 812},
        color_scheme=colours,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = _sign_in(context, live, live.cast.adam)
    dock, card = live.shelf["dock"], live.shelf["card"]
    page.goto(f"{live.url}/collections/add?asset={dock}&asset={card}")
    page.get_by_label("Name of the new collection").fill("A very long name " * 9)
    page.get_by_role("button", name="Add", exact=True).click()
    collection = page.url.removeprefix(live.url)
    page.get_by_role("button", name="Favourite: Dock scheduling at a grocer").click()
    for path in (
        "/",
        "/search?q=carriers+waited",
        f"/assets/{dock}?q=carriers",
        collection,
        "/collections",
        "/favourites",
        f"/compare?asset={dock}&asset={card}&q=carriers",
        f"/share/new?asset={dock}",
        "/reports/unused",
    ):
        page.goto(live.url + path)
        _wait_for_colours(page, colours)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page)
        told = [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]]
        assert not told, (path, told)
    context.close()
