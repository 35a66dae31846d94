"""What follows from a class, and what changes it later: facts, sendings, retention, counts."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from contentlib.audit.queries import latest
from contentlib.engagement import acts
from contentlib.engagement.counting import VisitCounts, visits_of_assets
from contentlib.engagement.models import Hit, Unfurl, Visit
from contentlib.engagement.queries import human_visits
from contentlib.engagement.share_figures import of_shares
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.reactions import fold_beats, judge_again, tidy
from contentlib.sending import service as sending
from contentlib.share.models import Share
from contentlib.worker import Worker
from tests.cast import Cast, hire
from tests.contentlib.engagement.visiting import CHROME, PHONE, Link, asks, link, reads, tells

SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
PROOFPOINT = "proofpoint:67.231.144.0/20"


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _classes(library: Library) -> list[str]:
    with library.database.reading() as session:
        visits = session.scalars(select(Visit).order_by(Visit.share_id, Visit.id))
        return [visit.visitor_class for visit in visits]


def _told(library: Library) -> Counter[str]:
    with library.database.reading() as session:
        return Counter(
            f"{job.reaction} {job.payload.get('before')} {job.payload.get('after')}"
            for job in session.scalars(select(Job))
            if job.reaction in ("visit", "unfurl", "merge")
        )


def _listen(library: Library) -> None:
    library.database.react_with(
        {"VisitJudged": ("visit",), "LinkUnfurled": ("unfurl",), "VisitMerged": ("merge",)}
    )


def _send(library: Library, *opened: Link, at_s: float) -> None:
    with library.database.unit_of_work() as session:
        sending.record_share_sent(
            session,
            shares=[session.get_one(Share, link.share_id) for link in opened],
            evidence="mail_confirmed",
            source_key="m1",
            now=library.clock.now() + timedelta(seconds=at_s),
        )


# --- facts ---------------------------------------------------------------------------------------


def test_a_visit_is_told_of_when_it_is_new_and_when_its_class_changes_never_for_each_beat(
    library: Library, cast: Cast
) -> None:
    _listen(library)
    opened = link(library, cast.rosa)
    asks(library, opened)
    fold_beats(library)
    assert _told(library) == {"visit None unclear": 1}
    for ordinal in (1, 2, 3):
        tells(library, opened, at_s=10 * ordinal, ms=9_000 * ordinal, ordinal=ordinal)
        fold_beats(library)
    assert _told(library) == {"visit None unclear": 1, "visit unclear human": 1}


def test_a_link_pasted_somewhere_is_told_of_once(library: Library, cast: Cast) -> None:
    _listen(library)
    opened = link(library, cast.rosa)
    for at_s in (0, 2):
        asks(library, opened, at_s=at_s, agent=SLACK)
        fold_beats(library)
    assert _told(library) == {"visit None machine": 1, "unfurl None None": 1}


def test_a_visit_that_is_judged_otherwise_later_loses_its_unfurl(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    asks(library, opened, agent=SLACK)
    fold_beats(library)
    with library.database.unit_of_work() as session:
        session.execute(update(Hit).values(by_colleague=True))
        session.execute(update(Visit).values(rule_version=0))
    judge_again(library)
    assert _classes(library) == ["colleague"]
    with library.database.reading() as session:
        assert session.scalars(select(Unfurl)).all() == []


def test_visits_of_half_a_year_that_an_upgrade_makes_are_no_news(
    library: Library, cast: Cast
) -> None:
    _listen(library)
    opened = link(library, cast.rosa)
    for day in range(3, 60, 7):
        reads(library, opened, at_s=-day * 86_400.0, visitor=f"reader {day}")
        asks(library, opened, at_s=-day * 86_400.0, agent=SLACK, visitor=f"slack {day}")
    fold_beats(library)
    assert Counter(_classes(library)) == {"human": 9, "machine": 9}
    assert _told(library) == {}


# --- word of a sending that comes late -----------------------------------------------------------


def test_a_scanner_is_known_for_one_once_we_learn_when_the_message_left(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, at_s=4, touched=False)
    fold_beats(library)
    assert _classes(library) == ["human"]
    _send(library, opened, at_s=0)
    Worker(library).drain(periodic=False)
    assert _classes(library) == ["machine"]


def test_a_reader_behind_a_gateway_is_cleared_once_we_learn_that_it_was_sent_long_before(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, at_s=3600, network_ids=[PROOFPOINT])
    fold_beats(library)
    assert _classes(library) == ["unclear"]
    _send(library, opened, at_s=0)
    Worker(library).drain(periodic=False)
    assert _classes(library) == ["human"]


@pytest.mark.parametrize("together", ["one message", "one go"])
def test_links_opened_together_are_a_sign_whichever_is_written_down_first(
    library: Library, cast: Cast, together: str
) -> None:
    batch = "b1" if together == "one go" else None
    one = link(library, cast.rosa, "Docks", batch=batch)
    other = link(library, cast.rosa, "Yards", batch=batch)
    if together == "one message":
        _send(library, one, other, at_s=0)
    asks(library, one, at_s=100)
    fold_beats(library)
    assert _classes(library) == ["unclear"]
    asks(library, other, at_s=102)
    fold_beats(library)
    assert _classes(library) == ["machine", "machine"]


def test_a_declared_sending_says_nothing_of_the_moment_and_makes_no_work(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    with library.database.unit_of_work() as session:
        public_id = session.get_one(Share, opened.share_id).public_id
        sending.declare(
            session, viewer=cast.rosa, share_public_id=public_id, now=library.clock.now()
        )
        assert "judge_sent" not in session.scalars(select(Job.reaction)).all()


# --- the end of retention ------------------------------------------------------------------------


def test_at_the_end_of_retention_requests_go_and_classes_stay(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    asks(library, opened, agent="curl/8.9.1", visitor="curl")
    reads(library, opened, at_s=86_400, visitor="bea")
    fold_beats(library)
    assert _classes(library) == ["machine", "human"]
    library.clock.move(timedelta(days=library.settings.hit_retention_days, hours=1))  # type: ignore[attr-defined]
    tidy(library)
    with library.database.reading() as session:
        assert session.scalars(select(Visit.frozen).order_by(Visit.id)).all() == [True, False]
        assert session.scalars(select(Hit.visitor_key)).all() == ["bea"]
    with library.database.unit_of_work() as session:
        session.execute(update(Visit).values(rule_version=0))
    judge_again(library)
    assert _classes(library) == ["machine", "human"]
    with library.database.reading() as session:
        versions = session.scalars(select(Visit.rule_version).order_by(Visit.id)).all()
        assert versions[0] == 0 < versions[1]


def test_many_old_requests_go_in_bounded_steps(
    library: Library, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contentlib.engagement.retention._AT_ONCE", 4)
    opened = link(library, cast.rosa)
    for n in range(11):
        asks(library, opened, visitor=str(n))
    fold_beats(library)
    acts.forget_old_requests(library.database, before=library.clock.now() + timedelta(days=1))
    with library.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Hit)) == 0
        assert session.scalar(select(func.count()).where(Visit.frozen.is_(True))) == 11


def test_what_comes_for_a_frozen_visit_begins_another(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    asks(library, opened, agent="curl/8.9.1")
    fold_beats(library)
    acts.forget_old_requests(library.database, before=library.clock.now() + timedelta(days=1))
    reads(library, opened, at_s=60)
    fold_beats(library)
    assert _classes(library) == ["machine", "human"]


def test_a_visit_of_which_nothing_is_kept_keeps_its_class(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    with library.database.unit_of_work() as session:
        session.add(
            Visit(
                share_id=opened.share_id,
                visitor_key="k" * 64,
                started_at=library.clock.now(),
                last_at=library.clock.now(),
                visitor_class="human",
                rule="engaged",
                reasons=["Somebody looked at 3 pages for 40 s."],
                rule_version=0,
            )
        )
    judge_again(library)
    assert _classes(library) == ["human"]


def test_judging_by_newer_rules_is_written_down_with_what_it_changed(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened)
    asks(library, opened, agent="curl/8.9.1", visitor="curl", at_s=90_000)
    fold_beats(library)
    with library.database.unit_of_work() as session:
        session.execute(update(Visit).values(visitor_class="human", rule_version=0))
    judge_again(library)
    judge_again(library)
    with library.database.reading() as session:
        told = [line for line in latest(session) if line.act == "visits judged again"]
    assert [line.detail for line in told] == [{"visits": 2, "moved": [["human", "machine", 1]]}]


# --- counts --------------------------------------------------------------------------------------


def test_counts_stand_by_class_and_never_in_one_number(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, visitor="bea")
    asks(library, opened, visitor="ben", agent=PHONE)
    asks(library, opened, visitor="curl", agent="curl/8.9.1")
    asks(library, opened, visitor="slack", agent=SLACK)
    reads(library, opened, visitor="us", by_colleague=True)
    fold_beats(library)
    counts = VisitCounts(human=1, unclear=1, machine=2)
    now = library.clock.now()
    with library.database.reading() as session:
        assert of_shares(session, [opened.share_id])[opened.share_id].counts == counts
        span = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}
        assert visits_of_assets(session, [opened.asset_id], **span) == {opened.asset_id: counts}
        assert human_visits(session, opened.share_id) == 1
    assert (counts.people, counts.others) == (1, 3)


def test_who_entered_a_code_is_verified_and_the_visit_knows_by_which(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, agent=CHROME, code_email="bea@buyer.example")
    fold_beats(library)
    assert _classes(library) == ["verified"]
    with library.database.reading() as session:
        assert session.scalars(select(Visit.code_id)).one() is not None


def test_whoever_asked_not_to_be_followed_is_given_no_name_even_where_they_proved_one(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened, code_email="bea@buyer.example", is_private=True)
    fold_beats(library)
    assert _classes(library) == ["verified"]
    with library.database.reading() as session:
        assert session.scalars(select(Visit.code_id)).one() is None
