"""Floors under the relevance of the demo's golden queries, asked as people ask them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contentlib.library import Library
from contentlib.search.evaluation import Judged, Summary, summarise
from web.cli.judged import SHIPPED, Asking, read_queries

DEMO = Path(__file__).parents[2] / "data" / "demo"
Answers = list[tuple[str, dict[str, Judged]]]


@pytest.fixture(scope="session")
def answers(demo_library: Library) -> Answers:
    asking = Asking.of(demo_library)
    found = [(query.kind, asking.ask(query)) for query in read_queries(DEMO)]
    assert asking.recommended_internal == 0
    return found


@pytest.fixture(scope="session")
def summary(answers: Answers) -> Callable[..., Summary]:
    def of(kind: str, run: str = SHIPPED) -> Summary:
        return summarise([found[run] for k, found in answers if k == kind])

    return of


def test_searches_reach_their_floor(summary: Callable[..., Summary]) -> None:
    assert summary("search").ndcg >= 0.82
    assert summary("search").mrr >= 0.85


def test_recommendations_reach_their_floor(summary: Callable[..., Summary]) -> None:
    assert summary("deal").ndcg >= 0.82
    assert summary("deal").mrr >= 0.85


def test_nineteen_of_twenty_searches_bring_up_something_good(
    summary: Callable[..., Summary],
) -> None:
    assert summary("search").success >= 0.95


def test_what_people_get_beats_keywords_vectors_and_plain_fusion(
    summary: Callable[..., Summary],
) -> None:
    for run in ("keyword", "vector", "reciprocal rank"):
        assert summary("search").ndcg > summary("search", run).ndcg, run
    for run in ("vector", "reciprocal rank"):
        assert summary("deal").ndcg > summary("deal", run).ndcg, run


def test_few_that_have_an_answer_are_refused(answers: Answers) -> None:
    told = summarise([found[SHIPPED] for _, found in answers])
    assert told.refused <= 0.08
