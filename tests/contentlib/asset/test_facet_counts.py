"""Facet counts: the number beside a term is what ticking it gives."""

from collections.abc import Mapping

from contentlib.asset.facet_counts import FacetCounts, facet_counts, facet_counts_among
from contentlib.asset.queries import browse
from contentlib.asset.visibility import Narrowing
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.taxonomy import service as taxonomy
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from tests.cast import hire
from tests.factories import MONDAY, make_asset, statements
from tests.web.browsing import asset_id

TODAY = MONDAY.date()


def _world(library: Library) -> Vocabulary:
    """Germany and France lie in Europe; Bavaria in Germany. An asset of each, and one of two."""
    make_asset(library, "European", terms={"region": ["Europe"]})
    make_asset(library, "Both", terms={"region": ["Europe", "Germany"]})
    make_asset(library, "French", terms={"region": ["France"], "industry": ["Retail"]})
    make_asset(library, "Bavarian", terms={"region": ["Bavaria"], "industry": ["Parcel"]})
    make_asset(library, "A draft", terms={"region": ["Bavaria"]}, publish=False)
    with library.database.unit_of_work() as session:
        region = taxonomy.put_facet(session, key="region", label="Region", many=True, position=1)
        europe = taxonomy.put_term(session, facet=region, label="Europe")
        germany = taxonomy.put_term(session, facet=region, label="Germany", parent=europe)
        taxonomy.put_term(session, facet=region, label="France", parent=europe)
        taxonomy.put_term(session, facet=region, label="Bavaria", parent=germany)
    with library.database.reading() as session:
        return vocabulary(session)


def _labelled(counts: Mapping[int, int], words: Vocabulary) -> dict[str, int]:
    found = {words.by_id(term_id): count for term_id, count in counts.items()}
    return {term.label: count for term, count in found.items() if term is not None}


def _counts(
    library: Library, viewer: Viewer, words: Vocabulary, narrowing: Narrowing
) -> dict[str, int]:
    with library.database.reading() as session:
        counts = facet_counts(session, viewer, today=TODAY, narrowing=narrowing)
    return _labelled(counts, words)


def _narrowed_to(words: Vocabulary, facet: str, name: str) -> Narrowing:
    term = words.term(facet, name)
    assert term is not None
    return Narrowing({facet: words.with_descendants(term)})


def test_a_term_counts_the_assets_below_it_and_each_once(either_library: Library) -> None:
    cast, words = hire(either_library), _world(either_library)
    assert _counts(either_library, cast.rosa, words, Narrowing({})) == {
        "Europe": 4,
        "Germany": 2,
        "France": 1,
        "Bavaria": 1,
        "Retail": 1,
        "Parcel": 1,
    }
    assert _counts(either_library, cast.mira, words, Narrowing({}))["Bavaria"] == 2


def test_the_number_beside_a_term_is_what_ticking_it_gives(either_library: Library) -> None:
    cast, words = hire(either_library), _world(either_library)
    for label, count in _counts(either_library, cast.rosa, words, Narrowing({})).items():
        facet = "industry" if label in ("Retail", "Parcel") else "region"
        narrowing = _narrowed_to(words, facet, label)
        with either_library.database.reading() as session:
            listing = browse(session, cast.rosa, today=TODAY, narrowing=narrowing)
        assert listing.total == count, label


def test_a_narrowed_facet_keeps_the_counts_of_its_other_terms(either_library: Library) -> None:
    cast, words = hire(either_library), _world(either_library)
    counts = _counts(either_library, cast.rosa, words, _narrowed_to(words, "industry", "Retail"))
    assert counts == {"Europe": 1, "France": 1, "Retail": 1, "Parcel": 1}


def test_counts_cost_one_statement_and_two_more_a_narrowed_facet(
    either_library: Library,
) -> None:
    cast, words = hire(either_library), _world(either_library)
    with statements(either_library) as free:
        _counts(either_library, cast.rosa, words, Narrowing({}))
    with statements(either_library) as narrowed:
        _counts(either_library, cast.rosa, words, _narrowed_to(words, "industry", "Retail"))
    assert (len(free), len(narrowed)) == (1, 3)


def test_among_given_assets_only_those_are_counted(either_library: Library) -> None:
    words = _world(either_library)
    public_id = make_asset(either_library, "Another", terms={"industry": ["Mining"]})
    with either_library.database.reading() as session:
        own = facet_counts_among(session, [asset_id(either_library, public_id)])
        assert facet_counts_among(session, []) == {}
    assert list(own.values()) == [1]
    assert _labelled(own, words) == {}  # a term newer than the vocabulary that was read


def test_known_counts_cost_one_statement_until_the_catalogue_or_the_class_changes(
    either_library: Library,
) -> None:
    cast, words = hire(either_library), _world(either_library)
    cache = FacetCounts()

    def ask(viewer: Viewer) -> tuple[dict[str, int], int]:
        with either_library.database.reading() as session, statements(either_library) as seen:
            counts = cache.of(
                session, viewer, today=TODAY, narrowing=Narrowing({}), vocabulary=words
            )
        return _labelled(counts, words), len(seen)

    first, _ = ask(cast.rosa)
    assert ask(cast.ravi) == (first, 1)
    assert ask(cast.mira)[0]["Bavaria"] == 2
    make_asset(either_library, "French too", terms={"region": ["France"]})
    assert ask(cast.rosa)[0]["France"] == 2


def test_the_cache_of_counts_forgets_the_oldest(library: Library) -> None:
    cast, words = hire(library), _world(library)
    cache = FacetCounts(capacity=2)
    with library.database.reading() as session:
        for state in ("published", "draft", "in_review", "published"):
            narrowing = Narrowing({}, state=state)
            counts = cache.of(
                session, cast.mira, today=TODAY, narrowing=narrowing, vocabulary=words
            )
            assert counts == facet_counts(session, cast.mira, today=TODAY, narrowing=narrowing)
