"""The gates in a real browser: what it says of a form's origin, and who can use the pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from contentlib.library import Library
from tests.cast import Cast, hire
from tests.web.gating import PASSCODE, TITLE, code_for, gated
from tests.web.live_viewer import chromium, running_library, served

pytestmark = pytest.mark.slow

# Not a trustworthy origin, as an intranet without TLS is none: no Sec-Fetch-Site is sent there.
PLAIN_HOST = "library.test"


@pytest.fixture
def live(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(tmp_path)
    with running_library(tmp_path) as library:
        yield library


@pytest.fixture
def cast(live: Library) -> Cast:
    return hire(live)


@pytest.fixture
def port(live: Library) -> Iterator[int]:
    with served(live) as base:
        yield int(base.rpartition(":")[2])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1") as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 812})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", PLAIN_HOST])
def test_passcode_and_code_open_the_link_by_keyboard_alone(
    live: Library, cast: Cast, port: int, phone: Page, host: str
) -> None:
    share = gated(live, cast, PASSCODE, asks_email=True)
    phone.goto(f"http://{host}:{port}{share.path}")
    expect(phone.get_by_label("Passcode", exact=True)).to_be_focused()
    phone.keyboard.type(PASSCODE)
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    expect(phone.locator("#email")).to_be_focused()
    phone.keyboard.type("ann@x.example")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Enter the code")
    expect(phone.locator("#code")).to_be_focused()
    phone.keyboard.type(code_for(live, "ann@x.example"))
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert phone.url.endswith(share.path)


@pytest.mark.parametrize("host", ["127.0.0.1", PLAIN_HOST])
def test_who_is_refused_writes_to_the_sender(
    live: Library, cast: Cast, port: int, phone: Page, host: str
) -> None:
    phone.goto(f"http://{host}:{port}/s/nothing-of-the-kind")
    phone.get_by_label("Your e-mail address").fill("bea@buyer.example")
    phone.get_by_label("Your message").fill("May I see it again?")
    phone.get_by_role("button", name="Send the message").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you")


def test_a_form_on_another_site_opens_nothing(
    live: Library, cast: Cast, port: int, phone: Page
) -> None:
    share = gated(live, cast, PASSCODE)
    link = f"http://127.0.0.1:{port}{share.path}"
    form = (
        f'<form method="post" action="{link}/passcode">'
        f'<input name="passcode" value="{PASSCODE}"><button>Win a prize</button></form>'
    )
    phone.route(
        "http://evil.test/**",
        lambda route: route.fulfill(content_type="text/html", body=form),
    )
    phone.goto("http://evil.test/")
    with phone.expect_response(f"{link}/passcode") as answer:
        phone.get_by_role("button").click()
    assert answer.value.status == 400
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Enter the passcode")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_door_are_for_everybody_and_fit_a_phone(
    live: Library, cast: Cast, port: int, browser: Browser, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 375, "height": 812},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    base = f"http://127.0.0.1:{port}"

    def look() -> None:
        # a heading is there before the style sheet is: without it links have a browser's colours
        page.wait_for_load_state()
        violations = Axe().run(page).response["violations"]
        assert not violations, [(v["id"], v["nodes"][0]["html"]) for v in violations]
        assert page.evaluate("document.documentElement.scrollWidth") == 375

    page.goto(base + gated(live, cast, PASSCODE).path)
    look()
    page.locator("summary").click()
    look()
    page.get_by_label("Passcode").fill("wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look()
    page.goto(base + gated(live, cast, asks_email=True).path)
    look()
    page.get_by_label("Your e-mail address").first.fill(f"ann-{scheme}@x.example")
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    look()
    page.goto(f"{base}/s/nothing")
    look()
    context.close()
