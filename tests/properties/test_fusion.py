"""Fusion is a pure function of what the legs found: these rules hold for any of it."""

import math

from hypothesis import given
from hypothesis import strategies as st

from contentlib.ports import PassageHit
from indexer.fuse import MODES, PASSAGES_SHOWN, Candidate, contenders, fuse

cosines = st.floats(-1, 1, allow_nan=False, width=32)
bm25 = st.one_of(st.just(0.0), st.floats(0, 60, allow_nan=False, width=32))


@st.composite
def found(draw):
    """Candidates with different ids, passages with ids of their own."""
    ids = draw(st.lists(st.integers(1, 60), unique=True, max_size=12))
    return [
        Candidate(
            asset_id=asset_id,
            card_cosine=draw(st.one_of(st.none(), cosines)),
            asset_bm25=draw(bm25),
            passages=tuple(
                PassageHit(asset_id * 10 + n, draw(cosines), draw(bm25))
                for n in range(draw(st.integers(0, 5)))
            ),
        )
        for asset_id in ids
    ]


modes = st.sampled_from(MODES)
words = st.integers(0, 80)
everything = range(1, 100)


@given(found(), st.randoms(), words, modes)
def test_the_order_in_which_candidates_come_does_not_matter(candidates, random, count, mode):
    shuffled = candidates[:]
    random.shuffle(shuffled)
    first = fuse(candidates, permitted=everything, words=count, limit=10, mode=mode)
    assert fuse(shuffled, permitted=everything, words=count, limit=10, mode=mode) == first


@given(words, modes, st.integers(-1, 20))
def test_nothing_found_gives_nothing(count, mode, limit):
    assert fuse([], permitted=everything, words=count, limit=limit, mode=mode) == ()


@given(found(), found(), words, modes)
def test_an_asset_that_is_not_permitted_changes_nothing(candidates, others, count, mode):
    permitted = {candidate.asset_id for candidate in candidates}
    strangers = [other for other in others if other.asset_id not in permitted]
    alone = fuse(candidates, permitted=permitted, words=count, limit=10, mode=mode)
    among = fuse(candidates + strangers, permitted=permitted, words=count, limit=10, mode=mode)
    assert among == alone


@given(found(), words, modes)
def test_nothing_permitted_finds_nothing(candidates, count, mode):
    assert fuse(candidates, permitted=frozenset(), words=count, limit=10, mode=mode) == ()


@given(found(), words, modes, st.integers(0, 12))
def test_a_shorter_answer_is_the_beginning_of_a_longer_one(candidates, count, mode, limit):
    whole = fuse(candidates, permitted=everything, words=count, limit=100, mode=mode)
    part = fuse(candidates, permitted=everything, words=count, limit=limit, mode=mode)
    assert part == whole[:limit]


@given(found(), words, modes)
def test_scores_fall_and_equal_ones_stand_by_asset_id(candidates, count, mode):
    hits = fuse(candidates, permitted=everything, words=count, limit=100, mode=mode)
    keys = [(-hit.score, hit.asset_id) for hit in hits]
    assert keys == sorted(keys)
    assert all(math.isfinite(hit.score) for hit in hits)


@given(found(), words)
def test_every_candidate_is_returned_once_and_with_its_own_scores(candidates, count):
    hits = fuse(candidates, permitted=everything, words=count, limit=100)
    by_id = {candidate.asset_id: candidate for candidate in candidates}
    assert sorted(hit.asset_id for hit in hits) == sorted(by_id)
    for hit in hits:
        candidate = by_id[hit.asset_id]
        assert hit.asset_bm25 == candidate.asset_bm25
        assert hit.passage_bm25 == max((p.bm25 for p in candidate.passages), default=0.0)
        assert set(hit.passages) <= set(candidate.passages)
        assert len(hit.passages) == min(PASSAGES_SHOWN, len(candidate.passages))


@given(found(), words)
def test_keyword_mode_keeps_only_what_matched_a_word(candidates, count):
    hits = fuse(candidates, permitted=everything, words=count, limit=100, mode="keyword")
    matched = {c.asset_id for c in candidates if c.asset_bm25 > 0 or c.passage_bm25 > 0}
    assert {hit.asset_id for hit in hits} == matched


@given(found(), words)
def test_vector_mode_ignores_what_words_matched(candidates, count):
    silent = [
        Candidate(
            asset_id=c.asset_id,
            card_cosine=c.card_cosine,
            passages=tuple(PassageHit(p.passage_id, p.cosine, 0.0) for p in c.passages),
        )
        for c in candidates
    ]

    def order(given):
        hits = fuse(given, permitted=everything, words=count, limit=100, mode="vector")
        return [(hit.asset_id, hit.score) for hit in hits]

    assert order(candidates) == order(silent)


@given(found(), st.integers(1, 12), st.floats(0.01, 1), words)
def test_a_higher_cosine_never_lowers_an_asset(candidates, pick, more, count):
    chosen = next((c for c in candidates if c.card_cosine is not None), None)
    if chosen is None:
        return
    raised = Candidate(
        chosen.asset_id, chosen.card_cosine + more, chosen.asset_bm25, chosen.passages
    )

    def place(given):
        hits = fuse(given, permitted=everything, words=count, limit=100)
        return [hit.asset_id for hit in hits].index(chosen.asset_id)

    assert place([raised if c is chosen else c for c in candidates]) <= place(candidates)


@given(st.lists(st.tuples(cosines, st.booleans()), max_size=12))
def test_passages_left_out_before_fusion_could_not_have_been_shown(passages):
    ids = list(range(len(passages)))
    matched = {n for n in ids if passages[n][1]}
    kept = contenders([cosine for cosine, _ in passages], matched, ids)
    assert len(kept) == len(set(kept))
    for left_out in set(ids) - set(kept):
        assert left_out not in matched
        better = [n for n in kept if passages[n][0] >= passages[left_out][0]]
        assert len(better) >= PASSAGES_SHOWN
