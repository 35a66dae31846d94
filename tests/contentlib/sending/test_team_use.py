"""Who used an asset: counted once, told to whom it may be told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from contentlib.crm.models import Account, Opportunity
from contentlib.engagement.link_queries import links_read
from contentlib.engagement.models import View, Visit
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member import queries as members
from contentlib.member import service as member_service
from contentlib.member.rules import Viewer
from contentlib.sending import service as sending
from contentlib.sending.team_queries import LinkReading, TeamUse, used_by
from contentlib.share import service as shares
from contentlib.share.models import Share
from contentlib.usage import service as usage
from tests.cast import Cast, hire
from tests.factories import MONDAY, make_asset, statements
from tests.web.browsing import asset_id

SINCE = MONDAY - timedelta(days=90)
BEFORE = SINCE - timedelta(days=5)


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def asset(library: Library) -> str:
    return make_asset(library, now=BEFORE)


def _deal(library: Library, owner: Viewer, name: str) -> str:
    with library.database.unit_of_work() as session:
        account = Account(
            public_id=public_id(), external_id=name, name=f"{name} Ltd", created_at=BEFORE
        )
        session.add(account)
        session.flush()
        deal = Opportunity(
            public_id=public_id(),
            external_id=name,
            name=name,
            account_id=account.id,
            owner_id=owner.member_id,
            currency="EUR",
            notes="",
            created_at=BEFORE,
        )
        session.add(deal)
        return deal.public_id


def _share(
    library: Library, who: Viewer, asset: str, *, deal: str | None = None, at: datetime = MONDAY
) -> str:
    with library.database.unit_of_work() as session:
        made = shares.create(
            session, viewer=who, asset_public_ids=[asset], opportunity_public_id=deal, now=at
        )
        return made.public_id


def _send(
    library: Library, share: str, evidence: str = "mail_confirmed", at: datetime = MONDAY
) -> None:
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Share).where(Share.public_id == share)).one()
        sending.record_share_sent(
            session, shares=[found], evidence=evidence, source_key=f"{evidence}:{share}", now=at
        )


def _visit(
    library: Library, share: str, *, visitor_class: str = "human", at: datetime = MONDAY
) -> None:
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Share).where(Share.public_id == share)).one()
        visit = Visit(
            share_id=found.id,
            visitor_key="k" * 64,
            started_at=at,
            last_at=at,
            visitor_class=visitor_class,
            reasons=[],
            rule_version=1,
        )
        session.add(visit)
        session.flush()
        (item,) = found.items
        session.execute(
            insert(View).values(
                visit_id=visit.id,
                share_id=found.id,
                asset_id=item.asset_id,
                version_id=item.asset.current_version_id,
                page=1,
                started_at=at,
                last_at=at,
                attention_ms=5000,
            )
        )


def _open(library: Library, who: Viewer, asset: str, *, take: bool = False) -> None:
    own = asset_id(library, asset)
    opening = usage.opening(
        who, asset_id=own, surface=None, search_public_id=None, rank=None, now=MONDAY
    )
    usage.record_opening(library.hits, opening).result(timeout=10)
    if take:
        row = usage.taking(who, asset_id=own, version_id=1, now=MONDAY)
        usage.record_taking(library.hits, row).result(timeout=10)


def _use(library: Library, who: Viewer, asset: str) -> TeamUse:
    own = asset_id(library, asset)
    with library.database.reading() as session:
        read = links_read(session, own, since=SINCE)
        return used_by(session, who, own, since=SINCE, read=read)


def _names(use: TeamUse) -> list[str]:
    return [one.name for one in use.members]


def _only(use: TeamUse) -> Any:
    (one,) = use.members
    return one


def test_each_sees_as_far_as_their_teams(library: Library, cast: Cast, asset: str) -> None:
    for who in (cast.ravi, cast.wes, cast.mira):
        _open(library, who, asset, take=True)
    assert _names(_use(library, cast.rosa, asset)) == ["Ravi"]
    assert _names(_use(library, cast.nora, asset)) == ["Ravi"]
    assert _names(_use(library, cast.walt, asset)) == ["Wes"]
    assert _names(_use(library, cast.adam, asset)) == ["Mira", "Ravi", "Wes"]
    assert _use(library, cast.mira, asset).members == ()


def test_to_look_at_the_page_oneself_is_no_use_but_to_take_the_file_is(
    library: Library, cast: Cast, asset: str
) -> None:
    _open(library, cast.rosa, asset)
    assert _use(library, cast.rosa, asset).members == ()
    _open(library, cast.rosa, asset, take=True)
    mine = _only(_use(library, cast.rosa, asset))
    assert (mine.name, mine.opens, mine.takings) == ("Rosa", 0, 1)
    assert _only(_use(library, cast.ravi, asset)).opens == 2


def test_a_link_is_no_send_until_somebody_outside_read_it(
    library: Library, cast: Cast, asset: str
) -> None:
    share = _share(library, cast.ravi, asset)
    _visit(library, share, visitor_class="machine")
    ravi = _only(_use(library, cast.rosa, asset))
    assert (ravi.links, ravi.sends, ravi.visits) == (1, 0, 0)
    _visit(library, share)
    _visit(library, share, visitor_class="verified")
    ravi = _only(_use(library, cast.rosa, asset))
    assert (ravi.links, ravi.sends, ravi.visits) == (1, 1, 2)


def test_one_message_is_one_send_however_often_it_was_reported(
    library: Library, cast: Cast, asset: str
) -> None:
    share = _share(library, cast.ravi, asset)
    for evidence in ("declared", "mail_confirmed"):
        _send(library, share, evidence)
        _visit(library, share)
        assert _only(_use(library, cast.rosa, asset)).sends == 1
    _send(library, _share(library, cast.ravi, asset), "declared")
    assert _only(_use(library, cast.rosa, asset)).sends == 2


def test_what_lies_before_the_window_does_not_count(
    library: Library, cast: Cast, asset: str
) -> None:
    share = _share(library, cast.ravi, asset, at=BEFORE)
    _visit(library, share, at=BEFORE)
    _send(library, _share(library, cast.ravi, asset, at=BEFORE), at=BEFORE)
    assert _use(library, cast.rosa, asset).members == ()
    _visit(library, share)
    use = _use(library, cast.rosa, asset)
    assert use.members == ()
    assert (use.totals.sends, use.totals.visits) == (0, 1)


def test_a_deal_is_named_to_those_who_may_see_it(library: Library, cast: Cast, asset: str) -> None:
    hers, his = _deal(library, cast.ravi, "Dock"), _deal(library, cast.wes, "Yard")
    _send(library, _share(library, cast.ravi, asset, deal=hers))
    _visit(library, _share(library, cast.ravi, asset, deal=hers))
    _send(library, _share(library, cast.wes, asset, deal=his))
    assert _only(_use(library, cast.rosa, asset)).deals == ((hers, "Dock"),)
    assert [one.deals for one in _use(library, cast.adam, asset).members] == [
        ((hers, "Dock"),),
        ((his, "Yard"),),
    ]
    with library.database.unit_of_work() as session:
        deal = session.scalars(select(Opportunity).where(Opportunity.public_id == hers)).one()
        deal.owner_id = cast.wes.member_id
    assert _only(_use(library, cast.rosa, asset)).deals == ()


def test_a_marketer_gets_totals_from_five_reps_on(library: Library, cast: Cast, asset: str) -> None:
    crowd = [cast.rosa, cast.ravi, cast.wes]
    with library.database.unit_of_work() as session:
        for name in ("una", "uwe"):
            email = f"{name}@contentlib.example"
            member = member_service.add(
                session,
                actor="test",
                email=email,
                role="rep",
                name=name,
                team="West",
                now=MONDAY,
            )
            crowd.append(members.viewer_of(session, member))
    for who in (cast.nora, cast.adam, *crowd[:4]):
        _open(library, who, asset)
    totals = _use(library, cast.mira, asset).totals
    assert (totals.people, totals.opens, totals.takings) == (None, None, 0)
    _open(library, crowd[4], asset, take=True)
    totals = _use(library, cast.mira, asset).totals
    assert (totals.people, totals.opens, totals.takings) == (5, 5, None)


def test_it_costs_five_statements_and_one_for_reading(
    library: Library, cast: Cast, asset: str
) -> None:
    for who in (cast.rosa, cast.ravi, cast.wes):
        for _ in range(3):
            _visit(library, _share(library, who, asset))
            _open(library, who, asset, take=True)
    with statements(library) as seen:
        _use(library, cast.adam, asset)
    assert len(seen) == 7, seen  # with the one that looks up the asset


def test_reading_is_dated_by_its_first_view_and_counted_within_the_window(
    library: Library, cast: Cast, asset: str
) -> None:
    share = _share(library, cast.ravi, asset, at=BEFORE)
    for at in (BEFORE, MONDAY, MONDAY):
        _visit(library, share, at=at)
    with library.database.reading() as session:
        (reading,) = links_read(session, asset_id(library, asset), since=SINCE).values()
    assert reading == LinkReading(BEFORE, 2)
