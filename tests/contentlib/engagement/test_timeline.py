"""What happened around the links of a deal: people's doings, newest first, at a fixed cost."""

from datetime import timedelta

import pytest

from contentlib.engagement import service as engagement
from contentlib.engagement.timeline import Moment, timeline
from contentlib.library import Library
from contentlib.reactions import fold_beats
from contentlib.sending import service as sending
from contentlib.share import queries
from contentlib.share.models import Share
from tests.cast import Cast, hire
from tests.contentlib.engagement.visiting import Link, link, reads
from tests.contentlib.sending.telling import deal_with_bea, item_of, message, told
from tests.factories import make_asset, statements


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _moments(library: Library, cast: Cast, *, limit: int = 50) -> list[Moment]:
    fold_beats(library)
    with library.database.reading() as session:
        lines = queries.listed(session, cast.rosa).lines
        return timeline(session, lines, limit=limit)


def _downloads(library: Library, opened: Link, *, visitor: str = "visitor") -> None:
    row = engagement.download_row(
        share_id=opened.share_id,
        asset_id=opened.asset_id,
        version_id=opened.version_id,
        visitor_key=visitor,
        by_colleague=False,
        now=library.clock.now() + timedelta(seconds=25),
    )
    engagement.record_download(library.hits, row).result(timeout=20)


def test_a_link_is_made_sent_read_and_its_file_taken(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    library.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]
    with library.database.unit_of_work() as session:
        sending.record_share_sent(
            session,
            shares=[session.get_one(Share, opened.share_id)],
            evidence="app_mail",
            source_key="1",
            now=library.clock.now(),
        )
    library.clock.move(timedelta(hours=1))  # type: ignore[attr-defined]
    reads(library, opened, code_email="ann@buyer.example")
    _downloads(library, opened)
    found = _moments(library, cast)
    assert [moment.what for moment in found] == ["downloaded", "read", "sent", "made"]
    assert all(moment.titles == ("Docks",) for moment in found)
    read = found[1]
    assert (read.who, read.pages, read.attention_ms) == ("ann@buyer.example", (1,), 20_000)
    assert found[2].detail == "app_mail"


def test_machines_and_people_who_ask_not_to_be_followed_stand_in_no_timeline(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, visitor="private", is_private=True)
    reads(library, opened, visitor="machine", agent="curl/8.5")
    _downloads(library, opened, visitor="machine")
    assert [moment.what for moment in _moments(library, cast)] == ["made"]


def test_what_left_for_the_deal_without_a_link_stands_there_a_message_once(
    library: Library, cast: Cast
) -> None:
    deal = deal_with_bea(library, cast.rosa)
    docks, yards = (item_of(library, make_asset(library, title)) for title in ("Docks", "Yards"))
    told(library, message(library, cast.rosa, docks, yards))
    with library.database.reading() as session:
        (moment,) = timeline(session, [], opportunity_id=deal)
    assert (moment.what, moment.titles, moment.detail, moment.share_public_id) == (
        "sent untracked",
        ("Docks", "Yards"),
        "mail_confirmed",
        None,
    )


def test_a_pasting_is_told_with_the_service(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, agent="Slackbot-LinkExpanding 1.0", touched=False)
    assert ("pasted", "Slack") in [(m.what, m.detail) for m in _moments(library, cast)]


def test_however_many_links_it_costs_five_statements(library: Library, cast: Cast) -> None:
    for number in range(6):
        reads(library, link(library, cast.rosa, f"Deck {number}"), visitor=f"v{number}")
    fold_beats(library)
    with library.database.reading() as session:
        lines = queries.listed(session, cast.rosa).lines
        with statements(library) as seen:
            found = timeline(session, lines)
    assert len(found) == 12 and len(seen) == 5, seen
    assert len(_moments(library, cast, limit=3)) == 3
    with library.database.reading() as session:
        assert timeline(session, []) == []
