"""What left as a file or a plain address: by asset and team, outdated versions first."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.clock import FixedClock
from contentlib.insight import events
from contentlib.insight.untracked.queries import UntrackedReport, untracked
from contentlib.insight.window import default_window
from contentlib.library import Library
from contentlib.member import service as members
from contentlib.member.models import ReportingDay
from contentlib.member.queries import viewer_of
from contentlib.member.rules import Viewer
from contentlib.sending import coverage
from tests.cast import Cast, hire
from tests.contentlib.insight.happening import send
from tests.contentlib.sending.telling import item_of, message, newer_version, told
from tests.factories import MONDAY, make_asset, statements

LONG_AGO = MONDAY - timedelta(days=80)
LATELY = MONDAY - timedelta(days=10)
WINDOW = default_window(now=MONDAY, days=90, time_zone="UTC")


@pytest.fixture
def cast(library: Library) -> Cast:
    """Hired long before the window ends."""
    assert isinstance(library.clock, FixedClock)
    library.clock.move(LONG_AGO - MONDAY)
    people = hire(library)
    library.clock.move(MONDAY - LONG_AGO)
    return people


def _report(library: Library, viewer: Viewer) -> UntrackedReport:
    with library.database.reading() as session:
        return untracked(session, viewer, window=WINDOW, today=MONDAY.date())


def _asset(library: Library, title: str) -> str:
    return make_asset(library, title, now=LONG_AGO)


def _attached(library: Library, sender: Viewer, asset: str, *, as_address: bool = False) -> None:
    item = item_of(library, asset, as_address=as_address)
    told(library, message(library, sender, item, at=LATELY))


def test_files_and_addresses_are_counted_and_links_stand_beside(
    library: Library, cast: Cast
) -> None:
    docks = _asset(library, "Docks")
    _attached(library, cast.rosa, docks)
    _attached(library, cast.wes, docks, as_address=True)
    send(library, cast.rosa, docks, deal=None, at=LATELY)
    (row,) = _report(library, cast.adam).rows
    assert (row.files, row.addresses, row.tracked, row.reps) == (1, 1, 1, 2)


def test_an_asset_sent_by_link_alone_is_not_listed(library: Library, cast: Cast) -> None:
    send(library, cast.rosa, _asset(library, "Docks"), deal=None, at=LATELY)
    assert _report(library, cast.adam).rows == ()


def test_outdated_versions_stand_first_and_only_what_was_outdated_when_it_left(
    library: Library, cast: Cast
) -> None:
    often, stale, later = (_asset(library, title) for title in ("Often", "Stale", "Later"))
    old = item_of(library, stale)
    newer_version(library, stale, at=LATELY - timedelta(days=1))
    for sender in (cast.rosa, cast.wes):
        _attached(library, sender, often)
    told(library, message(library, cast.rosa, old, at=LATELY))
    _attached(library, cast.rosa, later)
    newer_version(library, later, at=LATELY + timedelta(days=1))
    assert [(row.line.title, row.outdated) for row in _report(library, cast.adam).rows] == [
        ("Stale", 1),
        ("Often", 0),
        ("Later", 0),
    ]


def test_a_manager_sees_their_teams_and_who_is_not_a_rep_does_not_count(
    library: Library, cast: Cast
) -> None:
    docks = _asset(library, "Docks")
    for sender in (cast.rosa, cast.wes, cast.mira):
        _attached(library, sender, docks)
    (row,) = _report(library, cast.nora).rows
    assert [(use.team, use.files) for use in row.teams] == [("North", 1)]
    (row,) = _report(library, cast.adam).rows
    assert [(use.team, use.files) for use in row.teams] == [("North", 1), ("West", 1)]


def test_a_marketer_sees_no_team_and_no_number_of_fewer_than_five_reps(
    library: Library, cast: Cast
) -> None:
    docks = _asset(library, "Docks")
    for sender in (cast.rosa, cast.wes):
        _attached(library, sender, docks)
    (row,) = _report(library, cast.mira).rows
    assert (row.sends, row.reps, row.teams) == (2, None, ())
    for number in range(5):
        _attached(library, _another(library, f"rep{number}"), docks)
    (row,) = _report(library, cast.mira).rows
    assert (row.sends, row.reps) == (7, 7)
    assert [(use.team, use.sends) for use in row.teams] == [("North", 6)]


def _another(library: Library, name: str) -> Viewer:
    with library.database.unit_of_work() as session:
        member = members.add(
            session,
            actor="test",
            email=f"{name}@contentlib.example",
            role="rep",
            name=name,
            team="North",
            now=LONG_AGO,
        )
        session.flush()
        return viewer_of(session, member)


def test_it_costs_eight_statements_however_many_assets(library: Library, cast: Cast) -> None:
    for number in range(6):
        _attached(library, cast.rosa, _asset(library, f"Paper {number}"))
    with statements(library) as seen:
        assert len(_report(library, cast.adam).rows) == 6
    assert len(seen) <= 8, seen


# --- how much of the sending is seen -------------------------------------------------------------


def _reports_in(library: Library, viewer: Viewer, weeks: int, *, source: str = "extension") -> None:
    with library.database.unit_of_work() as session:
        for week in range(weeks):
            coverage.note_day(
                session,
                member_id=viewer.member_id,
                source=source,
                day=WINDOW.first_day + timedelta(days=7 * week),
            )


def _seen(session: Session) -> int:
    return events.reps_reporting(session, WINDOW, events.reps_in_scope(session, WINDOW))


@pytest.mark.parametrize(("weeks", "counts"), [(10, 0), (11, 1), (13, 1)])
def test_who_reported_in_four_of_five_weeks_is_seen(
    library: Library, cast: Cast, weeks: int, counts: int
) -> None:
    _reports_in(library, cast.rosa, weeks)
    with library.database.reading() as session:
        assert _seen(session) == counts


def test_extension_and_mailbox_fill_in_for_each_other_and_who_is_no_rep_is_not_asked(
    library: Library, cast: Cast
) -> None:
    _reports_in(library, cast.mira, 13)
    _reports_in(library, cast.rosa, 6)
    with library.database.unit_of_work() as session:
        for week in range(6, 13):
            coverage.note_day(
                session,
                member_id=cast.rosa.member_id,
                source="mailbox",
                day=WINDOW.first_day + timedelta(days=7 * week + 3),
            )
    with library.database.reading() as session:
        assert _seen(session) == 1


def test_a_day_is_noted_once(library: Library, cast: Cast) -> None:
    for _ in range(2):
        _reports_in(library, cast.rosa, 1)
    with library.database.reading() as session:
        noted = session.scalars(select(ReportingDay.day)).all()
    assert noted == [WINDOW.first_day]
