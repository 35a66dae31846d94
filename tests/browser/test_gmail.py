"""Gmail, as the extension sees it: what is told as sent really left, and nothing else is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contentlib.library import Library
from tests.browser.composing import BEA, EDITOR, address, at_gmail, insert, ours, send, write
from tests.browser.conftest import Served
from tests.browser.mail_sites import MailSite, gmail
from tests.browser.rep_browser import RepBrowser
from tests.web.browsing import rows

pytestmark = pytest.mark.slow

GATES = "Gates without queues"


@pytest.fixture
def site() -> MailSite:
    return gmail()


@pytest.fixture
def page(rep: RepBrowser, site: MailSite) -> Iterator[Page]:
    yield at_gmail(rep, site=site)


def file_of(library: Library, public_id: str, number: int) -> bytes:
    """The bytes of that version of the asset."""
    statement = (
        "SELECT v.file_sha256 FROM asset_versions v JOIN assets a ON a.id = v.asset_id"
        " WHERE a.public_id = :id AND v.number = :number"
    )
    sha256 = rows(library, statement, id=public_id, number=number)[0][0]
    with library.files.open(sha256) as stored:
        return stored.read()


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


# --- files ------------------------------------------------------------------------------


def test_a_renamed_file_of_the_library_is_known_by_its_bytes(
    page: Page, rep: RepBrowser, served: Served, tmp_path: Path
) -> None:
    renamed = tmp_path / "For Bea - final (2).pdf"
    renamed.write_bytes(file_of(served.library, served.assets["gates"], 1))
    composer = write(page, BEA)
    composer.locator("input[type=file]").set_input_files(renamed)
    expect(composer.get_by_role("button", name="v1; v2 is current")).to_be_visible()
    send(composer)
    event = rep.until(served.events)[0]
    assert [item["file_name"] for item in event["items"]] == [renamed.name]
    assert rep.until(served.items) == [("attachment", "same file")]


def test_a_dropped_file_is_known_and_one_of_the_rep_s_own_is_not_told(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    composer = write(page, BEA)
    drop = """(editor, bytes) => {
      const moved = new DataTransfer();
      moved.items.add(new File([new Uint8Array(bytes)], "story.txt"));
      moved.items.add(new File(["my own words"], "notes.txt"));
      editor.dispatchEvent(new DragEvent("drop", { dataTransfer: moved, bubbles: true }));
    }"""
    composer.locator(EDITOR).evaluate(drop, list(file_of(served.library, served.assets["dock"], 1)))
    expect(composer.get_by_role("button", name="Attached untracked")).to_be_visible()
    rep.until(lambda: len(rep.kept("files") or []) == 2)
    assert not served.heard


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


def test_five_hundred_mails_without_anything_of_ours_ask_the_library_nothing(
    page: Page, rep: RepBrowser, served: Served, site: MailSite
) -> None:
    composer = write(page, BEA, text="Siehe https://elsewhere.example/s/abc und bis morgen")
    composer.locator("input[type=file]").set_input_files(
        {"name": "own.pdf", "mimeType": "application/pdf", "buffer": b"%PDF my own"}
    )
    send(composer)
    many = """async () => {
      const template = (id, labels) => [null, [[["13", ["thread-a:r1", [
        ...Array(13).fill(null), [[id, null, [[1, "bea@acme.example"]], null, null, null, null, "Hi",
          [null, [[0, `<a href="https://elsewhere.example/${id}">there</a>`]]], null, labels]],
      ]]]]]];
      for (let number = 0; number < 500; number += 1) {
        for (const labels of [["^all", "^r", "^r_bt"], ["^all", "^pfg"]]) {
          const asked = new XMLHttpRequest();
          asked.open("POST", "/sync/u/0/i/s?c=1");
          asked.send(JSON.stringify(template(`msg-a:r${number}`, labels)));
          await new Promise((done) => { asked.onloadend = done; });
        }
      }
    }"""
    page.evaluate(many)
    rep.wait_out_the_hold()
    assert sum("^pfg" in body for body in site.asked) == 501
    assert rep.kept("sites")["gmail"]["state"] == "working"
    assert not served.heard
    assert not rep.waiting()


# --- the page is left alone --------------------------------------------------------------


def test_the_page_works_on_where_our_observer_stumbles(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    stumbles = """async () => {
      let reads = 0;
      const body = { method: "POST", get body() { if ((reads += 1) === 1) throw new Error("no"); return "x"; } };
      const awkward = { toString: (() => { let n = 0; return () => { if ((n += 1) === 1) throw new Error("no"); return "/sync/u/0/i/s"; }; })() };
      const statuses = [(await fetch("/sync/u/0/i/s", body)).status, (await fetch(awkward, { method: "POST", body: "y" })).status];
      const asked = new XMLHttpRequest();
      asked.open("POST", "/sync/u/0/i/s");
      EventTarget.prototype.dispatchEvent = () => { throw new Error("not yours"); };
      JSON.stringify = () => { throw new Error("not yours"); };
      WeakMap.prototype.get = () => { throw new Error("not yours"); };
      asked.send("{not json");
      await new Promise((done) => { asked.onload = done; });
      return [...statuses, asked.status, asked.responseText];
    }"""
    assert page.evaluate(stumbles) == [200, 200, 200, "[]"]


def test_the_page_cannot_say_in_our_name_that_a_mail_was_sent(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    forges = """() => {
      const seen = [];
      document.addEventListener("contentlib-hello", (event) => seen.push(event.detail), true);
      document.dispatchEvent(new CustomEvent("contentlib-ask"));
      document.dispatchEvent(new CustomEvent("contentlib-hello", { detail: "mine", cancelable: true }));
      document.dispatchEvent(new CustomEvent("mine", { detail: JSON.stringify({
        url: "https://mail.google.com/sync/u/0/i/s", status: 200, started: 1, answered: 2,
        body: '[["msg-a:r1",null,[],null,null,null,null,"",[null,[[0,"x"]]],null,["^pfg"]]]' }) }));
      return [seen.filter((one) => one !== "mine"), typeof chrome === "undefined" || !chrome.runtime?.sendMessage];
    }"""
    assert page.evaluate(forges) == [[], True]
    rep.wait_out_the_hold()
    assert rep.kept("sites") is None
    assert not served.heard
