"""The exact scan agrees with arithmetic done by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer.vectors.faiss as engine
from indexer.vectors.faiss import Flat, ScannedSegment, Selection, VectorReader
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


@pytest.mark.parametrize("half_above", [0, 10_000])
def test_a_scan_is_exact_in_either_precision(half_above, monkeypatch):
    monkeypatch.setattr(engine, "HALF_PRECISION_ABOVE", half_above or 1)
    monkeypatch.setattr(engine, "HALF_PRECISION_ABOVE", half_above if half_above else 1)
    rng = np.random.default_rng(1)
    rows = unit(rng, 500).astype(np.float16)
    query = unit(rng, 1)[0]
    allowed = rng.random(500) < 0.1
    flat = Flat(rows)
    expected = rows.astype(np.float32) @ query
    expected[~allowed] = -9
    order = np.argsort(-expected)[:20]
    found = flat.nearest(query, Selection(allowed), 20)
    assert [row for _, row in found] == order.tolist()
    assert [cosine for cosine, _ in found] == pytest.approx(expected[order].tolist(), abs=1e-5)
    assert flat.cosines(query, order) == pytest.approx(expected[order], abs=1e-5)


def test_nothing_selected_finds_nothing_and_fewer_than_asked_are_all_returned():
    rng = np.random.default_rng(2)
    flat = Flat(unit(rng, 30).astype(np.float16))
    query = unit(rng, 1)[0]
    only = np.zeros(30, dtype=bool)
    assert flat.nearest(query, Selection(only), 5) == []
    only[7] = True
    assert [row for _, row in flat.nearest(query, Selection(only), 5)] == [7]
    assert len(flat.nearest(query, Selection(~only | only), 100)) == 30


def test_an_index_without_a_passage_can_be_scanned():
    rng = np.random.default_rng(3)
    reader = reader_of(segment(rng, [1, 2], passages=0))
    admission = reader.admit(among(1, 2))
    assert reader.nearest(unit(rng, 1)[0], admission, 5) == {1, 2}
    assert reader.cosines(unit(rng, 1)[0], [1])[1].cosines.tolist() == []


def test_no_segment_holds_nothing():
    reader = reader_of()
    assert reader.admit(among(1)).asset_ids == frozenset()
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
    assert admission.asset_ids == held
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
    for n in range(engine.REMEMBERED_BITMAPS):
        reader.admit(among(n + 3))
    assert reader.admit(among(1, 2)) is not first


def test_importing_the_module_does_not_load_faiss():
    import subprocess
    import sys

    code = "import indexer.vectors.faiss, sys; sys.exit('faiss' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
