"""Suggested terms: from alike assets and the asset's own words, and never what must not be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.asset import suggesting
from contentlib.asset.models import Asset
from contentlib.asset.queries import AssetLine, TermLabel, lines_by_id
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.search import tagging
from contentlib.search.tagging import Alike, Suggestion, suggested, suggestions_for, untagged
from contentlib.taxonomy.queries import FacetView, TermView, Vocabulary, vocabulary
from tests.cast import Cast, hire
from tests.contentlib.insight.happening import ids_of
from tests.factories import MONDAY, make_asset, statements
from tests.web.browsing import index_everything

TODAY = MONDAY.date()


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


# --- the rule -------------------------------------------------------------------------


def _term(
    number: int, facet: str, label: str, *, internal: bool = False, synonyms: tuple[str, ...] = ()
) -> TermView:
    key = label.lower().replace(" ", "-")
    return TermView(number, facet, key, label, "", None, number, synonyms, None, internal)


GROCERY = _term(1, "industry", "Grocery", synonyms=("supermarket",))
PARCEL = _term(2, "industry", "Parcel")
AUTOMOTIVE = _term(3, "industry", "Automotive")
CHEMICALS = _term(4, "industry", "Chemicals")
STORY = _term(11, "content_type", "Case study")
BATTLECARD = _term(12, "content_type", "Battlecard", internal=True)
EUROPE = _term(21, "region", "Europe")
WORDS = Vocabulary(
    (
        FacetView(1, "content_type", "Content type", "", False, (STORY, BATTLECARD)),
        FacetView(2, "industry", "Industry", "", True, (GROCERY, PARCEL, AUTOMOTIVE, CHEMICALS)),
        FacetView(3, "region", "Region", "", True, (EUROPE,)),
    )
)
LINE = AssetLine(
    1, "a", None, "Dock queues", "", "published", "external", "pdf", 1, None, 1, None, None, None,
    None, True,
)  # fmt: skip


def _near(*terms: TermView, nearness: float = 0.8) -> Alike:
    return Alike(nearness, frozenset(term.id for term in terms))


def _labels(found: tuple[Suggestion, ...]) -> list[str]:
    return [suggestion.term.label for suggestion in found]


def test_two_alike_assets_that_agree_suggest_their_term_with_the_count() -> None:
    alike = [_near(GROCERY), _near(GROCERY), _near(PARCEL), _near(EUROPE)]
    (found,) = suggested(WORDS, LINE, alike)
    assert found.term is GROCERY
    assert found.reason == "2 of 4 most alike assets"


def test_one_alike_asset_alone_suggests_nothing() -> None:
    assert suggested(WORDS, LINE, [_near(GROCERY)]) == ()


def test_votes_count_by_how_near_they_come() -> None:
    far = [_near(GROCERY, nearness=0.56), _near(GROCERY, nearness=0.56)]
    near = [_near(PARCEL, nearness=0.9)]
    assert _labels(suggested(WORDS, LINE, [*far, _near(PARCEL, nearness=0.6)])) == ["Grocery"]
    assert suggested(WORDS, LINE, [*far, *near]) == ()


def test_a_term_named_in_the_title_or_summary_is_suggested_by_that_alone() -> None:
    line = replace(LINE, title="Queues at a supermarket", summary="For parcel hubs as well.")
    found = suggested(WORDS, line, [_near(PARCEL), _near(PARCEL), _near(PARCEL), _near(EUROPE)])
    assert [(s.term.label, s.reason) for s in found] == [
        ("Parcel", "3 of 4 most alike assets; named in its summary"),
        ("Grocery", "named in its title"),
    ]


def test_a_facet_in_which_the_asset_has_a_term_is_left_alone() -> None:
    line = replace(LINE, terms=(TermLabel(4, "industry", "chemicals", "Chemicals"),))
    alike = [_near(GROCERY, EUROPE), _near(GROCERY, EUROPE)]
    assert _labels(suggested(WORDS, line, alike)) == ["Europe"]


def test_a_refused_term_is_never_suggested_again() -> None:
    line = replace(LINE, title="Grocery docks")
    alike = [_near(GROCERY), _near(GROCERY)]
    assert suggested(WORDS, line, alike, refused={GROCERY.id}) == ()


def test_a_content_type_that_would_make_it_internal_is_never_suggested() -> None:
    line = replace(LINE, title="Battlecard: dock queues")
    assert suggested(WORDS, line, [_near(BATTLECARD), _near(BATTLECARD)]) == ()


def test_one_term_is_suggested_where_one_is_taken_and_three_at_most_elsewhere() -> None:
    line = replace(LINE, title="Case study: grocery, parcel, automotive and chemicals")
    found = suggested(WORDS, line, [])
    assert _labels(found) == ["Case study", "Grocery", "Parcel", "Automotive"]


TERM = st.sampled_from([t for facet in WORDS.facets for t in facet.terms])
ALIKE = st.builds(
    Alike, st.floats(0.5, 1), st.frozensets(TERM.map(lambda term: term.id), max_size=5)
)


@given(
    st.lists(ALIKE, max_size=6), st.sets(TERM.map(lambda t: t.id)), st.sampled_from(WORDS.facets)
)
def test_whatever_the_neighbours_nothing_forbidden_is_suggested(
    alike: list[Alike], refused: set[int], only: FacetView
) -> None:
    found = suggested(WORDS, LINE, alike, refused=refused)
    assert not {s.term.id for s in found} & (refused | {BATTLECARD.id})
    for suggestion in found:
        assert suggestion.agreeing >= tagging.AGREEING
        assert suggestion.share >= tagging.AGREEING_SHARE
    within = suggested(WORDS, LINE, alike, refused=refused, facets=[only.key])
    assert within == tuple(s for s in found if s.term.facet == only.key)


# --- in a library ---------------------------------------------------------------------


def _lines(library: Library, *public_ids: str) -> list[AssetLine]:
    ids = ids_of(library, public_ids)
    with library.database.reading() as session:
        found = lines_by_id(session, ids, today=TODAY)
    return [found[asset_id] for asset_id in ids]


def _suggestions(library: Library, who: Viewer, *lines: AssetLine) -> dict[int, list[str]]:
    with library.database.reading() as session:
        found = suggestions_for(
            session,
            library.index,
            library.permitted,
            who,
            lines,
            today=TODAY,
            words=vocabulary(session),
        )
    return {asset_id: _labels(some) for asset_id, some in found.items()}


def _shelf(library: Library, count: int = 3) -> str:
    """Alike assets, all but the first of Parcel; the first's public id."""
    first = make_asset(library, "Dock waiting times at the hub", "Carriers wait at the dock.")
    for number in range(count):
        make_asset(
            library,
            f"Dock waiting times at hub {number}",
            "Carriers wait at the dock.",
            terms={"industry": ["Parcel"]},
        )
    index_everything(library)
    return first


