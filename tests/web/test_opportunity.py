"""Deals: who sees which, what the page of one tells, and the import from a CRM."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from contentlib.crm import importing, queries
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.share import service as shares
from tests.cast import Cast
from tests.factories import csrf_token, make_asset, sign_in, statements
from web import create_app

ACCOUNTS = (
    "external_id,name,employees,country\nA1,Hallstrom & Beck,1200,Sweden\nA2,Petal,40,Spain\n"
)
DEALS = """external_id,name,account_external_id,stage,amount,owner_email,outcome,notes
D1,Frost for Malmo,A1,,120000,rosa@contentlib.example,,Wants proof of savings.
D2,Yard pilot,A2,,8000,ravi@contentlib.example,,
D3,West dock,A2,,5000,wes@contentlib.example,,
D4,Old dock,A1,,1000,rosa@contentlib.example,won,
"""


@pytest.fixture
def deals(library: Library, cast: Cast) -> dict[str, str]:
    """The deals above: name -> public id."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        importing.import_accounts(session, _rows(ACCOUNTS), now=now)
        importing.import_opportunities(session, _rows(DEALS), now=now)
    with library.database.reading() as session:
        found = queries.listed(session, cast.adam, only_open=False).lines
    return {line.name: line.public_id for line in found}


def _rows(text: str) -> list[dict[str, str]]:
    head, *lines = (line.split(",") for line in text.strip().split("\n"))
    return [dict(zip(head, line, strict=True)) for line in lines]


def browser(library: Library, viewer: Viewer) -> FlaskClient:
    return sign_in(create_app(library).test_client(), viewer)


def upload(client: FlaskClient, content: bytes, name: str = "crm.csv") -> Any:
    token = csrf_token(client.get("/opportunities/import").text)
    return client.post(
        "/opportunities/import", data={"csrf_token": token, "file": (BytesIO(content), name)}
    )


