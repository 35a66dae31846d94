"""Phrases in quotes, on the real keyword index."""

from array import array
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.asset.indexing import indexed_assets
from contentlib.asset.visibility import Narrowing
from contentlib.library import Library
from contentlib.ports import Permitted
from contentlib.search.queries import Results, counts_of_narrowed, find
from contentlib.search.quoting import holding, quoted, unquoted
from contentlib.taxonomy.queries import vocabulary
from indexer.index import EmbeddedIndex
from tests.cast import Cast
from tests.factories import MONDAY, make_asset
from tests.indexer.hashing import HashingEmbedder, an_asset
from tests.web.browsing import index_everything

TODAY: date = MONDAY.date()


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path / "words", HashingEmbedder())


@pytest.fixture
def shelf(library: Library, index: EmbeddedIndex) -> Library:
    make_asset(library, "Fair time", "Ask the works council first.", terms={"region": ["Europe"]})
    make_asset(library, "Roadworks", "The council works on the road.", terms={"region": ["Asia"]})
    make_asset(library, "For works councils", "A leaflet.", terms={"region": ["Asia"]})
    index_everything(library)
    with library.database.reading() as session:
        index.replace(indexed_assets(session))
    return library


def _find(library: Library, index: EmbeddedIndex, cast: Cast, text: str) -> Results:
    with library.database.reading() as session:
        return find(
            session,
            index,
            library.permitted,
            cast.rosa,
            text=text,
            today=TODAY,
            floor=0.3,
            spelling=library.spelling,
        )


def _titles(results: Results) -> set[str]:
    return {result.line.title for result in results.results}


@given(st.text(alphabet='ab ."“”„«»', max_size=30))
def test_what_is_quoted_stands_in_the_text_and_has_no_marks(text: str) -> None:
    for phrase in quoted(text):
        assert phrase in text
        assert not set(phrase) & set('"“”„«»')
    assert quoted(unquoted(text)) == ()
    bare = unquoted(text)
    for mark in '"“”„«»':
        text = text.replace(mark, " ")
    assert bare == " ".join(text.split())


def test_a_mark_without_its_pair_quotes_nothing() -> None:
    assert quoted('a 5" pipe') == ()
    assert quoted('"…" and "."') == ()


def test_a_phrase_is_held_in_its_order_in_any_field_and_in_plural(index: EmbeddedIndex) -> None:
    index.replace(
        [
            an_asset(1, "Works councils"),
            an_asset(2, "A", "Ask the works council."),
            an_asset(3, "A council that works"),
            an_asset(4, "Works", "of the council"),
            an_asset(5, "B", facets=("Works council",)),
            an_asset(6, "C", summary="for a works council"),
        ]
    )
    permitted = Permitted("all", array("q", range(1, 7)))
    assert list(holding(index, permitted, ["works council"]).asset_ids) == [1, 2, 5, 6]
    some = Permitted("some", array("q", [2, 3]))
    assert list(holding(index, some, ["works council"]).asset_ids) == [2]


@pytest.mark.parametrize("asked", ['"works council"', "“works council”", 'ask "works council"'])
def test_only_assets_that_hold_the_phrase_come_up(
    shelf: Library, index: EmbeddedIndex, cast: Cast, asked: str
) -> None:
    found = _find(shelf, index, cast, asked)
    assert _titles(found) == {"Fair time", "For works councils"}
    assert found.missing == ()


def test_without_quotes_the_single_words_count_too(
    shelf: Library, index: EmbeddedIndex, cast: Cast
) -> None:
    assert "Roadworks" in _titles(_find(shelf, index, cast, "works council"))


def test_a_phrase_that_no_asset_holds_is_told_and_its_words_are_searched_for(
    shelf: Library, index: EmbeddedIndex, cast: Cast
) -> None:
    found = _find(shelf, index, cast, '"council fair"')
    assert found.missing == ("council fair",)
    assert "Fair time" in _titles(found)
    assert found.mended.text == "council fair"


def test_what_is_quoted_is_meant_as_it_is_written(
    shelf: Library, index: EmbeddedIndex, cast: Cast
) -> None:
    assert _find(shelf, index, cast, '"works cuoncils"').mended.changes == ()
    assert _find(shelf, index, cast, "works cuoncils").mended.changes == (("cuoncils", "councils"),)


def test_the_counts_beside_a_quoted_search_are_of_assets_that_hold_it(
    shelf: Library, index: EmbeddedIndex, cast: Cast
) -> None:
    with shelf.database.reading() as session:
        words = vocabulary(session)
        asia, europe = words.term("region", "Asia"), words.term("region", "Europe")
        assert asia is not None and europe is not None
        counts = counts_of_narrowed(
            session,
            index,
            shelf.permitted,
            cast.rosa,
            text='"works council"',
            today=TODAY,
            narrowing=Narrowing({"region": frozenset({asia.id})}),
        )
    assert counts == {"region": {asia.id: 1, europe.id: 1}}
