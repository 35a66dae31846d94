"""What benchmarks share: the real model, and real passages embedded once."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embed import SentenceEmbedder, open_embedder
from tests.benchmarks.marketing import passages

EMBEDDED = 5_000


@pytest.fixture(scope="session")
def real(derived_folder: Path) -> SentenceEmbedder:
    """The real embedding model, ready for queries. Takes 20 s once."""
    folder = derived_folder / "models"
    folder.mkdir(exist_ok=True)
    embedder = open_embedder(folder)
    embedder.ensure_query_model()
    return embedder


@pytest.fixture(scope="session")
def embedded(real: SentenceEmbedder) -> tuple[list[str], NDArray[np.float32]]:
    """5,000 distinct passages with their vectors, float32 (5000, 384). Takes a minute once."""
    texts = passages(EMBEDDED)
    return texts, real.documents(texts)
