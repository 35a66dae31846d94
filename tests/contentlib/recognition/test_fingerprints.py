"""What a file is known by does not depend on how its words are set."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from contentlib.ports import ExtractedDocument, ExtractedPage
from contentlib.recognition.rules import (
    KEPT_A_PAGE,
    KEPT_WHOLE,
    fingerprint,
    sample_of,
    to_store,
)
from tests.factories import document

WORDS = st.lists(st.text("abcdeéñöœßøжλ0123", min_size=1), min_size=5, max_size=40)
GAPS = st.lists(
    st.sampled_from([" ", "\n", "\n\n", "\t", "\u00a0", ", ", " - ", ". ", " | ", " “"]),
    min_size=40,
    max_size=40,
)


@given(WORDS, GAPS)
def test_case_space_and_marks_change_nothing(words: list[str], gaps: list[str]) -> None:
    set_anew = "".join(word + gap for word, gap in zip(words, gaps, strict=False))
    plain = fingerprint(document(" ".join(words)), file_sha256="")
    assert fingerprint(document(set_anew.upper()), file_sha256="") == plain


def test_the_same_words_have_the_same_hashes_in_every_process() -> None:
    known = fingerprint(document("one two three four five"), file_sha256="")
    assert known.shingles == ((4475916206259131367, 1),)
    program = (
        "from tests.factories import document;"
        "from contentlib.recognition.rules import fingerprint;"
        "print(fingerprint(document('One two, three four FIVE'), file_sha256='').shingles[0][0])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert int(ended.stdout) == known.shingles[0][0]


def test_a_run_of_words_is_known_by_the_first_page_it_stands_on() -> None:
    known = fingerprint(document("a b c d e f", "a b c d e x"), file_sha256="")
    assert [page for _, page in known.shingles] == [1, 1, 2]


def test_no_run_of_words_spans_two_pages() -> None:
    known = fingerprint(document("a b c", "d e f"), file_sha256="")
    assert known.is_wordless and known.text_sha256 is None


def test_what_a_speaker_says_is_not_what_a_file_is_known_by() -> None:
    page = ExtractedPage(1, "", notes="one two three four five six")
    assert fingerprint(ExtractedDocument("pptx", "", (page,)), file_sha256="").is_wordless


def test_blank_pages_have_no_picture_and_the_others_keep_their_numbers() -> None:
    known = fingerprint(document(""), file_sha256="", pictures=[b"", b"\1" * 32, b"", b"\2" * 32])
    assert known.pictures == (b"\1" * 32, b"\2" * 32)
    assert known.picture_pages == (2, 4)


HASHES = st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=4000)


@given(HASHES)
def test_a_short_text_is_kept_whole_and_a_long_one_by_at_least_half_of_enough(
    hashes: list[int],
) -> None:
    every = sample_of([(shingle, 1) for shingle in hashes])
    kept = sum(shingle % every == 0 for shingle in hashes)
    assert kept <= KEPT_WHOLE
    assert (every == 1) == (len(hashes) <= KEPT_WHOLE)


def test_a_manual_of_300_pages_costs_some_thousand_rows_and_some_on_each_page() -> None:
    text = [" ".join(f"w{page}x{n}" for n in range(450)) for page in range(300)]
    known = fingerprint(document(*text), file_sha256="")
    every = sample_of(known.shingles)
    kept = [page for shingle, page in known.shingles if shingle % every == 0]
    assert len(known.shingles) > 130_000
    assert 300 * KEPT_A_PAGE / 2 < len(kept) <= 300 * KEPT_A_PAGE
    assert min(kept.count(page) for page in range(1, 301)) >= 8


SMALL = st.lists(st.integers(-200, 200), unique=True, max_size=80)


@given(SMALL, st.sampled_from([1, 2, 8]), st.sets(st.integers(-200, 200)), st.data())
def test_common_shingles_are_never_stored_and_the_sample_always_is(
    hashes: list[int], every: int, common: set[int], data: st.DataObject
) -> None:
    shared = data.draw(st.sets(st.sampled_from(hashes))) - common if hashes else set()
    text = [(shingle, 1) for shingle in hashes]
    stored = {shingle for shingle, _ in to_store(text, every, common=common, shared=shared)}
    assert not stored & common
    assert stored >= {s for s in hashes if s % every == 0 or s in shared} - common


def test_what_stands_about_a_run_that_others_have_is_stored_though_not_in_the_sample() -> None:
    text = [(n, 1) for n in range(100)]
    stored = to_store(text, 8, common=(), shared={40, 48, 56})
    assert [n for n, _ in stored] == [0, 8, 16, *range(24, 73), 80, 88, 96]
