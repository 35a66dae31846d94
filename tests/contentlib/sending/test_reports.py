"""What several sources say of messages becomes one send a rep, an asset and a message."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from contentlib.asset.models import Asset
from contentlib.events.jobs import Job
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.sending.merging import EVIDENCE_ORDER
from contentlib.sending.models import Send, SendCorrection, SendReport, SendReportItem
from contentlib.sending.reports import Item, Report, Told, take_back, tell
from contentlib.share import service as shares
from tests.cast import Cast, hire
from tests.contentlib.sending.telling import BEA, deal_with_bea
from tests.factories import make_asset


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def docks(library: Library, cast: Cast) -> Item:
    """An attached file of an asset."""
    return _attached(library, make_asset(library, "Docks"))


def _attached(library: Library, asset_public_id: str) -> Item:
    with library.database.reading() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == asset_public_id)).one()
        assert asset.current_version_id is not None
        return Item(asset.id, asset.current_version_id, "attachment", "same file")


def _linked(library: Library, cast: Cast, item: Item, *, deal: str | None = None) -> Item:
    """The same asset by a link of Rosa's."""
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=[session.get_one(Asset, item.asset_id).public_id],
            recipients=[shares.Recipient(BEA)],
            opportunity_public_id=deal,
            now=library.clock.now(),
        )
        return replace(item, channel="link", method="share link", share_id=share.id)


def _says(library: Library, cast: Cast, *items: Item, after_s: float = 0, **said: object) -> Report:
    told = Report(
        member_id=cast.rosa.member_id,
        source="extension",
        source_key=public_id(),
        evidence="mail_confirmed",
        surface="gmail",
        at=library.clock.now() + timedelta(seconds=after_s),
        items=items,
        recipients=(BEA,),
    )
    return replace(told, **said)  # type: ignore[arg-type]


def _mailbox(report: Report, *, after_s: float = 0, key: str = "<1@mail>") -> Report:
    return replace(
        report,
        source="mailbox",
        evidence="mailbox",
        surface="mailbox",
        source_key=key,
        at=report.at + timedelta(seconds=after_s),
    )


def _tell(library: Library, *reports: Report) -> Told:
    with library.database.unit_of_work() as session:
        for report in reports:
            told = tell(session, report, now=library.clock.now())
    return told


def _sends(library: Library) -> list[tuple[str, str, datetime]]:
    with library.database.reading() as session:
        rows = session.scalars(select(Send).order_by(Send.at, Send.asset_id))
        return [(send.evidence, send.channel, send.at) for send in rows]


def _evidence(library: Library) -> list[str]:
    return [evidence for evidence, _, _ in _sends(library)]


# --- one message, several sources ---------------------------------------------------------------


def test_extension_and_mailbox_tell_of_one_message(
    library: Library, cast: Cast, docks: Item
) -> None:
    seen = _says(library, cast, docks)
    _tell(library, _mailbox(seen, after_s=-4), seen)
    assert _sends(library) == [("mail_confirmed", "attachment", seen.at)]


def test_what_is_told_twice_is_one_send(library: Library, cast: Cast, docks: Item) -> None:
    seen = _says(library, cast, docks)
    assert not _tell(library, seen).is_known
    assert _tell(library, seen).is_known
    assert _evidence(library) == ["mail_confirmed"]


def test_two_messages_of_one_source_within_a_minute_stay_two(
    library: Library, cast: Cast, docks: Item
) -> None:
    first, second = _says(library, cast, docks), _says(library, cast, docks, after_s=60)
    _tell(
        library,
        first,
        second,
        _mailbox(first, after_s=2),
        _mailbox(second, after_s=2, key="<2@mail>"),
    )
    assert _sends(library) == [
        ("mail_confirmed", "attachment", first.at),
        ("mail_confirmed", "attachment", second.at),
    ]


