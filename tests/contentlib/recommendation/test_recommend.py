"""What a rep is suggested for a deal, on both databases."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from contentlib.asset.models import Asset
from contentlib.crm import importing
from contentlib.crm.deal_queries import deal_facts
from contentlib.crm.models import Opportunity
from contentlib.errors import InvalidInput, NotFound
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.recommendation.deal import Deal
from contentlib.recommendation.models import RecommendationEvent
from contentlib.recommendation.queries import Recommendations, recommend
from contentlib.recommendation.service import Recommended, record_settled
from contentlib.recommendation.understanding import of_fields, of_opportunity
from contentlib.sending.models import Send
from contentlib.taxonomy.queries import vocabulary
from contentlib.usage.models import Impression
from contentlib.worker import Worker
from tests.cast import Cast, hire
from tests.factories import make_asset, statements


def _deal(library: Library, **fields: object) -> Deal:
    with library.database.reading() as session:
        return of_fields(fields, vocabulary(session))


def _recommend(library: Library, viewer: Viewer, deal: Deal, limit: int = 10) -> Recommendations:
    with library.database.reading() as session:
        return recommend(
            session,
            library.index,
            library.permitted,
            viewer,
            deal=deal,
            today=library.clock.now().date(),
            floor=0.3,
            limit=limit,
        )


def _titles(found: Recommendations) -> list[str]:
    return [result.line.title for result in found.results]


def _reasons(found: Recommendations, kind: str) -> list[str]:
    return [r.text for result in found.results for r in result.reasons if r.kind == kind]


def _opportunity(library: Library, number: int, account: str, industry: str, owner: str) -> str:
    """An account with an open deal; returns the deal's public id."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        importing.import_accounts(
            session,
            [{"external_id": f"A{number}", "name": account, "industry": industry}],
            now=now,
        )
        importing.import_opportunities(
            session,
            [
                {
                    "external_id": f"O{number}",
                    "name": f"{account} deal",
                    "account_external_id": f"A{number}",
                    "owner_email": owner,
                    "notes": "trailers wait at the dock",
                }
            ],
            now=now,
        )
    with library.database.reading() as session:
        return session.scalars(
            select(Opportunity.public_id).where(Opportunity.external_id == f"O{number}")
        ).one()


def _facts(library: Library, viewer: Viewer, opportunity: str) -> Deal:
    with library.database.reading() as session:
        return of_opportunity(deal_facts(session, viewer, opportunity), vocabulary(session))


def _send(library: Library, viewer: Viewer, asset: str, deals: Iterable[str]) -> None:
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Asset).where(Asset.public_id == asset)).one()
        for deal in deals:
            session.add(
                Send(
                    member_id=viewer.member_id,
                    role="rep",
                    asset_id=found.id,
                    version_id=found.current_version_id,
                    opportunity_id=session.scalars(
                        select(Opportunity.id).where(Opportunity.public_id == deal)
                    ).one(),
                    channel="link",
                    evidence="declared",
                    message_key=public_id(),
                    recipient_domains=[],
                    at=library.clock.now() - timedelta(days=3),
                )
            )


@pytest.fixture
def people(library: Library) -> Cast:
    return hire(library)


def test_only_what_may_be_sent_is_suggested_whoever_asks(library: Library, people: Cast) -> None:
    make_asset(library, "Dock story", "trailers wait at the dock")
    make_asset(library, "Dock battlecard", "trailers wait at the dock", audience="internal")
    make_asset(library, "Dock draft", "trailers wait at the dock", publish=False)
    make_asset(
        library, "Dock secret", "trailers wait at the dock", customer="X", reference_rights="none"
    )
    Worker(library).drain()
    deal = _deal(library, notes="trailers wait at the dock")
    for viewer in people.everybody():
        assert _titles(_recommend(library, viewer, deal)) == ["Dock story"]


def test_a_story_is_not_suggested_to_its_customer_or_that_customers_competitor(
    library: Library, people: Cast
) -> None:
    make_asset(
        library,
        "How Acme ended the queue",
        "trailers wait at the dock",
        customer="Acme Ltd",
        customer_competitors=["Borealis"],
    )
    Worker(library).drain()
    for account, titles in (
        ("ACME", []),
        ("Borealis AG", []),
        ("Corvid", ["How Acme ended the queue"]),
    ):
        deal = _deal(library, notes="trailers wait", account=account)
        assert _titles(_recommend(library, people.rosa, deal)) == titles, account


def test_each_suggestion_says_why(library: Library, people: Cast) -> None:
    make_asset(
        library,
        "Dock story",
        "trailers wait at the dock",
        terms={"industry": ["Grocery"]},
        published_on=library.clock.now().date() - timedelta(days=20),
    )
    make_asset(library, "Another", "something else", terms={"industry": ["Parcel"]})
    Worker(library).drain()
    deal = _deal(library, industry="Grocery", notes="trailers wait")
    found = _recommend(library, people.rosa, deal)
    told = found.results[0]
    assert [(r.kind, r.text) for r in told.reasons] == [
        ("facet", "Grocery"),
        ("passage", "On page 1"),
        ("new", "New, untested: published 10 Feb 2026"),
    ]
    assert told.passage is not None


