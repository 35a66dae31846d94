from hypothesis import given
from hypothesis import strategies as st

from indexer.keywords.typed import LONGEST_QUERY, read_typed, well_formed


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_read_and_what_is_read_can_be_encoded(text):
    typed = read_typed(text)
    for part in (typed.words, typed.unfinished, *typed.phrases):
        part.encode("utf-8")
        assert "\0" not in part
        assert '"' not in part


def test_words_in_quotes_are_a_phrase_and_words_too():
    typed = read_typed('churn "net revenue retention" story')
    assert typed.phrases == ("net revenue retention",)
    assert "net revenue retention" in typed.words


def test_curly_quotes_are_quotes():
    assert read_typed("“data residency”").phrases == ("data residency",)


def test_a_quote_without_a_partner_is_only_a_mark():
    typed = read_typed('the "best of')
    assert typed.phrases == ()
    assert typed.words.split() == ["the", "best", "of"]


def test_the_last_word_is_unfinished_until_something_follows_it():
    assert read_typed("supply cha").unfinished == "cha"
    assert read_typed("supply cha ").unfinished == ""
    assert read_typed('"supply cha"').unfinished == ""
    assert read_typed("supply c").unfinished == ""


def test_length_counts_different_words():
    assert read_typed("Bank bank BANK churn").length == 2
    assert read_typed(" ?! … ").length == 0


def test_a_pasted_book_is_cut():
    assert len(read_typed("word " * LONGEST_QUERY).words) <= LONGEST_QUERY


def test_lone_surrogates_become_question_marks():
    assert well_formed("a\ud800b\0c") == "a?b c"