def test_the_same_file_to_somebody_else_at_the_same_time_is_another_message(
    library: Library, cast: Cast, docks: Item
) -> None:
    seen = _says(library, cast, docks)
    _tell(library, seen, replace(_mailbox(seen), recipients=("carl@other.example",)))
    assert _evidence(library) == ["mail_confirmed", "mailbox"]


def test_a_source_that_knows_no_recipients_contradicts_nobody(
    library: Library, cast: Cast, docks: Item
) -> None:
    seen = _says(library, cast, docks)
    _tell(library, replace(seen, recipients=()), _mailbox(seen))
    assert _evidence(library) == ["mail_confirmed"]


def test_a_follow_up_with_the_same_link_next_day_is_a_second_send(
    library: Library, cast: Cast, docks: Item
) -> None:
    link = _linked(library, cast, docks)
    _tell(library, _says(library, cast, link), _mailbox(_says(library, cast, link, after_s=86_400)))
    assert _evidence(library) == ["mail_confirmed", "mailbox"]


def test_two_links_to_one_asset_in_one_message_are_one_send_and_both_were_sent(
    library: Library, cast: Cast, docks: Item
) -> None:
    one, other = _linked(library, cast, docks), _linked(library, cast, docks)
    library.database.react_with({"ShareSent": ("judge",)})
    _tell(library, _says(library, cast, one, other))
    assert _evidence(library) == ["mail_confirmed"]
    with library.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.reaction == "judge"))
        told = {job.payload["share_id"] for job in jobs}
    assert told == {one.share_id, other.share_id}


def test_each_source_adds_what_only_it_saw(library: Library, cast: Cast, docks: Item) -> None:
    link = _linked(library, cast, docks)
    attached = _attached(library, make_asset(library, "Yards"))
    seen = _says(library, cast, link)
    _tell(library, seen, _mailbox(replace(seen, items=(link, attached))))
    assert _sends(library) == [
        ("mail_confirmed", "link", seen.at),
        ("mailbox", "attachment", seen.at),
    ]


# --- what was only said -----------------------------------------------------------------------


@pytest.mark.parametrize("first", ["declared", "seen"])
def test_a_declared_link_that_is_then_seen_leaving_is_one_send(
    library: Library, cast: Cast, docks: Item, first: str
) -> None:
    link = _linked(library, cast, docks)
    seen = _says(library, cast, link, after_s=7200)
    declared = replace(
        seen, source="declared", evidence="declared", at=library.clock.now(), source_key="s"
    )
    _tell(library, *((declared, seen) if first == "declared" else (seen, declared)))
    assert _sends(library) == [("mail_confirmed", "link", seen.at)]


def test_a_declaration_and_two_sightings_meet_in_one_message(
    library: Library, cast: Cast, docks: Item
) -> None:
    link = _linked(library, cast, docks)
    seen = _says(library, cast, link, after_s=600)
    declared = replace(seen, source="declared", evidence="declared", source_key="s")
    _tell(library, declared, _mailbox(seen), seen)
    assert _evidence(library) == ["mail_confirmed"]


def test_a_scheduled_mail_that_is_then_seen_leaving_is_dated_by_the_sight(
    library: Library, cast: Cast, docks: Item
) -> None:
    scheduled = _says(library, cast, docks, evidence="declared")
    seen = replace(scheduled, evidence="mail_confirmed", at=scheduled.at + timedelta(hours=3))
    _tell(library, scheduled, seen)
    assert _sends(library) == [("mail_confirmed", "attachment", seen.at)]


# --- taken back ---------------------------------------------------------------------------------


def test_an_undone_send_is_none_and_sent_after_all_is_one(
    library: Library, cast: Cast, docks: Item
) -> None:
    seen = _says(library, cast, docks)
    _tell(library, seen)
    with library.database.unit_of_work() as session:
        assert take_back(
            session,
            member_id=seen.member_id,
            source="extension",
            source_key=seen.source_key,
            now=library.clock.now(),
        )
    assert _sends(library) == []
    again = replace(seen, at=seen.at + timedelta(minutes=2))
    _tell(library, again)
    assert _sends(library) == [("mail_confirmed", "attachment", again.at)]


