"""What to send: for a deal of the CRM, and for a text that is pasted."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from contentlib.action.models import ContentRequest
from contentlib.crm import importing
from contentlib.crm.models import Opportunity
from contentlib.library import Library
from contentlib.recommendation.models import RecommendationEvent
from contentlib.usage.models import Impression
from contentlib.worker import Worker
from tests.cast import Cast
from tests.factories import csrf_token, make_asset
from tests.web.browsing import browser_of, page, submit

NOTES = "Trailers wait at the dock every morning."


@pytest.fixture
def shelf(library: Library, cast: Cast) -> None:
    make_asset(
        library,
        "No more queue at the dock",
        "Trailers wait at the dock no more.",
        terms={"industry": ["Grocery"]},
    )
    make_asset(
        library, "Parcel hubs", "Parcels fly.", terms={"industry": ["Parcel"]}, audience="internal"
    )
    Worker(library).drain()


@pytest.fixture
def deal(library: Library, cast: Cast, shelf: None) -> str:
    """Rosa's deal with a grocer; its public id."""
    with library.database.unit_of_work() as session:
        accounts = [{"external_id": "A1", "name": "Acme", "industry": "Grocery"}]
        importing.import_accounts(session, accounts, now=library.clock.now())
        row = {
            "external_id": "O1",
            "name": "Acme: docks",
            "account_external_id": "A1",
            "owner_email": cast.rosa.email,
            "notes": NOTES,
        }
        importing.import_opportunities(session, [row], now=library.clock.now())
    with library.database.reading() as session:
        return session.scalars(select(Opportunity.public_id)).one()


def _count(library: Library, model: Any) -> int:
    with library.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_deals_page_says_what_to_send_and_why(rosa: FlaskClient, deal: str) -> None:
    shown = page(rosa, f"/opportunities/{deal}")
    assert "What to send" in shown
    assert "No more queue at the dock" in shown
    assert 'value="industry:grocery" checked' in shown
    assert "reason-facet" in shown
    assert "Parcel hubs" not in shown


def test_what_is_switched_off_no_longer_counts(rosa: FlaskClient, deal: str) -> None:
    only_notes = page(rosa, f"/opportunities/{deal}/recommended?fragment=1&shown=1&use=notes")
    assert 'value="industry:grocery">' in only_notes
    assert "reason-facet" not in only_notes
    nothing = page(rosa, f"/opportunities/{deal}/recommended?fragment=1&shown=1")
    assert "There is nothing to go by" in nothing


def test_without_the_script_the_chips_lead_back_to_the_deals_page(
    rosa: FlaskClient, deal: str
) -> None:
    answer = rosa.get(f"/opportunities/{deal}/recommended?shown=1&use=notes")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/opportunities/{deal}?use=notes&shown=1"
    shown = page(rosa, answer.headers["Location"])
    assert 'value="industry:grocery">' in shown


def test_a_pasted_mail_is_read_and_answered(
    rosa: FlaskClient, library: Library, shelf: None
) -> None:
    told = submit(rosa, "/recommend", {"text": f"A grocery chain. {NOTES}"}, status=200)
    assert "No more queue at the dock" in told
    assert 'value="industry:grocery" checked' in told
    with library.database.reading() as session:
        event = session.scalars(select(RecommendationEvent)).one()
        assert event.opportunity_id is None
        of_it = select(Impression.rank).where(Impression.search_public_id == event.public_id)
        assert event.shown == len(session.scalars(of_it).all()) == 1


def test_a_blank_paste_is_refused_with_a_sentence_and_kept(rosa: FlaskClient) -> None:
    assert "Paste what the buyer wrote" in submit(rosa, "/recommend", {"text": "-"}, status=422)


def test_the_start_offers_the_members_open_deals(rosa: FlaskClient, deal: str) -> None:
    assert f"/opportunities/{deal}" in page(rosa, "/recommend")


def test_a_marketer_pastes_too_and_sees_no_deal(mira: FlaskClient, deal: str) -> None:
    assert f"/opportunities/{deal}" not in page(mira, "/recommend")
    assert "No more queue" in submit(mira, "/recommend", {"text": NOTES}, status=200)


