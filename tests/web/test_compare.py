"""Two assets side by side."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.errors import IndexUnavailable
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import MONDAY, WordIndex, make_asset, statements
from tests.web.browsing import browser_of, index_everything, page, shelf_of, submit
from tests.web.viewing import share_of

TODAY = MONDAY.date()


@pytest.fixture
def shelf(library: Library, cast: Cast) -> dict[str, str]:
    return shelf_of(library, cast)


def _facts(body: str) -> dict[str, tuple[bool, str, str]]:
    """Name of a fact -> whether it differs, and what stands on either side."""
    found = {}
    for kind, row in re.findall(r'<tr role="row" class="is-(\w+)">(.*?)</tr>', body, re.DOTALL):
        label = re.search(r'scope="row">([^<]+)', row)
        cells = [
            " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r'<td role="cell">(.*?)</td>', row, re.DOTALL)
        ]
        assert label is not None
        found[label.group(1).strip()] = (kind == "different", cells[0], cells[1])
    return found


def test_facts_stand_side_by_side_and_what_differs_is_told(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    one = make_asset(
        library,
        "Prawns",
        "Alarms fell.",
        "By a third.",
        owner=cast.mira,
        terms={"industry": ["Cold storage", "Retail"], "region": ["Europe"]},
        customer="Southern Reef",
        reference_rights="anonymous",
        review_by=TODAY - timedelta(days=1),
    )
    other = make_asset(
        library,
        "Battlecard",
        owner=cast.mira,
        terms={"industry": ["Cold storage"], "region": ["Europe"]},
        audience="internal",
        expires_on=TODAY + timedelta(days=9),
    )
    body = page(rosa, f"/compare?asset={one}&asset={other}")
    facts = _facts(body)
    assert facts["Industry"] == (True, "Cold storage Retail", "Cold storage")
    assert facts["Region"] == (False, "Europe", "Europe")
    assert facts["Owner"] == (False, "Mira", "Mira")
    assert facts["Audience"] == (True, "May go to buyers", "Colleagues only")
    assert facts["Review by"][0] and "overdue" in facts["Review by"][1]
    assert facts["Customer"] == (True, "Southern Reef", "–")
    assert facts["Expires"][2] == "11 Mar 2026"
    assert "for colleagues only" in facts["To a buyer"][2]
    assert '<span class="chip chip-accent">Retail</span>' in body
    assert '<span class="chip ">Cold storage</span>' in body
    assert f"/share/new?asset={one}" in body and f"/share/new?asset={other}" not in body


@pytest.mark.parametrize(
    "query", ["", "?asset=one", "?asset=one&asset=one", "?asset=a&asset=b&asset=c"]
)
def test_without_exactly_two_it_says_how_to_choose(rosa: FlaskClient, query: str) -> None:
    assert "Choose two assets to compare" in page(rosa, f"/compare{query}")


def test_what_one_may_not_see_is_not_compared(rosa: FlaskClient, shelf: dict[str, str]) -> None:
    page(rosa, f"/compare?asset={shelf['dock']}&asset={shelf['draft']}", status=404)
    page(rosa, f"/compare?asset={shelf['dock']}&asset=nothing", status=404)


def test_likeness_is_told_in_words_or_not_at_all(
    library: Library, rosa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Carriers waited two hours at the dock and detention fell by half."
    one, other = (make_asset(library, f"Docks {n}", text) for n in (1, 2))
    third = make_asset(library, "Frozen prawns", "Nothing alike.")
    index_everything(library)
    same = page(rosa, f"/compare?asset={one}&asset={other}")
    assert "Nearly the same text." in same and "mind the dates" in same
    assert "About different things." in page(rosa, f"/compare?asset={one}&asset={third}")

    def silent(*_: object) -> None:
        raise IndexUnavailable("The index is being built.")

    monkeypatch.setattr(WordIndex, "alikeness", silent)
    assert "cannot be told just now" in page(rosa, f"/compare?asset={one}&asset={other}")


def test_each_side_shows_its_passages_for_the_question(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    pair = f"asset={shelf['dock']}&asset={shelf['parcel']}"
    body = page(rosa, f"/compare?{pair}&q=carriers+hub")
    says = body.split("says-title")[2]
    assert "waited two hours at the dock" in says and "<mark>hub</mark>" in says
    assert "No passage of it comes near." in page(rosa, f"/compare?{pair}&q=grocer")


def test_use_is_counted_as_far_as_one_may_see(
    library: Library, app: Flask, cast: Cast, rosa: FlaskClient, mira: FlaskClient
) -> None:
    one, other = make_asset(library, "One"), make_asset(library, "Other")
    share = share_of(library, cast.ravi, [one])
    share_of(library, cast.wes, [other])
    address = f"/compare?asset={one}&asset={other}"
    assert _facts(page(rosa, address))["Sent by your team"] == (False, "0", "0")
    submit(browser_of(app, cast.ravi), f"/shares/{share.public_id}/sent", {})
    assert _facts(page(rosa, address))["Sent by your team"] == (True, "1", "0")
    assert _facts(page(mira, address))["Sent by reps"][1] == "fewer than 5 reps"


def test_two_picked_results_and_similar_assets_lead_here(
    rosa: FlaskClient, shelf: dict[str, str], library: Library
) -> None:
    assert 'formaction="/compare"' in page(rosa, "/search?q=carriers+waited")
    twin = make_asset(
        library,
        "Dock scheduling at a grocer",
        "Carriers waited two hours at the dock.",
        "Detention fell by half.",
        terms={"industry": ["Retail"]},
    )
    index_everything(library)
    body = unescape(page(rosa, f"/assets/{shelf['dock']}?q=dock"))
    similar = body.split("Similar assets")[1]
    assert "nearly the same text" in similar and "Both: Retail" in similar
    assert f"/compare?asset={shelf['dock']}&asset={twin}&q=dock" in similar


def test_it_costs_the_same_however_much_the_two_are_used(
    library: Library, cast: Cast, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    address = f"/compare?asset={shelf['dock']}&asset={shelf['parcel']}&q=carriers"
    page(rosa, address)
    with statements(library) as few:
        page(rosa, address)
    for _ in range(4):
        share_of(library, cast.ravi, [shelf["dock"], shelf["parcel"]])
    with statements(library) as many:
        page(rosa, address)
    assert len(many) == len(few), many
