"""Beside a search: counts of narrowed facets, and the passages of one asset."""

from contentlib.asset.visibility import Narrowing
from contentlib.errors import IndexUnavailable
from contentlib.library import Library
from contentlib.search.queries import Match, counts_of_narrowed, matches_in
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from tests.cast import hire
from tests.factories import MONDAY, WordIndex, make_asset, statements
from tests.web.browsing import asset_id, index_everything

TODAY = MONDAY.date()


def _filled(library: Library) -> Vocabulary:
    make_asset(library, "Carriers at the dock", terms={"industry": ["Retail"]})
    make_asset(library, "Carriers at the hub", terms={"industry": ["Parcel"], "region": ["Asia"]})
    make_asset(library, "Prices", terms={"industry": ["Parcel"]})
    index_everything(library)
    with library.database.reading() as session:
        return vocabulary(session)


def _id(words: Vocabulary, facet: str, name: str) -> int:
    term = words.term(facet, name)
    assert term is not None
    return term.id


def test_a_narrowed_facet_is_counted_as_if_it_were_not(either_library: Library) -> None:
    cast, words = hire(either_library), _filled(either_library)
    retail, parcel = _id(words, "industry", "retail"), _id(words, "industry", "parcel")
    asia = _id(words, "region", "asia")
    narrowing = Narrowing({"industry": frozenset({retail}), "region": frozenset({asia})})
    with either_library.database.reading() as session:
        found = counts_of_narrowed(
            session,
            either_library.index,
            either_library.permitted,
            cast.rosa,
            text="carriers",
            today=TODAY,
            narrowing=narrowing,
        )
    assert found == {"industry": {parcel: 1, asia: 1}, "region": {retail: 1}}


def test_the_passages_of_an_asset_that_fit_are_given_best_first(either_library: Library) -> None:
    public_id = make_asset(
        either_library, "Docks", "Carriers wait.", "Hubs.", "Carriers wait two hours."
    )
    make_asset(either_library, "Others", "Carriers wait two hours there.")
    index_everything(either_library)
    own = asset_id(either_library, public_id)
    with either_library.database.reading() as session, statements(either_library) as seen:
        found = matches_in(session, either_library.index, own, text="carriers two hours", limit=2)
    assert [(match.page, match.is_notes) for match in found] == [(3, False), (1, False)]
    assert "".join(span.text for span in found[0].snippet) == "Carriers wait two hours."
    assert len(seen) == 1, seen


def test_while_the_index_cannot_answer_there_are_no_passages(library: Library) -> None:
    class Broken(WordIndex):
        def search(self, *_: object, **__: object) -> tuple[()]:
            raise IndexUnavailable("The search index is being rebuilt; try again.")

    none: tuple[Match, ...] = ()
    with library.database.reading() as session:
        assert matches_in(session, Broken(), 1, text="carriers") == none
