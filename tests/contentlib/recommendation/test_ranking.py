"""The order of what is suggested."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from contentlib.ports import IndexHit, Likeness
from contentlib.recommendation.ranking import Scored, scored, varied, without_copies
from contentlib.taxonomy.agreeing import NOTHING_AGREED, Agreed
from tests.contentlib.search.test_ranking import traits

TODAY = date(2026, 3, 2)
THEN = datetime(2026, 2, 1, tzinfo=UTC)


def _hit(asset_id: int, score: float, cosine: float = 0.4, standout: float = 0.0) -> IndexHit:
    return IndexHit(asset_id, score, cosine, 0.0, 0.0, standout=standout)


def _scored(asset_id: int, score: float, **values: object) -> Scored:
    return Scored(asset_id, score, score, NOTHING_AGREED, traits(asset_id, **values), None)


def _order(*answers: list[IndexHit], **values: object) -> list[int]:
    ids = {hit.asset_id for hits in answers for hit in hits}
    plain: dict[str, object] = {"sent": {}, "today": TODAY}
    known = {asset_id: traits(asset_id) for asset_id in ids}
    agreement = values.pop("agreement", {})
    found = scored(answers, known, agreement, **{**plain, **values})  # type: ignore[arg-type]
    return [entry.asset_id for entry in found]


def test_the_mean_over_the_ways_it_was_asked_decides() -> None:
    assert _order([_hit(1, 0.9), _hit(2, 0.6)], [_hit(1, 0.1), _hit(2, 0.6)]) == [2, 1]


def test_what_one_way_did_not_bring_up_counts_there_as_its_last() -> None:
    first = [_hit(1, 0.9), _hit(2, 0.8), _hit(3, 0.2)]
    second = [_hit(2, 0.5), _hit(3, 0.4)]
    found = scored([first, second], {n: traits(n) for n in (1, 2, 3)}, {}, sent={}, today=TODAY)
    assert {entry.asset_id: round(entry.score, 3) for entry in found} == {1: 0.65, 2: 0.65, 3: 0.3}


def test_what_the_account_got_already_stands_behind_and_is_marked() -> None:
    hits = [_hit(1, 0.55), _hit(2, 0.5)]
    assert _order(hits, sent={1: THEN}) == [2, 1]
    found = scored([hits], {n: traits(n) for n in (1, 2)}, {}, sent={1: THEN}, today=TODAY)
    assert [entry.sent_at for entry in found] == [None, THEN]


def test_agreement_with_the_deal_moves_forward() -> None:
    assert _order([_hit(1, 0.5), _hit(2, 0.49)], agreement={2: Agreed(1.0, ())}) == [2, 1]


def test_the_fit_is_half_the_best_way_and_half_all_of_them() -> None:
    (entry,) = scored(
        [[_hit(1, 0.1, cosine=0.5, standout=5)], [_hit(1, 0.1, cosine=0.2)]],
        {1: traits(1)},
        {},
        sent={},
        today=TODAY,
    )
    # 0.5 + 0.02 * 5 = 0.6 and 0.2: half of 0.6 and half of their mean
    assert round(entry.fit, 6) == 0.5


def test_near_copies_are_folded_into_the_better_one() -> None:
    found = [_scored(3, 0.9), _scored(2, 0.8), _scored(1, 0.7)]
    kept, folded = without_copies(found, {(2, 3)})
    assert [entry.asset_id for entry in kept] == [3, 1]
    assert folded == {3: [2]}


def test_a_copy_of_a_copy_stays_where_the_original_is_another_text() -> None:
    found = [_scored(1, 0.9), _scored(2, 0.8), _scored(3, 0.7)]
    kept, folded = without_copies(found, {(1, 2), (2, 3)})
    assert [entry.asset_id for entry in kept] == [1, 3]
    assert folded == {1: [2]}


def test_five_of_one_kind_do_not_fill_the_top() -> None:
    same = [_scored(n, 0.60 - n / 1000) for n in (1, 2, 3)]
    other = _scored(4, 0.55)
    alike = {(a, b): Likeness(0.95, None) for a in (1, 2, 3) for b in (1, 2, 3) if a < b}
    alike |= {(n, 4): Likeness(0.3, None) for n in (1, 2, 3)}
    assert [e.asset_id for e in varied([*same, other], alike, limit=4)] == [1, 4, 2, 3]


def test_two_stories_of_one_customer_do_not_stand_together() -> None:
    found = [
        _scored(1, 0.60, customer="Acme Ltd"),
        _scored(2, 0.59, customer="ACME"),
        _scored(3, 0.52, customer="Borealis"),
    ]
    assert [entry.asset_id for entry in varied(found, {}, limit=3)] == [1, 3, 2]


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(0, 12))
def test_variety_loses_nothing_and_never_changes_the_first(scores: list[float], limit: int) -> None:
    found = sorted((_scored(n, s) for n, s in enumerate(scores)), key=lambda e: -e.score)
    chosen = varied(found, {}, limit=limit)
    assert len(chosen) == min(limit, len(found))
    assert len({entry.asset_id for entry in chosen}) == len(chosen)
    if chosen:
        assert chosen[0].score == found[0].score
