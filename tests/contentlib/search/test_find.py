"""Searching: what a member finds, how it is shown, and what it costs."""

from contentlib.asset.visibility import Narrowing
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.search.queries import Results, find
from contentlib.taxonomy.queries import vocabulary
from contentlib.worker import Worker
from tests.cast import hire
from tests.factories import make_asset, statements


def _find(library: Library, viewer: Viewer, text: str, **facets: str) -> Results:
    with library.database.reading() as session:
        words = vocabulary(session)
        chosen = {}
        for facet, name in facets.items():
            term = words.term(facet, name)
            assert term is not None
            chosen[facet] = words.with_descendants(term)
        return find(
            session,
            library.index,
            library.permitted,
            viewer,
            text=text,
            today=library.clock.now().date(),
            floor=0.3,
            narrowing=Narrowing(chosen),
        )


def _titles(results: Results) -> list[str]:
    return [result.line.title for result in results.results]


def test_a_rep_finds_what_is_published_and_nothing_else(either_library: Library) -> None:
    cast = hire(either_library)
    make_asset(either_library, "Dock queues", "Trailers wait at the dock.")
    make_asset(either_library, "Dock drafts", "Trailers wait at the dock too.", publish=False)
    Worker(either_library).drain()
    assert _titles(_find(either_library, cast.rosa, "trailers dock")) == ["Dock queues"]
    assert set(_titles(_find(either_library, cast.mira, "trailers dock"))) == {
        "Dock queues",
        "Dock drafts",
    }


def test_a_facet_narrows_to_its_term_and_everything_below_it(library: Library) -> None:
    cast = hire(library)
    make_asset(library, "Dock one", "dock", terms={"industry": ["Grocery"]})
    make_asset(library, "Dock two", "dock", terms={"industry": ["Parcel"]})
    Worker(library).drain()
    assert _titles(_find(library, cast.rosa, "dock", industry="grocery")) == ["Dock one"]


def test_the_passage_that_matched_is_shown_with_its_page_and_the_words_marked(
    library: Library,
) -> None:
    cast = hire(library)
    make_asset(library, "Handbook", "Nothing here.", "Seals are checked at the gate.")
    Worker(library).drain()
    (result,) = _find(library, cast.rosa, "seals gate").results
    assert result.passage is not None and result.passage.page == 2
    assert [span.text for span in result.snippet if span.is_match] == ["Seals", "gate"]


def test_speaker_notes_are_found_by_colleagues(library: Library) -> None:
    from contentlib.asset import service
    from contentlib.ports import ExtractedDocument, ExtractedPage
    from indexer.passages import split
    from tests.factories import content

    cast = hire(library)
    pages = (ExtractedPage(1, "A slide", notes="Mention the penguins"),)
    read = ExtractedDocument("pptx", "application/x", pages)
    with library.database.unit_of_work() as session:
        stored = content(library, "x").file
        asset = service.create(
            session,
            title="Deck",
            owner_id=None,
            content=service.NewContent("d.pptx", stored, read, split(pages)),
            now=library.clock.now(),
        )
        service.publish(session, asset=asset, member_id=None, now=library.clock.now())
    Worker(library).drain()
    (result,) = _find(library, cast.rosa, "penguins").results
    assert result.passage is not None and result.passage.is_notes


def test_words_that_fit_nothing_are_answered_without_confidence(library: Library) -> None:
    cast = hire(library)
    make_asset(library, "Dock queues", "Trailers wait.")
    Worker(library).drain()
    found = _find(library, cast.rosa, "trailers of the submarine cheese choir orchestra")
    assert not found.confident
    assert _titles(found) == ["Dock queues"]


def test_a_code_that_stands_in_the_title_is_a_fit_whatever_it_means(library: Library) -> None:
    cast = hire(library)
    make_asset(library, "Data sheet XR-7781", "Nothing else.")
    Worker(library).drain()
    assert _find(library, cast.rosa, "XR-7781").confident


def test_no_words_find_nothing(library: Library) -> None:
    cast = hire(library)
    make_asset(library)
    Worker(library).drain()
    assert _find(library, cast.rosa, "   ").results == ()


def test_the_number_of_statements_does_not_grow_with_the_results(library: Library) -> None:
    cast = hire(library)

    def cost() -> int:
        Worker(library).drain()
        with statements(library) as seen:
            assert _find(library, cast.rosa, "dock").results
        return len(seen)

    make_asset(library, "Dock 0", "dock", terms={"industry": ["Grocery"]})
    few = cost()
    for number in range(1, 9):
        make_asset(library, f"Dock {number}", "dock", terms={"industry": ["Grocery"]})
    assert cost() == few
