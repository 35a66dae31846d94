import numpy as np
import pytest

from indexer.embedding_cache import NAME, SAVED_EVERY, EmbeddingCache
from tests.indexer.hashing import HashingEmbedder


@pytest.fixture
def embedder():
    return HashingEmbedder()


@pytest.fixture
def cached(tmp_path, embedder):
    opened = []

    def opening(other=None):
        opened.append(EmbeddingCache(tmp_path, other or embedder))
        return opened[-1]

    yield opening
    for cache in opened:
        cache.close()


def test_a_text_is_embedded_once_in_a_lifetime(cached, embedder):
    first = cached().documents(["a bank", "a shop", "a bank"])
    assert embedder.embedded == 2
    again = cached().documents(["a shop", "a farm", "a bank"])
    assert embedder.embedded == 3
    assert np.array_equal(first[[1, 0]], again[[0, 2]])


def test_vectors_come_in_the_order_of_the_texts_and_nearly_as_the_model_gave_them(cached, embedder):
    texts = [f"{'long ' * (n % 9)}text number {n}" for n in range(SAVED_EVERY + 40)]
    told = []
    found = cached().documents(texts, lambda done, of: told.append((done, of)))
    cosines = (found * embedder.documents(texts)).sum(axis=1)
    assert cosines.min() > 0.999
    assert told == [(SAVED_EVERY, len(texts)), (len(texts), len(texts))]


def test_another_model_has_vectors_of_its_own(cached, embedder):
    cached().documents(["a bank"])
    other = HashingEmbedder("another")
    cached(other).documents(["a bank"])
    assert other.embedded == 1


def test_no_texts_give_no_vectors(cached, embedder):
    assert cached().documents([]).shape == (0, embedder.dimension)
    assert embedder.embedded == 0


def test_what_was_embedded_before_a_failure_is_kept(cached, embedder):
    class Failing(HashingEmbedder):
        def documents(self, texts, progress=None):
            if self.embedded:
                raise RuntimeError("out of memory")
            return super().documents(texts)

    texts = [f"text {n}" for n in range(SAVED_EVERY + 1)]
    with pytest.raises(RuntimeError):
        cached(Failing()).documents(texts)
    cached().documents(texts)
    assert embedder.embedded == 1


def test_unused_vectors_can_be_forgotten(cached, embedder):
    cached().documents(["kept", "forgotten"])
    later = cached()
    later.documents(["kept"])
    later.forget_unused()
    later.documents(["kept"])
    assert embedder.embedded == 2
    later.documents(["forgotten"])
    assert embedder.embedded == 3


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\0"])
def test_a_damaged_cache_is_begun_anew(tmp_path, cached, content):
    (tmp_path / NAME).write_bytes(content)
    assert len(cached().documents(["a bank"])) == 1


def test_a_cache_damaged_in_the_middle_is_begun_anew(tmp_path, cached, embedder):
    cache = cached()
    texts = [f"text {n}" for n in range(200)]
    cache.documents(texts)
    cache.close()
    place = tmp_path / NAME
    size = place.stat().st_size
    with place.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    assert len(cached().documents(texts)) == 200
