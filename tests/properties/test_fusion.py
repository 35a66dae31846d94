"""Fusion is a pure function of what the legs found: these rules hold for any of it."""

import math
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from contentlib.ports import PassageHit
from indexer.fuse import MODES, PASSAGES_SHOWN, Candidate, fuse

cosines = st.floats(-1, 1, allow_nan=False, width=32)
bm25 = st.one_of(st.just(0.0), st.floats(0, 60, allow_nan=False, width=32))


@st.composite
def found(draw):
    """Candidates with different ids."""
    ids = draw(st.lists(st.integers(1, 60), unique=True, max_size=12))
    return [
        Candidate(
            asset_id=asset_id,
            card_cosine=draw(st.one_of(st.none(), cosines)),
            passage_cosine=draw(st.one_of(st.none(), cosines)),
            asset_bm25=draw(bm25),
            passage_bm25=draw(bm25),
        )
        for asset_id in ids
    ]


def passages_of(asset_id):
    """Up to six passages with scores of their own, the same at each call."""
    return [
        PassageHit(asset_id * 10 + n, (asset_id * n % 7) / 7, float(asset_id * n % 5))
        for n in range(asset_id % 7)
    ]


def fused(candidates, permitted, count, limit=100, mode="fused"):
    return fuse(candidates, passages_of, permitted=permitted, words=count, limit=limit, mode=mode)


modes = st.sampled_from(MODES)
words = st.integers(0, 80)
everything = range(1, 100)


@given(found(), st.randoms(), words, modes)
def test_the_order_in_which_candidates_come_does_not_matter(candidates, random, count, mode):
    shuffled = candidates[:]
    random.shuffle(shuffled)
    first = fused(candidates, everything, count, 10, mode)
    assert fused(shuffled, everything, count, 10, mode) == first


@given(words, modes, st.integers(-1, 20))
def test_nothing_found_gives_nothing(count, mode, limit):
    assert fused([], everything, count, limit, mode) == ()


@given(found(), found(), words, modes)
def test_an_asset_that_is_not_permitted_changes_nothing(candidates, others, count, mode):
    permitted = {candidate.asset_id for candidate in candidates}
    strangers = [other for other in others if other.asset_id not in permitted]
    alone = fused(candidates, permitted, count, 10, mode)
    among = fused(candidates + strangers, permitted, count, 10, mode)
    assert among == alone


@given(found(), words, modes)
def test_nothing_permitted_finds_nothing(candidates, count, mode):
    assert fused(candidates, frozenset(), count, 10, mode) == ()


@given(found(), words, modes, st.integers(0, 12))
def test_a_shorter_answer_is_the_beginning_of_a_longer_one(candidates, count, mode, limit):
    whole = fused(candidates, everything, count, 100, mode)
    part = fused(candidates, everything, count, limit, mode)
    assert part == whole[:limit]


@given(found(), words, modes)
def test_scores_fall_and_equal_ones_stand_by_asset_id(candidates, count, mode):
    hits = fused(candidates, everything, count, 100, mode)
    keys = [(-hit.score, hit.asset_id) for hit in hits]
    assert keys == sorted(keys)
    assert all(math.isfinite(hit.score) for hit in hits)


@given(found(), words)
def test_every_candidate_is_returned_once_with_its_own_scores(candidates, count):
    hits = fused(candidates, everything, count)
    by_id = {candidate.asset_id: candidate for candidate in candidates}
    assert sorted(hit.asset_id for hit in hits) == sorted(by_id)
    for hit in hits:
        candidate = by_id[hit.asset_id]
        assert (hit.asset_bm25, hit.passage_bm25) == (candidate.asset_bm25, candidate.passage_bm25)
        if candidate.card_cosine is not None and candidate.passage_cosine is not None:
            low, high = sorted([candidate.card_cosine, candidate.passage_cosine])
            assert low - 1e-9 <= hit.cosine <= high + 1e-9


@given(found(), words, modes)
def test_up_to_three_passages_are_shown_and_no_better_one_is_left_out(candidates, count, mode):
    for hit in fused(candidates, everything, count, mode=mode):
        given_passages = passages_of(hit.asset_id)
        assert len(hit.passages) == min(PASSAGES_SHOWN, len(given_passages))
        for left_out in set(given_passages) - set(hit.passages):
            for shown in hit.passages:
                assert shown.cosine >= left_out.cosine or shown.bm25 >= left_out.bm25


@given(found(), words)
def test_keyword_mode_keeps_only_what_matched_a_word(candidates, count):
    hits = fused(candidates, everything, count, mode="keyword")
    matched = {c.asset_id for c in candidates if c.asset_bm25 > 0 or c.passage_bm25 > 0}
    assert {hit.asset_id for hit in hits} == matched


@given(found(), words)
def test_vector_mode_ignores_what_words_matched(candidates, count):
    silent = [replace(c, asset_bm25=0.0, passage_bm25=0.0) for c in candidates]

    def order(given):
        hits = fused(given, everything, count, mode="vector")
        return [(hit.asset_id, hit.score) for hit in hits]

    assert order(candidates) == order(silent)


@given(found(), st.floats(0.01, 1), words)
def test_a_higher_cosine_never_lowers_an_asset(candidates, more, count):
    chosen = next((c for c in candidates if c.card_cosine is not None), None)
    assume(chosen is not None)
    raised = replace(chosen, card_cosine=chosen.card_cosine + more)

    def place(given):
        return [hit.asset_id for hit in fused(given, everything, count)].index(chosen.asset_id)

    assert place([raised if c is chosen else c for c in candidates]) <= place(candidates)


def test_an_asset_without_passages_is_judged_by_its_card_alone():
    film = Candidate(1, card_cosine=0.5)
    paper = Candidate(2, card_cosine=0.5, passage_cosine=0.5)
    first, second = fused([film, paper], everything, 3)
    assert first.score == second.score


def test_words_of_a_pasted_note_weigh_less_than_those_of_a_search_box():
    near = Candidate(1, card_cosine=0.5, passage_cosine=0.5)
    matching = Candidate(2, 0.4, 0.4, asset_bm25=9.0, passage_bm25=4.0)
    assert [hit.asset_id for hit in fused([near, matching], everything, 3)] == [2, 1]
    assert [hit.asset_id for hit in fused([near, matching], everything, 60)] == [1, 2]
