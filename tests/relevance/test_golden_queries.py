"""Floors under the relevance of the demo's golden queries, asked as people ask them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contentlib.library import Library
from contentlib.search.evaluation import Judged, Summary, summarise
from indexer import EmbeddedIndex, open_embedder
from indexer.embed import Embedder, Vectors
from web.cli.judged import RUNS, SHIPPED, Asking, read_queries

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
    assert summary("search").ndcg >= 0.84
    assert summary("search").mrr >= 0.85


def test_recommendations_reach_their_floor(summary: Callable[..., Summary]) -> None:
    assert summary("deal").ndcg >= 0.82
    assert summary("deal").mrr >= 0.85


def test_nineteen_of_twenty_searches_bring_up_something_good(
    summary: Callable[..., Summary],
) -> None:
    assert summary("search").success >= 0.95


def test_what_people_get_beats_keywords_vectors_and_plain_fusion(answers: Answers) -> None:
    def gain(run: str) -> float:
        return summarise([found[run] for _, found in answers]).ndcg

    for run in RUNS[:-1]:
        assert gain(SHIPPED) > gain(run) + 0.01, run


def test_few_that_have_an_answer_are_refused(answers: Answers) -> None:
    told = summarise([found[SHIPPED] for _, found in answers])
    assert told.refused <= 0.08


class _ReferenceQueries:
    """The embedder, but for questions: they too are embedded by the reference model."""

    def __init__(self, embedder: Embedder) -> None:
        self.model_id, self.dimension = embedder.model_id, embedder.dimension
        self.documents, self.prepare_queries = embedder.documents, embedder.prepare_queries

    def query(self, text: str) -> Vectors:
        return self.documents([text])[0]


def test_the_small_query_model_finds_as_well_as_the_reference(
    demo_library: Library, answers: Answers, derived_folder: Path
) -> None:
    embedder = _ReferenceQueries(open_embedder(derived_folder))
    index = EmbeddedIndex(demo_library.settings.data_dir / "index", embedder)
    asking = Asking.of(replace(demo_library, index=index))
    reference = summarise([asking.ask(query)[SHIPPED] for query in read_queries(DEMO)])
    small = summarise([found[SHIPPED] for _, found in answers])
    # one swap among forty queries is worth as much; in which direction is chance
    assert small.ndcg == pytest.approx(reference.ndcg, abs=0.01)