def test_it_counts_other_deals_like_this_one_and_marks_what_the_account_got(
    library: Library, people: Cast
) -> None:
    story = make_asset(
        library, "Dock story", "trailers wait at the dock", terms={"industry": ["Grocery"]}
    )
    make_asset(library, "Dock guide", "trailers wait at a dock", terms={"industry": ["Parcel"]})
    Worker(library).drain()
    mail = people.rosa.email
    mine = _opportunity(library, 1, "Acme", "Grocery", mail)
    others = [_opportunity(library, n, f"Shop {n}", "Grocery", mail) for n in (2, 3)]
    parcel = _opportunity(library, 4, "Parcels", "Parcel", mail)
    _send(library, people.rosa, story, [*others, parcel])
    found = _recommend(library, people.rosa, _facts(library, people.rosa, mine))
    assert _titles(found)[0] == "Dock story"
    assert _reasons(found, "sent") == ["Sent in 2 other Grocery deals"]
    assert _reasons(found, "already_sent") == []

    _send(library, people.rosa, story, [mine])
    again = _recommend(library, people.rosa, _facts(library, people.rosa, mine))
    assert _reasons(again, "already_sent") == ["This account got it on 27 Feb 2026"]
    assert _reasons(again, "sent") == ["Sent in 2 other Grocery deals"]


def test_a_marketer_sees_no_count_behind_which_fewer_than_five_reps_stand(
    library: Library, people: Cast
) -> None:
    story = make_asset(
        library, "Dock story", "trailers wait at the dock", terms={"industry": ["Grocery"]}
    )
    make_asset(library, "Other", "nothing", terms={"industry": ["Parcel"]})
    Worker(library).drain()
    deals = [_opportunity(library, n, f"Shop {n}", "Grocery", people.rosa.email) for n in (1, 2, 3)]
    _send(library, people.rosa, story, deals)
    deal = _deal(library, industry="Grocery", notes="trailers wait")
    assert _reasons(_recommend(library, people.rosa, deal), "sent") != []
    assert _reasons(_recommend(library, people.mira, deal), "sent") == []


def test_another_teams_deal_is_not_there(library: Library, people: Cast) -> None:
    make_asset(library, "Dock story", "dock", terms={"industry": ["Grocery"]})
    theirs = _opportunity(library, 1, "Acme", "Grocery", people.wes.email)
    with pytest.raises(NotFound):
        _facts(library, people.rosa, theirs)


def test_where_nothing_fits_the_nearest_are_shown_and_it_says_so(
    library: Library, people: Cast
) -> None:
    make_asset(library, "Dock story", "trailers wait at the dock")
    Worker(library).drain()
    weak = _recommend(
        library, people.rosa, _deal(library, notes="a dock for zeppelins made of glass and light")
    )
    assert _titles(weak) == ["Dock story"]
    assert not weak.confident
    assert weak.confidence < 0.3


def test_a_copy_under_another_title_takes_no_second_place(library: Library, people: Cast) -> None:
    text = "trailers wait at the dock until somebody finds the paper with their name on it"
    make_asset(library, "Dock story", text)
    make_asset(library, "For after the meeting", f"{text} and more")
    make_asset(library, "Dock scheduling", "trailers wait at the dock no longer: each has a slot")
    Worker(library).drain()
    found = _recommend(library, people.rosa, _deal(library, notes="trailers wait at the dock"))
    assert len(found.results) == 2
    assert "Dock scheduling" in _titles(found)


def test_the_need_at_the_end_of_a_long_mail_is_read(library: Library, people: Cast) -> None:
    make_asset(library, "Freezer alarms", "Prawns thaw when a compressor fails over night.")
    Worker(library).drain()
    talk = "".join(f"On day {n} we spoke of matter{n} and of person{n}. " for n in range(60))
    deal = _deal(library, notes=f"{talk}What do you have for a compressor that fails over night?")
    found = _recommend(library, people.rosa, deal)
    assert _titles(found) == ["Freezer alarms"]
    assert found.confidence > 0.1  # in one text with the talk it would be .03


def test_with_everything_switched_off_there_is_nothing_to_go_by(
    library: Library, people: Cast
) -> None:
    deal = _deal(library, notes="dock").without(frozenset({"notes"}))
    with pytest.raises(InvalidInput, match="switched on"):
        _recommend(library, people.rosa, deal)


def test_more_assets_cost_no_more_statements(library: Library, people: Cast) -> None:
    def count() -> int:
        Worker(library).drain()
        with statements(library) as seen:
            _recommend(library, people.rosa, _facts(library, people.rosa, deal), limit=30)
        return len(seen)

    for title in ("Dock 0", "Dock 0, a copy"):
        make_asset(library, title, "trailers wait at the dock", terms={"industry": ["Grocery"]})
    deal = _opportunity(library, 1, "Acme", "Grocery", people.rosa.email)
    few = count()
    for n in range(1, 12):
        make_asset(library, f"Dock {n}", f"trailers wait at dock {n}", "dock")
    assert count() <= few <= 20


def test_a_settled_recommendation_is_told_once_with_its_impressions(
    library: Library, people: Cast
) -> None:
    make_asset(library, "Dock story", "trailers wait at the dock")
    Worker(library).drain()
    deal = _deal(library, notes="trailers wait")
    found = _recommend(library, people.rosa, deal)
    shown = Recommended(
        public_id=public_id(),
        deal=deal.as_json(),
        asset_ids=tuple(r.line.id for r in found.results),
        confident=found.confident,
        confidence=found.confidence,
    )
    for _ in range(2):
        for future in record_settled(library.hits, people.rosa, shown, now=library.clock.now()):
            future.result(timeout=5)
    with library.database.reading() as session:
        event = session.scalars(select(RecommendationEvent)).one()
        assert (event.shown, event.confident, event.role) == (1, True, "rep")
        assert event.deal["notes"] == "trailers wait"
        impression = session.scalars(select(Impression)).one()
        assert (impression.surface, impression.rank) == ("recommendation", 1)
        assert session.scalar(select(func.count()).select_from(RecommendationEvent)) == 1
