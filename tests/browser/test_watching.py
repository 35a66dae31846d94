"""Whether we still see; what waits while the library does not answer; the popup that says so."""

from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.composing import BEA, at_gmail, insert, send, write
from tests.browser.mail_sites import gmail
from tests.browser.rep_browser import RepBrowser, rep_browser
from tests.browser.served_library import Served

pytestmark = pytest.mark.slow

GATES = "Gates without queues"


def send_unseen(page: Page) -> None:
    """A mail whose request we do not recognise: the site speaks otherwise today."""
    composer = write(page, BEA)
    composer.evaluate("(it) => { it.querySelector('.aoO').onclick = () => it.remove(); }")
    page.evaluate("XMLHttpRequest.prototype.send = () => {}")
    send(composer)
    expect(composer).to_have_count(0)


def site_of(rep: RepBrowser) -> dict[str, Any]:
    """What is kept of Gmail."""
    nothing = {"state": "working", "missed": 0, "intents": []}
    return (rep.kept("sites") or {}).get("gmail", nothing)


def test_a_site_that_changed_is_told_as_blind_and_seeing_again_as_working(
    rep: RepBrowser, served: Served
) -> None:
    page = at_gmail(rep)
    for _ in range(2):
        send_unseen(page)
    rep.until(lambda: site_of(rep)["missed"] == 2)
    assert not served.of("/extension/health")
    send_unseen(page)
    rep.until(lambda: served.of("/extension/health"))
    (told,) = served.of("/extension/health")
    assert told["sites"]["gmail"]["state"] == "blind"
    assert rep.worker.evaluate("chrome.action.getBadgeText({})") == "!"
    popup = rep.popup()
    expect(popup.get_by_role("listitem").filter(has_text="Gmail")).to_contain_text("not seen")
    popup.close()

    page.reload()
    send(write(page, BEA))
    rep.until(lambda: len(served.of("/extension/health")) == 2)
    assert served.of("/extension/health")[1]["sites"]["gmail"]["state"] == "working"
    rep.until(lambda: rep.worker.evaluate("chrome.action.getBadgeText({})") == "")
    assert not served.events()


def test_a_click_on_send_that_a_dialog_stopped_makes_nobody_blind(
    rep: RepBrowser, served: Served
) -> None:
    page = at_gmail(rep)
    page.on("dialog", lambda dialog: dialog.accept())
    rep.set_up(intent_patience_ms=60_000)
    composer = write(page)
    for _ in range(4):
        send(composer)
        page.wait_for_timeout(600)
    rep.until(lambda: site_of(rep)["intents"])
    rep.until(lambda: not site_of(rep)["intents"], patience_s=20)
    assert site_of(rep)["missed"] == 0


def test_refused_mails_make_nobody_blind(rep: RepBrowser, served: Served) -> None:
    site = gmail()
    page = at_gmail(rep, site=site)
    site.status = 500
    composer = write(page, BEA)
    for _ in range(4):
        send(composer)
        expect(page.get_by_text("Fehler")).to_be_visible()
        page.wait_for_timeout(600)
    rep.pause(2)
    assert (site_of(rep)["state"], site_of(rep)["missed"]) == ("working", 0)


# --- what waits -----------------------------------------------------------------------------


def test_what_was_sent_while_the_library_was_away_is_told_once_when_it_is_back(
    rep: RepBrowser, served: Served
) -> None:
    page = at_gmail(rep)
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    served.answers["/api/v1/extension/events"] = 503
    send(composer)
    rep.until(lambda: len(served.of("/extension/events")) >= 3)
    popup = rep.popup()
    expect(popup.get_by_text("1 mail waits to be told")).to_be_visible()
    served.answers.clear()
    popup.get_by_role("button", name="Try again now").click()
    rep.until(lambda: not rep.waiting())
    assert len(served.reports()) == 1
    assert len({body["events"][0]["id"] for body in served.of("/extension/events")}) == 1


def test_what_waits_survives_the_end_of_the_browser(
    playwright: Playwright, served: Served, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    with rep_browser(playwright, folder, served.url) as first:
        first.pair(served.code())
        first.until(lambda: first.kept("catalogue_stamp"))
        page = at_gmail(first)
        composer = write(page, BEA)
        insert(page, composer, "gates", GATES)
        served.answers["/api/v1/extension/events"] = 503
        send(composer)
        first.until(lambda: served.of("/extension/events"))
    served.answers.clear()
    with rep_browser(playwright, folder, served.url) as again:
        again.until(served.reports)
        again.until(lambda: not again.waiting())
    assert len(served.events()) == len(served.reports()) == 1


def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_id(
    rep: RepBrowser, served: Served
) -> None:
    page = at_gmail(rep)
    composer = write(page, BEA)
    insert(page, composer, "gates", GATES)
    served.lost_answers["/api/v1/extension/events"] = 1
    send(composer)
    rep.until(lambda: not rep.waiting() and served.reports())
    bodies = served.of("/extension/events")
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert len(served.reports()) == 1


# --- the catalogue ----------------------------------------------------------------------------


def test_the_daily_beat_asks_for_the_catalogue_by_its_tag_and_carries_nothing(
    rep: RepBrowser, served: Served
) -> None:
    alarm = rep.worker.evaluate("chrome.alarms.get('beat')")
    assert alarm["periodInMinutes"] == 24 * 60
    rep.worker.evaluate("chrome.alarms.create('beat', { when: Date.now() })")
    rep.until(lambda: served.heard)
    rep.pause(0.5)
    assert served.heard == [("GET", "/api/v1/extension/catalogue", None)]
    assert len(served.tags) == 1