def test_the_terms_of_alike_assets_are_suggested(library: Library, cast: Cast) -> None:
    (line,) = _lines(library, _shelf(library))
    assert _suggestions(library, cast.mira, line) == {line.id: ["Parcel"]}


def test_what_was_refused_stays_refused(library: Library, cast: Cast) -> None:
    (line,) = _lines(library, _shelf(library))
    with library.database.unit_of_work() as session:
        term = vocabulary(session).term("industry", "parcel")
        assert term is not None
        for _ in range(2):
            suggesting.refuse_term(
                session,
                asset=session.get_one(Asset, line.id),
                term_id=term.id,
                member_id=cast.mira.member_id,
                now=MONDAY,
            )
            session.flush()
    assert _suggestions(library, cast.mira, line) == {line.id: []}


def test_any_number_of_assets_costs_five_statements(library: Library, cast: Cast) -> None:
    _shelf(library, 6)
    with library.database.reading() as session:
        words = vocabulary(session)
        listing = untagged(session, cast.mira, "region", today=TODAY)
        assert listing.total == 7
        for some in (listing.lines[:2], listing.lines):
            library.permitted._entries.clear()
            with statements(library) as seen:
                suggestions_for(
                    session,
                    library.index,
                    library.permitted,
                    cast.mira,
                    some,
                    today=TODAY,
                    words=words,
                )
            assert len(seen) == 5, seen


def test_untagged_lists_what_has_no_term_in_the_facet_page_by_page(
    library: Library, cast: Cast
) -> None:
    tagged = make_asset(library, "Tagged", terms={"industry": ["Parcel"], "region": ["Europe"]})
    other = make_asset(library, "Tagged elsewhere", terms={"region": ["Europe"]})
    draft = make_asset(library, "A draft", publish=False)
    with library.database.reading() as session:
        with statements(library) as seen:
            found = untagged(session, cast.mira, "industry", today=TODAY)
        assert {line.public_id for line in found.lines} == {other, draft}
        assert tagged not in {line.public_id for line in found.lines}
        assert len(seen) == 4, seen
        second = untagged(session, cast.mira, "industry", today=TODAY, offset=1, limit=1)
        assert second.lines == found.lines[1:] and second.total == 2
        counts = tagging.untagged_counts(session, cast.mira, today=TODAY)
    assert (counts["industry"], counts["region"], counts["stage"]) == (2, 1, 3)
