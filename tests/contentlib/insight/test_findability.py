"""Findability of an asset, and what it came up for: a history made by hand, counted by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.insight.findability import rules
from contentlib.insight.findability.queries import CameUp, came_up
from contentlib.insight.findability.rules import Shown
from contentlib.insight.findability.sent_queries import Findability, findability, sends_of
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.taxonomy.queries import vocabulary
from tests.cast import Cast, hire
from tests.contentlib.insight.happening import (
    LATELY,
    LONG_AGO,
    WINDOW,
    crowd,
    ids_of,
    new_deal,
    open_from,
    read,
    recommendation,
    search,
    send,
    share,
)
from tests.factories import MONDAY, make_asset, statements

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def asset(library: Library) -> str:
    return make_asset(library, now=LONG_AGO)


@pytest.fixture
def ten(library: Library) -> list[str]:
    """Ten others, to stand above it."""
    return [make_asset(library, f"Another {n}", now=LONG_AGO) for n in range(10)]


def _findability(library: Library, who: Viewer, asset: str) -> Findability:
    (asset_id,) = ids_of(library, [asset])
    with library.database.reading() as session:
        return findability(session, who, asset_id, window=WINDOW)


def _came_up(library: Library, who: Viewer, asset: str) -> CameUp:
    (asset_id,) = ids_of(library, [asset])
    with library.database.reading() as session:
        words = vocabulary(session)
        return came_up(session, who, asset_id, window=WINDOW, words=words)


# --- the figure -------------------------------------------------------------------


def test_it_is_the_deals_it_was_sent_for_and_had_come_up_for_before(
    library: Library, cast: Cast, asset: str, ten: list[str]
) -> None:
    deals = [new_deal(library, cast.rosa, f"Deal {n}") for n in range(6)]
    searched, recommended, eleventh, afterwards, never, other = deals
    search(library, cast.rosa, "dock", [asset], deal=searched[0])
    recommendation(library, cast.rosa, [*ten[:9], asset], deal=recommended[0])
    search(library, cast.rosa, "dock", [*ten, asset], deal=eleventh[0])
    for _, public_id in (searched, recommended, eleventh, afterwards, never):
        send(library, cast.rosa, asset, deal=public_id, at=LATELY + HOUR)
    search(library, cast.rosa, "dock", [asset], deal=afterwards[0], at=LATELY + 2 * HOUR)
    search(library, cast.rosa, "dock", [asset], deal=other[0])
    search(library, cast.rosa, "dock", [asset])
    told = _findability(library, cast.adam, asset)
    assert (told.found, told.sent_in, told.share) == (2, 5, 0.4)
    assert set(told.missed) == {eleventh[0], afterwards[0], never[0]}


def test_a_search_counts_however_long_before_but_a_send_only_within_the_window(
    library: Library, cast: Cast, asset: str
) -> None:
    one, other = (new_deal(library, cast.rosa, name) for name in ("One", "Other"))
    search(library, cast.rosa, "dock", [asset], deal=one[0], at=LONG_AGO)
    send(library, cast.rosa, asset, deal=one[1], at=WINDOW.begins_at)
    send(library, cast.rosa, asset, deal=other[1], at=WINDOW.begins_at - HOUR)
    send(library, cast.rosa, asset, deal=other[1], at=WINDOW.ends_at)
    told = _findability(library, cast.adam, asset)
    assert (told.found, told.sent_in) == (1, 1)


def test_of_several_sends_for_a_deal_the_first_counts(
    library: Library, cast: Cast, asset: str
) -> None:
    deal_id, deal = new_deal(library, cast.rosa, "Dock")
    send(library, cast.rosa, asset, deal=deal, at=LATELY)
    search(library, cast.rosa, "dock", [asset], deal=deal_id, at=LATELY + HOUR)
    send(library, cast.rosa, asset, deal=deal, at=LATELY + DAY)
    told = _findability(library, cast.adam, asset)
    assert (told.found, told.sent_in) == (0, 1)


def test_a_link_is_a_send_once_a_person_read_it_as_of_when_it_was_made(
    library: Library, cast: Cast, asset: str
) -> None:
    found, late, unread, by_machine = (
        new_deal(library, cast.rosa, name) for name in ("Found", "Late", "Unread", "Machine")
    )
    search(library, cast.rosa, "dock", [asset], deal=found[0], at=LATELY - HOUR)
    for _, deal in (found, late):
        read(library, share(library, cast.rosa, asset, deal=deal), at=LATELY + DAY)
    search(library, cast.rosa, "dock", [asset], deal=late[0], at=LATELY + HOUR)
    share(library, cast.rosa, asset, deal=unread[1])
    link = share(library, cast.rosa, asset, deal=by_machine[1])
    read(library, link, at=LATELY + DAY, visitor_class="machine")
    told = _findability(library, cast.adam, asset)
    assert (told.found, told.sent_in, told.missed) == (1, 2, (late[0],))


def test_a_send_for_no_known_deal_is_left_out(library: Library, cast: Cast, asset: str) -> None:
    send(library, cast.rosa, asset, deal=None)
    told = _findability(library, cast.adam, asset)
    assert (told.found, told.sent_in, told.share) == (0, 0, None)


def test_what_marketers_send_themselves_is_no_usage(
    library: Library, cast: Cast, asset: str
) -> None:
    _, deal = new_deal(library, cast.adam, "Dock")
    send(library, cast.adam, asset, deal=deal)
    assert _findability(library, cast.adam, asset).sent_in == 0


def test_a_marketer_is_told_nothing_of_fewer_than_five_reps(
    library: Library, cast: Cast, asset: str
) -> None:
    reps = crowd(library, 5)
    for number, rep in enumerate(reps):
        deal_id, deal = new_deal(library, rep, f"Deal {number}")
        if number < 4:
            search(library, rep, "dock", [asset], deal=deal_id, at=LATELY - HOUR)
            send(library, rep, asset, deal=deal)
    told = _findability(library, cast.mira, asset)
    assert (told.found, told.sent_in, told.share) == (None, None, None)
    send(library, reps[4], asset, deal=deal)
    told = _findability(library, cast.mira, asset)
    assert (told.found, told.sent_in, told.share) == (None, 5, None)
    search(library, reps[4], "dock", [asset], deal=deal_id, at=LATELY - HOUR)
    told = _findability(library, cast.mira, asset)
    assert (told.found, told.sent_in, told.share) == (5, 5, 1.0)
    assert _findability(library, cast.nora, asset).found == 5


# --- what it came up for ------------------------------------------------------------


def test_searches_are_one_whatever_their_case_and_spaces(
    library: Library, cast: Cast, asset: str, ten: list[str]
) -> None:
    search(library, cast.rosa, "dock  Queue", [asset])
    last = search(library, cast.ravi, "Dock queue", [*ten[:3], asset], at=LATELY + HOUR)
    search(library, cast.wes, "dock queue ", [*ten[:4], asset], at=LATELY - HOUR)
    open_from(library, cast.ravi, asset, last)
    open_from(library, cast.ravi, asset, last)
    (row,) = _came_up(library, cast.adam, asset).searches
    assert row.text == "Dock queue"
    told = row.figures
    assert told is not None
    assert (told.times, told.best, told.median, told.opened) == (3, 1, 4, 1)
    assert not told.for_deals


def test_deals_tell_whether_it_was_sent_afterwards(
    library: Library, cast: Cast, asset: str, ten: list[str]
) -> None:
    (sent_id, sent), (kept_id, _), (early_id, early) = (
        new_deal(library, cast.rosa, name) for name in ("Sent", "Kept", "Early")
    )
    search(library, cast.rosa, "dock", [ten[0], asset], deal=sent_id)
    recommendation(library, cast.rosa, [asset], deal=sent_id, at=LATELY + HOUR)
    send(library, cast.rosa, asset, deal=sent, at=LATELY + 2 * HOUR)
    search(library, cast.rosa, "dock", [asset], deal=kept_id)
    send(library, cast.rosa, asset, deal=early, at=LATELY - DAY)
    search(library, cast.rosa, "dock", [asset], deal=early_id)
    told = _came_up(library, cast.adam, asset)
    deals = {row.name: row.figures for row in told.deals}
    assert {name: (f.times, f.best, f.sent) for name, f in deals.items()} == {
        "Sent": (2, 1, 2),
        "Kept": (1, 1, 0),
        "Early": (1, 1, 0),
    }
    assert told.deals[0].name == "Sent"
    (searched,) = told.searches
    assert searched.figures is not None and searched.figures.sent == 1
    assert told.all is not None and (told.all.times, told.all.sent) == (4, 2)


def test_a_deal_is_named_only_to_whom_it_is_known_and_else_told_by_its_facets(
    library: Library, cast: Cast, asset: str
) -> None:
    hers = new_deal(library, cast.rosa, "Hers", industry="Grocery", stage="Evaluation")
    his = new_deal(library, cast.wes, "His", industry="Grocery", stage="Evaluation")
    third = new_deal(library, cast.wes, "Third", industry="Parcel")
    for who, (deal_id, _) in ((cast.rosa, hers), (cast.wes, his), (cast.wes, third)):
        search(library, who, "dock", [asset], deal=deal_id)
    as_nora = _came_up(library, cast.nora, asset)
    assert [(row.name, row.facets) for row in as_nora.deals] == [
        ("Hers", ("Grocery", "Evaluation"))
    ]
    assert as_nora.few == (("Grocery", "Evaluation"), ("Parcel",))
    as_mira = _came_up(library, cast.mira, asset)
    assert as_mira.deals == () and as_mira.few == as_nora.few
    as_adam = _came_up(library, cast.adam, asset)
    assert {row.name for row in as_adam.deals} == {"Hers", "His", "Third"} and as_adam.few == ()


def test_deals_are_told_together_by_facets_then_by_industry_from_five_reps_on(
    library: Library, cast: Cast, asset: str
) -> None:
    reps = crowd(library, 5)
    for number, rep in enumerate(reps):
        alike = new_deal(library, rep, f"A{number}", industry="Grocery", stage="Evaluation")
        stage = "Discovery" if number < 3 else "Contracting"
        mixed = new_deal(library, rep, f"M{number}", industry="Parcel", stage=stage)
        for deal_id, _ in (alike, alike, mixed):
            search(library, rep, "dock", [asset], deal=deal_id)
    few = new_deal(library, cast.rosa, "F", industry="Cold storage")
    search(library, cast.rosa, "dock", [asset], deal=few[0])
    told = _came_up(library, cast.mira, asset)
    assert [(row.name, row.facets, row.deals, row.figures.times) for row in told.deals] == [
        (None, ("Grocery", "Evaluation"), 5, 10),
        (None, ("Parcel",), 5, 5),
    ]
    assert told.few == (("Cold storage",),)


def test_a_marketer_reads_figures_from_five_reps_on_and_the_question_always(
    library: Library, cast: Cast, asset: str
) -> None:
    reps = crowd(library, 5)
    lists = [search(library, rep, "dock queue", [asset]) for rep in reps]
    for rep in reps[:4]:
        search(library, rep, "yard", [asset])
        search(library, rep, "yard", [asset])
    open_from(library, reps[0], asset, lists[0])
    told = _came_up(library, cast.mira, asset)
    assert [row.text for row in told.searches] == ["dock queue", "yard"]
    five, four = (row.figures for row in told.searches)
    assert five is not None and (five.times, five.opened) == (5, None)
    assert four is None
    assert [row.text for row in _came_up(library, cast.nora, asset).searches] == [
        "yard",
        "dock queue",
    ]


def test_only_reps_and_only_the_window_count(library: Library, cast: Cast, asset: str) -> None:
    search(library, cast.mira, "dock", [asset])
    search(library, cast.nora, "dock", [asset])
    search(library, cast.rosa, "dock", [asset], at=WINDOW.begins_at - HOUR)
    search(library, cast.rosa, "dock", [asset], at=MONDAY)
    told = _came_up(library, cast.adam, asset)
    assert told.is_never and told.searches == () and told.deals == ()


def test_an_asset_that_was_never_shown_has_no_figures(
    library: Library, cast: Cast, asset: str
) -> None:
    for who in (cast.adam, cast.nora, cast.mira):
        told = _came_up(library, who, asset)
        assert told.is_never and told.all is None
        assert told.findability == Findability(0, 0, ())


def test_sends_of_several_assets_are_counted_at_once(
    library: Library, cast: Cast, asset: str, ten: list[str]
) -> None:
    for _ in range(2):
        send(library, cast.rosa, asset, deal=None)
    one, other = ids_of(library, [asset, ten[0]])
    with library.database.reading() as session:
        with statements(library) as seen:
            assert sends_of(session, cast.adam, [one, other], window=WINDOW) == {one: 2, other: 0}
        assert len(seen) == 1
        assert sends_of(session, cast.mira, [one, other], window=WINDOW) == {one: None, other: 0}


def test_any_history_is_read_with_nine_statements(library: Library, cast: Cast, asset: str) -> None:
    (asset_id,) = ids_of(library, [asset])

    def cost() -> int:
        with library.database.reading() as session:
            words = vocabulary(session)
            with statements(library) as seen:
                came_up(session, cast.adam, asset_id, window=WINDOW, words=words)
            return len(seen)

    for number in range(3):
        deal_id, deal = new_deal(library, cast.rosa, f"Deal {number}", industry="Grocery")
        search(library, cast.rosa, f"dock {number}", [asset], deal=deal_id)
        read(library, share(library, cast.rosa, asset, deal=deal), at=LATELY + HOUR)
        send(library, cast.rosa, asset, deal=deal)
        assert cost() == 9


# --- the rules ----------------------------------------------------------------------

SHOWN = st.builds(
    Shown,
    list_id=st.text("abc", min_size=1, max_size=2),
    rank=st.integers(1, 60),
    member_id=st.integers(1, 9),
    at=st.integers(0, 100).map(lambda hours: LATELY + hours * HOUR),
    text=st.none() | st.sampled_from(["Dock", "dock ", "yard"]),
    deal_id=st.none() | st.integers(1, 3),
)


@given(st.lists(SHOWN, min_size=1), st.sets(st.text("abc", min_size=1, max_size=2)))
def test_figures_stand_on_at_least_five_reps_each(shown: list[Shown], opened: set[str]) -> None:
    told = rules.figures(shown, opened=opened, sent={1: [LATELY]}, smallest=5)
    reps = {one.member_id for one in shown}
    assert (told is None) == (len(reps) < 5)
    if told is not None:
        behind = {one.member_id for one in shown if one.list_id in opened}
        assert (told.opened is None) == (0 < len(behind) < 5)
        assert told.best <= told.median <= max(one.rank for one in shown)


@given(st.lists(SHOWN))
def test_every_search_belongs_to_one_question(shown: list[Shown]) -> None:
    questions = rules.by_question(shown)
    asked = [one for one in shown if one.text is not None]
    assert sum(map(len, questions.values())) == len(asked)
    assert set(questions) <= {"dock", "yard"}


@given(
    st.dictionaries(st.integers(1, 5), st.integers(0, 9).map(lambda h: LATELY + h * HOUR)),
    st.dictionaries(st.integers(1, 5), st.integers(0, 9).map(lambda h: LATELY + h * HOUR)),
)
def test_found_deals_are_among_those_sent_for(sent: dict, shown: dict) -> None:
    found = rules.found_before(sent, shown)
    assert found <= set(sent) & set(shown)
    assert found == rules.found_before(sent, {d: at - DAY for d, at in shown.items() if d in found})
