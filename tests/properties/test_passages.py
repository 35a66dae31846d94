"""Passages, for any text: they say where they stand, and together they give the text back."""

from itertools import pairwise

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


def test_passages_hold_about_900_characters_and_end_at_sentences() -> None:
    text = " ".join(f"Sentence number {n} speaks of docks and gates." for n in range(200))
    passages = split([ExtractedPage(1, text)])
    assert all(700 < len(p.text) <= 900 for p in passages[:-1])
    assert all(p.text.startswith("Sentence") and p.text.endswith(".") for p in passages)


def test_neighbours_share_about_150_characters_of_whole_sentences() -> None:
    text = " ".join(f"Sentence number {n} speaks of docks and gates." for n in range(200))
    passages = split([ExtractedPage(1, text)])
    for one, other in pairwise(passages):
        shared = one.start + len(one.text) - other.start
        assert 100 <= shared <= 220


def test_scripts_without_spaces_are_cut_at_their_sentence_ends() -> None:
    passages = split([ExtractedPage(1, "トラックは門で待ちます。" * 100)])
    assert len(passages) > 4
    assert all(p.text.endswith("。") and len(p.text) <= 300 for p in passages)


@given(st.integers(min_value=0, max_value=2000))
def test_a_heading_stands_with_what_follows_it(before: int) -> None:
    text = "Words of before. " * (before // 17) + "\n\nWhat it costs\n\n" + "A price. " * 200
    passages = split([ExtractedPage(1, text, headings=("What it costs",))])
    assert any("What it costs\n\nA price." in p.text for p in passages)
    assert not any(p.text.endswith("What it costs") for p in passages)


def test_a_string_without_any_seam_is_cut() -> None:
    passages = split([ExtractedPage(1, "x" * 5000)])
    assert len(passages) > 5
    assert "".join(p.text for p in passages).replace("x", "") == ""


def test_a_table_is_cut_between_its_rows() -> None:
    rows = "\n".join(f"Dock {n} | {n * 100} EUR | gate {n}" for n in range(100))
    for passage in split([ExtractedPage(1, rows)]):
        assert passage.text.startswith("Dock ")
        assert passage.text.rpartition("| gate ")[2].isdigit()
