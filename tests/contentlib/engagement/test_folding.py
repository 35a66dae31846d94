"""Beats become visits and views: in any order, in any pieces, told once or often."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from contentlib.asset.models import Asset
from contentlib.engagement import service as engagement
from contentlib.engagement.models import Beat, View, Visit
from contentlib.engagement.rules import PageAttention
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.models import Share
from tests.cast import hire
from tests.factories import MONDAY, make_asset

GAP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Told:
    """A beat in the words of a story: seconds since Monday morning, seconds of attention."""

    at_s: int
    pages: tuple[tuple[int, int], ...]
    ordinal: int = 1
    loading: str = "w"
    visitor: str = "bea"
    by_colleague: bool = False
    loaded_s: int | None = 0


class Story:
    """A share that is read."""

    def __init__(self, library: Library) -> None:
        self.library = library
        rosa = hire(library).rosa
        public_id = make_asset(library, "Dock scheduling", "one", "two", "three")
        with library.database.unit_of_work() as session:
            shares.create(session, viewer=rosa, asset_public_ids=[public_id], now=MONDAY)
        with library.database.reading() as session:
            asset = session.scalars(select(Asset)).one()
            self.share_id = session.scalars(select(Share.id)).one()
            self.asset_id, self.version_id = asset.id, asset.current_version_id

    def tell(self, *beats: Told) -> None:
        rows: list[dict[str, Any]] = []
        for told in beats:
            rows += engagement.beat_rows(
                [PageAttention(page, seconds * 1000) for page, seconds in told.pages],
                view_key=told.loading,
                ordinal=told.ordinal,
                share_id=self.share_id,
                asset_id=self.asset_id,
                version_id=self.version_id or 0,
                visitor_key=told.visitor,
                by_colleague=told.by_colleague,
                trusted_input=True,
                signals={"device": "phone"},
                now=MONDAY + timedelta(seconds=told.at_s),
                loaded_at=None
                if told.loaded_s is None
                else MONDAY + timedelta(seconds=told.loaded_s),
            )
        engagement.record_beats(self.library.hits, rows).result(timeout=20)

    def fold(self) -> int:
        with self.library.database.unit_of_work() as session:
            return engagement.fold_beats(session, gap=GAP)

    def visits(self) -> list[tuple[int, int, str, tuple[tuple[int, int], ...]]]:
        """Each visit as (begins, ends, class, ((page, seconds), ...)), in the order of time."""
        with self.library.database.reading() as session:
            found = []
            for visit in session.scalars(select(Visit).order_by(Visit.started_at, Visit.last_at)):
                views = session.scalars(
                    select(View).where(View.visit_id == visit.id).order_by(View.page)
                )
                found.append(
                    (
                        _seconds(visit.started_at),
                        _seconds(visit.last_at),
                        visit.visitor_class,
                        tuple((view.page, view.attention_ms // 1000) for view in views),
                    )
                )
            return sorted(found)

    def forget(self) -> None:
        """Takes all visits and views away, as if nothing had been folded."""
        with self.library.database.unit_of_work() as session:
            session.execute(update(Beat).values(visit_id=None))
            session.execute(delete(View))
            session.execute(delete(Visit))

    def erase(self) -> None:
        self.forget()
        with self.library.database.unit_of_work() as session:
            session.execute(delete(Beat))


def _seconds(moment: Any) -> int:
    return int((moment - MONDAY).total_seconds())


@pytest.fixture
def story(either_library: Library) -> Story:
    return Story(either_library)


def test_a_page_that_was_looked_at_is_one_view_of_one_visit(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)))
    assert story.fold() == 1
    assert story.visits() == [(12, 12, "human", ((1, 10),))]


def test_beats_are_cumulative_so_the_last_one_says_it_all(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(22, ((1, 20), (2, 1)), ordinal=2))
    story.fold()
    assert story.visits() == [(12, 22, "human", ((1, 20), (2, 1)))]


def test_a_lost_beat_loses_nothing(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(32, ((1, 30),), ordinal=3))
    story.fold()
    assert story.visits() == [(12, 32, "human", ((1, 30),))]


def test_a_beat_sent_again_adds_nothing(story: Story) -> None:
    beat = Told(12, ((1, 10),))
    story.tell(beat)
    story.fold()
    story.tell(beat)
    assert story.fold() == 0
    assert story.visits() == [(12, 12, "human", ((1, 10),))]


def test_folding_again_changes_nothing(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(30, ((2, 9),), loading="x"))
    story.fold()
    before = story.visits()
    assert story.fold() == 0
    assert story.visits() == before


def test_loading_the_page_again_within_half_an_hour_is_the_same_visit(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(1500, ((1, 5),), loading="x", loaded_s=1490))
    story.fold()
    assert story.visits() == [(12, 1500, "human", ((1, 15),))]


def test_after_half_an_hour_of_silence_a_new_visit_begins(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(1813, ((1, 5),), loading="x", loaded_s=1800))
    story.fold()
    assert [visit[3] for visit in story.visits()] == [((1, 10),), ((1, 5),)]


def test_a_page_left_open_and_read_on_later_gives_the_second_visit_only_what_is_new(
    story: Story,
) -> None:
    story.tell(Told(12, ((1, 10),)), Told(7200, ((1, 14), (2, 6)), ordinal=2))
    story.fold()
    assert [visit[3] for visit in story.visits()] == [((1, 10),), ((1, 4), (2, 6))]


def test_a_page_that_comes_back_with_nothing_new_is_no_human_visit(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(7200, ((1, 10),), ordinal=2))
    story.fold()
    assert [visit[2:] for visit in story.visits()] == [
        ("human", ((1, 10),)),
        ("unclear", ()),
    ]


def test_a_late_beat_joins_the_two_visits_it_stands_between(story: Story) -> None:
    story.tell(Told(100, ((1, 10),)), Told(3500, ((2, 10),), loading="x", loaded_s=3000))
    story.fold()
    assert len(story.visits()) == 2
    story.tell(Told(1800, ((1, 20),), ordinal=2))
    story.fold()
    assert story.visits() == [(100, 3500, "human", ((1, 20), (2, 10)))]


def test_a_reader_whose_network_changes_in_the_middle_is_one_visit(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(40, ((2, 9),), ordinal=2, visitor="bea on the train"))
    story.fold()
    assert story.visits() == [(12, 40, "human", ((1, 10), (2, 9)))]


def test_two_visitors_are_two_visits(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(12, ((1, 8),), loading="x", visitor="ben"))
    story.fold()
    assert sorted(visit[3] for visit in story.visits()) == [((1, 8),), ((1, 10),)]


def test_a_visit_in_which_a_colleague_signs_in_is_the_colleagues(story: Story) -> None:
    story.tell(Told(12, ((1, 10),)), Told(25, ((1, 20),), ordinal=2, by_colleague=True))
    story.fold()
    assert [visit[2] for visit in story.visits()] == ["colleague"]


def test_pages_claimed_in_separate_beats_share_one_clock(story: Story) -> None:
    story.tell(Told(60, ((1, 60),)), Told(61, ((2, 60),), ordinal=2))
    story.fold()
    ((_, _, _, views),) = story.visits()
    assert sum(seconds for _, seconds in views) <= 61 + 2


def _random_story(chance: random.Random) -> list[Told]:
    told, last = [], dict.fromkeys("wxyz", (0, 0))
    for _ in range(chance.randrange(3, 14)):
        loading = chance.choice("wxyz")
        ordinal, at = last[loading]
        at += chance.choice((5, 20, 600, 1700, 1900, 5000))
        last[loading] = (ordinal + 1, at)
        pages = tuple((page, chance.randrange(1, 90)) for page in {chance.randrange(1, 4)})
        visitor = chance.choice(("bea", "bea", "ben"))
        told.append(Told(at, pages, ordinal + 1, loading, visitor, chance.random() < 0.1, None))
    return told


def _in_pieces(story: Story, beats: Sequence[Told], sizes: random.Random) -> Any:
    waiting = list(beats)
    while waiting:
        size = sizes.randrange(1, len(waiting) + 1)
        story.tell(*waiting[:size])
        story.fold()
        del waiting[:size]
    return story.visits()


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_pieces_give_the_same_visits_and_views(
    library: Library, seed: int
) -> None:
    story, chance = Story(library), random.Random(seed)
    beats = _random_story(chance)
    story.tell(*beats)
    story.fold()
    together = story.visits()
    for _ in range(6):
        story.erase()
        chance.shuffle(beats)
        assert _in_pieces(story, beats, chance) == together


@pytest.mark.parametrize("seed", range(6))
def test_beats_sent_again_and_again_give_the_same_visits_and_views(
    library: Library, seed: int
) -> None:
    story, chance = Story(library), random.Random(seed)
    beats = _random_story(chance)
    story.tell(*beats)
    story.fold()
    once = story.visits()
    for beat in beats:
        story.tell(replace(beat, at_s=beat.at_s + 3))
        story.fold()
    assert story.visits() == once