def test_taking_back_what_was_never_told_is_quiet(library: Library, cast: Cast) -> None:
    with library.database.unit_of_work() as session:
        assert not take_back(
            session,
            member_id=cast.rosa.member_id,
            source="extension",
            source_key="gmail:nothing",
            now=library.clock.now(),
        )


def test_what_the_mailbox_also_saw_stays_when_the_extension_takes_it_back(
    library: Library, cast: Cast, docks: Item
) -> None:
    seen = _says(library, cast, docks)
    _tell(library, seen, _mailbox(seen))
    with library.database.unit_of_work() as session:
        take_back(
            session,
            member_id=seen.member_id,
            source="extension",
            source_key=seen.source_key,
            now=library.clock.now(),
        )
    assert _evidence(library) == ["mailbox"]


# --- which deal -----------------------------------------------------------------------------------


def test_a_mail_to_the_contact_of_the_only_deal_is_about_it(
    library: Library, cast: Cast, docks: Item
) -> None:
    deal = deal_with_bea(library, cast.rosa)
    _tell(library, _says(library, cast, docks))
    with library.database.reading() as session:
        send = session.scalars(select(Send)).one()
        assert (send.opportunity_id, send.recipient_domains) == (deal, ["buyer.example"])
        report = session.scalars(select(SendReport)).one()
        assert len(report.contact_ids) == 1


def test_of_two_open_deals_none_is_guessed(library: Library, cast: Cast, docks: Item) -> None:
    deal_with_bea(library, cast.rosa)
    deal_with_bea(library, cast.rosa, name="Yards for Bay")
    _tell(library, _says(library, cast, docks))
    with library.database.reading() as session:
        assert session.scalars(select(Send.opportunity_id)).one() is None


# --- in any order ------------------------------------------------------------------------------


_KINDS = st.sampled_from(("extension", "mailbox", "app"))
_MESSAGES = st.lists(
    st.tuples(st.integers(0, 1), st.sets(_KINDS, min_size=1), st.integers(-200, 200)),
    min_size=1,
    max_size=4,
)
_EVIDENCE = {"extension": "mail_confirmed", "mailbox": "mailbox", "app": "app_mail"}


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(messages=_MESSAGES, chance=st.randoms())
def test_in_whatever_order_the_sources_tell_each_message_is_one_send_with_its_best_evidence(
    library: Library,
    messages: list[tuple[int, set[str], int]],
    chance: object,
) -> None:
    with library.database.unit_of_work() as session:
        for table in (SendCorrection, SendReportItem, SendReport, Send):
            session.execute(delete(table))
        assets = list(session.scalars(select(Asset.public_id).order_by(Asset.id)))
    cast = _CASTS.setdefault(id(library), None) or hire(library)
    _CASTS[id(library)] = cast
    while len(assets) < 2:
        assets.append(make_asset(library, f"Paper {len(assets)}"))
    items = [_attached(library, asset) for asset in assets]
    told: list[Report] = []
    for number, (which, sources, skew_s) in enumerate(messages):
        # an hour apart: clocks are minutes off, messages are not
        seen = _says(library, cast, items[which], after_s=number * 3600)
        told += [
            replace(
                seen,
                source=source,
                evidence=_EVIDENCE[source],
                source_key=f"{number}",
                at=seen.at + timedelta(seconds=skew_s if source == "mailbox" else 0),
            )
            for source in sources
        ]
    chance.shuffle(told)  # type: ignore[attr-defined]
    _tell(library, *told)
    best = [
        min((_EVIDENCE[source] for source in sources), key=EVIDENCE_ORDER.index)
        for _, sources, _ in messages
    ]
    assert _evidence(library) == best


_CASTS: dict[int, Cast | None] = {}
