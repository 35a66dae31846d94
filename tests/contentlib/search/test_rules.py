"""Snippets and measures."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.search.evaluation import Judged, ndcg, recall, reciprocal_rank, summarise
from contentlib.search.rules import query_words, snippet


def _shown(text: str, query: str, title: str = "") -> str:
    return "".join(span.text for span in snippet(text, query_words(query), title=title))


def _marked(text: str, query: str) -> list[str]:
    return [span.text for span in snippet(text, query_words(query)) if span.is_match]


@given(st.text(max_size=900), st.text(max_size=40), st.text(max_size=40))
def test_a_snippet_is_short_on_one_line_and_says_only_words_of_the_passage(
    text: str, query: str, title: str
) -> None:
    shown = _shown(text, query, title)
    assert len(shown) <= 304
    assert shown.splitlines() in ([], [shown])
    assert set(re.findall(r"\w+", shown)) <= set(re.findall(r"\w+", text)) or len(text) > 300


@given(st.text(alphabet="ab. \n|1", max_size=200), st.text(alphabet="ab 1", max_size=10))
def test_what_is_marked_is_asked_for_and_neither_a_figure_nor_of_two_letters(
    text: str, query: str
) -> None:
    for said in _marked(text, query):
        assert len(said) >= 3
        assert not said.isnumeric()
        assert said in query


def test_a_snippet_begins_with_the_sentence_that_has_most_of_the_words() -> None:
    text = "Nothing of note. " * 40 + "The seals were broken at the gate. " + "More. " * 60
    assert _shown(text, "broken seals").startswith("The seals were broken at the gate. More.")


def test_different_words_count_and_not_one_word_often() -> None:
    text = "Seals, seals and seals. " + "Filler stands here. " * 20 + "A broken seal costs a day."
    assert "A broken seal costs a day." in _shown(text, "broken seals")


def test_a_snippet_ends_with_a_sentence_where_that_leaves_enough() -> None:
    text = "The seal broke. " + "It was mended by the people of the night shift in an hour. " * 9
    assert _shown(text, "seal").endswith("in an hour. …")


def test_at_the_end_of_a_passage_the_sentences_before_fill_the_room() -> None:
    text = "Far away. " * 40 + "One before. The seal broke."
    shown = _shown(text, "seal")
    assert shown.endswith("Far away. One before. The seal broke.")
    assert 280 < len(shown) <= 300


def test_a_sentence_without_an_end_is_cut_at_a_word_before_the_match() -> None:
    text = "words go on " * 60 + "until the seal broke " + "and on " * 60
    shown = _shown(text, "seal")
    assert shown.startswith("… ") and shown.endswith(" …")
    assert "until the seal broke" in shown


def test_a_row_is_read_with_what_its_tables_header_calls_each_cell() -> None:
    text = (
        "Discounts\n\nAmount | Who approves | Within\n"
        "up to 10 % | the rep | at once\nabove 10 % | sales manager | 1 working day"
    )
    shown = _shown(text, "sales manager")
    assert shown == "Amount: above 10 % · Who approves: sales manager · Within: 1 working day"


def test_a_table_that_may_have_lost_its_header_shows_its_rows_as_they_stand() -> None:
    cut_off = "rain | snow | fog\n98 % | 96 % | 91 %"
    assert _shown(cut_off, "snow") == "rain | snow | fog / 98 % | 96 % | 91 %"
    two_heads = "Text\n\nA | B | C\n1 | 2 | 3\nD | E | doors\n4 | 5 | 6"
    assert ": 4" not in _shown(two_heads, "doors")


def test_lines_that_only_repeat_the_title_above_are_left_out() -> None:
    title = "How a grocer ended the queue"
    text = f"Acme {title}\n\nThe queue was two hours long."
    assert _shown(text, "grocer queue", title) == "The queue was two hours long."
    assert _shown("Yard datasheet", "yard", "Yard datasheet") == "Yard datasheet"


def test_lines_broken_by_a_page_are_joined_and_headings_and_items_parted() -> None:
    text = "Limits of what the\nproduct does today\n\n• No rail\n• No ferries"
    assert _shown(text, "rail") == "Limits of what the product does today · No rail · No ferries"


def test_other_forms_of_a_word_are_marked_too() -> None:
    assert _marked("Two audits and one auditing firm", "audit") == ["audits", "auditing"]


def test_figures_and_words_of_two_letters_are_not_marked() -> None:
    assert _marked("20 doors, as QA says: discount above 20 %", "QA 20% discount") == ["discount"]


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
