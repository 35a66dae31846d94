"""Requests, beats and downloads become visits and views: in any order, in any pieces."""

import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contentlib.engagement import service as engagement
from contentlib.events.jobs import Job
from contentlib.library import Library
from tests.contentlib.engagement.story import CHROME, SLACK, Asked, Story, Told
from tests.factories import MONDAY


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


def test_a_page_is_asked_for_before_it_tells_so_the_visit_begins_with_the_request(
    story: Story,
) -> None:
    story.ask(Asked(0))
    story.tell(Told(12, ((1, 10),)))
    story.fold()
    assert story.visits() == [(0, 12, "human", ((1, 10),))]


def test_a_request_alone_is_a_visit_of_which_little_is_known(story: Story) -> None:
    story.ask(Asked(0))
    assert story.fold() == 1
    assert story.visits() == [(0, 0, "unclear", ())]


def test_the_beats_of_a_page_join_the_visit_that_its_request_made(story: Story) -> None:
    story.ask(Asked(0))
    story.fold()
    before = story.ids()
    story.tell(Told(12, ((1, 10),)))
    story.fold()
    assert story.visits() == [(0, 12, "human", ((1, 10),))]
    assert story.ids() == before


def test_a_request_that_was_refused_makes_no_visit_and_is_kept(story: Story) -> None:
    story.ask(Asked(0, kind="refused"))
    assert story.fold() == 0
    assert story.visits() == []
    assert story.kept() == ["refused"]


def test_a_picture_belongs_to_the_visit_of_its_page(story: Story) -> None:
    story.ask(Asked(1, kind="image"), Asked(0), Asked(2, kind="download", is_taken=True))
    story.fold()
    assert story.visits() == [(0, 2, "unclear", ())]


def test_a_picture_that_a_program_fetches_alone_is_a_machines_visit(story: Story) -> None:
    story.ask(Asked(0, kind="image", agent="Slack-ImgProxy (+https://api.slack.com/robots)"))
    story.fold()
    assert story.visits() == [(0, 0, "machine", ())]


def test_a_preview_fetched_twice_is_one_unfurl(story: Story) -> None:
    story.ask(Asked(0, agent=SLACK, visitor="slack"))
    story.fold()
    story.ask(Asked(2, agent=SLACK, visitor="slack"))
    story.fold()
    assert story.visits() == [(0, 2, "machine", ())]
    assert story.unfurls() == [(0, "Slack")]


def test_two_visits_that_become_one_leave_no_unfurl_behind(story: Story) -> None:
    for at_s in (0, 3000):
        story.ask(Asked(at_s, agent=SLACK, visitor="slack"))
        story.fold()
    assert len(story.unfurls()) == 2
    story.ask(Asked(1500, agent=SLACK, visitor="slack"))
    story.fold()
    assert story.visits() == [(0, 3000, "machine", ())]
    assert story.unfurls() == [(0, "Slack")]


def test_whoever_named_a_visit_that_became_another_is_told(story: Story) -> None:
    story.library.database.react_with({"VisitMerged": ("follow",)})
    for at_s in (0, 3000):
        story.ask(Asked(at_s))
        story.fold()
    first, second = story.ids()
    story.ask(Asked(1500))
    story.fold()
    assert story.ids() == [first]
    with story.library.database.reading() as session:
        told = session.scalars(select(Job.payload).where(Job.reaction == "follow")).all()
    assert told == [{"visit_id": second, "into_visit_id": first}]


def test_hundreds_of_requests_in_a_visit_are_folded_in_bounded_batches(story: Story) -> None:
    asked = [
        engagement.hit_row(
            share_id=story.share_id,
            kind="page",
            method="GET",
            user_agent="curl/8.9.1",
            network="",
            visitor_key="curl",
            by_colleague=False,
            now=MONDAY + timedelta(seconds=n),
        )
        for n in range(1500)
    ]
    engagement.record_hits(story.library.hits, asked).result(timeout=20)
    assert [story.fold() for _ in range(4)] == [500, 500, 500, 0]
    assert story.visits() == [(0, 1499, "machine", ())]


def test_workers_that_fold_at_the_same_time_make_no_visit_twice(story: Story) -> None:
    story.ask(*(Asked(at_s, visitor=f"reader {at_s}") for at_s in range(20)))
    ready = threading.Barrier(4)

    def fold() -> None:
        ready.wait()
        story.fold()

    workers = [threading.Thread(target=fold) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(story.visits()) == 20


MOMENTS = st.integers(0, 30).map(lambda part: part * 610)
VISITORS = st.sampled_from(("bea", "bea", "ben"))
REQUESTS = st.builds(
    Asked,
    at_s=MOMENTS,
    kind=st.sampled_from(("page", "page", "image", "download", "refused", "gate")),
    page=st.integers(1, 3),
    visitor=VISITORS,
    method=st.sampled_from(("GET", "GET", "HEAD")),
    agent=st.sampled_from((CHROME, CHROME, SLACK)),
    is_taken=st.booleans(),
    more=st.sampled_from(((), (("is_private", True),))),
)


@st.composite
def happenings(draw: st.DrawFn) -> list[Told | Asked]:
    """Requests, and beats of a few loadings that tell more and more."""
    found: list[Told | Asked] = list(draw(st.lists(REQUESTS, max_size=8)))
    for loading in draw(st.sets(st.sampled_from("wxyz"))):
        at = 0
        for ordinal in range(1, draw(st.integers(1, 4)) + 1):
            at += draw(st.sampled_from((5, 20, 600, 1700, 1900, 5000)))
            pages = ((draw(st.integers(1, 3)), draw(st.integers(0, 90))),)
            found.append(Told(at, pages, ordinal, loading, draw(VISITORS), False, None))
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=happenings(), chance=st.randoms(use_true_random=False))
def test_any_order_and_any_pieces_give_the_same_visits_views_and_unfurls(
    story: Story, told: list[Told | Asked], chance: random.Random
) -> None:
    story.erase()
    story.happen(*told)
    story.fold()
    together = story.outcome()
    story.erase()
    chance.shuffle(told)
    while told:
        size = chance.randrange(1, len(told) + 1)
        story.happen(*told[:size])
        story.fold()
        del told[:size]
    assert story.outcome() == together


def test_news_of_one_loading_leaves_whole_what_lies_two_loadings_away(story: Story) -> None:
    """`x` is in the first and the second visit, `w` in the second and the third: news of `x`
    reach the second, and the third is not made of `w` alone."""

    def beat(at_s: int, seconds: int, ordinal: int, loading: str, visitor: str) -> Told:
        return Told(at_s, ((1, seconds),), ordinal, loading, visitor, loaded_s=None)

    story.tell(
        beat(0, 20, 1, "x", "ann"),
        beat(4000, 29, 1, "w", "ben"),
        beat(4000, 25, 2, "x", "ben"),
        beat(9000, 62, 1, "y", "cyd"),
        beat(9000, 56, 2, "w", "cyd"),
    )
    story.fold()
    before = story.visits()
    assert before[2] == (9000, 9000, "human", ((1, 62 + 27),))
    story.tell(beat(10, 22, 3, "x", "ann"))
    story.fold()
    assert story.visits()[2] == before[2]


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
