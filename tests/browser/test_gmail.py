"""Gmail, as the extension sees it: what is told as sent really left, and nothing else is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.composing import BEA, EDITOR, address, at_gmail, insert, ours, send, write
from tests.browser.mail_sites import MailSite, gmail
from tests.browser.rep_browser import RepBrowser
from tests.browser.served_library import Served

pytestmark = pytest.mark.slow

GATES = "Gates without queues"


@pytest.fixture
def site() -> MailSite:
    return gmail()


@pytest.fixture
def page(rep: RepBrowser, site: MailSite) -> Iterator[Page]:
    yield at_gmail(rep, site=site)


# --- what is told ---------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?wire=keyed", "?via=fetch", "?as=bytes"])
def test_a_link_is_inserted_sent_and_told_with_recipient_and_deal(
    rep: RepBrowser, served: Served, query: str
) -> None:
    page = at_gmail(rep, query)
    composer = write(page, BEA, text="Hallo Bea,")
    insert(page, composer, "gates", GATES)
    link = composer.locator(EDITOR).get_by_role("link").get_attribute("href")
    send(composer)
    event = rep.until(served.events)[0]
    assert event["kind"] == "sent"
    assert event["site"] == "gmail"
    assert event["recipients"] == [BEA]
    assert event["items"] == [{"link": link}]
    assert event["deal"] == served.deals["Frost for Malmo"]
    report = rep.until(served.reports)[0]
    assert report["evidence"] == "mail_confirmed"
    assert report["has_deal"]
    assert served.items() == [("link", "share link")]


def test_ctrl_and_enter_send_as_well(page: Page, rep: RepBrowser, served: Served) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    composer.locator(EDITOR).press("Control+Enter")
    assert rep.until(served.events)[0]["kind"] == "sent"


def test_a_window_of_its_own_is_seen_too(page: Page, rep: RepBrowser, served: Served) -> None:
    with page.expect_popup() as opened:
        page.get_by_role("button", name="In neuem Fenster").click()
    window = opened.value
    composer = window.locator(".writing")
    address(composer, BEA)
    insert(window, composer, "gates", GATES)
    send(composer)
    window.close()  # as Gmail closes it, at once
    assert rep.until(served.events)[0]["recipients"] == [BEA]


def test_two_composers_at_once_are_kept_apart(page: Page, rep: RepBrowser, served: Served) -> None:
    first = write(page, BEA)
    other = write(page, "olga@petal.example")
    insert(page, first, "gates", GATES)
    insert(page, other, "dock", "Dock scheduling at a cold store")
    links = [one.get_by_role("link").get_attribute("href") for one in (first, other)]
    assert links[0] != links[1]
    send(other)
    send(first)
    rep.until(lambda: len(served.events()) == 2)
    told = {event["recipients"][0]: event["items"] for event in served.events()}
    assert told == {BEA: [{"link": links[0]}], "olga@petal.example": [{"link": links[1]}]}


def test_a_mail_for_later_is_told_as_scheduled(page: Page, rep: RepBrowser, served: Served) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    composer.get_by_role("button", name="Später senden").click()
    event = rep.until(served.events)[0]
    assert event["kind"] == "scheduled"
    assert event["scheduled_for"] > event["at"]


def test_a_full_screen_composer_is_one_too(page: Page, rep: RepBrowser, served: Served) -> None:
    composer = write(page, BEA)
    composer.evaluate("(node) => node.classList.add('is-whole')")
    insert(page, composer, "gates", GATES)
    send(composer)
    assert rep.until(served.events)[0]["kind"] == "sent"


# --- what is not told -------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 403, 0])
def test_a_mail_that_was_refused_is_not_told(
    page: Page, rep: RepBrowser, served: Served, site: MailSite, status: int
) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    site.status = status
    send(composer)
    expect(page.get_by_text("Fehler")).to_be_visible()
    rep.wait_out_the_hold()
    assert not served.events()


def test_a_mail_taken_back_in_time_is_not_told(page: Page, rep: RepBrowser, served: Served) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    send(composer)
    rep.until(rep.waiting)
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.get_by_text("Rückgängig gemacht")).to_be_visible()
    rep.until(lambda: not rep.waiting())
    rep.wait_out_the_hold()
    assert not served.events()


def test_a_mail_taken_back_and_sent_again_is_told_once(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    send(composer)
    rep.until(rep.waiting)
    page.get_by_role("button", name="Rückgängig").click()
    rep.until(lambda: not rep.waiting())
    expect(ours(composer)).to_have_count(1)
    send(composer)
    rep.until(served.events)
    rep.wait_out_the_hold()
    assert [event["kind"] for event in served.events()] == ["sent"]


def test_a_mail_taken_back_too_late_is_told_as_taken_back(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    send(composer)
    rep.until(served.events)
    rep.until(lambda: not rep.waiting())
    page.get_by_role("button", name="Rückgängig").click()
    rep.until(lambda: len(served.events()) == 2)
    sent, back = served.events()
    assert (sent["kind"], back["kind"]) == ("sent", "taken_back")
    assert sent["message"] == back["message"]
    rep.until(lambda: served.reports()[0]["is_taken_back"])


def test_a_draft_that_is_saved_is_not_told(
    page: Page, rep: RepBrowser, served: Served, site: MailSite
) -> None:
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    rep.until(lambda: any("^r_bt" in body and "/s/" in body for body in site.asked))
    rep.wait_out_the_hold()
    assert not served.events()


def test_a_link_in_the_mail_that_is_answered_is_not_sent_again_but_passed_on_it_is(
    rep: RepBrowser, served: Served
) -> None:
    page = at_gmail(rep)
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    link = composer.locator(EDITOR).get_by_role("link").get_attribute("href")
    for more in ("", "&forward=1"):
        reply = rep.context.new_page()
        reply.goto(f"https://mail.google.com/mail/u/0/?thread={link}{more}")
        address(reply.locator(".aoI"), "carl@acme.example")
        expect(ours(reply.locator(".aoI"))).to_be_visible()
        send(reply.locator(".aoI"))
        expect(reply.get_by_text("Nachricht gesendet")).to_be_visible()
    rep.wait_out_the_hold()
    assert [event["items"] for event in served.events()] == [[{"link": link}]]
