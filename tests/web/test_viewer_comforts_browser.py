"""The viewer's comforts in a real browser: pages at a glance, search inside, zoom, the place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from contentlib.library import Library
from tests.cast import hire
from tests.factories import make_asset
from tests.web.browsing import draw
from tests.web.live_viewer import chromium, running_library, served
from tests.web.viewing import AS_A_PERSON, PHONE, share_of

pytestmark = pytest.mark.slow

TEXTS = [f"Page {n} speaks of {'gates' if n % 3 == 0 else 'docks'}." for n in range(1, 13)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(AS_A_PERSON) as opened:
        yield opened


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(tmp_path)
    with running_library(tmp_path) as library:
        yield library


@pytest.fixture
def deck(live: Library) -> Iterator[str]:
    """The address of a link to twelve drawn pages."""
    public_id = make_asset(live, "Dock scheduling", *TEXTS)
    draw(live, public_id, len(TEXTS))
    with served(live) as base:
        yield f"{base}{share_of(live, hire(live).rosa, [public_id]).path}"


@pytest.fixture(params=["desk", "phone", "dark desk"])
def reader(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    is_phone = request.param == "phone"
    context = browser.new_context(
        viewport={"width": 375, "height": 812} if is_phone else {"width": 1440, "height": 900},
        color_scheme="dark" if "dark" in request.param else "light",
        has_touch=is_phone,
        user_agent=PHONE if is_phone else None,
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []
    context.close()


def _grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] != "minor"]


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_reader_looks_pages_over_searches_and_goes_to_one(deck: str, reader: Page) -> None:
    reader.goto(deck)
    assert _grave(reader) == [] and _fits(reader)
    reader.get_by_role("link", name="Pages and search").click()
    dialog = reader.get_by_role("dialog")
    expect(dialog.locator("ol a")).to_have_count(12)
    expect(dialog.locator("[aria-current]")).to_be_focused()
    assert _grave(reader) == [] and _fits(reader)
    dialog.get_by_role("searchbox").fill("gates")
    reader.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("4 pages hold “gates”.")
    expect(dialog.locator("mark").first).to_have_text("gates")
    assert _grave(reader) == [] and _fits(reader)
    dialog.locator("ol a").nth(1).click()
    expect(reader.locator("#sheet")).to_have_attribute("data-page", "6")
    expect(dialog).to_be_hidden()
    assert reader.url == f"{deck}/1/6"


def test_a_search_that_finds_nothing_leads_back_to_all_pages(deck: str, reader: Page) -> None:
    reader.goto(deck)
    reader.keyboard.press("/")
    dialog = reader.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    reader.keyboard.type("prawns/p")
    reader.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("No page holds “prawns/p”.")
    dialog.get_by_role("link", name="All pages").click()
    expect(dialog.locator("ol a")).to_have_count(12)
    reader.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_keys_turn_to_the_last_page_and_back_to_the_first(deck: str, reader: Page) -> None:
    reader.goto(deck)
    for key, at in (("End", "12"), ("PageUp", "11"), ("Home", "1"), ("PageDown", "2")):
        reader.keyboard.press(key)
        expect(reader.locator("#sheet")).to_have_attribute("data-page", at)


def test_who_comes_back_is_offered_the_page_they_were_on(deck: str, reader: Page) -> None:
    reader.goto(deck)
    expect(reader.get_by_text("You were on page")).to_be_hidden()
    reader.keyboard.press("End")
    expect(reader.locator("#sheet")).to_have_attribute("data-page", "12")
    reader.goto(deck)
    expect(reader.get_by_text("You were on page 12.")).to_be_visible()
    assert _grave(reader) == [] and _fits(reader)
    reader.get_by_role("link", name="Continue there").click()
    expect(reader.locator("#sheet")).to_have_attribute("data-page", "12")
    expect(reader.get_by_text("You were on page")).to_be_hidden()
    assert reader.context.cookies() == []


def test_a_page_grows_by_key_and_its_words_are_shown_where_wanted(deck: str, reader: Page) -> None:
    reader.goto(deck)
    words = reader.get_by_text(TEXTS[0])
    assert words.bounding_box()["width"] <= 1  # type: ignore[index]
    reader.get_by_label("Show this page as text").check()
    assert words.bounding_box()["width"] > 100  # type: ignore[index]
    reader.keyboard.press("ArrowRight")
    expect(reader.get_by_text(TEXTS[1])).to_be_visible()
    wide = reader.locator(".picture img").bounding_box()["width"]  # type: ignore[index]
    reader.locator("#sheet").press("+")
    grown = reader.locator(".picture img").bounding_box()["width"]  # type: ignore[index]
    assert round(grown / wide, 2) == 1.5 and _fits(reader)
    assert _grave(reader) == []


def test_without_a_script_pages_and_search_are_pages_of_their_own(
    deck: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{deck}/1/5")
    page.get_by_role("link", name="Pages and search").click()
    expect(page.locator("[aria-current]")).to_have_text("Page 5")
    page.get_by_role("searchbox").fill("gates")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Page 9").click()
    assert page.url == f"{deck}/1/9"
    context.close()
