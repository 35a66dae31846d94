"""The observer in the page: it leaves the page alone, and what is not ours leaves no trace."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.composing import BEA, at_gmail, send, write
from tests.browser.mail_sites import MailSite, gmail
from tests.browser.rep_browser import RepBrowser
from tests.browser.served_library import Served

pytestmark = pytest.mark.slow


@pytest.fixture
def site() -> MailSite:
    return gmail()


@pytest.fixture
def page(rep: RepBrowser, site: MailSite) -> Iterator[Page]:
    yield at_gmail(rep, site=site)


def test_five_hundred_mails_without_anything_of_ours_ask_the_library_nothing(
    page: Page, rep: RepBrowser, served: Served, site: MailSite
) -> None:
    composer = write(page, BEA, text="Siehe https://elsewhere.example/s/abc und bis morgen")
    composer.locator("input[type=file]").set_input_files(
        {"name": "own.pdf", "mimeType": "application/pdf", "buffer": b"%PDF my own"}
    )
    send(composer)
    many = """async () => {
      const to = [[1, "bea@acme.example"]];
      const bodyOf = (id, labels) => {
        const html = `<a href="https://elsewhere.example/${id}">there</a>`;
        const text = [null, [[0, html]]];
        const message = [id, null, to, null, null, null, null, "Hi", text, null, labels];
        return JSON.stringify([null, [[["13", ["thread-a:r1", [...Array(13).fill(null), [message]]]]]]]);
      };
      for (let number = 0; number < 500; number += 1) {
        for (const labels of [["^all", "^r", "^r_bt"], ["^all", "^pfg"]]) {
          const asked = new XMLHttpRequest();
          asked.open("POST", "/sync/u/0/i/s?c=1");
          asked.send(bodyOf(`msg-a:r${number}`, labels));
          await new Promise((done) => { asked.onloadend = done; });
        }
      }
    }"""  # noqa: E501
    page.evaluate(many)
    rep.wait_out_the_hold()
    assert sum("^pfg" in body for body in site.asked) == 501
    assert rep.kept("sites")["gmail"]["state"] == "working"
    assert not served.heard
    assert not rep.waiting()


def test_the_page_works_on_where_our_observer_stumbles(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    stumbles = """async () => {
      // fine for the page, whose turn is the second; ours is the first
      const once = (value) => { let reads = 0; return () => { if ((reads += 1) === 1) throw new Error("no"); return value; }; };
      const body = { method: "POST" };
      Object.defineProperty(body, "body", { get: once("x") });
      const address = { toString: once("/sync/u/0/i/s") };
      const asked = new XMLHttpRequest();
      const statuses = [(await fetch("/sync/u/0/i/s", body)).status, (await fetch(address)).status];
      asked.open("POST", "/sync/u/0/i/s");
      const broken = () => { throw new Error("not yours"); };
      EventTarget.prototype.dispatchEvent = JSON.stringify = WeakMap.prototype.get = broken;
      asked.send("{not json");
      await new Promise((done) => { asked.onload = done; });
      return [...statuses, asked.status, asked.responseText];
    }"""  # noqa: E501
    assert page.evaluate(stumbles) == [200, 200, 200, "[]"]


def test_the_page_cannot_say_in_our_name_that_a_mail_was_sent(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    forges = """() => {
      const seen = [];
      const say = (name, detail) =>
        document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
      document.addEventListener("contentlib-hello", ({ detail }) => seen.push(detail), true);
      say("contentlib-ask");
      say("contentlib-hello", "mine");
      const body = '[["msg-a:r1",null,[],null,null,null,null,"",[null,[[0,"x"]]],null,["^pfg"]]]';
      const url = "https://mail.google.com/sync/u/0/i/s";
      say("mine", JSON.stringify({ url, status: 200, started: 1, answered: 2, body }));
      return [seen.filter((one) => one !== "mine"), globalThis.chrome?.runtime?.sendMessage];
    }"""
    assert page.evaluate(forges) == [[], None]
    rep.wait_out_the_hold()
    assert rep.kept("sites") is None
    assert not served.heard
