from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contentlib.errors import IndexUnavailable
from indexer.vectors.segments import (
    AssetVectors,
    current,
    load_segment,
    load_table,
    merge,
    new_segment,
    ranges,
)

DIMENSION = 4


def vector(seed):
    raw = np.random.default_rng(abs(seed)).normal(size=DIMENSION).astype(np.float32)
    return raw / np.linalg.norm(raw)


def entry(asset_id, version, passages):
    ids = [asset_id * 1000 + version * 10 + n for n in range(passages)]
    rows = np.array([vector(i) for i in ids], dtype=np.float32).reshape(len(ids), DIMENSION)
    return AssetVectors(asset_id, f"r{version}", ids, vector(asset_id * 7 + version), rows)


def meaning(segments):
    """asset_id -> what the segments, oldest first, say of it together."""
    said = {}
    for segment, holds in zip(segments, current([s.table for s in segments]), strict=True):
        for n in np.flatnonzero(holds):
            rows = slice(segment.table.starts[n], segment.table.starts[n + 1])
            said[int(segment.table.asset_ids[n])] = (
                segment.table.revisions[n].decode(),
                segment.passage_ids[rows].tolist(),
                segment.cards[n].tolist(),
                segment.vectors[rows].tolist(),
            )
    return said


changes = st.lists(
    st.dictionaries(st.integers(1, 8), st.one_of(st.none(), st.integers(0, 3)), max_size=5),
    min_size=1,
    max_size=6,
)


def segments_of(history):
    return [
        new_segment(
            [entry(i, version, n) for i, n in change.items() if n is not None],
            [i for i, n in change.items() if n is None],
            DIMENSION,
        )
        for version, change in enumerate(history)
    ]


@given(changes)
def test_the_newest_word_on_an_asset_holds(history):
    expected = {}
    for version, change in enumerate(history):
        for asset_id, passages in change.items():
            expected.pop(asset_id, None)
            if passages is not None:
                expected[asset_id] = (f"r{version}", passages)
    found = meaning(segments_of(history))
    assert {i: (revision, len(ids)) for i, (revision, ids, _, _) in found.items()} == expected


@given(changes, st.data())
def test_merging_any_newest_segments_changes_nothing_that_is_said(history, data):
    segments = segments_of(history)
    first = data.draw(st.integers(0, len(segments) - 1))
    merged = merge(segments[first:], forget_removals=first == 0)
    assert meaning([*segments[:first], merged]) == meaning(segments)


@given(changes)
def test_merging_all_forgets_what_was_removed(history):
    merged = merge(segments_of(history), forget_removals=True)
    assert not merged.table.removed.any()
    assert len(merged.passage_ids) == len(merged.vectors) == int(merged.table.starts[-1])


@settings(deadline=None)
@given(changes)
def test_a_segment_reads_back_as_it_was_written(history):
    segment = segments_of(history)[-1]
    with TemporaryDirectory() as folder:
        place = Path(folder) / "segment.npz"
        segment.save(place)
        assert meaning([load_segment(place)]) == meaning([segment])
        assert load_table(place).asset_ids.tolist() == segment.table.asset_ids.tolist()


def test_a_cut_or_altered_file_is_damage_and_a_missing_one_is_not_found(tmp_path):
    place = tmp_path / "segment.npz"
    new_segment([entry(1, 0, 3)], [], DIMENSION).save(place)
    whole = place.read_bytes()
    place.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IndexUnavailable, match=r"segment\.npz is not whole"):
        load_segment(place)
    with pytest.raises(FileNotFoundError):
        load_segment(tmp_path / "none.npz")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=8))
def test_ranges_are_the_numbers_one_after_another(spans):
    first = np.array([f for f, _ in spans], dtype=np.int64)
    counts = np.array([c for _, c in spans], dtype=np.int64)
    assert ranges(first, counts).tolist() == [n for f, c in spans for n in range(f, f + c)]
