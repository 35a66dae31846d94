"""The asset page: what it tells, whom it lets do what, how its files leave, what it records."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from contentlib.asset import service
from contentlib.library import Library
from contentlib.ports import ExtractedPage
from indexer.passages import split
from tests.cast import Cast
from tests.factories import MONDAY, content, make_asset, statements
from tests.web.browsing import (
    asset_id,
    draw,
    index_everything,
    next_version,
    page,
    rows,
    submit,
)
from web.pages import asset as pages

TODAY = MONDAY.date()


# --- what it tells ---------------------------------------------------------------


def test_it_tells_the_facts_of_the_asset(library: Library, cast: Cast, rosa: FlaskClient) -> None:
    public_id = make_asset(
        library,
        "Frozen prawns, fewer alarms",
        "Alarms fell by a third.",
        owner=cast.mira,
        terms={"industry": ["Cold storage"], "content_type": ["Case study"]},
        summary="How a cold store got its nights back.",
        customer="Southern Reef",
        reference_rights="on_request",
        rights_regions=["Australia"],
        rights_until=TODAY + timedelta(days=9),
        review_by=TODAY - timedelta(days=1),
        source_url="https://example.com/prawns",
    )
    body = page(rosa, f"/assets/{public_id}")
    for told in (
        "<h1>Frozen prawns, fewer alarms</h1>",
        "How a cold store got its nights back.",
        "Cold storage",
        "Case study",
        "Southern Reef",
        "Ask the owner before it goes to a buyer.",
        "Only in Australia.",
        'href="mailto:mira@contentlib.example"',
        "overdue",
        'href="https://example.com/prawns"',
        "Alarms fell by a third.",
        "paper.txt",
    ):
        assert told in body, told


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"audience": "internal"}, "for colleagues only"),
        ({"reference_rights": "none"}, "has not given the right"),
        ({"rights_until": TODAY - timedelta(days=1)}, "right to refer to this customer has ended"),
    ],
)
def test_what_must_not_be_sent_has_the_reason_in_place_of_the_button(
    library: Library, rosa: FlaskClient, values: dict[str, object], reason: str
) -> None:
    public_id = make_asset(library, **values)  # type: ignore[arg-type]
    body = page(rosa, f"/assets/{public_id}")
    assert reason in body
    assert "/share/new" not in body
    assert "/share/new" in page(rosa, f"/assets/{make_asset(library, 'Another')}")


def test_speaker_notes_are_shown_to_colleagues_in_a_marked_block(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    public_id = make_asset(library)
    deck = (ExtractedPage(1, "One number", notes="Ask who else feels it."),)
    new = content(library, "One number")
    noted = service.NewContent(
        "deck.pptx",
        new.file,
        type(new.document)("pptx", "application/x", deck),
        split(deck),
    )
    with library.database.unit_of_work() as session:
        service.add_version(
            session,
            asset=service.for_change(session, cast.mira, public_id, today=TODAY),
            content=noted,
            member_id=None,
            now=library.clock.now(),
        )
    body = page(rosa, f"/assets/{public_id}")
    notes = body.split('class="notes"')[1]
    assert "a buyer never sees them" in notes
    assert "Ask who else feels it." in notes


def test_pages_are_pictures_with_their_text_beside(library: Library, rosa: FlaskClient) -> None:
    public_id = make_asset(library, "Two pages", "First words", "Second words")
    assert "Pictures of the pages are still being made" in page(rosa, f"/assets/{public_id}")
    draw(library, public_id, pages=2)
    body = page(rosa, f"/assets/{public_id}")
    assert f"/assets/{public_id}/v1/pages/2.webp" in body
    assert "Second words" in body
    assert "still being made" not in body


def test_a_long_document_is_shown_in_stretches_and_a_passage_leads_to_its_own(
    library: Library, rosa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGES_AT_ONCE", 2)
    public_id = make_asset(library, "Long", "one", "two", "three", "four zebras", "five")
    index_everything(library)
    first = page(rosa, f"/assets/{public_id}?q=zebras")
    assert 'id="page-2"' in first and 'id="page-3"' not in first
    link = unescape(re.findall(r'<a href="([^"]+)" data-page-link="4"', first)[0])
    assert link == f"/assets/{public_id}?at=4#page-4"
    second = page(rosa, f"/assets/{public_id}?at=4")
    assert 'id="page-4"' in second and 'id="page-2"' not in second


def test_coming_from_a_search_the_passages_that_matched_stand_first(
    library: Library, rosa: FlaskClient
) -> None:
    public_id = make_asset(library, "Docks", "Carriers waited two hours.", "Nothing of the kind.")
    index_everything(library)
    body = page(rosa, f"/assets/{public_id}?q=carriers")
    matches = body.split('id="matches-title"')[1].split("preview-title")[0]
    assert "<mark>Carriers</mark> waited two hours." in matches
    assert "matches-title" not in page(rosa, f"/assets/{public_id}")


def test_nothing_that_was_typed_anywhere_becomes_markup_or_a_script_link(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    nasty = "<script>alert(1)</script>"
    public_id = make_asset(
        library,
        nasty,
        nasty,
        summary=nasty,
        customer=nasty,
        custom={nasty: nasty},
        source_url="javascript:alert(1)",
    )
    next_version(library, public_id, cast, nasty, file_name=f"{nasty}.txt")
    index_everything(library)
    for address in (
        f"/assets/{public_id}?q={nasty}",
        f"/assets/{public_id}/edit",
        f"/assets/{public_id}/delete",
    ):
        body = page(mira, address)
        assert nasty not in body
        assert 'href="javascript:' not in body


# --- who sees and does what --------------------------------------------------------


def test_what_a_rep_may_not_know_of_is_not_there(
    library: Library, rosa: FlaskClient, mira: FlaskClient
) -> None:
    draft = make_asset(library, publish=False)
    archived = make_asset(library, "Old")
    submit(mira, f"/assets/{archived}/state", {"to": "archived"})
    for public_id in (draft, archived, "nothing"):
        page(rosa, f"/assets/{public_id}", status=404)
    assert "Publish" in page(mira, f"/assets/{archived}")
    page(mira, f"/assets/{draft}")


def test_a_rep_is_offered_no_publishing_and_cannot_post_it(
    library: Library, rosa: FlaskClient
) -> None:
    public_id = make_asset(library)
    body = page(rosa, f"/assets/{public_id}")
    for words in ("Lifecycle", "History", "Upload a new version", "/edit", "Delete"):
        assert words not in body
    page(rosa, f"/assets/{public_id}/edit", status=403)
    for step in ("state", "delete", "reviewed", "edit"):
        submit(rosa, f"/assets/{public_id}/{step}", {"to": "archived"}, status=403)
    assert rows(library, "SELECT state FROM assets") == [("published",)]


def test_an_asset_goes_through_its_life(library: Library, mira: FlaskClient) -> None:
    public_id = make_asset(library, publish=False)
    address = f"/assets/{public_id}"
    for to, shown in (
        ("in_review", "is in review."),
        ("published", "is published"),
        ("archived", "is archived"),
        ("draft", "is a draft again"),
    ):
        assert submit(mira, f"{address}/state", {"to": to}) == address
        assert shown in page(mira, address)
    changes = rows(library, "SELECT after FROM asset_state_changes WHERE field = 'state'")
    assert [c for (c,) in changes][1:] == ["in_review", "published", "archived", "draft"]


@pytest.mark.parametrize("to", ["deleted", "lost", ""])
def test_no_state_is_reached_but_those_of_the_page(
    library: Library, mira: FlaskClient, to: str
) -> None:
    public_id = make_asset(library)
    submit(mira, f"/assets/{public_id}/state", {"to": to}, status=422)
    assert rows(library, "SELECT state FROM assets") == [("published",)]


def test_a_step_the_lifecycle_does_not_know_is_a_conflict(
    library: Library, mira: FlaskClient
) -> None:
    public_id = make_asset(library, publish=False)
    body = submit(mira, f"/assets/{public_id}/state", {"to": "archived"}, status=409)
    assert "cannot become archived" in body


def test_deleting_says_what_happens_first_and_then_it_is_gone(
    library: Library, rosa: FlaskClient, mira: FlaskClient
) -> None:
    public_id = make_asset(library, "Wrong prices")
    question = page(mira, f"/assets/{public_id}/delete")
    assert "This cannot be undone." in question
    assert rows(library, "SELECT state FROM assets") == [("published",)]
    assert submit(mira, f"/assets/{public_id}/delete", {}) == "/library"
    assert "“Wrong prices” is deleted." in page(mira, "/library")
    for client in (rosa, mira):
        page(client, f"/assets/{public_id}", status=404)
        page(client, f"/assets/{public_id}/v1/file", status=404)


def test_marking_as_reviewed_moves_the_date_and_is_kept(
    library: Library, mira: FlaskClient
) -> None:
    public_id = make_asset(library, review_by=TODAY)
    later = TODAY + timedelta(days=100)
    submit(mira, f"/assets/{public_id}/reviewed", {"review_by": later.isoformat()})
    assert rows(library, "SELECT review_by FROM assets") == [(later.isoformat(),)]
    assert "Reviewed; next by" in page(mira, f"/assets/{public_id}")
    submit(mira, f"/assets/{public_id}/reviewed", {"review_by": "soon"}, status=422)


# --- events -------------------------------------------------------------------------


def test_opening_and_taking_are_recorded_with_the_role(library: Library, rosa: FlaskClient) -> None:
    public_id = make_asset(library)
    rosa.head(f"/assets/{public_id}")
    rosa.head(f"/assets/{public_id}/v1/file")
    assert rows(library, "SELECT id FROM openings UNION SELECT id FROM takings") == []
    page(rosa, f"/assets/{public_id}")
    with rosa.get(f"/assets/{public_id}/v1/file"):
        pass
    own = asset_id(library, public_id)
    assert rows(library, "SELECT asset_id, role, surface FROM openings") == [(own, "rep", None)]
    assert rows(library, "SELECT asset_id, role, version_id FROM takings") == [(own, "rep", 1)]


def test_what_is_not_there_is_not_recorded(library: Library, rosa: FlaskClient) -> None:
    public_id = make_asset(library, publish=False)
    page(rosa, f"/assets/{public_id}", status=404)
    page(rosa, f"/assets/{public_id}/v1/file", status=404)
    assert rows(library, "SELECT id FROM openings UNION SELECT id FROM takings") == []


def test_the_page_costs_the_same_however_many_pages_and_versions_it_has(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    public_id = make_asset(library, "Short", "one", terms={"industry": ["Retail"]})
    index_everything(library)
    with statements(library) as few:
        page(mira, f"/assets/{public_id}?q=one")
    for number in range(4):
        texts = [f"one {number} {n}" for n in range(30)]
        next_version(library, public_id, cast, *texts)
    index_everything(library)
    with statements(library) as many:
        page(mira, f"/assets/{public_id}?q=one")
    assert len(many) == len(few), many
