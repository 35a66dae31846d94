"""A damaged or foreign index is a problem with a sentence, never a wrong answer."""

import shutil

import pytest

from contentlib.errors import IndexUnavailable
from indexer.index import EmbeddedIndex
from tests.indexer.hashing import HashingEmbedder, among, an_asset

LIBRARY = [
    an_asset(1, "Bank cuts onboarding time", "The bank opens accounts in a day."),
    an_asset(2, "Grocer and its stores", "Shelves were empty.", "Stock is counted at night."),
]
ALL = among(1, 2)


@pytest.fixture
def embedder():
    return HashingEmbedder()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def index(folder, embedder):
    return EmbeddedIndex(folder, embedder)


def ids(index, text):
    return [hit.asset_id for hit in index.search(text, among=ALL, limit=10)]


def first(folder, pattern):
    return next(iter(sorted(folder.glob(pattern))))


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def gone(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("harm", [cut, flip, gone])
@pytest.mark.parametrize(
    "pattern",
    ["manifest.json", "segment-*.npz", "keywords-*/assets/meta.json", "keywords-*/passages/*.idx"],
)
def test_damage_is_a_problem_never_a_wrong_answer_and_a_rebuild_heals(
    index, folder, embedder, harm, pattern
):
    index.replace(LIBRARY)
    harm(first(folder, pattern))
    reopened = EmbeddedIndex(folder, embedder)
    assert "rebuild it" in reopened.state().problem
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        reopened.search("bank", among=ALL, limit=3)
    with pytest.raises(IndexUnavailable):
        reopened.revisions()
    reopened.rebuild(LIBRARY)
    assert reopened.state().problem is None
    assert ids(reopened, "bank accounts")[0] == 1


@pytest.mark.parametrize("pattern", ["segment-*.npz", "keywords-*"])
def test_a_writer_does_not_build_upon_a_gap(index, folder, pattern):
    index.replace(LIBRARY)
    gone(first(folder, pattern))
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        index.replace([an_asset(4, "Another")])
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        index.remove([1])


def test_an_index_of_another_model_is_refused_until_it_is_rebuilt(index, folder):
    index.replace(LIBRARY)
    other = EmbeddedIndex(folder, HashingEmbedder("another"))
    assert "another is set" in other.state().problem
    with pytest.raises(IndexUnavailable, match="was made with the model hashing"):
        other.search("bank", among=ALL, limit=3)
    with pytest.raises(IndexUnavailable):
        other.replace([an_asset(4, "Another")])
    other.rebuild(LIBRARY)
    assert other.state().problem is None
    assert ids(other, "bank accounts")[0] == 1
    with pytest.raises(IndexUnavailable, match="was made with the model another"):
        ids(index, "bank")


def test_files_that_go_while_it_is_open_are_a_problem_at_once(index, folder):
    index.replace(LIBRARY)
    assert index.state().problem is None
    gone(first(folder, "segment-*.npz"))
    assert "rebuild it" in index.state().problem
