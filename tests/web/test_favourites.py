"""Favourites: a star beside each asset, that works without a script and with one."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.asset import service as assets
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import MONDAY, csrf_token, make_asset, statements
from tests.web.browsing import browser_of, index_everything, page, rows, shelf_of, submit


@pytest.fixture
def shelf(library: Library, cast: Cast) -> dict[str, str]:
    return shelf_of(library, cast)


def _stars(body: str) -> dict[str, bool]:
    """Public id -> whether it is pressed, of each star on the page."""
    found = re.findall(
        r'formaction="/assets/(\w+)/favourite" name="keep" value="(\w+)" aria-pressed="(\w+)"', body
    )
    assert all((value == "no") is (pressed == "true") for _, value, pressed in found)
    return {public_id: pressed == "true" for public_id, _, pressed in found}


def _keep(client: FlaskClient, public_id: str, **fields: str) -> str:
    return submit(client, f"/assets/{public_id}/favourite", {"keep": "yes", **fields})


def test_each_list_and_the_asset_itself_have_a_star(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    _keep(rosa, shelf["dock"])
    expected = {shelf["dock"]: True, shelf["card"]: False, shelf["parcel"]: False}
    for address in ("/", "/library", "/library?view=list", "/search?q=carriers+waited"):
        assert _stars(page(rosa, address)) == expected, address
    assert _stars(page(rosa, f"/assets/{shelf['dock']}")) == {shelf["dock"]: True}
    fragment = page(rosa, "/search?q=carriers+waited&fragment=1")
    assert _stars(fragment) == expected


def test_without_a_script_the_star_posts_a_form_and_comes_back(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    back = "/library?view=list&facet=industry:retail"
    assert 'name="back" value="/library?view=list&amp;facet=industry:retail"' in page(rosa, back)
    assert _keep(rosa, shelf["dock"], back=back) == back
    assert "“Dock scheduling at a grocer” is now among your favourites." in page(rosa, back)
    assert _keep(rosa, shelf["dock"], back="//elsewhere.example") == f"/assets/{shelf['dock']}"
    submit(rosa, f"/assets/{shelf['dock']}/favourite", {"keep": "no", "back": back})
    assert not any(_stars(page(rosa, back)).values())


def test_with_a_script_it_gets_the_new_state_and_what_to_tell(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_token(page(rosa, "/"))}
    address = f"/assets/{shelf['dock']}/favourite"
    for keep, is_kept, words in (("yes", True, "is now among"), ("no", False, "is no longer")):
        answer = rosa.post(address, data={"keep": keep}, headers=headers)
        assert answer.status_code == 200
        assert answer.json["is_favourite"] is is_kept  # type: ignore[index]
        assert words in answer.json["told"]  # type: ignore[index]


def test_what_one_may_not_see_cannot_be_starred(
    library: Library, rosa: FlaskClient, mira: FlaskClient, shelf: dict[str, str]
) -> None:
    for public_id in (shelf["draft"], "nothing"):
        submit(rosa, f"/assets/{public_id}/favourite", {"keep": "yes"}, status=404)
    assert rows(library, "SELECT asset_id FROM favourites") == []
    _keep(mira, shelf["draft"])
    assert "Carriers waited, a draft" in page(mira, "/favourites")


def test_the_first_page_shows_mine_and_leads_to_all_of_them(
    library: Library, app: Flask, cast: Cast, rosa: FlaskClient
) -> None:
    made = [make_asset(library, f"Story {n}") for n in range(8)]
    assert "Your favourites" not in page(rosa, "/")
    for public_id in made:
        _keep(rosa, public_id)
    first = page(rosa, "/").split("Your favourites")[1].split("New in the library")[0]
    assert first.count("card-title") == 6
    assert "All 8" in first
    assert page(rosa, "/favourites").count("card-title") == 8
    assert "No favourites yet" in page(browser_of(app, cast.ravi), "/favourites")


def test_a_favourite_that_was_withdrawn_leaves_the_lists(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    public_id = make_asset(library, "Old prices")
    _keep(rosa, public_id)
    assert "Old prices" in page(rosa, "/favourites")
    with library.database.unit_of_work() as session:
        asset = assets.for_change(session, cast.mira, public_id, today=MONDAY.date())
        assets.move(session, asset=asset, to="archived", member_id=None, now=MONDAY)
    assert "Old prices" not in page(rosa, "/")
    assert "No favourites yet" in page(rosa, "/favourites")


@pytest.mark.parametrize("address", ["/", "/library", "/search?q=carriers", "/favourites"])
def test_the_stars_of_a_page_cost_the_same_however_many_there_are(
    library: Library, rosa: FlaskClient, address: str
) -> None:
    terms = {"industry": ["Retail"]}
    _keep(rosa, make_asset(library, "Carriers", terms=terms))
    index_everything(library)
    page(rosa, address)
    with statements(library) as few:
        page(rosa, address)
    for n in range(5):
        _keep(rosa, make_asset(library, f"Carriers {n}", terms=terms))
    index_everything(library)
    page(rosa, address)
    with statements(library) as many:
        page(rosa, address)
    assert len(many) == len(few), many
    stars = [s for s in many if "FROM favourites" in s and "JOIN" not in s]
    assert len(stars) == 1, stars
