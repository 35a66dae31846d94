"""A search of 100,000 passages beside the least it could cost: a query's vector and one scan."""

import time
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embed import SentenceEmbedder, open_embedder
from indexer.index import EmbeddedIndex
from indexer.vectors.segments import load_segment
from tests.benchmarks.machine import milliseconds, report
from tests.benchmarks.marketing import questions
from tests.benchmarks.scale import Mixed, permitted, write_index

pytestmark = pytest.mark.slow
PASSAGES = 100_000
WARM_UP = 20
QUERIES = 300


def _raw_index(folder: Path) -> faiss.IndexScalarQuantizer:
    """The same rows in half precision, as FAISS alone would be used."""
    rows = np.concatenate([load_segment(place).vectors for place in folder.glob("segment-*.npz")])
    index = faiss.IndexScalarQuantizer(
        rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    index.train(rows[:1].astype(np.float32))
    index.add(rows.astype(np.float32))
    return index


def test_a_search_costs_at_most_twice_its_vector_and_its_scan(
    real: SentenceEmbedder,
    embedded: tuple[list[str], NDArray[np.float32]],
    derived_folder: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "index"
    everything = permitted(write_index(folder, real, Mixed(*embedded), passages=PASSAGES), 1.0)
    raw = _raw_index(folder)
    # One that remembers nothing of what the other was asked.
    alone = open_embedder(derived_folder / "models")
    faiss.omp_set_num_threads(1)
    index = EmbeddedIndex(folder, real)
    ours_s, raw_s = [], []
    for text in questions(WARM_UP + QUERIES, seed=37):
        begun = time.perf_counter()
        index.search(text, among=everything, limit=10)
        between = time.perf_counter()
        raw.search(alone.query(text)[np.newaxis], 100)
        raw_s.append(time.perf_counter() - between)
        ours_s.append(between - begun)
    ours, bare = ours_s[WARM_UP:], raw_s[WARM_UP:]
    p50, p99 = milliseconds(ours), milliseconds(ours, 99)
    ratio, tail = p50 / milliseconds(bare), p99 / p50
    report(
        f"search of {PASSAGES:,} passages beside a query's vector and one FAISS scan",
        f"p50 {p50:.1f} ms against {milliseconds(bare):.1f} ms: {ratio:.2f} times",
        f"p99 {p99:.1f} ms: {tail:.2f} times its p50 (theirs: "
        f"{milliseconds(bare, 99) / milliseconds(bare):.2f})",
    )
    assert ratio <= 2
    assert tail <= 3
