"""Segments searched as one whole: the newest word holds, and only the permitted are near."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.vectors.reader import REMEMBERED_BITMAPS, ScannedSegment, VectorReader
from indexer.vectors.segments import AssetVectors, new_segment
from tests.indexer.hashing import among

DIMENSION = 16


def unit(rng, count):
    rows = rng.normal(size=(count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def segment(rng, assets, passages=3, removed=()):
    entries = [
        AssetVectors(
            asset_id,
            "r",
            [asset_id * 100 + n for n in range(passages)],
            unit(rng, 1)[0],
            unit(rng, passages),
        )
        for asset_id in assets
    ]
    return new_segment(entries, removed, DIMENSION)


def reader_of(*segments):
    return VectorReader([ScannedSegment(one) for one in segments])


def test_an_index_without_a_passage_can_be_scanned():
    rng = np.random.default_rng(3)
    reader = reader_of(segment(rng, [1, 2], passages=0))
    admission = reader.admit(among(1, 2))
    assert reader.nearest(unit(rng, 1)[0], admission, 5) == {1, 2}
    assert reader.cosines(unit(rng, 1)[0], [1])[1].cosines.tolist() == []


def test_no_segment_holds_nothing():
    reader = reader_of()
    assert len(reader.admit(among(1))) == 0
    assert reader.admit(among(1)).among([1]) == frozenset()
    assert reader.cosines(unit(np.random.default_rng(0), 1)[0], [1]) == {}
    assert reader.revisions() == {}


@settings(deadline=None, max_examples=25)
@given(st.sets(st.integers(1, 30)), st.integers(1, 40), st.integers(0, 9))
def test_only_permitted_assets_are_near_and_the_nearest_are_never_lost(permitted, limit, seed):
    rng = np.random.default_rng(seed)
    older, newer = segment(rng, range(1, 21)), segment(rng, range(15, 28), removed=[3, 4])
    reader = reader_of(older, newer)
    held = (set(range(1, 28)) - {3, 4}) & permitted
    query = unit(rng, 1)[0]
    admission = reader.admit(among(*permitted))
    assert admission.among(range(40)) == held
    assert len(admission) == len(held)
    near = reader.nearest(query, admission, limit)
    assert near <= held
    cosines = reader.cosines(query, sorted(held))
    assert set(cosines) == held
    if held:
        best = max(held, key=lambda asset_id: cosines[asset_id].cosines.max())
        best_card = max(held, key=lambda asset_id: cosines[asset_id].card)
        assert {best, best_card} <= near


def test_a_replaced_asset_is_near_by_its_newer_vectors_only():
    rng = np.random.default_rng(4)
    older, newer = segment(rng, [1, 2]), segment(rng, [1])
    reader = reader_of(older, newer)
    query = older.vectors[0].astype(np.float32)
    found = reader.cosines(query, [1])[1]
    assert found.cosines == pytest.approx(newer.vectors.astype(np.float32) @ query, abs=1e-3)
    assert found.passage_ids.tolist() == newer.passage_ids.tolist()


def test_what_a_permission_means_is_worked_out_once_a_key():
    reader = reader_of(segment(np.random.default_rng(5), range(1, 10)))
    first = reader.admit(among(1, 2))
    assert reader.admit(among(1, 2)) is first
    for n in range(REMEMBERED_BITMAPS):
        reader.admit(among(n + 3))
    assert reader.admit(among(1, 2)) is not first
