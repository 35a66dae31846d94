"""Pairing a browser with a library: a code from the profile, once."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.rep_browser import RepBrowser
from tests.browser.served_library import Served
from tests.web.looking import GRAVE

pytestmark = pytest.mark.slow


def test_a_code_pairs_the_browser_and_brings_the_catalogue(
    unpaired: RepBrowser, served: Served
) -> None:
    popup = unpaired.pair(served.code())
    expect(popup.get_by_role("heading", name="Northwind Yards")).to_be_visible()
    expect(popup.get_by_text("rosa@contentlib.example")).to_be_visible()
    assert [path for _, path, _ in served.heard][:2] == [
        "/api/v1/extension/pair",
        "/api/v1/extension/catalogue",
    ]


def test_unpairing_ends_the_device_and_forgets_the_library(rep: RepBrowser, served: Served) -> None:
    popup = rep.popup()
    popup.get_by_role("button", name="Unpair this browser").click()
    expect(popup.get_by_label("Address of the library")).to_be_visible()
    assert served.heard == [("DELETE", "/api/v1/extension/device", None)]
    for key in ("pairing", "catalogue_stamp", "links", "files"):
        assert rep.kept(key) is None


def test_a_wrong_code_and_a_wrong_address_are_said(unpaired: RepBrowser, served: Served) -> None:
    popup = unpaired.pair("AAAA-BBBB")
    expect(popup.get_by_role("alert")).to_contain_text("code is not right")
    popup.get_by_label("Address of the library").fill("ftp://library")
    popup.get_by_role("button", name="Pair this browser").click()
    expect(popup.get_by_role("alert")).to_contain_text("no web address")
    assert unpaired.kept("pairing") is None


@pytest.mark.parametrize("is_paired", [True, False])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_popup_is_accessible(
    unpaired: RepBrowser, served: Served, scheme: str, is_paired: bool
) -> None:
    popup = unpaired.pair(served.code() if is_paired else "AAAA-BBBB")
    popup.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    shown = (
        popup.get_by_role("heading", name="Northwind Yards")
        if is_paired
        else popup.get_by_role("alert")
    )
    expect(shown).to_be_visible()
    found = Axe().run(popup, options={"reporter": "no-passes"}).response["violations"]
    assert [one["id"] for one in found if one["impact"] in GRAVE] == []
    assert popup.evaluate("document.documentElement.scrollWidth") <= 340


def test_a_page_of_ours_asks_through_another_table_than_a_mail_site(rep: RepBrowser) -> None:
    told = rep.popup().evaluate(
        """async () => {
          const { ask } = await import("/lib/browser.js");
          return ask("facts", { facts: [] }).then(() => "answered", ({ message }) => message);
        }"""
    )
    assert told == "Nobody here answers that."
