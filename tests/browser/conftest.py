"""A library that is served, a rep's browser with the extension, and the two paired."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.modules import Modules, modules_in_a_tab
from tests.browser.rep_browser import RepBrowser, rep_browser
from tests.browser.served_library import Served, serving

# a busy machine takes its time: what never comes is worth the wait
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # not of the session: other modules start one of their own, and a process has one at a time
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def modules(playwright: Playwright) -> Iterator[Modules]:
    with modules_in_a_tab(playwright) as tab:
        yield tab


@pytest.fixture
def served(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Served]:
    folder = tmp_path / "library"
    folder.mkdir()
    new_sqlite(folder)
    with serving(folder) as running:
        yield running


@pytest.fixture
def unpaired(playwright: Playwright, tmp_path: Path, served: Served) -> Iterator[RepBrowser]:
    with rep_browser(playwright, tmp_path, served.url) as browser:
        yield browser


@pytest.fixture
def rep(unpaired: RepBrowser, served: Served) -> RepBrowser:
    """Rosa's browser, paired."""
    page = unpaired.pair(served.code())
    expect(page.get_by_role("heading", name="Northwind Yards")).to_be_visible()
    unpaired.until(lambda: unpaired.kept("catalogue_stamp"))
    page.close()
    served.heard.clear()
    return unpaired
