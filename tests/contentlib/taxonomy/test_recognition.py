"""Terms of the vocabulary in what people type and paste."""

from hypothesis import given
from hypothesis import strategies as st

from contentlib.taxonomy.recognition import recognise
from tests.contentlib.taxonomy.words import WORDS


def _named(text: str) -> list[str]:
    return [f"{found.term.facet}:{found.term.label}" for found in recognise(text, WORDS)]


def test_field_words_are_understood_in_their_order() -> None:
    assert _named("retail case study emea") == [
        "industry:Retail",
        "content_type:Case study",
        "region:Europe",
    ]


def test_plural_case_and_marks_make_no_difference() -> None:
    assert _named("SUPERMARKETS, works-councils?") == ["industry:Grocery", "persona:Works council"]
    assert _named("customer stories") == ["content_type:Case study"]


def test_an_ampersand_may_be_written_out() -> None:
    assert _named("gate and yard") == ["product:Gate & Yard"]


def test_the_longer_name_wins_over_the_one_inside_it() -> None:
    assert _named("a gate & yard tour") == ["product:Gate & Yard"]
    assert _named("the yard") == ["product:Gate & Yard"]


def test_a_word_of_two_facets_gives_both() -> None:
    assert _named("demo") == ["stage:Evaluation", "content_type:Demo script"]


def test_everyday_words_are_terms_only_in_capitals() -> None:
    assert _named("tell us what it does") == []
    assert _named("IT in the US") == ["industry:Information Technology", "region:United States"]


def test_nothing_is_recognised_inside_another_word() -> None:
    assert _named("sailing chemicalsfree undemocratic") == []


def test_each_term_comes_once_with_the_words_that_named_it() -> None:
    (found,) = recognise("supermarket after Supermarket", WORDS)
    assert (found.said, found.start, found.end) == ("supermarket", 0, 11)


@given(st.text(max_size=200))
def test_any_text_is_read_and_what_was_said_stands_there(text: str) -> None:
    for found in recognise(text, WORDS):
        assert text[found.start : found.end] == found.said
