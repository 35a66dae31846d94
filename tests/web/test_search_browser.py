"""Results while typing, in a browser: the newest question wins, one is on its way at a time."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright
from werkzeug.serving import make_server

from contentlib.clock import SystemClock
from contentlib.library import Library
from tests.cast import PASSWORD, hire
from tests.factories import make_library
from tests.web.browsing import rows, shelf_of
from web import create_app

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[tuple[Library, str]]:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, clock=SystemClock())  # type: ignore[arg-type]
    server = make_server("127.0.0.1", 0, create_app(library), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield library, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()
    library.close()


@pytest.fixture
def rosa(browser: Browser, live: tuple[Library, str]) -> Iterator[Page]:
    """Signed in, with three stories in the library, on the search page."""
    library, url = live
    cast = hire(library)
    shelf_of(library, cast)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(cast.rosa.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/search")
    yield page
    page.unroute_all(behavior="ignoreErrors")
    context.close()


class Held:
    """Requests for results, kept back until they are let through."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.asked: list[str] = []
        page.route("**/search?*fragment=1*", self._meet)

    def _meet(self, route: Route) -> None:
        self.asked.append(route.request.url.split("q=")[1].split("&")[0])
        self.waiting.append(route)

    def let_through(self) -> None:
        for route in self.waiting:
            route.continue_()
        self.waiting.clear()


def _result(page: Page, title: str) -> Locator:
    """A result of a search: the first page links the newest assets too."""
    return page.locator("#answer .answer").get_by_role("link", name=title, exact=True)


def _until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it did not come about")


def test_results_stand_there_without_enter_and_the_address_says_what_they_are(
    rosa: Page, live: tuple[Library, str]
) -> None:
    rosa.locator("#q").press_sequentially("carriers", delay=5)
    _result(rosa, "Dock scheduling at a grocer").wait_for()
    _until(rosa, lambda: "q=carriers" in rosa.url)
    _until(rosa, lambda: rows(live[0], "SELECT text FROM searches") == [("carriers",)])


def test_while_one_question_is_on_its_way_typing_asks_no_other(rosa: Page) -> None:
    held = Held(rosa)
    rosa.locator("#q").press("c")
    _until(rosa, lambda: held.asked == ["c"])
    # in one go: on a busy machine key after key may take longer than a question is waited for
    rosa.evaluate(
        """() => {
          const box = document.querySelector("#q");
          for (const key of "arriers") {
            box.value += key;
            box.dispatchEvent(new InputEvent("input", { bubbles: true }));
          }
        }"""
    )
    assert held.asked == ["c"]
    held.let_through()
    _until(rosa, lambda: held.asked == ["c", "carriers"])
    assert rosa.locator("#answer .answer").count() == 0
    held.let_through()
    _result(rosa, "Dock scheduling at a grocer").wait_for()


def test_an_answer_that_is_late_is_given_up_for_what_stands_in_the_box(rosa: Page) -> None:
    held = Held(rosa)
    box = rosa.locator("#q")
    box.press_sequentially("parcel", delay=1)
    _until(rosa, lambda: len(held.asked) >= 1)
    box.fill("carriers")
    _until(rosa, lambda: held.asked[-1] == "carriers")
    held.waiting[-1].continue_()
    _result(rosa, "Dock scheduling at a grocer").wait_for()
    assert box.input_value() == "carriers"


def test_a_blank_more_or_less_asks_nothing_again(rosa: Page) -> None:
    asked: list[str] = []
    rosa.on("request", lambda sent: asked.append(sent.url) if "fragment=1" in sent.url else None)
    box = rosa.locator("#q")
    box.fill("carriers")
    _result(rosa, "Dock scheduling at a grocer").wait_for()
    before = len(asked)
    box.press("Space")
    box.press("Backspace")
    rosa.wait_for_timeout(300)
    assert len(asked) == before


def test_what_was_typed_over_is_no_search(rosa: Page, live: tuple[Library, str]) -> None:
    box = rosa.locator("#q")
    box.fill("parcel")
    _result(rosa, "Parcel hubs in Europe").wait_for()
    box.fill("grocer")
    _result(rosa, "Dock scheduling at a grocer").click()
    rosa.get_by_role("heading", name="Dock scheduling at a grocer", level=1).wait_for()
    assert rows(live[0], "SELECT text FROM searches") == [("grocer",)]
    rosa.go_back()
    assert rosa.locator("#q").input_value() == "grocer"


def test_a_lost_connection_is_told_and_the_next_key_asks_again(rosa: Page) -> None:
    rosa.route("**/search?*fragment=1*", lambda route: route.abort())
    box = rosa.locator("#q")
    box.fill("carriers")
    rosa.locator("#answer.is-lost").wait_for()
    rosa.unroute("**/search?*fragment=1*")
    box.press("Space")
    _result(rosa, "Dock scheduling at a grocer").wait_for()
    assert rosa.locator("#answer.is-lost").count() == 0
