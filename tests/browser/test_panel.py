"""The panel and the mark beside Send: what a rep does in under half a minute, and every state."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.composing import (
    BEA,
    EDITOR,
    address,
    at_gmail,
    insert,
    ours,
    panel_of,
    send,
    write,
)
from tests.browser.rep_browser import RepBrowser
from tests.browser.served_library import Served
from tests.web.looking import GRAVE

pytestmark = pytest.mark.slow

DOCK = "Dock scheduling at a cold store"
GATES = "Gates without queues"


@pytest.fixture
def page(rep: RepBrowser) -> Iterator[Page]:
    yield at_gmail(rep)


def violations(page: Page, *parts: str) -> list[str]:
    """What axe finds grave in our parts of the page."""
    context = {"include": [[part] for part in parts]} if parts else None
    found = Axe().run(page, context=context, options={"reporter": "no-passes"}).response
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


# --- finding and inserting -----------------------------------------------------------------


def test_opened_in_a_mail_it_shows_what_fits_the_recipients_deal(
    page: Page, served: Served
) -> None:
    composer = write(page, BEA)
    assert not served.heard
    ours(composer).click()
    panel = panel_of(page)
    expect(panel.get_by_label("Deal")).to_contain_text("Frost for Malmo")
    expect(panel.get_by_role("option", name=DOCK)).to_be_visible()
    assert served.of("/extension/deals") == [{"recipients": [BEA]}]


def test_three_steps_put_a_link_into_the_mail_where_the_caret_was(
    page: Page, served: Served
) -> None:
    composer = write(page, BEA, text="Hallo Bea, siehe")
    composer.locator(EDITOR).press("Home")
    ours(composer).click()
    expect(panel_of(page).get_by_role("option", name=DOCK)).to_be_visible()
    panel_of(page).get_by_role("button", name="Insert tracked link").click()
    expect(panel_of(page)).to_be_hidden()
    expect(composer.locator(EDITOR)).to_have_text(f"{DOCK} Hallo Bea, siehe")
    expect(composer.locator(EDITOR)).to_be_focused()
    page.keyboard.type("und ")
    expect(composer.get_by_role("link")).to_have_text(DOCK)


def test_keys_alone_choose_insert_and_close(page: Page, served: Served) -> None:
    composer = write(page, BEA)
    ours(composer).press("Enter")
    box = panel_of(page).get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    page.keyboard.type("carriers")
    options = panel_of(page).get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-activedescendant", "result-0")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "result-1")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(panel_of(page)).to_be_hidden()
    expect(composer.locator(EDITOR)).to_be_focused()


def test_what_is_internal_is_shown_and_cannot_be_inserted(page: Page, served: Served) -> None:
    composer = write(page, BEA)
    ours(composer).click()
    panel_of(page).get_by_role("combobox", name="Search").fill("battlecard")
    card = panel_of(page).get_by_role("option", name="Battlecard")
    expect(card).to_contain_text("Internal only")
    card.click(force=True)  # it says that it is disabled
    expect(panel_of(page).get_by_role("button", name="Insert")).to_be_disabled()


def test_one_recipient_gets_a_link_of_their_own_and_several_share_one(
    page: Page, served: Served
) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    address(composer, "carl@acme.example")
    insert(page, composer, "dock", DOCK)
    alone, together = served.of("/extension/links")
    assert (alone["recipients"], alone["for_each"]) == ([BEA], True)
    assert (together["recipients"], together["for_each"]) == ([BEA, "carl@acme.example"], False)


def test_typing_asks_quietly_and_only_what_stays_counts_as_a_search(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    composer = write(page, BEA)
    ours(composer).click()
    panel_of(page).get_by_role("combobox", name="Search").press_sequentially("gates", delay=20)
    rep.until(lambda: any("preview=false" in path for _, path, _ in served.heard))
    searches = [path for _, path, _ in served.heard if "/search" in path]
    assert [path.split("preview=")[1] for path in searches] == ["true", "false"]


def test_who_types_before_the_deals_are_there_does_not_lose_them(
    page: Page, served: Served
) -> None:
    served.delays_s["/api/v1/extension/deals"] = 1.5
    insert(page, write(page, BEA), "gates", GATES)
    (asked,) = served.of("/extension/links")
    assert asked["deal"] == served.deals["Frost for Malmo"]


def test_keys_struck_in_the_panel_are_no_shortcuts_of_the_page(page: Page) -> None:
    page.evaluate("document.addEventListener('keydown', ({ key }) => { window.struck = key; })")
    ours(write(page, BEA)).click()
    page.evaluate("window.struck = null")
    page.keyboard.type("c")
    assert page.evaluate("window.struck") is None


# --- states ----------------------------------------------------------------------------------


def test_unpaired_it_says_how_to_pair(unpaired: RepBrowser) -> None:
    page = at_gmail(unpaired)
    ours(write(page, BEA)).click()
    expect(panel_of(page)).to_contain_text("Not paired with a library yet")
    page.keyboard.press("Escape")
    expect(panel_of(page)).to_be_hidden()


def test_without_a_deal_it_offers_the_search(page: Page) -> None:
    ours(write(page, "nobody@unknown.example")).click()
    expect(panel_of(page).get_by_role("status")).to_contain_text("No deal known")


def test_nothing_found_is_said(page: Page) -> None:
    ours(write(page, BEA)).click()
    panel_of(page).get_by_role("combobox", name="Search").fill("zebra")
    expect(panel_of(page).get_by_role("status")).to_have_text("Nothing found for “zebra”.")


def test_a_library_in_trouble_is_said_and_tried_again(page: Page, served: Served) -> None:
    served.answers["/api/v1/extension/deals"] = 503
    ours(write(page, BEA)).click()
    expect(panel_of(page)).to_contain_text("The library cannot be reached")
    served.answers.clear()
    panel_of(page).get_by_role("button", name="Try again").click()
    expect(panel_of(page).get_by_role("option", name=DOCK)).to_be_visible()


def test_a_link_asked_for_again_after_its_answer_got_lost_is_the_same(
    page: Page, served: Served
) -> None:
    ours(write(page, BEA)).click()
    served.answers["/api/v1/extension/links"] = 502
    button = panel_of(page).get_by_role("button", name="Insert")
    expect(panel_of(page).get_by_role("option", name=DOCK)).to_be_visible()
    button.click()
    expect(panel_of(page).get_by_role("status")).to_have_text("No.")
    served.answers.clear()
    button.click()
    expect(page.locator(EDITOR).get_by_role("link")).to_be_visible()
    assert len(served.idempotency_keys) == 2
    assert len(set(served.idempotency_keys)) == 1


def test_a_token_that_was_revoked_asks_to_be_paired_again_and_keeps_what_waits(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    served.answers["/api/v1/extension/events"] = 401
    send(composer)
    rep.until(lambda: rep.kept("token_refused"))
    assert len(rep.waiting()) == 1
    ours(write(page, BEA)).click()
    expect(panel_of(page)).to_contain_text("Pair this browser again")
    served.answers.clear()
    popup = rep.popup()
    expect(popup.get_by_text("does not know this browser any more")).to_be_visible()
    popup.get_by_label("Code", exact=True).fill(served.code())
    popup.get_by_role("button", name="Pair this browser", exact=True).click()
    rep.until(served.reports)
    rep.until(lambda: not rep.waiting())


def test_the_page_cannot_look_into_our_parts(page: Page, rep: RepBrowser) -> None:
    rep.keep("testing", {})
    page.reload()
    page.get_by_role("button", name="Schreiben").click()
    place = page.locator('[data-contentlib="button"]')
    expect(place).to_have_count(1)
    assert place.evaluate("(node) => node.shadowRoot") is None


# --- the mark ---------------------------------------------------------------------------------


def test_a_plain_address_of_an_asset_is_swapped_for_a_tracked_link(
    page: Page, served: Served
) -> None:
    plain = f"{served.url}/assets/{served.assets['dock']}"
    composer = write(page, BEA, text=f"Siehe {plain} bitte")
    composer.get_by_role("button", name="Untracked link").click()
    popover = page.get_by_role("dialog", name="Before this leaves")
    expect(popover).to_contain_text("Only colleagues can open this address")
    popover.get_by_role("button", name="Swap").click()
    tracked = re.compile(re.escape(f"{served.url}/s/"))
    expect(composer.get_by_role("link")).to_have_attribute("href", tracked)
    expect(composer.locator(EDITOR)).to_contain_text("Siehe ")
    expect(composer.locator(EDITOR)).not_to_contain_text("/assets/")
    expect(composer.get_by_role("button", name="Untracked link")).to_be_hidden()


def test_an_address_of_something_internal_is_marked_and_offers_no_link(
    page: Page, served: Served
) -> None:
    plain = f"{served.url}/assets/{served.assets['card']}"
    composer = write(page, BEA, text=f"Siehe {plain} bitte")
    composer.get_by_role("button", name="Internal only").click()
    popover = page.get_by_role("dialog", name="Before this leaves")
    expect(popover).to_contain_text("not meant to leave the house")
    expect(popover.get_by_role("button")).to_have_count(0)


def test_a_mail_with_marks_leaves_all_the_same(page: Page, rep: RepBrowser, served: Served) -> None:
    composer = write(page, BEA, text=f"{served.url}/assets/{served.assets['card']} ")
    expect(composer.get_by_role("button", name="Internal only")).to_be_visible()
    send(composer)
    expect(page.get_by_text("Nachricht gesendet")).to_be_visible()


# --- for everybody ----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_panel_and_mark_are_accessible(page: Page, served: Served, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    text = f"{served.url}/assets/{served.assets['dock']} "
    composer = write(page, BEA, text=text)
    ours(composer).click()
    panel_of(page).get_by_role("combobox", name="Search").fill("carriers")
    expect(panel_of(page).get_by_role("listbox").get_by_role("option")).to_have_count(2)
    assert violations(page, '[data-contentlib="panel"]') == []
    page.keyboard.press("Escape")
    composer.get_by_role("button", name="Untracked link").click()
    expect(page.get_by_role("dialog", name="Before this leaves")).to_be_visible()
    assert violations(page, '[data-contentlib="button"]') == []


def test_it_fits_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 720})
    page.get_by_role("button", name="Schreiben").click()
    page.locator(".writing").evaluate("(it) => { it.style.cssText = 'inset: 0; width: auto'; }")
    ours(page.locator(".writing")).click()
    box = panel_of(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