def names_on(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def test_a_rep_sees_their_own_and_their_teams_open_deals_own_first(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    assert names_on(browser(library, cast.ravi).get("/opportunities").text) == [
        "Yard pilot",
        "Frost for Malmo",
    ]


def test_a_manager_sees_their_team_and_an_admin_all(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    assert names_on(browser(library, cast.walt).get("/opportunities").text) == ["West dock"]
    assert len(names_on(browser(library, cast.adam).get("/opportunities").text)) == 3


def test_a_marketer_is_told_that_deals_are_not_theirs(library: Library, cast: Cast) -> None:
    assert browser(library, cast.mira).get("/opportunities").status_code == 403


def test_closed_deals_and_only_own_are_choices(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    rosa = browser(library, cast.rosa)
    assert names_on(rosa.get("/opportunities?of=me").text) == ["Frost for Malmo"]
    assert names_on(rosa.get("/opportunities?of=me&closed=1").text) == [
        "Frost for Malmo",
        "Old dock",
    ]


def test_deals_are_found_by_their_name_or_account_however_it_is_written(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    rosa = browser(library, cast.rosa)
    assert names_on(rosa.get("/opportunities?q=HALLSTROM").text) == ["Frost for Malmo"]
    assert names_on(rosa.get("/opportunities?q=yard").text) == ["Yard pilot"]
    assert "No deal matches" in rosa.get("/opportunities?q=100%25").text


def test_without_deals_the_page_says_where_they_come_from(library: Library, cast: Cast) -> None:
    assert "No open deals here" in browser(library, cast.rosa).get("/opportunities").text


def test_one_deal_shows_its_facts_notes_and_history_and_carries_itself_into_the_search(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    deal = deals["Frost for Malmo"]
    page = browser(library, cast.rosa).get(f"/opportunities/{deal}").text
    assert "Hallstrom &amp; Beck" in page and "120,000 EUR" in page
    assert "Wants proof of savings." in page
    assert "Opened" in page
    assert f'name="opportunity" value="{deal}"' in page
    assert "Nothing was shared for this deal yet by you" in page


def test_a_closed_deal_tells_how_it_ended(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    page = browser(library, cast.rosa).get(f"/opportunities/{deals['Old dock']}").text
    assert "Closed: won" in page


@pytest.mark.parametrize("stranger", ["wes", "walt"])
def test_a_deal_of_another_team_is_not_there(
    library: Library, cast: Cast, deals: dict[str, str], stranger: str
) -> None:
    client = browser(library, getattr(cast, stranger))
    assert client.get(f"/opportunities/{deals['Frost for Malmo']}").status_code == 404


def test_one_deal_shows_its_links_and_offers_to_share_again_with_the_deal(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    deal, asset = deals["Frost for Malmo"], make_asset(library, "Dock story")
    _share(library, cast.rosa, asset, deal)
    page = browser(library, cast.rosa).get(f"/opportunities/{deal}").text
    assert "Dock story" in page and "copied only" in page
    assert f"/share/new?asset={asset}&amp;opportunity={deal}" in page


def test_more_links_of_a_deal_cost_no_more_statements(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    deal = deals["Frost for Malmo"]
    rosa = browser(library, cast.rosa)

    def cost() -> int:
        with statements(library) as seen:
            assert rosa.get(f"/opportunities/{deal}").status_code == 200
        return len(seen)

    _share(library, cast.rosa, make_asset(library), deal)
    few = cost()
    for number in range(6):
        _share(library, cast.rosa, make_asset(library, f"Asset {number}"), deal)
    assert cost() == few


def test_the_share_dialog_offers_the_members_open_deals_and_keeps_the_one_it_was_given(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    asset, deal = make_asset(library), deals["Yard pilot"]
    page = browser(library, cast.rosa).get(f"/share/new?asset={asset}&opportunity={deal}").text
    assert f'<option value="{deal}" selected>' in page
    assert page.count(f'value="{deal}"') == 1
    assert deals["Frost for Malmo"] in page
    assert deals["West dock"] not in page and deals["Old dock"] not in page


def test_the_share_dialog_warns_when_the_story_is_about_the_deals_own_account(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    asset = make_asset(library, customer="Hallstrom & Beck")
    deal = deals["Frost for Malmo"]
    page = browser(library, cast.rosa).get(f"/share/new?asset={asset}&opportunity={deal}").text
    assert "This story is about Hallstrom &amp; Beck, the account of this deal." in page


def test_a_link_for_a_deal_of_another_team_is_refused(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    wes = browser(library, cast.wes)
    answer = wes.post(
        "/shares",
        data={"asset": make_asset(library), "opportunity": deals["Frost for Malmo"]},
        headers={
            "X-CSRFToken": csrf_token(wes.get("/shares").text),
            "Accept": "application/json",
        },
    )
    assert answer.status_code == 404


def test_typing_finds_deals_for_the_dialog_within_what_may_be_seen(
    library: Library, cast: Cast, deals: dict[str, str]
) -> None:
    rosa = browser(library, cast.rosa)
    assert rosa.get("/opportunities/choices?q=dock").json == {"total": 0, "deals": []}
    assert rosa.get("/opportunities/choices?q=petal").json == {
        "total": 1,
        "deals": [{"id": deals["Yard pilot"], "name": "Yard pilot", "account": "Petal"}],
    }


def test_many_deals_are_searched_and_not_all_listed(library: Library, cast: Cast) -> None:
    now = library.clock.now()
    rows = "external_id,name,account_external_id,stage,owner_email\n" + "".join(
        f"D{n},Deal {n},A1,,rosa@contentlib.example\n" for n in range(30)
    )
    with library.database.unit_of_work() as session:
        importing.import_accounts(session, _rows(ACCOUNTS), now=now)
        importing.import_opportunities(session, _rows(rows), now=now)
    page = browser(library, cast.rosa).get(f"/share/new?asset={make_asset(library)}").text
    assert "Find among 30 open deals" in page
    (deals,) = re.findall(r'<select[^>]*name="opportunity".*?</select>', page, re.S)
    assert deals.count("<option") == 1 + 20


def test_an_admin_imports_accounts_then_deals_and_is_told_line_by_line(
    library: Library, cast: Cast
) -> None:
    adam = browser(library, cast.adam)
    told = upload(adam, ACCOUNTS.encode()).text
    assert "Accounts: 2 added, 0 changed, 0 unchanged, 0 refused" in told
    assert "Every line was taken." in told
    bad = (
        "external_id,name,account_external_id,stage,amount\n"
        "D1,Good,A1,,12\nD2,,A1,,1\nD3,Lost,A9,,1\nD4,Odd,A1,,much\n"
    )
    told = upload(adam, bad.encode()).text
    assert "Deals: 2 added, 0 changed, 0 unchanged, 2 refused" in told
    assert "Line 3:" in told and "Line 4:" in told and "Line 5:" in told


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "crm.csv is not a CSV file in UTF-8."),
        (b"external_id,name\n", "crm.csv holds no row."),
        (b"a,b\n1,2\n", "The file needs the columns external_id and name"),
    ],
)
def test_a_file_that_is_no_export_is_refused_with_a_sentence(
    library: Library, cast: Cast, content: bytes, sentence: str
) -> None:
    answer = upload(browser(library, cast.adam), content)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize("who", ["rosa", "nora", "mira"])
def test_only_an_admin_imports(library: Library, cast: Cast, who: str) -> None:
    client = browser(library, getattr(cast, who))
    token = csrf_token(client.get("/shares").text)
    assert client.get("/opportunities/import").status_code == 403
    answer = client.post(
        "/opportunities/import",
        data={"csrf_token": token, "file": (BytesIO(ACCOUNTS.encode()), "a.csv")},
    )
    assert answer.status_code == 403


def test_an_import_without_the_form_token_changes_nothing(library: Library, cast: Cast) -> None:
    adam = browser(library, cast.adam)
    answer = adam.post(
        "/opportunities/import", data={"file": (BytesIO(ACCOUNTS.encode()), "a.csv")}
    )
    assert answer.status_code == 400


def _share(library: Library, viewer: Viewer, asset: str, deal: str) -> None:
    with library.database.unit_of_work() as session:
        shares.create(
            session,
            viewer=viewer,
            asset_public_ids=[asset],
            opportunity_public_id=deal,
            now=library.clock.now(),
        )
