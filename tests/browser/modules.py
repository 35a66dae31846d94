"""The extension's modules by themselves, in a browser's tab: no extension, no site, no clock."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Playwright, Route

from contentlib.asset.addresses import FRONT_PAGES, TRACKING_PARAMETERS, TRACKING_PREFIXES
from tests.browser.rep_browser import SOURCE

_ORIGIN = "https://modules.example"
RULES = {
    "names": sorted(TRACKING_PARAMETERS),
    "prefixes": list(TRACKING_PREFIXES),
    "front_pages": list(FRONT_PAGES),
}


class Modules:
    """The extension's modules in a tab: `call("lib/queue.js", "leaving", ...)`."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def run(self, script: str, given: object = None) -> Any:
        return self._page.evaluate(script, given)

    def call(self, module: str, name: str, *given: object) -> Any:
        script = "async ([at, name, given]) => (await import(at))[name](...given)"
        return self._page.evaluate(script, [f"/{module}", name, list(given)])

    def canonical(self, addresses: list[str]) -> list[str | None]:
        script = """async ([texts, rules]) => {
          const { canonicalAddress } = await import("/lib/addresses.js");
          return JSON.parse(texts).map((one) => canonicalAddress(one, rules));
        }"""
        # as JSON: a lone half of a pair does not travel as a string
        found: list[str | None] = self._page.evaluate(script, [json.dumps(addresses), RULES])
        return found


@contextmanager
def modules_in_a_tab(playwright: Playwright) -> Iterator[Modules]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page()

    def serve(route: Route) -> None:
        path = SOURCE / urlsplit(route.request.url).path.lstrip("/")
        kind = "text/javascript" if path.suffix == ".js" else "text/html"
        route.fulfill(body=path.read_text("utf-8") if path.is_file() else "", content_type=kind)

    page.route(re.compile(re.escape(_ORIGIN)), serve)
    page.goto(f"{_ORIGIN}/")
    yield Modules(page)
    browser.close()
