"""Searching inside a document: whatever is found is there, marked, and nothing is made up."""

import re

from hypothesis import given
from hypothesis import strategies as st

from contentlib.share.finding import bits_of, wanted_words

TEXTS = st.text("dock gate ßÄIİ.,-(*[ \\ ", max_size=400)
WORDS = st.lists(st.text("dockgateß(*[\\", min_size=1, max_size=5), max_size=4)


@given(TEXTS, WORDS)
def test_a_page_is_found_exactly_where_it_holds_every_word(text: str, words: list[str]) -> None:
    holds = [re.search(re.escape(word), text, re.IGNORECASE) is not None for word in words]
    found = bits_of(text, words)
    assert (found is not None) is (bool(words) and all(holds))


@given(TEXTS, WORDS)
def test_the_bits_are_the_text_itself_with_a_match_among_them(text: str, words: list[str]) -> None:
    found = bits_of(text, words)
    if found is None:
        return
    said = "".join(bit.text for bit in found).removeprefix("… ").removesuffix(" …")
    assert said in text
    assert any(bit.is_match for bit in found)
    marked = [bit.text for bit in found if bit.is_match]
    assert all(any(re.fullmatch(re.escape(w), m, re.IGNORECASE) for w in words) for m in marked)


@given(st.text(max_size=300))
def test_what_was_typed_becomes_a_few_words(text: str) -> None:
    words = wanted_words(text)
    assert len(words) <= 8 and all(word and not word.isspace() for word in words)


def test_a_long_page_is_cut_around_the_first_match() -> None:
    text = "before " * 40 + "the dock queue is gone " + "after " * 40
    found = bits_of(text, ["dock"])
    assert found is not None
    said = "".join(bit.text for bit in found)
    assert said.startswith("… ") and said.endswith(" …")
    assert "the dock queue is gone" in said and len(said) < 220
