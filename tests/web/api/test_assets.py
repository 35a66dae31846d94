"""Assets and vocabulary as programs read them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from contentlib.clock import FixedClock
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import make_asset, statements
from tests.web.api.calling import Program, program_of, settle_uses


def _walk(program: Program, address: str, *, cursor: str | None = None) -> list[dict[str, Any]]:
    """All pages of a list, from the cursor on."""
    found: list[dict[str, Any]] = []
    while True:
        told = program.get(f"{address}&cursor={cursor}" if cursor else address)
        found += told["assets"]
        cursor = told["next_cursor"]
        if cursor is None:
            return found


def test_a_rep_sees_what_is_published_and_a_marketer_drafts_too(
    rosas: Program, miras: Program, shelf: dict[str, str]
) -> None:
    of_rosa = rosas.get("/assets")
    assert [asset["id"] for asset in of_rosa["assets"]] == [
        shelf["dock"],
        shelf["card"],
        shelf["parcel"],
    ]
    assert of_rosa["total"] == 3
    assert of_rosa["next_cursor"] is None
    assert shelf["draft"] in [asset["id"] for asset in miras.get("/assets")["assets"]]


def test_an_asset_in_a_list_tells_its_facts(rosas: Program, shelf: dict[str, str]) -> None:
    dock = rosas.get("/assets")["assets"][0]
    assert dock["title"] == "Dock scheduling at a grocer"
    assert dock["url"].endswith(f"/assets/{shelf['dock']}")
    assert dock["facets"]["industry"] == [{"key": "retail", "label": "Retail"}]
    assert (dock["state"], dock["audience"], dock["sendable"]) == ("published", "external", True)
    assert (dock["version"], dock["page_count"], dock["owner"]) == (1, 2, "Mira")


def test_pages_of_any_size_hold_each_asset_once(
    library: Library, rosas: Program, shelf: dict[str, str]
) -> None:
    for number in range(4):
        make_asset(library, f"Yard {number}")
    whole = [asset["id"] for asset in rosas.get("/assets?limit=100")["assets"]]
    assert len(whole) == 7
    for limit in (1, 2, 3, 7):
        assert [a["id"] for a in _walk(rosas, f"/assets?limit={limit}")] == whole


def test_what_comes_and_goes_meanwhile_moves_no_other_asset(
    library: Library, rosas: Program
) -> None:
    clock = library.clock
    assert isinstance(clock, FixedClock)
    ends = make_asset(library, "Ends today", expires_on=clock.now().date())
    kept = [make_asset(library, f"Stays {number}") for number in range(3)]
    first = rosas.get("/assets?limit=2")
    assert [a["id"] for a in first["assets"]] == [ends, kept[0]]
    clock.move(timedelta(days=1))
    late = make_asset(library, "Came late")
    rest = _walk(rosas, "/assets?limit=2", cursor=first["next_cursor"])
    assert [a["id"] for a in rest] == [kept[1], kept[2], late]


def test_facets_narrow_with_or_within_and_and_between(
    rosas: Program, shelf: dict[str, str]
) -> None:
    def ids(query: str) -> set[str]:
        return {asset["id"] for asset in rosas.get(f"/assets?{query}")["assets"]}

    assert ids("facet=industry=retail") == {shelf["dock"], shelf["card"]}
    assert ids("facet=industry=Retail&facet=industry=parcel") == {
        shelf["dock"],
        shelf["card"],
        shelf["parcel"],
    }
    assert ids("facet=industry=parcel&facet=region=europe") == {shelf["parcel"]}
    assert ids("facet=industry=retail&facet=region=europe") == set()
    assert ids("facet=industry=retail&sendable=1") == {shelf["dock"]}


@pytest.mark.parametrize(
    ("pair", "told"), [("industry=whaling", "Terms of industry"), ("mood=good", "Facets are")]
)
def test_a_term_that_is_not_there_is_refused_with_those_that_are(
    rosas: Program, shelf: dict[str, str], pair: str, told: str
) -> None:
    error = rosas.get(f"/assets?facet={pair}", status=422)["error"]
    assert told in error["fields"]["facet"]


def test_a_cursor_is_good_for_its_own_list_only_and_not_when_changed(
    rosas: Program, shelf: dict[str, str]
) -> None:
    cursor = rosas.get("/assets?limit=1")["next_cursor"]
    for wrong in (
        f"/assets?limit=1&sendable=1&cursor={cursor}",
        f"/assets?limit=1&facet=industry=retail&cursor={cursor}",
        f"/assets?limit=1&cursor={cursor[:-1]}",
        f"/assets?limit=1&cursor=A{cursor}",
        "/assets?cursor=",
        "/assets?cursor=1",
    ):
        assert set(rosas.get(wrong, status=422)["error"]["fields"]) == {"cursor"}
    assert rosas.get(f"/assets?limit=2&cursor={cursor}")["next_cursor"] is None


def test_one_asset_tells_versions_and_how_much_text_its_pages_hold(
    rosas: Program, shelf: dict[str, str]
) -> None:
    dock = rosas.get(f"/assets/{shelf['dock']}")
    assert [(page["number"], page["characters"]) for page in dock["pages"]] == [(1, 38), (2, 23)]
    (version,) = dock["versions"]
    assert (version["number"], version["is_current"]) == (1, True)
    assert len(version["sha256"]) == 64
    assert dock["refusal_to_send"] is None
    card = rosas.get(f"/assets/{shelf['card']}")
    assert "colleagues only" in card["refusal_to_send"]


def test_what_one_may_not_see_answers_as_what_is_not_there(
    rosas: Program, miras: Program, shelf: dict[str, str]
) -> None:
    hidden = rosas.call("GET", f"/assets/{shelf['draft']}")
    unknown = rosas.call("GET", "/assets/nothing")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.get_data() == unknown.get_data()
    assert miras.get(f"/assets/{shelf['draft']}")["state"] == "draft"


def test_what_an_asset_cost_is_told_to_who_publishes(
    library: Library, rosas: Program, miras: Program
) -> None:
    asset = make_asset(library, "A film", production_cost=Decimal("12500.50"))
    assert rosas.get(f"/assets/{asset}")["production_cost"] is None
    assert miras.get(f"/assets/{asset}")["production_cost"] == "12500.50"


def test_the_vocabulary_tells_facets_terms_and_what_else_people_call_them(
    rosas: Program, shelf: dict[str, str]
) -> None:
    facets = {facet["key"]: facet for facet in rosas.get("/vocabulary")["facets"]}
    terms = facets["industry"]["terms"]
    assert [(term["key"], term["label"]) for term in terms] == [
        ("retail", "Retail"),
        ("parcel", "Parcel"),
    ]
    assert set(terms[0]) == {"key", "label", "definition", "parent", "synonyms"}


def test_a_page_costs_the_same_however_many_assets_it_holds(
    app: Flask, library: Library, cast: Cast
) -> None:
    program = program_of(app, cast.rosa)
    address = "/assets?limit=100&facet=industry=retail"
    make_asset(library, "Dock 0", "One page", terms={"industry": ["Retail"]})

    def cost() -> list[str]:
        program.get(address)
        settle_uses(app)
        with statements(library) as seen:
            program.get(address)
        return seen

    few = cost()
    for number in range(1, 9):
        make_asset(library, f"Dock {number}", terms={"industry": ["Retail", f"I{number}"]})
    many = cost()
    assert len(program.get(address)["assets"]) == 9
    assert len(many) == len(few) <= 7, many


def test_one_asset_costs_the_same_however_many_pages_it_has(
    app: Flask, library: Library, cast: Cast
) -> None:
    program = program_of(app, cast.rosa)
    small = make_asset(library, "Small", "One page")
    large = make_asset(library, "Large", *(f"Page {n}" for n in range(12)))
    program.get("/vocabulary")
    settle_uses(app)
    seen = []
    for asset in (small, large):
        with statements(library) as run:
            program.get(f"/assets/{asset}")
        seen.append(len(run))
    assert seen[0] == seen[1] <= 7
