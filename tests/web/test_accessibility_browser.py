"""Every page for everybody: in either colours, on a desk and on a phone, full and empty.

A new page is looked at without being named here: all addresses of the application are walked, as
each role. Beside it stand the states that an address alone does not show.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from contentlib.library import Library
from contentlib.member.rules import Viewer
from tests.cast import hire
from tests.servers import free_port, serving
from tests.web.browsing import browser_of
from tests.web.furnished import PASSCODE, Furnished, empty_library, furnish
from web import create_app

pytestmark = pytest.mark.slow

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 375, "height": 812}, "color_scheme": "dark", "has_touch": True}
LOOKS = {"desk": DESK, "phone": PHONE}
PEOPLE = ("rosa", "nora", "mira", "adam")  # a rep, a manager, a marketer, an admin
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory, new_sqlite: Callable[[Path], str]
) -> Iterator[tuple[Furnished, str]]:
    """A furnished library and where it is served."""
    with _library(tmp_path_factory.mktemp("full"), new_sqlite) as library:
        furnished = furnish(library)
        with serving(library, port=free_port(), worker=False) as url:
            yield furnished, url


@contextmanager
def _library(folder: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(folder)
    library = empty_library(folder)
    yield library
    library.close()


class Looking:
    """A tab that notes what is wrong with each page it is shown."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page, self.url = context.new_page(), url
        self.problems: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def at(self, address: str) -> None:
        self.page.goto(self.url + address)
        self.look(address)

    def look(self, name: str) -> None:
        """Notes grave violations, and words that run out of a narrow window."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response
        for violation in found["violations"]:
            if violation["impact"] in GRAVE:
                shown = violation["nodes"][0]
                told = f"{violation['id']}: {shown['html'][:300]} {shown['failureSummary'][:300]}"
                self.problems.append(f"{name}: {told}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.problems.append(f"{name}: {wide} px wider than the window")

    def _hear(self, message: ConsoleMessage) -> None:
        # the page of an error is answered with its status, which the browser reports
        if message.type == "error" and "server responded with a status" not in message.text:
            self.problems.append(f"{self.page.url}: {message.text}")


@contextmanager
def _tab(
    browser: Browser, url: str, look: str, signed_in: FlaskClient | None = None
) -> Iterator[Looking]:
    context = browser.new_context(**LOOKS[look], reduced_motion="reduce")  # type: ignore[arg-type]
    if signed_in is not None:
        cookie = signed_in.get_cookie("contentlib")
        assert cookie is not None
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    yield Looking(context, url)
    context.close()


def _pages(app: Flask, client: FlaskClient, names: Callable[[str], dict[str, Any]]) -> list[str]:
    """Every address that gives this member a page, whole and with their navigation."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            is_for_members = not rule.endpoint.startswith(("viewer.", "api.", "static"))
            if "GET" in (rule.methods or ()) and is_for_members and "filename" not in rule.arguments:
                named = names(rule.endpoint)
                built = rule.build({name: named[name] for name in rule.arguments})
                assert built is not None, rule
                found.append(built[1])
    return [address for address in found if "<main" in _html(client, address)]


def _html(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    return answer.get_data(as_text=True) if is_page else ""


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_a_member_is_for_everybody(
    browser: Browser, full: tuple[Furnished, str], who: str, look: str
) -> None:
    furnished, url = full
    member: Viewer = getattr(furnished.cast, who)
    client = browser_of(furnished.app, member)
    pages = _pages(furnished.app, client, furnished.names)
    assert {"/", "/shares", "/collections", "/notifications"} <= set(pages)
    with _tab(browser, url, look, client) as tab:
        for address in pages:
            tab.at(address)
    assert tab.problems == []
