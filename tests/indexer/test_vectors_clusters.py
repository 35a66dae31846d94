"""Many rows: only the nearest clusters are looked into, and what is found is nearly all."""

import numpy as np
import pytest

from contentlib.errors import IndexUnavailable
from indexer.vectors import clusters
from indexer.vectors.clusters import Clustered, build_clusters
from indexer.vectors.faiss import Flat, Selection

DIMENSION = 32
ROWS = 6000


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def rows():
    """Topics with passages around them, as texts have."""
    rng = np.random.default_rng(1)
    topics = rng.normal(size=(60, DIMENSION))
    near = topics[rng.integers(0, len(topics), ROWS)] + 0.5 * rng.normal(size=(ROWS, DIMENSION))
    return unit(near).astype(np.float16)


@pytest.fixture(scope="module")
def queries(rows):
    noise = np.random.default_rng(2).normal(size=(40, DIMENSION))
    return unit(rows[::150].astype(np.float32) + 0.05 * noise).astype(np.float32)


@pytest.fixture(scope="module")
def place(rows, tmp_path_factory):
    place = tmp_path_factory.mktemp("clusters") / "segment-1.passages.ivf"
    build_clusters(rows, place)
    return place


@pytest.fixture
def few_probes(monkeypatch):
    """As few of these few clusters as a large segment would look into of its many."""
    monkeypatch.setattr(clusters, "PROBED", 24)
    monkeypatch.setattr(clusters, "EXACT_UP_TO", 300)


def exact(rows, query, allowed, limit):
    cosines = np.where(allowed, rows.astype(np.float32) @ query, -9)
    return np.argsort(-cosines)[:limit]


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.01])
def test_nearly_all_of_the_nearest_are_found_whatever_is_permitted(
    rows, queries, place, few_probes, share
):
    allowed = np.random.default_rng(3).random(ROWS) < share
    clustered, selected = Clustered(Flat(rows), place), Selection(allowed)
    recalls = []
    for query in queries:
        found = clustered.nearest(query, selected, 20)
        wanted = set(exact(rows, query, allowed, 10).tolist())
        assert all(allowed[row] for _, row in found)
        recalls.append(len(wanted & {row for _, row in found[:10]}) / 10)
    assert np.mean(recalls) >= 0.97


def test_cosines_are_exact_and_best_first(rows, queries, place, few_probes):
    clustered = Clustered(Flat(rows), place)
    found = clustered.nearest(queries[0], Selection(np.ones(ROWS, dtype=bool)), 30)
    cosines = [cosine for cosine, _ in found]
    assert len(found) == 30
    assert cosines == sorted(cosines, reverse=True)
    expected = rows[[row for _, row in found]].astype(np.float32) @ queries[0]
    assert cosines == pytest.approx(expected.tolist(), abs=1e-6)


def test_few_permitted_rows_are_compared_exactly(rows, queries, place, few_probes):
    allowed = np.zeros(ROWS, dtype=bool)
    allowed[5:4000:17] = True
    found = Clustered(Flat(rows), place).nearest(queries[1], Selection(allowed), 25)
    assert [row for _, row in found] == exact(rows, queries[1], allowed, 25).tolist()


def test_what_is_permitted_is_found_though_it_lies_far_from_what_was_asked(
    rows, queries, place, monkeypatch
):
    monkeypatch.setattr(clusters, "PROBED", 4)
    monkeypatch.setattr(clusters, "EXACT_UP_TO", 10)
    cosines = rows.astype(np.float32) @ queries[2]
    allowed = cosines < np.quantile(cosines, 0.3)
    found = Clustered(Flat(rows), place).nearest(queries[2], Selection(allowed), 20)
    assert [row for _, row in found] == exact(rows, queries[2], allowed, 20).tolist()


@pytest.mark.parametrize(
    ("passages", "cards", "expected"),
    [
        ([300_000], [], [[False], []]),
        ([290_000], [40_000], [[True], [False]]),
        ([800_000, 51_000, 50_000], [60_000], [[True, True, False], [True]]),
        ([], [], [[], []]),
    ],
)
def test_only_the_large_segments_of_a_large_index_want_clusters(passages, cards, expected):
    assert clusters.wanted([passages, cards]) == expected


def test_nothing_permitted_finds_nothing(rows, queries, place):
    nothing = Selection(np.zeros(ROWS, dtype=bool))
    assert Clustered(Flat(rows), place).nearest(queries[0], nothing, 5) == []


def test_the_same_rows_give_the_same_clusters(rows, place, tmp_path):
    build_clusters(rows, tmp_path / "again.ivf")
    assert (tmp_path / "again.ivf").read_bytes() == place.read_bytes()


def test_clusters_that_are_cut_or_of_other_rows_are_damage(rows, place, tmp_path):
    cut = tmp_path / "cut.ivf"
    cut.write_bytes(place.read_bytes()[:200])
    with pytest.raises(IndexUnavailable, match=r"cut\.ivf is not whole"):
        Clustered(Flat(rows), cut)
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        Clustered(Flat(rows[:-1]), place)
