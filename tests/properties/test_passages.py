"""Passages, for any text: they say where they stand, and together they give the text back."""

from hypothesis import given
from hypothesis import strategies as st

from contentlib.ports import ExtractedPage
from indexer.passages import split

WORDS = st.text(alphabet="abcdeé. !?\n漢字", max_size=40)
TEXTS = st.lists(
    WORDS | st.sampled_from(["The dock was full. ", "\n\n", "x" * 300]), max_size=80
).map("".join)


@given(TEXTS)
def test_a_passage_stands_where_it_says(text: str) -> None:
    for passage in split([ExtractedPage(1, text)]):
        assert text[passage.start : passage.start + len(passage.text)] == passage.text


@given(TEXTS)
def test_nothing_but_white_space_is_left_out(text: str) -> None:
    covered = [False] * len(text)
    for passage in split([ExtractedPage(1, text)]):
        for place in range(passage.start, passage.start + len(passage.text)):
            covered[place] = True
    left_out = "".join(ch for ch, seen in zip(text, covered, strict=True) if not seen)
    assert left_out.strip() == ""


@given(TEXTS)
def test_no_passage_is_too_long_for_the_model(text: str) -> None:
    assert all(0 < len(p.text) <= 1400 for p in split([ExtractedPage(1, text)]))


@given(TEXTS, TEXTS)
def test_no_passage_crosses_a_page_and_notes_stay_notes(text: str, notes: str) -> None:
    pages = [ExtractedPage(1, text, notes=notes), ExtractedPage(2, notes)]
    passages = split(pages)
    assert [p.ordinal for p in passages] == sorted({p.ordinal for p in passages})
    for passage in passages:
        source = notes if passage.is_notes or passage.page == 2 else text
        assert passage.text in source
        assert not (passage.is_notes and passage.page == 2)


def test_a_short_page_is_one_passage() -> None:
    assert [p.text for p in split([ExtractedPage(1, "Short and good.")])] == ["Short and good."]


def test_a_page_without_words_has_no_passage() -> None:
    assert split([ExtractedPage(1, " \n ")]) == ()
