"""Measures of ranked answers, and how sure they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.search.evaluation import (
    Judged,
    auc,
    mean_interval,
    ndcg,
    paired_difference,
    recall,
    reciprocal_rank,
    reciprocal_rank_fusion,
    summarise,
)

_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_ndcg_is_one_for_the_ideal_order_and_less_for_another() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    assert ndcg(["a", "b", "c"], grades) == 1
    assert ndcg(["b", "a"], grades) == pytest.approx((1 + 3 / 1.584962) / (3 + 1 / 1.584962))
    assert ndcg(["c"], grades) == 0


def test_recall_counts_among_what_could_stand_there() -> None:
    grades = dict.fromkeys("abcdefghijkl", 1)
    assert recall(list("abcdefghij"), grades) == 1
    assert recall(["a", "x"], {"a": 1, "b": 2}) == 0.5


def test_the_first_good_place_counts() -> None:
    assert reciprocal_rank(["x", "a"], {"a": 1}) == 0.5
    assert reciprocal_rank(["x"], {"a": 1}) == 0


def test_fusion_by_rank_puts_first_what_both_put_high() -> None:
    assert reciprocal_rank_fusion([["a", "b", "c"], ["b", "c", "a"]])[0] == "b"
    assert reciprocal_rank_fusion([]) == ()


def test_auc_is_how_often_the_answerable_scores_higher() -> None:
    assert auc([0.9, 0.5], [0.1, 0.5]) == 0.875
    assert auc([], [0.1]) is None


@given(_values)
def test_an_interval_holds_the_mean_and_is_the_same_each_time(values: list[float]) -> None:
    interval = mean_interval(values)
    assert interval == mean_interval(values)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9


def test_the_same_figures_differ_by_nothing_for_sure() -> None:
    gain, interval = paired_difference([0.2, 0.7, 0.4], [0.2, 0.7, 0.4])
    assert (gain, interval.low, interval.high) == (0, 0, 0)
    gain, interval = paired_difference([0.9] * 20, [0.5] * 20)
    assert gain == pytest.approx(0.4)
    assert interval.low == pytest.approx(0.4)


def test_refusals_count_among_answerable_and_abstentions_among_the_others() -> None:
    answered = Judged("q1", ("a",), {"a": 2}, True, 5.0, 0.6)
    refused = Judged("q2", ("x",), {"a": 2}, False, 7.0, 0.2)
    abstained = Judged("q3", ("x",), {"x": 0}, False, 6.0, 0.1)
    told = summarise([answered, refused, abstained])
    assert (told.queries, told.refused, told.abstained, told.abstention_auc) == (2, 0.5, 1.0, 1.0)
    assert (told.ndcg, told.success, told.unjudged) == (0.5, 0.5, 0.5)
