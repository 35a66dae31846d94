"""Collections as pages: put together, ordered, shared with colleagues and with a buyer."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.collection import rules
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.service import MOST_ITEMS
from tests.cast import Cast
from tests.factories import MONDAY, csrf_token, make_asset, statements
from tests.web.browsing import browser_of, index_everything, page, rows, shelf_of, submit


@pytest.fixture
def shelf(library: Library, cast: Cast) -> dict[str, str]:
    return shelf_of(library, cast)


@pytest.fixture
def ravi(app: Flask, cast: Cast) -> FlaskClient:
    return browser_of(app, cast.ravi)


def _make(client: FlaskClient, *items: str, name: str = "Cold chain") -> str:
    """A collection of these assets; its address."""
    if not items:
        return submit(client, "/collections", {"name": name})
    return submit(client, "/collections/add", {"asset": list(items), "name": name})


def _titles(body: str) -> list[str]:
    return [unescape(t) for t in re.findall(r'class="result-link" href="[^"]+">([^<]+)</a>', body)]


def _shared_at_once(body: str) -> list[str]:
    link = re.search(r'btn-primary" href="(/share/new[^"]+)">Share (?:all|\d+) with a buyer', body)
    return re.findall(r"asset=(\w+)", unescape(link.group(1))) if link else []


# --- making ---------------------------------------------------------------------------


def test_a_collection_is_made_from_its_list(rosa: FlaskClient) -> None:
    assert "No collection yet" in page(rosa, "/collections")
    address = _make(rosa, name="Cold chain in <Spain>")
    body = page(rosa, address)
    assert "<h1>Cold chain in &lt;Spain&gt;</h1>" in body
    assert "This collection is empty" in body
    assert "only you see it" in body
    listed = page(rosa, "/collections")
    assert "Cold chain in &lt;Spain&gt;" in listed and "Empty" in listed


def test_a_refused_name_is_told_beside_its_field_and_kept(rosa: FlaskClient) -> None:
    _make(rosa)
    body = submit(rosa, "/collections", {"name": "cold chain", "description": "x"}, status=422)
    assert "There is a collection called “Cold chain” already." in body
    assert 'value="cold chain"' in body
    assert "The collection needs a name." in submit(rosa, "/collections", {}, status=422)


def test_from_an_asset_it_is_chosen_or_made_in_one_step(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    asset = f"/assets/{shelf['dock']}"
    assert "Name of the new collection" in page(rosa, asset)
    fields = {"asset": shelf["dock"], "name": "First", "back": asset}
    assert submit(rosa, "/collections/add", fields) == asset
    again = page(rosa, asset)
    assert "Added 1 asset to “First”." in again
    assert "disabled>First (is in it)</option>" in again
    chosen = re.findall(r'<option value="(\w+)"', page(rosa, f"/assets/{shelf['parcel']}"))[0]
    submit(rosa, "/collections/add", {"asset": shelf["parcel"], "collection": chosen})
    assert _titles(page(rosa, f"/collections/{chosen}")) == [
        "Dock scheduling at a grocer",
        "Parcel hubs in Europe",
    ]


def test_picked_results_are_added_together_with_their_deal(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=carriers+waited")
    assert 'formaction="/collections/add"' in body
    picked = f"asset={shelf['dock']}&asset={shelf['parcel']}"
    choice = page(rosa, f"/collections/add?{picked}&opportunity=someone")
    assert "Add 2 assets to a collection" in choice
    assert 'name="opportunity" value="someone"' in choice
    fields = {"asset": [shelf["dock"], shelf["parcel"]], "name": "Two", "opportunity": "someone"}
    address = submit(rosa, "/collections/add", fields)
    assert address.endswith("?opportunity=someone")
    assert "opportunity=someone" in page(rosa, address).split("Share all")[0].rsplit("href", 1)[1]


def test_adding_says_what_is_wrong_and_keeps_what_was_picked(
    library: Library, rosa: FlaskClient, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = submit(rosa, "/collections/add", {"asset": shelf["dock"]}, status=422)
    assert "The collection needs a name." in body
    assert "Dock scheduling at a grocer" in body
    submit(rosa, "/collections/add", {"name": "Nothing in it"}, status=422)
    submit(rosa, "/collections/add", {"asset": shelf["draft"], "name": "Drafts"}, status=404)
    assert "Choose what to add first" in page(rosa, "/collections/add")
    assert rows(library, "SELECT id FROM collections") == []
    monkeypatch.setattr(rules, "MOST_ASSETS", 1)
    both = {"asset": [shelf["dock"], shelf["parcel"]], "name": "Both"}
    assert "at most 1 assets" in submit(rosa, "/collections/add", both, status=422)
    assert rows(library, "SELECT id FROM collections") == []


# --- one collection -------------------------------------------------------------------


def test_it_is_ordered_by_buttons_with_and_without_a_script(
    library: Library, rosa: FlaskClient
) -> None:
    made = {title: make_asset(library, title) for title in "ABC"}
    address = _make(rosa, *made.values())
    assert submit(rosa, f"{address}/order", {"up": made["C"]}) == f"{address}#item-{made['C']}"
    assert _titles(page(rosa, address)) == ["A", "C", "B"]
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_token(page(rosa, "/"))}
    answer = rosa.post(f"{address}/order", data={"last": made["A"]}, headers=headers)
    assert answer.json == {"place": 3}
    assert _titles(page(rosa, address)) == ["C", "B", "A"]
    submit(rosa, f"{address}/order", {"sideways": made["A"]}, status=422)


def test_an_asset_is_taken_out_and_the_collection_renamed_and_deleted(
    library: Library, rosa: FlaskClient
) -> None:
    a, b = make_asset(library, "A"), make_asset(library, "B")
    address = _make(rosa, a, b)
    submit(rosa, f"{address}/removal", {"asset": a})
    assert _titles(page(rosa, address)) == ["B"]
    submit(rosa, address, {"name": "Renamed", "description": "For\nMadrid"})
    assert "<h1>Renamed</h1>" in page(rosa, address) and "For\nMadrid" in page(rosa, address)
    assert "needs a name" in submit(rosa, address, {"name": " "}, status=422)
    question = page(rosa, f"{address}/delete")
    assert "its 1 asset stays in the library" in question
    assert submit(rosa, f"{address}/delete", {}) == "/collections"
    assert "“Renamed” is deleted" in page(rosa, "/collections")
    page(rosa, address, status=404)


def test_colleagues_see_it_once_it_is_shared_and_cannot_change_it(
    app: Flask, cast: Cast, rosa: FlaskClient, ravi: FlaskClient, shelf: dict[str, str]
) -> None:
    address = _make(rosa, shelf["dock"])
    page(ravi, address, status=404)
    submit(rosa, f"{address}/sharing", {"is_shared": "yes"})
    assert "shared with colleagues" in page(rosa, address)
    assert "Shared by colleagues" in page(ravi, "/collections")
    body = page(ravi, address)
    assert "by Rosa" in body and "Share all with a buyer" in body
    for offered in ("Rename", "data-step", "/removal", "/sharing", "/delete"):
        assert offered not in body
    changes: dict[str, dict[str, str]] = {
        "": {"name": "Mine now"},
        "/sharing": {"is_shared": "no"},
        "/order": {"up": shelf["dock"]},
        "/removal": {"asset": shelf["dock"]},
        "/delete": {},
    }
    for path, fields in changes.items():
        submit(ravi, address + path, fields, status=403)
    page(ravi, f"{address}/delete", status=403)
    adam = browser_of(app, cast.adam)
    submit(adam, address, {"name": "Put right"})
    assert "<h1>Put right</h1>" in page(ravi, address)


def test_all_that_may_be_sent_goes_into_one_link_and_the_rest_is_told_with_its_reason(
    rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, _make(rosa, shelf["card"], shelf["dock"], shelf["parcel"]))
    assert _shared_at_once(body) == [shelf["dock"], shelf["parcel"]]
    assert "Share 2 with a buyer" in body
    told = body.split("left-out")[1].split("</details>")[0]
    assert "1 asset cannot go to a buyer and is left out of the link" in told
    assert "Battlecard against waiting" in told and "for colleagues only" in told
    none = page(rosa, _make(rosa, shelf["card"], name="Inside"))
    assert "None of these can go to a buyer" in none and _shared_at_once(none) == []


def test_a_link_takes_no_more_than_it_may(library: Library, cast: Cast, rosa: FlaskClient) -> None:
    made = [make_asset(library, f"Story {n:02}") for n in range(MOST_ITEMS + 2)]
    body = page(rosa, _make(rosa, *made))
    assert _shared_at_once(body) == made[:MOST_ITEMS]
    assert "the last 2 that could be sent stay out" in body
    with library.database.unit_of_work() as session:
        whole = made[:MOST_ITEMS]
        shares.create(session, viewer=cast.rosa, asset_public_ids=whole, now=MONDAY)
        with pytest.raises(Exception, match="holds at most 50"):
            shares.create(session, viewer=cast.rosa, asset_public_ids=made, now=MONDAY)


def test_what_was_withdrawn_is_counted_for_its_owner_alone(
    rosa: FlaskClient, ravi: FlaskClient, mira: FlaskClient, shelf: dict[str, str]
) -> None:
    address = _make(rosa, shelf["dock"], shelf["parcel"])
    submit(rosa, f"{address}/sharing", {"is_shared": "yes"})
    submit(mira, f"/assets/{shelf['dock']}/state", {"to": "archived"})
    body = page(rosa, address)
    assert "1 is no longer available" in body
    assert _titles(body) == ["Parcel hubs in Europe"]
    assert "no longer available" not in page(ravi, address)
    submit(rosa, f"{address}/removal", {})
    assert "no longer available" not in page(rosa, address)
    submit(mira, f"/assets/{shelf['parcel']}/state", {"to": "archived"})
    assert "Its owner has put nothing into it that you may see." in page(ravi, address)


def test_lists_cost_the_same_however_long_they_are(library: Library, rosa: FlaskClient) -> None:
    def cost(address: str) -> int:
        page(rosa, address)
        with statements(library) as seen:
            page(rosa, address)
        return len(seen)

    items = [make_asset(library, f"Story {n}", terms={"industry": [f"I{n}"]}) for n in range(6)]
    index_everything(library)
    few, listed, asset = _make(rosa, items[0], name="Few"), "/collections", f"/assets/{items[0]}"
    before = cost(listed), cost(asset)
    many = _make(rosa, *items, name="Many")
    for n in range(4):
        _make(rosa, *items, name=f"More {n}")
    assert cost(many) == cost(few)
    assert (cost(listed), cost(asset)) == before
