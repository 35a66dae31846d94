"""A browser's tab that looks at pages as everybody would: by axe, by width, by what it logs."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 375, "height": 812}, "color_scheme": "dark", "has_touch": True}
LOOKS = {"desk": DESK, "phone": PHONE}
GRAVE = ("serious", "critical")


class Looking:
    """A tab that notes what is wrong with each page it is shown."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page, self.url = context.new_page(), url
        self.problems: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def go(self, address: str) -> None:
        self.page.goto(self.url + address)

    def at(self, address: str) -> None:
        self.go(address)
        self.look(address)

    def look(self, name: str) -> None:
        """Notes grave violations, and words that run out of a narrow window."""
        found = Axe().run(self.page, options={"reporter": "no-passes"}).response
        for violation in found["violations"]:
            if violation["impact"] in GRAVE:
                shown = violation["nodes"][0]
                checks = [*shown["any"], *shown["all"], *shown["none"]]
                why = "; ".join(check["message"] for check in checks)
                told = f"{violation['id']}: {shown['html'][:300]} {why[:300]}"
                self.problems.append(f"{name}: {told}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.problems.append(f"{name}: {wide} px wider than the window")

    def _hear(self, message: ConsoleMessage) -> None:
        # the page of an error is answered with its status, which the browser reports
        if message.type == "error" and "server responded with a status" not in message.text:
            self.problems.append(f"{self.page.url}: {message.text}")


@contextmanager
def tab_of(
    browser: Browser, url: str, look: str, signed_in: FlaskClient | None = None
) -> Iterator[Looking]:
    context = browser.new_context(**LOOKS[look], reduced_motion="reduce")  # type: ignore[arg-type]
    if signed_in is not None:
        cookie = signed_in.get_cookie("contentlib")
        assert cookie is not None
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    yield Looking(context, url)
    context.close()


def open_all(page: Page) -> None:
    """Opens whatever can be opened, the menu aside."""
    page.evaluate("document.querySelectorAll('main details').forEach((it) => { it.open = true; })")
