"""What a search records, when, and once: searches, impressions, opens."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.crm import importing
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import csrf_token
from tests.web.browsing import asset_id, browser_of, page, rows, shelf_of


@pytest.fixture
def shelf(library: Library, cast: Cast) -> dict[str, str]:
    return shelf_of(library, cast)


def _data(body: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', body)
    assert found is not None, f"no data-{name}"
    return unescape(found.group(1))


def _tell(client: FlaskClient, receipt: str) -> int:
    token = csrf_token(client.get("/").get_data(as_text=True))
    return client.post(
        "/search/settled",
        json={"receipt": receipt},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    ).status_code


def _searches(library: Library) -> list[tuple[object, ...]]:
    return rows(library, "SELECT text, shown, confident FROM searches ORDER BY id")


def _impressions(library: Library) -> list[tuple[object, ...]]:
    return rows(
        library, "SELECT asset_id, rank FROM impressions WHERE surface = 'search' ORDER BY id"
    )


def test_a_submitted_search_is_recorded_at_once_with_what_was_shown(
    library: Library, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    page(rosa, "/search?q=dock+grocer&facet=industry:retail")
    assert _searches(library) == [("dock grocer", 1, 1)]
    assert _impressions(library) == [(asset_id(library, shelf["dock"]), 1)]
    (facets,) = rows(library, "SELECT facets FROM searches")[0]
    assert facets == '{"industry": ["retail"]}'


def test_typing_records_nothing_until_the_receipt_comes_back(
    library: Library, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    for typed in ("c", "ca", "carriers"):
        body = page(rosa, f"/search?q={typed}&fragment=1")
    assert _searches(library) == []
    receipt = _data(body, "receipt")
    assert _tell(rosa, receipt) == 200
    assert _searches(library) == [("carriers", 3, 1)]
    assert len(_impressions(library)) == 3


def test_a_receipt_told_twice_counts_once(
    library: Library, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    receipt = _data(page(rosa, "/search?q=carriers&fragment=1"), "receipt")
    assert [_tell(rosa, receipt), _tell(rosa, receipt)] == [200, 200]
    assert len(_searches(library)) == 1
    assert len(_impressions(library)) == 3


def test_a_receipt_of_another_member_is_refused(
    app: Flask, library: Library, cast: Cast, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    receipt = _data(page(rosa, "/search?q=carriers&fragment=1"), "receipt")
    assert _tell(browser_of(app, cast.ravi), receipt) == 403
    assert _searches(library) == []


@pytest.mark.parametrize("spoil", [lambda r: r[:-1] + "x", lambda r: "", lambda r: "a.b"])
def test_a_receipt_with_a_changed_byte_is_refused(
    library: Library, rosa: FlaskClient, shelf: dict[str, str], spoil: object
) -> None:
    receipt = _data(page(rosa, "/search?q=carriers&fragment=1"), "receipt")
    assert callable(spoil)
    assert _tell(rosa, spoil(receipt)) == 422
    assert _searches(library) == []


def test_a_receipt_needs_the_form_token(rosa: FlaskClient, shelf: dict[str, str]) -> None:
    receipt = _data(page(rosa, "/search?q=carriers&fragment=1"), "receipt")
    assert rosa.post("/search/settled", json={"receipt": receipt}).status_code == 400


def test_a_reload_and_the_way_back_are_still_the_same_search(
    library: Library, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    address = _data(page(rosa, "/search?q=carriers"), "address")
    page(rosa, address)
    page(rosa, address)
    assert len(_searches(library)) == 1
    page(rosa, "/search?q=carriers")
    assert len(_searches(library)) == 2


def test_an_address_copied_to_a_colleague_is_their_own_search(
    app: Flask, library: Library, cast: Cast, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    address = _data(page(rosa, "/search?q=carriers"), "address")
    page(browser_of(app, cast.ravi), address)
    assert len(_searches(library)) == 2


def test_a_head_request_or_a_guess_ahead_of_the_browser_is_no_search(
    library: Library, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    rosa.head("/search?q=carriers")
    rosa.get("/search?q=carriers", headers={"Sec-Purpose": "prefetch;prerender"})
    assert _searches(library) == []


def test_opening_a_result_records_from_where_and_at_which_place(
    library: Library, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=parcel+hubs")
    link = re.findall(r'class="result-link" href="([^"]+)"', body)[0]
    page(rosa, unescape(link))
    (search_id,) = rows(library, "SELECT public_id FROM searches")[0]
    opened = rows(library, "SELECT asset_id, role, surface, search_public_id, rank FROM openings")
    assert opened == [(asset_id(library, shelf["parcel"]), "rep", "search", search_id, 1)]


def test_a_link_copied_out_of_somebodys_results_opens_but_is_not_from_their_search(
    app: Flask, library: Library, cast: Cast, rosa: FlaskClient, shelf: dict[str, str]
) -> None:
    body = page(rosa, "/search?q=parcel+hubs")
    link = unescape(re.findall(r'class="result-link" href="([^"]+)"', body)[0])
    page(browser_of(app, cast.ravi), link)
    assert rows(library, "SELECT surface, search_public_id, rank FROM openings") == [
        (None, None, None)
    ]


@pytest.fixture
def deals(library: Library, cast: Cast) -> dict[str, str]:
    """One deal of Rosa's and one of the other team: name -> public id."""
    account = {"external_id": "A1", "name": "Hallstrom", "employees": "9", "country": "Sweden"}
    deal = {"account_external_id": "A1", "stage": "", "amount": "1", "outcome": "", "notes": ""}
    own = {**deal, "external_id": "D1", "name": "Frost", "owner_email": cast.rosa.email}
    other = {**deal, "external_id": "D2", "name": "West", "owner_email": cast.wes.email}
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        importing.import_accounts(session, [account], now=now)
        importing.import_opportunities(session, [own, other], now=now)
    found = rows(library, "SELECT name, public_id FROM opportunities")
    return {str(name): str(public_id) for name, public_id in found}


def test_a_search_for_a_deal_is_recorded_with_it_and_carries_it_on_to_the_share(
    library: Library, rosa: FlaskClient, shelf: dict[str, str], deals: dict[str, str]
) -> None:
    deal = deals["Frost"]
    body = page(rosa, f"/search?q=parcel+hubs&opportunity={deal}")
    assert f'href="/share/new?asset={shelf["parcel"]}&amp;opportunity={deal}"' in body
    link = unescape(re.findall(r'class="result-link" href="([^"]+)"', body)[0])
    asset = page(rosa, link)
    assert f'href="/share/new?asset={shelf["parcel"]}&amp;opportunity={deal}"' in asset
    kept = rows(
        library,
        "SELECT o.public_id FROM searches s JOIN opportunities o ON o.id = s.opportunity_id",
    )
    assert kept == [(deal,)]


def test_the_deal_of_another_team_is_not_there_for_a_search(
    library: Library, rosa: FlaskClient, shelf: dict[str, str], deals: dict[str, str]
) -> None:
    page(rosa, f"/search?q=parcel&opportunity={deals['West']}", status=404)
    assert _searches(library) == []
