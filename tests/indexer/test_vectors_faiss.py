"""The exact scan agrees with arithmetic done by hand."""

import numpy as np
import pytest

import indexer.vectors.faiss as engine
from indexer.vectors.faiss import Flat, Selection

DIMENSION = 16


def unit(rng, count):
    rows = rng.normal(size=(count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("half_above", [0, 10_000])
def test_a_scan_is_exact_in_either_precision(half_above, monkeypatch):
    monkeypatch.setattr(engine, "HALF_PRECISION_ABOVE", half_above)
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


def test_half_precision_rows_are_held_as_they_were_given(monkeypatch):
    monkeypatch.setattr(engine, "HALF_PRECISION_ABOVE", 10)
    rows = unit(np.random.default_rng(6), 50).astype(np.float16)
    assert np.array_equal(Flat(rows).rows(3, 9), rows[3:9])


def test_importing_the_modules_does_not_load_faiss():
    import subprocess
    import sys

    code = "import indexer.vectors.reader, sys; sys.exit('faiss' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
