"""Visits as they are judged from what is kept: beats, requests, sendings."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from contentlib.engagement import service as engagement
from contentlib.engagement.judging import RULE_VERSION
from contentlib.engagement.machines import listed_ranges
from contentlib.engagement.models import Visit
from contentlib.engagement.rules import PageAttention
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.reactions import fold_beats, judge_again
from contentlib.sending import service as sending
from contentlib.share import service as shares
from contentlib.share.queries import Door, door
from tests.cast import Cast, hire
from tests.factories import make_asset, statements

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


def _shared(library: Library, cast: Cast, *, sent: bool = False) -> Door:
    asset = make_asset(library, "Docks", "one", "two", "three")
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=[asset],
            recipients=[shares.Recipient("bea@buyer.example")],
            now=library.clock.now(),
        )
        if sent:
            sending.record_share_sent(
                session,
                shares=[share],
                evidence="app_mail",
                source_key=public_id(),
                now=library.clock.now(),
            )
        found = door(session, share.public_id, today=library.clock.now().date())
    assert found is not None
    return found


def _reads(
    library: Library,
    opened: Door,
    *,
    after_s: int = 3600,
    ms: int = 20_000,
    trusted_input: bool = True,
    agent: str = PHONE,
    visitor: str = "v" * 64,
    **hit: Any,
) -> None:
    item = opened.items[0]
    at = library.clock.now() + timedelta(seconds=after_s)
    row = engagement.hit_row(
        share_id=opened.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        page=1,
        kind="page",
        method="GET",
        user_agent=agent,
        network="198.51.100.0/24",
        visitor_key=visitor,
        by_colleague=False,
        now=at,
        **hit,
    )
    engagement.record_hits(library.hits, [row]).result(timeout=5)
    beats = engagement.beat_rows(
        [PageAttention(1, ms)],
        view_key=public_id(),
        ordinal=1,
        share_id=opened.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        visitor_key=visitor,
        by_colleague=False,
        trusted_input=trusted_input,
        signals={"device": "phone"},
        now=at + timedelta(milliseconds=ms),
    )
    engagement.record_beats(library.hits, beats).result(timeout=5)


def _judged(library: Library) -> list[tuple[str, str]]:
    fold_beats(library)
    with library.database.reading() as session:
        visits = session.scalars(select(Visit).order_by(Visit.id))
        return [(visit.visitor_class, visit.rule) for visit in visits]


def test_who_read_for_a_while_is_a_person(library: Library) -> None:
    _reads(library, _shared(library, hire(library)))
    assert _judged(library) == [("human", "engaged")]


def test_a_browser_that_opens_at_delivery_and_touches_nothing_is_a_machine(
    library: Library,
) -> None:
    opened = _shared(library, hire(library), sent=True)
    _reads(library, opened, after_s=4, trusted_input=False)
    assert _judged(library) == [("machine", "too_soon")]


def test_the_same_reader_with_a_hand_on_the_page_is_a_person(library: Library) -> None:
    _reads(library, _shared(library, hire(library), sent=True), after_s=4, trusted_input=True)
    assert _judged(library) == [("human", "engaged")]


def test_a_scanners_network_makes_a_machine_whatever_its_browser(library: Library) -> None:
    opened = _shared(library, hire(library))
    certain = next(entry for entry in listed_ranges() if entry.certainty == "certain")
    _reads(library, opened, network_ids=[certain.range_id])
    assert _judged(library) == [("machine", "scanner_network")]


def test_an_unfurler_names_where_the_link_was_pasted(library: Library) -> None:
    _reads(library, _shared(library, hire(library)), agent="Slackbot-LinkExpanding 1.0")
    assert _judged(library) == [("machine", "unfurler")]
    with library.database.reading() as session:
        assert session.scalars(select(Visit.pasted_into)).one() == "Slack"


def test_visits_judged_by_older_rules_are_judged_again_and_frozen_ones_stay(
    library: Library,
) -> None:
    opened = _shared(library, hire(library))
    _reads(library, opened)
    _reads(library, opened, agent="curl/8.5.0", visitor="w" * 64, after_s=90_000)
    assert [entry[0] for entry in _judged(library)] == ["human", "machine"]
    with library.database.unit_of_work() as session:
        session.execute(update(Visit).values(visitor_class="human", rule="", rule_version=0))
        first = session.scalars(select(Visit).order_by(Visit.id)).first()
        assert first is not None
        first.started_at -= timedelta(days=library.settings.hit_retention_days + 1)
    judge_again(library)
    with library.database.reading() as session:
        visits = list(session.scalars(select(Visit).order_by(Visit.id)))
    assert [visit.rule_version for visit in visits] == [0, RULE_VERSION]
    assert visits[1].visitor_class == "machine"


def test_more_visits_cost_no_more_statements(library: Library) -> None:
    def count(visitors: list[str]) -> int:
        for visitor in visitors:
            _reads(library, opened, visitor=visitor * 64)
        with statements(library) as seen:
            fold_beats(library)
        return len([s for s in seen if s.startswith("SELECT")])

    opened = _shared(library, hire(library))
    one = count(["a"])
    assert count(["b", "c", "d"]) <= one + 6  # each sitting looks for the visits it touches
