"""Files of the library that leave as attachments are known by their bytes, whatever their name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contentlib.library import Library
from tests.browser.composing import BEA, EDITOR, at_gmail, send, write
from tests.browser.mail_sites import MailSite, gmail
from tests.browser.rep_browser import RepBrowser
from tests.browser.served_library import Served
from tests.web.browsing import rows

pytestmark = pytest.mark.slow


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


def test_two_files_of_one_name_and_size_are_not_guessed_between(
    page: Page, rep: RepBrowser, served: Served
) -> None:
    """A mail names its attachments by name and size alone."""
    story = file_of(served.library, served.assets["dock"], 1)
    composer = write(page, BEA)
    for content in (story, bytes(len(story))):
        attached = {"name": "story.txt", "mimeType": "text/plain", "buffer": content}
        composer.locator("input[type=file]").set_input_files([attached])  # type: ignore[list-item]
    rep.until(lambda: len((rep.kept("files") or [["", []]])[0][1]) == 2)
    send(composer)
    expect(page.get_by_text("Nachricht gesendet")).to_be_visible()
    rep.wait_out_the_hold()
    assert not served.events()
