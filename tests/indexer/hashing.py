"""A tiny deterministic stand-in for the embedding model: words hashed into 64 buckets."""

import hashlib
from pathlib import Path

import numpy as np

from contentlib.ports import IndexedAsset, IndexedPassage, Permitted


class HashingEmbedder:
    """Texts that share words are near; counts the texts it embedded."""

    dimension = 64

    def __init__(self, model_id="hashing"):
        self.model_id = model_id
        self.embedded = 0

    def documents(self, texts, progress=None):
        self.embedded += len(texts)
        return np.stack([self.query(text) for text in texts])

    def prepare_queries(self):
        return

    def query(self, text):
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[0] = 0.01
        for word in text.lower().split():
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dimension] += 1
        return vector / np.linalg.norm(vector)


def among(*asset_ids):
    from array import array

    ids = sorted(asset_ids)
    return Permitted(key=tuple(ids), asset_ids=array("q", ids))


def an_asset(asset_id, title="Untitled", *bodies, summary="", facets=()):
    passages = tuple(IndexedPassage(asset_id * 100 + n, body) for n, body in enumerate(bodies))
    return IndexedAsset(asset_id, title, summary, tuple(facets), passages)


def files_in(folder: Path):
    """Every file below the folder with its bytes, but for locks and the embedding cache."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock") and "embeddings" not in path.name
    }
