"""Typing mistakes are mended from the library's own words, and nothing else is touched."""

from hypothesis import given
from hypothesis import strategies as st

from contentlib.library import Library
from contentlib.search.queries import find
from contentlib.search.spelling import Spelling, may_be_mistyped
from contentlib.worker import Worker
from tests.cast import hire
from tests.factories import make_asset

SPELLING = Spelling(
    ["Gatemoor battlecard", "Temperature monitoring for wholesalers", "Yard gate", "Wholesale gate"]
)


def _mended(text: str, *known: str) -> str:
    strangers = [word for word in may_be_mistyped(text) if word not in known]
    return SPELLING.mend(text, strangers).text


def test_a_mistyped_word_becomes_the_nearest_of_the_library() -> None:
    assert _mended("gatemore battlcard") == "gatemoor battlecard"
    assert _mended("temprature") == "temperature"


def test_swapped_letters_are_one_mistake() -> None:
    assert _mended("yrad") == "yard"


def test_of_two_words_as_near_the_more_frequent_is_meant() -> None:
    assert Spelling(["rates gates gates"]).mend("gatas", ["gatas"]).text == "gates"


def test_a_word_that_some_asset_holds_is_left_as_it_is() -> None:
    assert _mended("gatemore", "gatemore") == "gatemore"


def test_codes_capitals_short_words_and_strangers_are_left_alone() -> None:
    for text in ("ISO-27001", "WMS", "yrd", "zeppelin", "x1200b"):
        assert _mended(text) == text


def test_what_was_changed_is_told() -> None:
    mended = SPELLING.mend("Gatemore in 2026", ["Gatemore"])
    assert mended.changes == (("Gatemore", "gatemoor"),)
    assert mended.text == "gatemoor in 2026"


@given(st.text(max_size=80))
def test_text_without_a_change_is_given_back_to_the_letter(text: str) -> None:
    mended = SPELLING.mend(text, may_be_mistyped(text))
    assert bool(mended.changes) == (mended.text != text)


def test_a_rep_who_mistypes_finds_it_and_is_told(library: Library) -> None:
    cast = hire(library)
    make_asset(library, "Gatemoor compared", "Their yard suite stands on a server.")
    Worker(library).drain()
    with library.database.reading() as session:
        found = find(
            session,
            library.index,
            library.permitted,
            cast.rosa,
            text="gatemore",
            today=library.clock.now().date(),
            floor=0.3,
            spelling=library.spelling,
        )
    assert [result.line.title for result in found.results] == ["Gatemoor compared"]
    assert found.mended.changes == (("gatemore", "gatemoor"),)


def test_the_title_of_a_draft_is_not_given_away_by_a_correction(library: Library) -> None:
    cast = hire(library)
    make_asset(library, "Projekt Zephyr", "Secret until May.", publish=False)
    Worker(library).drain()
    with library.database.reading() as session:
        found = find(
            session,
            library.index,
            library.permitted,
            cast.rosa,
            text="zephir",
            today=library.clock.now().date(),
            floor=0.3,
            spelling=library.spelling,
        )
    assert found.mended.changes == ()
