"""Snippets and measures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.search.evaluation import Judged, ndcg, recall, reciprocal_rank, summarise
from contentlib.search.rules import query_words, snippet


@given(st.text(max_size=900), st.text(max_size=40))
def test_a_snippet_is_a_short_piece_of_the_passage(text: str, query: str) -> None:
    spans = snippet(text, query_words(query))
    shown = "".join(span.text for span in spans)
    bare = shown.removeprefix("… ").removesuffix(" …")
    assert bare in text or shown in text
    assert len(shown) <= 306


def test_the_window_goes_where_the_words_are() -> None:
    text = "Nothing of note. " * 40 + "The seals were broken at the gate. " + "More. " * 60
    shown = "".join(span.text for span in snippet(text, query_words("broken seals")))
    assert "seals were broken" in shown


def test_other_forms_of_a_word_are_marked_too() -> None:
    spans = snippet("Two audits and one auditing firm", query_words("audit"))
    assert [span.text for span in spans if span.is_match] == ["audits", "auditing"]


def test_a_perfect_order_has_an_ndcg_of_one_and_a_reversed_one_less() -> None:
    grades = {"a": 2, "b": 1}
    assert ndcg(["a", "b", "c"], grades) == pytest.approx(1.0)
    assert ndcg(["b", "a"], grades) == pytest.approx((1 + 3 / 1.5849625) / (3 + 1 / 1.5849625))
    assert ndcg(["c"], grades) == 0


def test_recall_and_reciprocal_rank_look_at_what_was_judged_good() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    assert recall(["c", "a"], grades) == 0.5
    assert reciprocal_rank(["c", "a"], grades) == 0.5


def test_a_summary_counts_refusals_apart_from_abstentions() -> None:
    answered = Judged("1", ("a",), {"a": 2}, True, 5.0, 0.8)
    refused = Judged("2", ("b",), {"a": 2}, False, 7.0, 0.2)
    unanswerable = Judged("3", ("b",), {"b": 0}, False, 6.0, 0.1)
    told = summarise([answered, refused, unanswerable])
    assert (told.queries, told.refused, told.abstained) == (2, 0.5, 1.0)
    assert told.abstention_auc == 1.0
    assert told.ndcg == 0.5
