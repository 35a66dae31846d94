"""A rep at work in a mail site: opens composers, writes, and uses our panel."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.mail_sites import MailSite, gmail
from tests.browser.rep_browser import RepBrowser

BEA = "bea@acme.example"
# the editors of Gmail, as its own parts name them
EDITOR = '[g_editable="true"]'


def at_gmail(rep: RepBrowser, query: str = "", *, site: MailSite | None = None) -> Page:
    """A tab in which Gmail is open, with its server behind it."""
    (site or gmail()).serve(rep.context)
    page = rep.context.new_page()
    page.goto(f"https://mail.google.com/mail/u/0/{query}")
    return page


def write(page: Page, *people: str, text: str = "") -> Locator:
    """A new mail to these people; its composer."""
    page.get_by_role("button", name="Schreiben").click()
    # by what stays while others open and close
    page.locator(".writing").last.evaluate("(it) => { it.dataset.mine = Math.random(); }")
    mine = page.locator(".writing").last.get_attribute("data-mine")
    composer = page.locator(f'.writing[data-mine="{mine}"]')
    expect(ours(composer)).to_be_visible()
    address(composer, *people)
    if text:
        composer.locator(EDITOR).press_sequentially(text)
    return composer


def address(composer: Locator, *people: str) -> None:
    for person in people:
        field = composer.get_by_label("An Empfänger")
        field.fill(person)
        field.press("Enter")


def send(composer: Locator) -> None:
    composer.locator(".aoO").click()


def ours(composer: Locator) -> Locator:
    """Our button beside Send."""
    return composer.get_by_role("button", name="Share from the library")


def panel_of(page: Page) -> Locator:
    return page.locator('[data-contentlib="panel"]').get_by_role("dialog")


def insert(page: Page, composer: Locator, words: str, title: str) -> None:
    """Searches in the panel and inserts what is found first."""
    ours(composer).click()
    panel = panel_of(page)
    panel.get_by_role("combobox", name="Search").fill(words)
    expect(panel.get_by_role("listbox").get_by_role("option", selected=True)).to_contain_text(title)
    panel.get_by_role("combobox", name="Search").press("Enter")
    expect(composer.locator(EDITOR).get_by_role("link", name=title)).to_be_visible()
