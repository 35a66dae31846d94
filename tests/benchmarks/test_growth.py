"""From 100,000 to a million passages: time grows less than size, and nearly nothing is missed."""

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from contentlib.ports import Permitted
from indexer.embed import SentenceEmbedder
from indexer.index import EmbeddedIndex
from indexer.manifest import read_manifest
from indexer.vectors import clusters
from indexer.vectors.files import SEGMENT_ENDING
from indexer.vectors.reader import VectorReader
from indexer.view import IndexView
from tests.benchmarks.machine import milliseconds, report
from tests.benchmarks.marketing import questions
from tests.benchmarks.scale import Mixed, permitted, write_index

pytestmark = pytest.mark.slow
SMALL, LARGE = 100_000, 1_000_000
SHARES = (1.0, 0.1, 0.01)
WARM_UP = 10
QUERIES = 60
RECALLED = 10
FOUND = 100


@dataclass(frozen=True, slots=True)
class Built:
    """An index on the disk, how many assets it has, and how long writing and opening took."""

    folder: Path
    assets: int
    written_s: float
    opened_s: float
    resident: int
    index: EmbeddedIndex


@pytest.fixture(scope="module")
def built(
    real: SentenceEmbedder, embedded: tuple[list[str], NDArray[np.float32]]
) -> Iterator[dict[int, Built]]:
    with TemporaryDirectory() as folder:
        yield {
            size: _built(Path(folder) / str(size), real, Mixed(*embedded), size)
            for size in (SMALL, LARGE)
        }


def _built(folder: Path, embedder: SentenceEmbedder, mixed: Mixed, passages: int) -> Built:
    begun = time.perf_counter()
    assets = write_index(folder, embedder, mixed, passages=passages)
    written = time.perf_counter()
    gc.collect()
    embedder.query("so that its model is loaded before")
    before = psutil.Process().memory_info().rss
    index = EmbeddedIndex(folder, embedder)
    assert index.state().problem is None
    opened = time.perf_counter()
    everything = permitted(assets, 1.0)
    for text in questions(WARM_UP, seed=61):
        index.search(text, among=everything, limit=RECALLED)
    resident = psutil.Process().memory_info().rss - before
    return Built(folder, assets, written - begun, opened - written, resident, index)


def _times(built: Built, among: Permitted, *, seed: int) -> list[float]:
    seconds = []
    for text in questions(WARM_UP + QUERIES, seed=seed):
        begun = time.perf_counter()
        built.index.search(text, among=among, limit=RECALLED)
        seconds.append(time.perf_counter() - begun)
    return seconds[WARM_UP:]


def test_ten_times_the_passages_take_far_less_than_ten_times_as_long(
    built: dict[int, Built],
) -> None:
    lines, ratios = [], []
    for number, share in enumerate(SHARES):
        took = {
            size: _times(one, permitted(one.assets, share), seed=41 + number)
            for size, one in built.items()
        }
        small, large = (milliseconds(took[size]) for size in (SMALL, LARGE))
        ratios.append(large / small)
        lines.append(
            f"{share:.0%} permitted: p50 {small:.1f} ms -> {large:.1f} ms "
            f"({ratios[-1]:.1f} times for 10 times the passages), p99 "
            f"{milliseconds(took[SMALL], 99):.1f} -> {milliseconds(took[LARGE], 99):.1f} ms"
        )
    report(f"search of {SMALL:,} and of {LARGE:,} passages", *lines)
    assert max(ratios) < 7


def test_of_a_million_passages_the_ten_nearest_are_found(
    built: dict[int, Built], real: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = built[LARGE]
    manifest = read_manifest(one.folder)
    assert manifest is not None
    reader = VectorReader(list(IndexView(one.folder, manifest, None).scanned.values()))
    recalls, lines = [], []
    for share in SHARES:
        among = permitted(one.assets, share)
        queries = [real.query(text) for text in questions(QUERIES, seed=53)]
        found, found_s = _ten_nearest(reader, queries, among)
        with monkeypatch.context() as exactly:
            exactly.setattr(clusters, "EXACT_UP_TO", LARGE)
            truth, truth_s = _ten_nearest(reader, queries, among)
        shared = [len(a & b) / RECALLED for a, b in zip(found, truth, strict=True)]
        recalls.append(float(np.mean(shared)))
        lines.append(
            f"{share:.0%} permitted: recall@{RECALLED} {recalls[-1]:.3f} in "
            f"{milliseconds(found_s):.1f} ms, an exact scan takes {milliseconds(truth_s):.1f} ms"
        )
    report(f"the nearest of {LARGE:,} passages beside an exact scan", *lines)
    assert min(recalls) >= 0.97


def _ten_nearest(
    reader: VectorReader, queries: list[NDArray[np.float32]], among: Permitted
) -> tuple[list[set[tuple[int, int]]], list[float]]:
    """For each query the (segment, row) of its ten nearest passages, and the seconds it took."""
    selections = reader.admit(among).passages
    found, seconds = [], []
    for query in queries:
        begun = time.perf_counter()
        hits = [
            (cosine, (number, row))
            for number, (segment, selected) in enumerate(
                zip(reader.segments, selections, strict=True)
            )
            for cosine, row in segment.passages.nearest(query, selected, FOUND)
        ]
        seconds.append(time.perf_counter() - begun)
        found.append({place for _, place in sorted(hits, reverse=True)[:RECALLED]})
    return found, seconds


def test_what_a_million_passages_need_is_told(built: dict[int, Built]) -> None:
    one = built[LARGE]
    manifest = read_manifest(one.folder)
    assert manifest is not None
    sizes = {part.name: part.size for part in manifest.segments}
    rows = sum(size for name, size in sizes.items() if name.endswith(SEGMENT_ENDING))
    words = sum(part.size for part in manifest.keyword_files)
    report(
        f"an index of {manifest.passages:,} passages of {manifest.assets:,} assets",
        f"vectors {rows / 1e6:,.0f} MB, clusters {(sum(sizes.values()) - rows) / 1e6:,.0f} MB "
        f"(mapped, shared by processes), keywords {words / 1e6:,.0f} MB (mapped)",
        f"opening and searching it adds {one.resident / 1e6:,.0f} MB of resident memory, "
        f"{one.resident / manifest.passages:,.0f} bytes a passage; opened in {one.opened_s:.1f} s",
        f"written in {one.written_s:.0f} s, embedding left out",
    )
    assert manifest.passages == LARGE
    dimension = manifest.dimension
    # Half precision rows of passages and cards, a byte a number in clusters, and a fifth more.
    assert one.resident < 1.2 * (3 * LARGE + 3 * manifest.assets) * dimension
