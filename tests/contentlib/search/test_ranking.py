"""The order of results beyond what the index says."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contentlib.asset.traits import Traits
from contentlib.library import Library
from contentlib.ports import IndexHit
from contentlib.search.queries import Results, find
from contentlib.search.ranking import (
    NOT_CURRENT,
    REVIEW_OVERDUE,
    cost_of_standing,
    ranked,
    worth_showing,
)
from contentlib.taxonomy.agreeing import Agreed
from contentlib.worker import Worker
from tests.cast import hire
from tests.factories import make_asset

TODAY = date(2026, 3, 2)


def traits(asset_id: int = 1, **values: object) -> Traits:
    plain: dict[str, object] = {
        "state": "published",
        "published_at": None,
        "review_by": None,
        "expires_on": None,
        "customer": None,
        "reference_rights": "named",
        "rights_regions": (),
        "customer_competitors": (),
    }
    return Traits(asset_id=asset_id, **{**plain, **values})  # type: ignore[arg-type]


def hit(asset_id: int, score: float) -> IndexHit:
    return IndexHit(asset_id, score, score, 0.0, 0.0)


def test_what_may_not_be_sent_any_more_stands_behind_what_fits_about_as_well() -> None:
    expired = traits(expires_on=TODAY - timedelta(days=1))
    assert cost_of_standing(expired, today=TODAY) == NOT_CURRENT
    assert cost_of_standing(traits(expires_on=TODAY), today=TODAY) == 0
    assert cost_of_standing(traits(state="draft"), today=TODAY) == NOT_CURRENT
    overdue = traits(review_by=TODAY - timedelta(days=1))
    assert cost_of_standing(overdue, today=TODAY) == REVIEW_OVERDUE


def test_agreement_moves_an_asset_forward() -> None:
    both = {1: traits(1), 2: traits(2)}
    found = ranked([hit(1, 0.5), hit(2, 0.45)], both, {2: Agreed(0.9, ())}, today=TODAY)
    assert [entry.hit.asset_id for entry in found] == [2, 1]


def test_a_hit_that_is_gone_from_the_library_is_left_out() -> None:
    assert ranked([hit(9, 0.5)], {}, {}, today=TODAY) == []


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 2)), unique_by=lambda p: p[0]))
def test_the_order_does_not_depend_on_the_order_of_the_hits(
    pairs: list[tuple[int, float]],
) -> None:
    hits = [hit(asset_id, score) for asset_id, score in pairs]
    known = {asset_id: traits(asset_id) for asset_id, _ in pairs}
    forward = ranked(hits, known, {}, today=TODAY)
    assert forward == ranked(hits[::-1], known, {}, today=TODAY)
    assert [e.score for e in forward] == sorted((e.score for e in forward), reverse=True)
    assert worth_showing(forward) == forward[: len(worth_showing(forward))]


def _find(library: Library, text: str, **values: object) -> Results:
    cast = hire(library)
    with library.database.reading() as session:
        return find(
            session,
            library.index,
            library.permitted,
            cast.mira,
            text=text,
            today=library.clock.now().date(),
            floor=0.3,
            **values,  # type: ignore[arg-type]
        )


def test_a_named_term_brings_forward_what_has_it_and_says_so(library: Library) -> None:
    for industry in ("Chemicals", "Grocery"):
        make_asset(library, f"Queues {industry[:2]}", "dock", terms={"industry": [industry]})
    Worker(library).drain()
    found = _find(library, "dock grocery")
    assert found.results[0].line.labels("industry") == ("Grocery",)
    assert [name.term.label for name in found.named] == ["Grocery"]
    assert [a.through.label for a in found.results[0].agreements if a.through] == ["Grocery"]
    assert found.results[1].agreements == ()


def test_a_draft_stands_behind_the_same_words_published(library: Library) -> None:
    make_asset(library, "Dock plan A", "dock", publish=False)
    make_asset(library, "Dock plan B", "dock")
    Worker(library).drain()
    assert [r.line.title for r in _find(library, "dock plan").results] == [
        "Dock plan B",
        "Dock plan A",
    ]
