"""What counts as near is what the vocabulary says."""

from hypothesis import given
from hypothesis import strategies as st

from contentlib.taxonomy.agreeing import agreed
from contentlib.taxonomy.nearness import NEXT_TO, SIBLINGS, WITHIN, agreement, nearness
from tests.contentlib.taxonomy.words import WORDS, term

_ALL = [t for facet in WORDS.facets for t in facet.terms]
_terms = st.sampled_from(_ALL)


def test_a_term_is_nearest_to_itself_then_to_its_family() -> None:
    grocery = term("industry", "Grocery")
    assert nearness(WORDS, grocery, grocery) == 1
    assert nearness(WORDS, grocery, term("industry", "Retail")) == WITHIN
    assert nearness(WORDS, grocery, term("industry", "Fashion")) == SIBLINGS
    assert nearness(WORDS, grocery, term("industry", "Chemicals")) == 0


def test_neighbours_are_near_where_terms_follow_each_other_and_nowhere_else() -> None:
    discovery = term("stage", "Discovery")
    assert nearness(WORDS, discovery, term("stage", "Evaluation")) == NEXT_TO
    assert nearness(WORDS, discovery, term("stage", "Closing")) == 0
    # side by side in a facet without order
    assert nearness(WORDS, term("persona", "Finance"), term("persona", "Works council")) == 0


@given(_terms, _terms)
def test_nearness_is_symmetric_and_between_nothing_and_all(one: object, other: object) -> None:
    assert nearness(WORDS, one, other) == nearness(WORDS, other, one)  # type: ignore[arg-type]
    assert 0 <= nearness(WORDS, one, other) <= 1  # type: ignore[arg-type]


@given(_terms, st.lists(_terms, max_size=6))
def test_more_terms_never_agree_less(wanted: object, held: list[object]) -> None:
    few = agreement(WORDS, wanted, held[:3])  # type: ignore[arg-type]
    all_ = agreement(WORDS, wanted, held)  # type: ignore[arg-type]
    assert all_.nearness >= few.nearness


def test_what_every_asset_has_tells_none_apart() -> None:
    retail, dach = term("industry", "Retail"), term("region", "DACH")
    found = agreed(WORDS, [retail, dach], {1: {retail.id, dach.id}, 2: {retail.id}})
    assert found[1].score == 0.5
    assert found[2].score == 0
    assert [a.wanted.key for a in found[2].facets] == ["retail"]


def test_of_several_wanted_terms_of_a_facet_the_nearest_counts_once() -> None:
    grocery, fashion = term("industry", "Grocery"), term("industry", "Fashion")
    found = agreed(WORDS, [grocery, fashion], {1: {grocery.id}, 2: set(), 3: set()})
    assert len(found[1].facets) == 1
    assert found[1].facets[0].nearness == 1


def test_how_many_people_work_there_gives_the_size() -> None:
    assert [getattr(WORDS.size_band(n), "label", None) for n in (0, 1, 999, 1000, 10**6)] == [
        None,
        "Small",
        "Small",
        "Large",
        "Large",
    ]
