"""Indexing beside the bare embedding of the same texts by the same model, turn by turn."""

import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from contentlib.ports import IndexedAsset, IndexedPassage
from indexer.embed import BATCH, SentenceEmbedder
from indexer.index import EmbeddedIndex
from indexer.weights import find_model
from tests.benchmarks.machine import report
from tests.benchmarks.marketing import passages

pytestmark = pytest.mark.slow
ROUNDS = 4
TEXTS = 100
PASSAGES_PER_ASSET = 4
# About 900 characters, as passages of documents have.
SENTENCES = 6
SETTINGS = {"batch_size": BATCH, "normalize_embeddings": True, "show_progress_bar": False}


def _assets(texts: list[str], first: int) -> list[IndexedAsset]:
    """Each of a title and passages: every text is one thing to embed."""
    step = 1 + PASSAGES_PER_ASSET
    return [
        IndexedAsset(
            asset_id=first + n,
            title=texts[n],
            passages=tuple(
                IndexedPassage(first + n + m, texts[n + m])
                for m in range(1, min(step, len(texts) - n))
            ),
        )
        for n in range(0, len(texts), step)
    ]


def test_indexing_is_hardly_slower_than_embedding_alone(
    real: SentenceEmbedder, derived_folder: Path, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    texts = passages((ROUNDS + 1) * TEXTS, sentences=SENTENCES, seed=23)
    raw = SentenceTransformer(
        str(find_model(None, stamps=derived_folder / "models").path), device="cpu"
    )
    index = EmbeddedIndex(tmp_path / "index", real)
    ours_s: list[float] = []
    raw_s: list[float] = []
    for number in range(ROUNDS + 1):
        part = texts[number * TEXTS : (number + 1) * TEXTS]
        turns = [
            (ours_s, partial(index.replace, _assets(part, first=1 + number * TEXTS))),
            (raw_s, partial(raw.encode, part, **SETTINGS)),
        ]
        # Who begins takes turns as well: a noisy neighbour comes and goes.
        for measured, run in turns if number % 2 else reversed(turns):
            begun = time.perf_counter()
            run()
            measured.append(time.perf_counter() - begun)
    # The first round loads the model.
    ours, bare = float(np.median(ours_s[1:])), float(np.median(raw_s[1:]))
    report(
        "indexing beside SentenceTransformer.encode of the same texts",
        f"{TEXTS / ours:.1f} texts/s against {TEXTS / bare:.1f}: {bare / ours:.2f} of its speed "
        f"({ROUNDS} turns of {TEXTS} texts of {np.mean([len(t) for t in texts]):.0f} characters)",
    )
    assert index.state().passages + index.state().assets == len(texts)
    assert bare / ours >= 0.85
