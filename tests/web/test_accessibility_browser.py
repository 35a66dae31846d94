"""Every page for everybody: in either colours, on a desk and on a phone, full and empty.

A new page is looked at without being named here: all addresses of the application are walked, as
each role. Beside it stand the states that an address alone does not show.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import (
    Browser,
    expect,
    sync_playwright,
)
from werkzeug.routing import Rule

from contentlib.library import Library
from tests.cast import hire
from tests.servers import free_port, serving
from tests.web.browsing import browser_of
from tests.web.furnished import Furnished, empty_library, furnish
from tests.web.furnished_links import LONG_ADDRESS, PASSCODE, TITLE
from tests.web.gating import gated
from tests.web.looking import LOOKS, open_all, tab_of
from tests.web.viewing import share_of
from web import create_app

pytestmark = pytest.mark.slow

# a rep, an admin, a manager, a marketer; the last two have no page that the admin has not
WALKS = [
    ("rosa", "desk"),
    ("rosa", "phone"),
    ("adam", "desk"),
    ("adam", "phone"),
    ("nora", "desk"),
    ("mira", "phone"),
]


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


def _addresses(app: Flask, names: Callable[[str], dict[str, Any]]) -> list[str]:
    """Every address for members that the application has, as far as there is what it names."""
    with app.test_request_context():
        return [
            address
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and "filename" not in rule.arguments
            if not rule.endpoint.startswith(("viewer.", "api.", "health."))
            for address in _built(rule, names(rule.endpoint))
        ]


def _built(rule: Rule, named: dict[str, Any]) -> list[str]:
    if rule.arguments and not named:
        return []
    built = rule.build({name: named[name] for name in rule.arguments})
    assert built is not None, rule
    return [built[1]]


def _pages(client: FlaskClient, addresses: list[str]) -> list[str]:
    """Those that give this member a page, whole and with its navigation."""
    return [address for address in addresses if "<main" in _html(client, address)]


def _html(client: FlaskClient, address: str) -> str:
    answer = client.get(address, buffered=True)
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    return answer.get_data(as_text=True) if is_page else ""


# --- members ------------------------------------------------------------------------------------


def test_every_address_answers_somebody(full: tuple[Furnished, str]) -> None:
    furnished, _ = full
    clients = [browser_of(furnished.app, who) for who in (furnished.cast.rosa, furnished.cast.adam)]
    for address in _addresses(furnished.app, furnished.names):
        statuses = {client.get(address, buffered=True).status_code for client in clients}
        assert statuses & {200, 302}, (address, statuses)


@pytest.mark.parametrize(("who", "look"), WALKS)
def test_every_page_of_a_member_is_for_everybody(
    browser: Browser, full: tuple[Furnished, str], who: str, look: str
) -> None:
    furnished, url = full
    client = browser_of(furnished.app, getattr(furnished.cast, who))
    pages = _pages(client, _addresses(furnished.app, furnished.names))
    with tab_of(browser, url, look, client) as tab:
        for address in pages:
            tab.at(address)
    assert tab.problems == []


@pytest.mark.parametrize(("who", "look"), [("rosa", "phone"), ("adam", "desk")])
def test_every_page_of_an_empty_library_is_for_everybody(
    browser: Browser,
    tmp_path: Path,
    new_sqlite: Callable[[Path], str],
    who: str,
    look: str,
) -> None:
    with _library(tmp_path, new_sqlite) as library:
        cast, app = hire(library), create_app(library)
        client = browser_of(app, getattr(cast, who))
        pages = _pages(client, _addresses(app, lambda _endpoint: {}))
        with (
            serving(library, port=free_port(), worker=False) as url,
            tab_of(browser, url, look, client) as tab,
        ):
            for address in pages:
                tab.at(address)
    assert tab.problems == []


@pytest.mark.parametrize("look", LOOKS)
def test_what_opens_on_a_page_and_what_went_wrong_there_is_for_everybody(
    browser: Browser, full: tuple[Furnished, str], look: str
) -> None:
    furnished, url = full
    story = furnished.assets["story"]
    client = browser_of(furnished.app, furnished.cast.rosa)
    with tab_of(browser, url, look, client) as tab:
        page = tab.page
        tab.go(f"/share/new?asset={story}&opportunity={furnished.deal}")
        open_all(page)
        page.get_by_label("Ends", exact=True).select_option("date")
        tab.look("the rules of a link")
        page.get_by_label("At most so many visits").fill("many")
        page.get_by_role("button", name="I send it myself").click()
        expect(page.get_by_label("Last day")).to_be_focused()
        tab.look("a rule that cannot be")
        tab.at(f"/share/new?asset={story}&asset={furnished.assets['card']}")
        tab.go("/shares")
        page.locator(".share-choose").first.check()
        tab.look("a chosen link")
        tab.at("/shares?q=nothing+of+the+kind")
        tab.go(f"/shares/{furnished.share}?new=1")
        open_all(page)
        tab.look("a link with all that can be done to it")
        tab.at(f"/shares/{furnished.ended}")
        tab.at("/search?q=carriers+waited")
        page.get_by_label(f"Select {TITLE} to share").check()
        tab.look("a picked result")
        tab.at("/search?q=zeppelins")
        tab.at(f"/assets/{story}?q=carriers")
        tab.at(f"/compare?asset={story}&asset={furnished.assets['plain']}&q=carriers")
        tab.at(f"/collections/add?asset={story}")
        tab.at("/collections/nothing-of-the-kind")
        if look == "phone":
            page.get_by_label("Menu").click()
            tab.look("the menu")
    assert tab.problems == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_those_who_tend_the_library_are_for_everybody_when_open(
    browser: Browser, full: tuple[Furnished, str], look: str
) -> None:
    furnished, url = full
    client = browser_of(furnished.app, furnished.cast.adam)
    with tab_of(browser, url, look, client) as tab:
        for address in (
            f"/assets/{furnished.assets['story']}/edit",
            "/members",
            "/jobs",
            "/networks",
            "/upload",
            "/reports/unused",
            "/library?view=list",
        ):
            tab.go(address)
            open_all(tab.page)
            tab.look(f"{address}, opened")
        tab.go(f"/assets/{furnished.assets['story']}/findability?q=carriers")
        expect(tab.page.locator("[data-loading]")).to_have_count(0)
        tab.look("questions asked again")
    assert tab.problems == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_way_in_is_for_everybody(
    browser: Browser, full: tuple[Furnished, str], look: str
) -> None:
    with tab_of(browser, full[1], look) as tab:
        tab.at("/sign-in")
        tab.page.get_by_label("E-mail").fill("nobody@contentlib.example")
        tab.page.get_by_label("Password").fill("not the password")
        tab.page.get_by_role("button", name="Sign in").click()
        tab.page.get_by_role("alert").wait_for()
        tab.look("a wrong password")
        tab.at("/nothing-of-the-kind")
    assert tab.problems == []


# --- buyers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_a_buyer_is_for_everybody(
    browser: Browser, full: tuple[Furnished, str], look: str
) -> None:
    furnished, url = full
    library, cast, assets = furnished.library, furnished.cast, furnished.assets
    drawn = share_of(library, cast.rosa, [assets["story"]], message="Dear Bea,\n\nread on. " * 9)
    several = share_of(library, cast.rosa, [assets["story"], assets["plain"], assets["deck"]])
    behind = gated(library, cast, PASSCODE, assets=[assets["plain"]], asks_email=True)
    with tab_of(browser, url, look) as tab:
        page = tab.page
        tab.at(drawn.path)
        page.get_by_label("Show this page as text").check()
        tab.look("a page as text")
        tab.at(f"{drawn.path}/1/12")
        tab.at(f"{drawn.path}/1/pages")
        tab.at(f"{drawn.path}/1/pages?q=carriers")
        tab.at(f"{drawn.path}/1/pages?q=zeppelins")
        tab.at(several.path)
        tab.at(f"{several.path}/2/1")
        tab.at(behind.path)
        open_all(page)
        page.get_by_label("Passcode", exact=True).fill("wrong")
        page.get_by_role("button", name="Open").click()
        page.get_by_role("alert").wait_for()
        tab.look("a wrong passcode")
        page.get_by_label("Passcode", exact=True).fill(PASSCODE)
        page.get_by_role("button", name="Open").click()
        page.get_by_role("heading", name="Confirm your e-mail address").wait_for()
        tab.look("the e-mail gate")
        page.get_by_label("Your e-mail address").first.fill(f"{look}.{LONG_ADDRESS}")
        page.get_by_role("button", name="Mail me a code").click()
        page.get_by_role("heading", name="Enter the code").wait_for()
        page.get_by_label("Code").fill("000000")
        page.get_by_role("button", name="Open").click()
        page.get_by_role("alert").wait_for()
        tab.look("a wrong code")
        tab.at(f"/s/{furnished.ended}-not-copied-whole")
        page.get_by_label("Your e-mail address").fill("bea@buyer.example")
        page.get_by_label("Your message").fill("May I see it again?")
        page.get_by_role("button", name="Send the message").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        tab.look("the sender was asked")
    assert tab.problems == []
