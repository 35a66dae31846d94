"""Outlook, LinkedIn and the CRMs, each as far as its pages let us see."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser import mail_sites
from tests.browser.composing import BEA, panel_of
from tests.browser.mail_sites import MailSite, taken_by_outlook
from tests.browser.rep_browser import RepBrowser
from tests.browser.served_library import Served

pytestmark = pytest.mark.slow

GATES = "Gates without queues"


def open_site(rep: RepBrowser, site: MailSite, path: str = "/") -> Page:
    site.serve(rep.context)
    page = rep.context.new_page()
    page.goto(f"{site.origin}{path}")
    return page


def insert_from_panel(page: Page, words: str, title: str) -> None:
    page.get_by_role("button", name="Share from the library").click()
    box = panel_of(page).get_by_role("combobox", name="Search")
    box.fill(words)
    found = panel_of(page).get_by_role("listbox").get_by_role("option", selected=True)
    expect(found).to_contain_text(title)
    box.press("Enter")


# --- Outlook ----------------------------------------------------------------------------


def write_in_outlook(rep: RepBrowser, site: MailSite, by: str) -> Page:
    page = open_site(rep, site, f"/mail/?by={by}")
    page.get_by_role("button", name="Nouveau message").click()
    page.get_by_role("textbox", name="À").press_sequentially(BEA)
    page.get_by_role("textbox", name="À").press("Enter")
    insert_from_panel(page, "gates", GATES)
    expect(page.get_by_role("link", name=GATES)).to_be_visible()
    return page


@pytest.mark.parametrize("by", ["create", "update", "header"])
def test_outlook_tells_what_the_service_confirmed_and_nothing_else(
    rep: RepBrowser, served: Served, by: str
) -> None:
    page = write_in_outlook(rep, mail_sites.outlook(), by)
    link = page.get_by_role("link", name=GATES).get_attribute("href")
    page.get_by_role("button", name="Envoyer").click()
    rep.until(served.events)
    rep.wait_out_the_hold()
    (event,) = served.events()
    assert (event["kind"], event["site"]) == ("sent", "outlook")
    assert (event["recipients"], event["items"]) == ([BEA], [{"link": link}])
    assert event["deal"] == served.deals["Frost for Malmo"]


def test_a_mail_that_outlook_did_not_confirm_is_told_as_probable(
    rep: RepBrowser, served: Served
) -> None:
    page = write_in_outlook(rep, mail_sites.outlook(), "unseen")
    page.get_by_role("textbox", name="Corps").press("Control+Enter")
    event = rep.until(served.events)[0]
    assert (event["kind"], event["recipients"]) == ("probably_sent", [BEA])


def test_a_mail_that_outlook_refused_is_not_told(rep: RepBrowser, served: Served) -> None:
    site = mail_sites.outlook()
    site.answer = json.dumps(taken_by_outlook("AAMk-1", error="ErrorSendAsDenied"))
    page = write_in_outlook(rep, site, "create")
    page.get_by_role("button", name="Envoyer").click()
    rep.until(lambda: page.title() == "Error")
    rep.wait_out_the_hold()
    assert not served.events()


# --- LinkedIn ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/messaging/", "/sales/inbox/"])
@pytest.mark.parametrize("how", ["button", "key"])
def test_a_link_that_left_with_a_message_on_linkedin_is_probable(
    rep: RepBrowser, served: Served, how: str, path: str
) -> None:
    page = open_site(rep, mail_sites.linkedin(), path)
    insert_from_panel(page, "gates", GATES)
    editor = page.get_by_role("textbox", name="Escribe")
    words = "(it) => (it.value ?? it.innerText).trim()"
    rep.until(lambda: "/s/" in editor.evaluate(words))
    link = editor.evaluate(words)
    if how == "button":
        page.get_by_role("button", name="Enviar").click()
    else:
        editor.press("Enter")
    event = rep.until(served.events)[0]
    assert (event["kind"], event["site"]) == ("probably_sent", "linkedin")
    assert (event["recipients"], event["items"]) == ([], [{"link": link}])


def test_a_link_that_was_deleted_again_is_not_told(rep: RepBrowser, served: Served) -> None:
    page = open_site(rep, mail_sites.linkedin(), "/messaging/")
    insert_from_panel(page, "gates", GATES)
    editor = page.get_by_role("textbox", name="Escribe")
    expect(editor).to_contain_text("/s/")
    editor.fill("Hola")
    editor.press("Enter")
    rep.wait_out_the_hold()
    assert not served.events()


# --- CRMs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "path", "deal"),
    [
        (
            mail_sites.salesforce,
            "/lightning/r/Opportunity/006xx000001AbCd/view",
            "Frost for Malmo",
        ),
        (mail_sites.hubspot, "/contacts/4711/record/0-3/90210", "Yard pilot"),
    ],
)
def test_a_deal_in_the_crm_gets_what_fits_it_and_a_link_to_copy(
    rep: RepBrowser, served: Served, make: type[MailSite], path: str, deal: str
) -> None:
    rep.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = open_site(rep, make(), path)
    assert not served.heard
    page.get_by_role("button", name="What fits this deal").click()
    panel = panel_of(page)
    expect(panel.get_by_label("Deal")).to_contain_text(deal)
    panel.get_by_role("combobox", name="Search").fill("gates")
    expect(panel.get_by_role("listbox")).to_contain_text(GATES)
    panel.get_by_role("button", name="Copy tracked link").click()
    expect(panel.get_by_role("status")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{served.url}/s/")


def test_a_page_of_the_crm_without_a_deal_shows_nothing_of_ours(
    rep: RepBrowser, served: Served
) -> None:
    page = open_site(rep, mail_sites.salesforce(), "/lightning/page/home")
    expect(page.get_by_role("heading", name="A record")).to_be_visible()
    page.evaluate("history.pushState(null, '', '/lightning/r/Opportunity/006xx000001AbCd/view')")
    expect(page.get_by_role("button", name="What fits this deal")).to_be_visible()
    page.evaluate("history.pushState(null, '', '/lightning/page/home')")
    expect(page.get_by_role("button", name="What fits this deal")).to_be_hidden()
    assert not served.heard
