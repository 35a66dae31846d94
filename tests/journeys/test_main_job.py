"""The main job, end to end, as people do it: in Chromium, on real files, with the real model.

Mira uploads three formats and publishes them. Rosa describes what she needs in words that none
of them uses, finds it, looks at page 3, shares it with her deal. Bea reads three pages on her
phone. Rosa sees which. A month later Mira's reports count it, and name what nobody used, and why.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from contentlib.clock import MovableClock
from contentlib.crm import importing as crm
from contentlib.library import Library
from contentlib.settings import load_settings
from contentlib.taxonomy import service as taxonomy
from tests.cast import PASSWORD, Cast, hire
from tests.factories import MONDAY
from tests.indexer import documents as files
from tests.servers import free_port, serving
from tests.web import viewing
from tests.web.viewing import AS_A_PERSON
from web.wiring import open_library

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is needed: `make browser` installs it on Debian"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", AS_A_PERSON]
        )
        yield opened
        opened.close()


@pytest.fixture
def stage(
    tmp_path: Path, derived_folder: Path, new_sqlite: object
) -> Iterator[tuple[Library, Cast, str]]:
    """A served library with the cast, a deal of Rosa's, and a clock that can be moved."""
    new_sqlite(tmp_path)  # type: ignore[operator]
    port = free_port()
    settings = load_settings(data_dir=tmp_path, base_url=f"http://127.0.0.1:{port}")
    library = open_library(settings, clock=MovableClock(MONDAY), derived_from=derived_folder)
    library.index.prepare()
    cast = hire(library)
    with library.database.unit_of_work() as session:
        taxonomy.ensure_starting_facets(session)
        crm.import_accounts(
            session, [{"external_id": "A1", "name": "Hallstrom Foods"}], now=library.clock.now()
        )
        deal = {
            "external_id": "O1",
            "name": "Hallstrom yard",
            "account_external_id": "A1",
            "owner_email": cast.rosa.email,
            "stage": "",
            "amount": "40000",
        }
        crm.import_opportunities(session, [deal], now=library.clock.now())
    with serving(library, port=port) as url:
        yield library, cast, url
    library.close()


def _write_files(folder: Path) -> list[str]:
    folder.mkdir()
    pages = (
        "Brightsea Foods runs four cold stores.",
        "Trailers waited two hours at the gate every morning.",
        "After six weeks detention fees fell by 62 percent.",
        "What we did: appointments for each door.",
        "Contact us.",
    )
    made = [
        files.a_pdf(folder / "brightsea-story.pdf", *pages),
        files.a_deck(
            folder / "energy-deck.pptx",
            ("Freezing when power is cheap", "Shift the load to the night", "Ask for the tariff"),
            ("Results", "Eleven percent lower bills", ""),
        ),
        files.a_letter(folder / "yard-rules.docx"),
    ]
    return [str(path) for path in made]


def _sign_in(context: BrowserContext, url: str, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")
    return page


def test_from_upload_to_the_report_a_month_later(
    stage: tuple[Library, Cast, str], browser: Browser, tmp_path: Path
) -> None:
    library, cast, url = stage
    marketing = browser.new_context(viewport=DESK)
    mira = _sign_in(marketing, url, cast.mira.email)

    mira.goto(f"{url}/upload")
    mira.get_by_label("Files").set_input_files(_write_files(tmp_path / "incoming"))
    for title in ("brightsea-story", "energy-deck", "yard-rules"):
        expect(mira.locator("li.upload", has_text=title)).to_have_attribute(
            "data-state", "imported", timeout=60_000
        )
    mira.get_by_label("All drafts").check()
    mira.get_by_role("button", name="Publish selected").click()
    expect(mira.locator("li.upload .chip-good", has_text="published")).to_have_count(
        3, timeout=20_000
    )

    selling = browser.new_context(viewport=DESK)
    rosa = _sign_in(selling, url, cast.rosa.email)
    link = rosa.locator("a.result-link", has_text="brightsea")
    rosa.get_by_role("searchbox").fill("lorries queueing outside the warehouse, demurrage costs")
    expect(link).to_be_visible(timeout=30_000)
    link.click()
    expect(rosa.get_by_role("heading", level=1)).to_contain_text("brightsea")
    rosa.goto(f"{rosa.url.split('#')[0]}#page-3")
    expect(rosa.locator("body")).to_contain_text("detention fees fell by 62 percent")

    rosa.get_by_role("link", name="Share", exact=True).first.click()
    rosa.get_by_label("Deal").select_option(label="Hallstrom yard (Hallstrom Foods)")
    rosa.get_by_role("button", name="Copy link").click()
    rosa.wait_for_url(re.compile("/shares/"))
    address = rosa.locator("input[readonly]").first.input_value()
    assert address.startswith(f"{url}/s/")

    phone = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, user_agent=viewing.PHONE
    )
    bea = phone.new_page()
    bea.goto(address)
    expect(bea.locator("body")).to_contain_text("brightsea")
    for _ in range(2):
        bea.wait_for_timeout(1_600)
        bea.get_by_role("link", name=re.compile("next", re.IGNORECASE)).first.click()
    bea.wait_for_timeout(1_600)
    assert phone.cookies() == []
    bea.close()
    phone.close()

    share_page = rosa.url.split("?")[0]
    for _ in range(40):
        if [visit.pages for visit in _visits(library)] == [(1, 2, 3)]:
            break
        rosa.wait_for_timeout(250)
    (visit,) = _visits(library)
    assert visit.visitor_class == "human"
    assert visit.pages == (1, 2, 3)
    rosa.goto(share_page)
    expect(rosa.locator("body")).to_contain_text(re.compile("human", re.IGNORECASE))

    library.clock.move(timedelta(days=31))  # type: ignore[attr-defined]
    mira.goto(f"{url}/reports/usage")
    row = mira.locator("tr", has_text="brightsea-story")
    expect(row).to_be_visible()
    told = mira.request.get(f"{url}/reports/usage.json").json()
    (counted,) = [r for r in told["rows"] if r["title"] == "brightsea-story"]
    assert (counted["opens"], counted["links"], counted["human_visits"]) == (1, 1, 1)
    assert counted["sends"] == 1, "a link that a person read is an inferred send"

    mira.goto(f"{url}/reports/unused")
    unused = mira.locator("tr", has_text="Yard rules")
    expect(unused.first).to_be_visible()
    told = mira.request.get(f"{url}/reports/unused.json").json()
    causes = {r["title"]: r["cause"] for r in told["rows"]}
    assert causes["Yard rules"] == "never shown"
    assert "brightsea-story" not in causes


def _visits(library: Library):  # type: ignore[no-untyped-def]
    from sqlalchemy import select

    from contentlib.engagement.queries import visits_of
    from contentlib.share.models import Share

    with library.database.reading() as session:
        return visits_of(session, session.scalars(select(Share.id)).one())
