"""Browsing the library: what each role sees, narrowed, ordered, paged, and recorded."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from contentlib.clock import FixedClock
from contentlib.library import Library
from contentlib.taxonomy import service as taxonomy
from tests.factories import MONDAY, make_asset, statements
from tests.web.browsing import asset_id, page, rows, submit
from web.pages import library as pages

TODAY = MONDAY.date()


def _titles(body: str) -> list[str]:
    return [unescape(t) for t in re.findall(r'class="result-link" href="[^"]+">([^<]+)</a>', body)]


def _count(body: str, value: str) -> str:
    return re.search(rf'value="{value}".*?class="filter-count">(\d+)<', body, re.DOTALL).group(1)  # type: ignore[union-attr]


def test_a_rep_sees_what_is_out_now_and_nothing_else(library: Library, rosa: FlaskClient) -> None:
    make_asset(library, "Out")
    make_asset(library, "Draft", publish=False)
    make_asset(library, "Expired", expires_on=TODAY - timedelta(days=1))
    make_asset(library, "Last day", expires_on=TODAY)
    assert set(_titles(page(rosa, "/library"))) == {"Out", "Last day"}
    assert set(_titles(page(rosa, "/library?state=draft"))) == {"Out", "Last day"}
    assert "Drafts" not in page(rosa, "/library")


def test_a_marketer_sees_each_state_on_its_own(library: Library, mira: FlaskClient) -> None:
    make_asset(library, "Out")
    make_asset(library, "Not yet", publish=False)
    old = make_asset(library, "Old")
    submit(mira, f"/assets/{old}/state", {"to": "archived"})
    assert set(_titles(page(mira, "/library"))) == {"Out", "Not yet"}
    assert _titles(page(mira, "/library?state=draft")) == ["Not yet"]
    assert _titles(page(mira, "/library?state=published")) == ["Out"]
    assert _titles(page(mira, "/library?state=archived")) == ["Old"]
    assert "Nothing is in review" in page(mira, "/library?state=in_review")


def test_facets_narrow_and_their_counts_tell_what_ticking_them_gives(
    library: Library, rosa: FlaskClient
) -> None:
    make_asset(library, "Retail story", terms={"industry": ["Retail"], "region": ["Europe"]})
    make_asset(library, "Parcel story", terms={"industry": ["Parcel"], "region": ["Europe"]})
    make_asset(library, "Nothing said")
    every = page(rosa, "/library")
    assert _count(every, "region:europe") == "2"
    retail = page(rosa, "/library?facet=industry:retail")
    assert _titles(retail) == ["Retail story"]
    assert (_count(retail, "region:europe"), _count(retail, "industry:parcel")) == ("1", "1")
    assert len(_titles(page(rosa, "/library?facet=industry:retail&facet=industry:parcel"))) == 2
    assert "Nothing fits all of these" in page(rosa, "/library?facet=industry:whaling")


def test_a_term_counts_and_finds_what_stands_below_it_once(
    library: Library, rosa: FlaskClient
) -> None:
    make_asset(library, "Both", terms={"region": ["Europe"]})
    make_asset(library, "German", terms={"region": ["Germany"]})
    with library.database.unit_of_work() as session:
        region = taxonomy.put_facet(session, key="region", label="Region", many=True, position=1)
        europe = taxonomy.put_term(session, facet=region, label="Europe")
        taxonomy.put_term(session, facet=region, label="Germany", parent=europe)
    body = page(rosa, "/library?facet=region:europe")
    assert set(_titles(body)) == {"Both", "German"}
    assert (_count(body, "region:europe"), _count(body, "region:germany")) == ("2", "1")


def test_it_is_ordered_by_what_was_asked(library: Library, mira: FlaskClient) -> None:
    clock = library.clock
    assert isinstance(clock, FixedClock)
    make_asset(library, "beta", review_by=date(2027, 1, 1))
    clock.move(timedelta(days=1))
    make_asset(library, "Alpha", review_by=date(2027, 3, 1))
    clock.move(timedelta(days=1))
    make_asset(library, "gamma", review_by=date(2026, 12, 1))
    assert _titles(page(mira, "/library")) == ["gamma", "Alpha", "beta"]
    assert _titles(page(mira, "/library?order=title")) == ["Alpha", "beta", "gamma"]
    assert _titles(page(mira, "/library?order=review")) == ["gamma", "beta", "Alpha"]
    assert _titles(page(mira, "/library?order=nonsense")) == ["gamma", "Alpha", "beta"]


def test_grid_and_list_show_the_same_assets(library: Library, rosa: FlaskClient) -> None:
    make_asset(library, "One", terms={"content_type": ["Deck"]})
    make_asset(library, "Two")
    grid, listed = page(rosa, "/library"), page(rosa, "/library?view=list")
    assert sorted(_titles(grid)) == sorted(_titles(listed)) == ["One", "Two"]
    assert "<table" in listed and "<table" not in grid


def test_pages_follow_each_other_and_keep_what_was_chosen(
    library: Library, rosa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    for number in range(5):
        make_asset(library, f"Story {number}", terms={"industry": ["Retail"]})
    first = page(rosa, "/library?order=title&facet=industry:retail")
    assert _titles(first) == ["Story 0", "Story 1"]
    following = unescape(re.findall(r'rel="next" href="([^"]+)"', first)[0])
    assert _titles(page(rosa, following)) == ["Story 2", "Story 3"]
    assert "To its beginning" in page(rosa, "/library?offset=90")
    assert _titles(page(rosa, "/library?offset=-3&order=title")) == ["Story 0", "Story 1"]


def test_what_stood_in_the_list_is_recorded_with_its_place(
    library: Library, rosa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 1)
    make_asset(library, "A")
    second = make_asset(library, "B")
    body = page(rosa, "/library?order=title&offset=1")
    shown = rows(library, "SELECT asset_id, surface, rank, role FROM impressions")
    assert shown == [(asset_id(library, second), "library", 2, "rep")]
    page(rosa, unescape(re.findall(r'class="result-link" href="([^"]+)"', body)[0]))
    opened = rows(library, "SELECT surface, rank FROM openings")
    assert opened == [("library", 2)]


@pytest.mark.parametrize("view", ["grid", "list"])
def test_the_list_costs_the_same_however_long_it_is(
    library: Library, mira: FlaskClient, view: str
) -> None:
    make_asset(library, "The first", terms={"industry": ["Retail"]})
    address = f"/library?view={view}&facet=industry:retail"
    with statements(library) as few:
        page(mira, address)
    for number in range(6):
        terms = {"industry": ["Retail", f"Industry {number}"]}
        make_asset(library, f"Another {number}", terms=terms)
    with statements(library) as many:
        assert len(_titles(page(mira, address))) == 7
    assert len(many) == len(few), many


def test_an_empty_library_says_how_to_begin(rosa: FlaskClient, mira: FlaskClient) -> None:
    assert "Upload files" in page(mira, "/library")
    assert "Nothing is published yet" in page(rosa, "/library")
