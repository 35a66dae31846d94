"""Reading the vocabulary: whole, in order, and never an old one."""

from contentlib.library import Library
from contentlib.taxonomy.queries import vocabulary
from contentlib.taxonomy.service import put_facet, put_term
from tests.factories import statements


def _grow(library: Library, label: str, *synonyms: str) -> None:
    with library.database.unit_of_work() as session:
        facet = put_facet(session, key="region", label="Region", many=True, position=2)
        put_term(session, facet=facet, key="dach", label=label, synonyms=synonyms)


def test_it_is_read_in_order_with_its_synonyms_in_three_statements(either_library: Library) -> None:
    with either_library.database.unit_of_work() as session:
        put_facet(session, key="size", label="Size", many=True, position=8)
    _grow(either_library, "DACH", "German-speaking", "D-A-CH")
    with either_library.database.reading() as session, statements(either_library) as seen:
        words = vocabulary(session)
    assert len(seen) == 3, seen
    term = words.term("region", "d-a-ch")
    assert term is not None
    assert (term.facet, term.label, term.synonyms) == (
        "region",
        "DACH",
        ("German-speaking", "D-A-CH"),
    )
    assert [facet.key for facet in words.facets] == ["region", "size"]


def test_a_change_is_seen_by_the_next_reading_and_the_former_stays_what_it_was(
    library: Library,
) -> None:
    _grow(library, "DACH", "German-speaking")
    with library.database.reading() as session:
        before = vocabulary(session)
        assert vocabulary(session) is before
    _grow(library, "Central Europe")
    with library.database.reading() as session:
        after = vocabulary(session)
    assert [f.terms[0].label for f in (before, after) for f in [f.facet("region")] if f] == [
        "DACH",
        "Central Europe",
    ]
    assert after.term("region", "German-speaking") is None
