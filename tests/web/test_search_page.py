"""The search page: what it finds for whom, what it says when nothing fits, what it records."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.clock import FixedClock
from contentlib.errors import IndexUnavailable
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import WordIndex, make_asset, statements
from tests.web.browsing import browser_of, index_everything, page, rows, shelf_of, submit


@pytest.fixture
def shelf(library: Library, cast: Cast) -> dict[str, str]:
    return shelf_of(library, cast)


def _titles(body: str) -> list[str]:
    return [
        unescape(t) for t in re.findall(r'class="result-link" href="[^"]+">([^<]+)</a></h3>', body)
    ]


def _searches(library: Library) -> list[tuple[object, ...]]:
    return rows(library, "SELECT text, shown, confident FROM searches ORDER BY id")


# --- the first page -----------------------------------------------------------


def test_the_first_page_shows_what_is_new_and_what_i_opened_last(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    first = page(rosa, "/")
    assert "New in the library" in first
    assert "You opened last" not in first
    page(rosa, f"/assets/{shelf['parcel']}")
    again = page(rosa, "/")
    recent = again.split("You opened last")[1].split("New in the library")[0]
    assert "Parcel hubs in Europe" in recent
    assert "Dock scheduling" not in recent


def test_what_colleagues_opened_is_not_what_i_opened(
    app: Flask, rosa: FlaskClient, cast: Cast, shelf: dict[str, str]
) -> None:
    page(browser_of(app, cast.ravi), f"/assets/{shelf['parcel']}")
    assert "You opened last" not in page(rosa, "/")


def test_an_empty_library_tells_a_rep_to_wait_and_a_marketer_to_upload(
    app: Flask, rosa: FlaskClient, cast: Cast
) -> None:
    assert "Nothing is published yet" in page(rosa, "/")
    assert "Upload files" in page(browser_of(app, cast.mira), "/")


def test_the_first_page_costs_the_same_however_many_assets_there_are(
    library: Library, rosa: FlaskClient
) -> None:
    make_asset(library, "The first", terms={"industry": ["Retail"]})
    with statements(library) as few:
        page(rosa, "/")
    for number in range(6):
        make_asset(library, f"Another {number}", terms={"industry": [f"Industry {number}"]})
    with statements(library) as many:
        page(rosa, "/")
    assert len(many) == len(few), many


# --- results --------------------------------------------------------------------


def test_results_stand_in_the_page_without_a_script(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers+waited")
    assert set(_titles(body)) == {
        "Dock scheduling at a grocer",
        "Battlecard against waiting",
        "Parcel hubs in Europe",
    }
    assert "<html" in body
    assert "<mark>Carriers</mark>" in body


def test_the_fragment_is_the_same_list_without_the_page(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    whole = page(rosa, "/search?q=carriers+waited")
    part = page(rosa, "/search?q=carriers+waited&fragment=1")
    assert _titles(part) == _titles(whole)
    assert "<html" not in part


def test_a_rep_finds_no_drafts_and_a_marketer_does(
    app: Flask, rosa: FlaskClient, cast: Cast, shelf: dict[str, str]
) -> None:
    assert "Carriers waited, a draft" not in _titles(page(rosa, "/search?q=carriers"))
    mira = browser_of(app, cast.mira)
    assert "Carriers waited, a draft" in _titles(page(mira, "/search?q=carriers"))


def test_only_what_may_be_sent_can_be_shared_or_picked(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers+waited")
    assert f'href="/share/new?asset={shelf["dock"]}"' in body
    assert f'name="asset" value="{shelf["dock"]}"' in body
    assert f"asset={shelf['card']}" not in body
    assert f'value="{shelf["card"]}"' not in body
    only = page(rosa, "/search?q=carriers+waited&sendable=1")
    assert "Battlecard against waiting" not in _titles(only)


def test_facets_narrow_with_or_within_and_and_between(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    retail = page(rosa, "/search?q=carriers&facet=industry:retail")
    assert set(_titles(retail)) == {"Dock scheduling at a grocer", "Battlecard against waiting"}
    either = page(rosa, "/search?q=carriers&facet=industry:retail&facet=industry:parcel")
    assert len(_titles(either)) == 3
    both = page(rosa, "/search?q=carriers&facet=industry:retail&facet=region:europe")
    assert _titles(both) == []


def test_the_other_terms_of_a_chosen_facet_stay_choosable_with_their_counts(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers&facet=industry:retail")
    parcel = body.split('value="industry:parcel"')[1].split("</label>")[0]
    assert '<span class="filter-count">1</span>' in parcel
    assert "checked" in body.split('value="industry:retail"')[1].split(">")[0]


def test_a_term_that_is_not_there_matches_nothing_and_can_be_removed(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers&facet=industry:whaling")
    assert _titles(body) == []
    assert "Nothing found" in body
    assert 'aria-label="Remove the filter Industry: whaling"' in body


def test_each_chosen_filter_can_be_dropped_alone(rosa: FlaskClient, shelf: dict[str, str]) -> None:
    body = page(rosa, "/search?q=carriers&facet=industry:retail&facet=region:europe")
    chips = re.findall(r'class="chip chip-accent chip-off" href="([^"]+)"', body)
    without = [unescape(chip) for chip in chips]
    assert without == [
        "/search?q=carriers&facet=region:europe",
        "/search?q=carriers&facet=industry:retail",
    ]


def test_when_nothing_fits_well_the_page_says_so_and_shows_the_nearest(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers+under+quiet+northern+sea+ice")
    assert "Nothing here fits well" in body
    assert "The nearest there is" in body
    assert _titles(body)
    assert "Ask marketing for it" in body


def test_a_title_is_shown_as_text_whatever_is_in_it(library: Library, rosa: FlaskClient) -> None:
    make_asset(library, "<script>alert(1)</script> carriers", "<img src=x onerror=alert(2)> waited")
    index_everything(library)
    for address in ("/", "/search?q=carriers", "/search?q=%3Cscript%3Ewaited", "/library"):
        body = page(rosa, address)
        assert "<script>alert" not in body
        assert "<img src=x" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; carriers" in page(rosa, "/search?q=carriers")


def test_an_empty_question_shows_the_first_page_and_facets_alone_lead_to_the_library(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    assert "New in the library" in page(rosa, "/search?q=+")
    answer = rosa.get("/search?q=&facet=industry:retail")
    assert answer.headers["Location"] == "/library?facet=industry:retail"


def test_an_index_that_is_being_rebuilt_is_a_calm_503_within_the_page(
    library: Library, rosa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise IndexUnavailable("The search index is being rebuilt; try again.")

    monkeypatch.setattr(WordIndex, "search", unavailable)
    whole = page(rosa, "/search?q=carriers", status=503)
    assert "Search is getting ready" in whole
    assert 'value="carriers"' in whole
    part = page(rosa, "/search?q=carriers&fragment=1", status=503)
    assert "Search is getting ready" in part
    assert _searches(library) == []


def test_a_search_costs_the_same_however_many_results_it_has(
    library: Library, rosa: FlaskClient
) -> None:
    make_asset(library, "Carriers 0", terms={"industry": ["Retail"]})
    make_asset(library, "Carriers 1", terms={"industry": ["Parcel"]})
    index_everything(library)
    page(rosa, "/search?q=carriers&facet=industry:retail&fragment=1")
    with statements(library) as few:
        page(rosa, "/search?q=carriers&facet=industry:retail&fragment=1")
    for number in range(2, 9):
        make_asset(library, f"Carriers {number}", terms={"industry": ["Retail", f"I{number}"]})
    index_everything(library)
    page(rosa, "/search?q=carriers&facet=industry:retail&fragment=1")
    with statements(library) as many:
        body = page(rosa, "/search?q=carriers&facet=industry:retail&fragment=1")
    assert len(_titles(body)) == 8
    assert len(many) == len(few), many


# --- asking marketing -----------------------------------------------------------


def test_what_is_missing_can_be_asked_for_with_the_search_it_came_from(
    library: Library, cast: Cast, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    back = submit(
        rosa,
        "/search/request",
        {"q": "works council", "facet": "industry:retail", "text": "One page, in German"},
    )
    assert back == "/search?q=works+council&facet=industry:retail"
    assert "Marketing has your request" in page(rosa, back)
    kept = rows(library, "SELECT member_id, text, context FROM content_requests")
    assert kept == [
        (
            cast.rosa.member_id,
            "One page, in German",
            '{"searched": "works council", "facets": {"industry": ["retail"]}}',
        )
    ]


def test_an_empty_request_is_refused(library: Library, rosa: FlaskClient) -> None:
    submit(rosa, "/search/request", {"q": "works council", "text": "  "}, status=422)
    assert rows(library, "SELECT id FROM content_requests") == []


def test_new_assets_come_first_on_the_first_page(library: Library, rosa: FlaskClient) -> None:
    make_asset(library, "The older")
    clock = library.clock
    assert isinstance(clock, FixedClock)
    clock.move(timedelta(days=1))
    make_asset(library, "The newer")
    body = page(rosa, "/")
    assert body.index("The newer") < body.index("The older")


# --- what a result says of the question -------------------------------------------


def test_a_result_says_which_terms_of_the_question_it_has(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers+retail&fragment=1")
    dock = body.split("Dock scheduling at a grocer</a>")[1].split("</li>")[0]
    assert '<span class="chip chip-accent">Retail</span>' in dock
    plain = page(rosa, "/search?q=carriers&fragment=1")
    dock = plain.split("Dock scheduling at a grocer</a>")[1].split("</li>")[0]
    assert "chips-reasons" not in dock
    assert "Retail" in dock


def test_a_quoted_phrase_that_no_asset_holds_is_told(
    library: Library, rosa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_asset(library, "Carriers wait", "Carriers waited at the dock.")
    index_everything(library)
    by_words = WordIndex.search

    def holds_no_phrase(self: WordIndex, text: str, **asked: object) -> object:
        return () if '"' in text else by_words(self, text, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr(WordIndex, "search", holds_no_phrase)
    body = page(rosa, "/search?q=%22carriers+waited%22&fragment=1")
    assert "No asset contains <strong>“carriers waited”</strong>; the nearest:" in body
    assert _titles(body) == ["Carriers wait"]
    assert "No asset contains" not in page(rosa, "/search?q=carriers+waited&fragment=1")
