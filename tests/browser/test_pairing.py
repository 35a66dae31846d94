"""Pairing a browser with a library: a code from the profile, once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.rep_browser import RepBrowser

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