def test_looking_at_a_deal_settles_nothing_until_the_script_says_so(
    rosa: FlaskClient, library: Library, deal: str
) -> None:
    shown = page(rosa, f"/opportunities/{deal}")
    assert _count(library, RecommendationEvent) == 0
    receipt = shown.split('data-receipt="')[1].split('"')[0]
    headers = {"X-CSRFToken": csrf_token(shown)}
    for _ in range(2):
        answer = rosa.post("/recommend/settled", json={"receipt": receipt}, headers=headers)
        assert answer.get_json() == {"settled": True}
    assert (_count(library, RecommendationEvent), _count(library, Impression)) == (1, 1)


def test_a_receipt_of_somebody_else_or_of_nobody_is_refused(
    app: Flask, rosa: FlaskClient, cast: Cast, deal: str, library: Library
) -> None:
    shown = page(rosa, f"/opportunities/{deal}")
    receipt = shown.split('data-receipt="')[1].split('"')[0]
    wes = browser_of(app, cast.wes)
    headers = {"X-CSRFToken": csrf_token(wes.get("/").get_data(as_text=True))}
    stolen = wes.post("/recommend/settled", json={"receipt": receipt}, headers=headers)
    assert stolen.status_code == 403
    for odd in ({}, {"receipt": 7}, {"receipt": "x.y"}, ["receipt"]):
        refused = wes.post("/recommend/settled", json=odd, headers=headers)
        assert refused.status_code == 422
    assert _count(library, RecommendationEvent) == 0


def test_nothing_fits_says_so_shows_the_nearest_and_takes_a_request_with_the_deal(
    rosa: FlaskClient, library: Library, shelf: None
) -> None:
    text = "Zeppelins made of glass shall dock at our tower of light in spring"
    told = submit(rosa, "/recommend", {"text": text}, status=200)
    assert "Nothing here fits well" in told
    assert "The nearest there is" in told
    request = {"about": text, "text": "A zeppelin story", "shown": "1", "use": ["notes"]}
    submit(rosa, "/recommend/request", request)
    with library.database.reading() as session:
        kept = session.scalars(select(ContentRequest)).one()
        assert kept.text == "A zeppelin story"
        assert "Zeppelins" in kept.context["deal"]["notes"]
        event = session.scalars(select(RecommendationEvent)).one()
        assert not event.confident


def test_a_request_for_a_deal_carries_it_and_leads_back(
    rosa: FlaskClient, library: Library, deal: str
) -> None:
    where = submit(rosa, "/recommend/request", {"opportunity": deal, "text": "A video, please"})
    assert where == f"/opportunities/{deal}"
    with library.database.reading() as session:
        kept = session.scalars(select(ContentRequest)).one()
        assert kept.opportunity_id is not None
        assert kept.context["deal"]["chips"][0]["key"] == "industry:grocery"


def test_marketing_reads_what_the_request_was_about(
    rosa: FlaskClient, mira: FlaskClient, deal: str
) -> None:
    submit(rosa, "/recommend/request", {"opportunity": deal, "text": "A video, please"})
    told = page(mira, "/reports/requests")
    assert "a deal: Grocery" in told.split("A video, please")[1][:300]
    assert "Acme" not in told


def test_marketing_sees_an_explanation_while_nobody_asked(mira: FlaskClient) -> None:
    assert "Nobody has asked for anything yet" in page(mira, "/reports/requests")


def test_another_teams_deal_is_not_there(app: Flask, cast: Cast, deal: str) -> None:
    wes = browser_of(app, cast.wes)
    page(wes, f"/opportunities/{deal}/recommended?fragment=1", status=404)


def test_a_closed_deal_gets_no_recommendation(
    rosa: FlaskClient, library: Library, deal: str
) -> None:
    with library.database.unit_of_work() as session:
        session.scalars(select(Opportunity)).one().outcome = "won"
    assert "What to send" not in page(rosa, f"/opportunities/{deal}")


def test_while_the_index_is_not_ready_the_deal_stands_without_it(
    rosa: FlaskClient, library: Library, deal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contentlib.errors import IndexUnavailable

    def fails(*_: Any, **__: Any) -> None:
        raise IndexUnavailable("The search index is being rebuilt; try again.")

    search: Callable[..., Any] = fails
    monkeypatch.setattr(library.index, "search", search)
    assert "Search is getting ready" in page(rosa, f"/opportunities/{deal}")
    part = page(rosa, f"/opportunities/{deal}/recommended?fragment=1", status=503)
    assert "data-again" in part
