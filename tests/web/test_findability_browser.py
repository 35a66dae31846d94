"""What a marketer's browser does on the pages on finding: loads the slow part after the page."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from contentlib.library import Library
from tests.cast import PASSWORD, Cast
from tests.contentlib.insight.happening import new_deal, search, send
from tests.factories import make_asset
from tests.servers import free_port, serving
from tests.web.browsing import index_everything

pytestmark = pytest.mark.slow

TEXT = "Carriers waited two hours at the dock and detention fell by half."


@pytest.fixture
def asset(library: Library, cast: Cast) -> str:
    made = make_asset(library, "Dock waiting times " * 9, TEXT, owner=cast.mira)
    for number in range(3):
        terms = {"industry": ["Parcel"]}
        make_asset(library, f"Dock queues of trucks {number}", TEXT, terms=terms)
    index_everything(library)
    deal_id, deal = new_deal(library, cast.rosa, "Dock", industry="Parcel")
    search(library, cast.rosa, "dock trucks queues of waiting", [made], deal=deal_id)
    send(library, cast.rosa, made, deal=deal)
    return made


@pytest.fixture
def marketer(library: Library, cast: Cast) -> Iterator[Page]:
    """A phone's browser with a marketer signed in, on the library's own server."""
    with (
        serving(library, port=free_port(), worker=False) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_context(base_url=url, viewport={"width": 375, "height": 800}).new_page()
        page.goto("/sign-in")
        page.fill("input[name=email]", cast.mira.email)
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        yield page
        browser.close()


def _fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def _wrong(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_questions_are_asked_again_once_the_page_stands(marketer: Page, asset: str) -> None:
    problems: list[str] = []
    marketer.on("pageerror", lambda error: problems.append(str(error)))
    marketer.goto(f"/assets/{asset}/findability?q=dock+queues")
    marketer.get_by_text("asked by fewer than 5 reps").wait_for()
    assert marketer.locator("[data-loading]").count() == 0
    assert _fits(marketer) and _wrong(marketer) == [] and problems == []


def test_where_that_fails_the_link_to_it_stays(marketer: Page, asset: str) -> None:
    marketer.route("**/asked-again?fragment=1*", lambda route: route.abort())
    marketer.goto(f"/assets/{asset}/findability")
    marketer.get_by_role("link", name="see how it stands today").click()
    marketer.get_by_role("heading", name="Where it should win").wait_for()
    assert "dock trucks queues of waiting" in marketer.content()
    assert _fits(marketer) and _wrong(marketer) == []


def test_ticked_suggestions_are_added_at_once(marketer: Page, asset: str) -> None:
    marketer.goto("/library/untagged?facet=industry")
    assert _fits(marketer) and _wrong(marketer) == []
    marketer.get_by_role("checkbox", name="Parcel for Dock waiting times").check()
    marketer.get_by_role("button", name="Add the ticked").click()
    marketer.get_by_text("1 term added.").wait_for()
    marketer.get_by_role("heading", name="Nothing is missing here").wait_for()
