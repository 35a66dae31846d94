"""A large index keeps clusters beside its segments; whoever searches it sees no difference."""

import pytest

from contentlib.errors import IndexUnavailable
from indexer.index import EmbeddedIndex
from indexer.manifest import NAME, read_manifest
from indexer.vectors import clusters
from tests.indexer.hashing import HashingEmbedder, among, an_asset, files_in

WORDS = [
    *("bank", "shop", "farm", "port", "mine", "mill", "dock"),
    *("yard", "gate", "ship", "rail", "road", "dam", "kiln"),
]
LIBRARY = [
    an_asset(
        n,
        f"{WORDS[n % 14]} {WORDS[n % 5]}",
        *[f"{WORDS[(n + m) % 14]} and {WORDS[n * m % 11]} number {n}" for m in range(4)],
    )
    for n in range(1, 91)
]
ALL = among(*range(1, 91))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def few(monkeypatch):
    """Everything above two hundred rows counts as many: passages do, cards do not."""
    monkeypatch.setattr(clusters, "CLUSTERED_ABOVE", 200)
    monkeypatch.setattr(clusters, "SMALLEST_CLUSTERED", 100)
    monkeypatch.setattr(clusters, "EXACT_UP_TO", 20)


@pytest.fixture
def index(folder, few):
    index = EmbeddedIndex(folder, HashingEmbedder())
    index.replace(LIBRARY)
    return index


def clusters_in(folder):
    return sorted(path.name for path in folder.glob("*.ivf"))


def ids(index, text, permitted=ALL):
    return [hit.asset_id for hit in index.search(text, among=permitted, limit=10)]


def test_a_small_index_has_no_clusters(folder):
    EmbeddedIndex(folder, HashingEmbedder()).replace(LIBRARY)
    assert clusters_in(folder) == []


def test_it_answers_like_one_without_clusters(index, folder, tmp_path, monkeypatch):
    assert len(clusters_in(folder)) == 1
    monkeypatch.setattr(clusters, "CLUSTERED_ABOVE", 10**9)
    plain = EmbeddedIndex(tmp_path / "plain", HashingEmbedder())
    plain.replace(LIBRARY)
    for text in ("bank", "port and ship", "dam kiln number 7", "railroad yard"):
        for permitted in (ALL, among(*range(1, 60)), among(3, 4, 80)):
            assert ids(index, text, permitted) == ids(plain, text, permitted)


def test_the_manifest_vouches_for_the_clusters_and_names_no_others(index, folder):
    (first,) = clusters_in(folder)
    assert first in [part.name for part in read_manifest(folder).files]
    index.rebuild(reversed(LIBRARY))
    (second,) = clusters_in(folder)
    assert second != first
    named = {part.name for part in read_manifest(folder).files} | {NAME}
    assert {n for n in files_in(folder) if not n.rpartition("/")[2].startswith(".")} == named


def test_a_small_change_keeps_the_clusters_as_they_are(index, folder):
    before = clusters_in(folder)
    index.replace([an_asset(91, "lighthouse", "lighthouse on a cliff")])
    index.remove([5])
    assert clusters_in(folder) == before
    everything = among(*range(1, 92))
    assert ids(index, "lighthouse", everything)[0] == 91
    assert 5 not in index.revisions()
    assert all(5 not in ids(index, word, everything) for word in WORDS)


def test_an_index_written_before_there_were_clusters_gets_them_with_the_next_change(
    folder, monkeypatch
):
    index = EmbeddedIndex(folder, HashingEmbedder())
    index.replace(LIBRARY)
    before = ids(index, "port and ship")
    assert clusters_in(folder) == []
    monkeypatch.setattr(clusters, "CLUSTERED_ABOVE", 200)
    monkeypatch.setattr(clusters, "SMALLEST_CLUSTERED", 100)
    index.replace([an_asset(91, "lighthouse", "lighthouse on a cliff")])
    assert len(clusters_in(folder)) == 1
    assert ids(index, "port and ship") == before


def test_many_cards_have_clusters_too(folder, few, monkeypatch):
    monkeypatch.setattr(clusters, "SMALLEST_CLUSTERED", 50)
    index = EmbeddedIndex(folder, HashingEmbedder())
    index.replace(LIBRARY)
    assert [name.rpartition("-")[2].split(".", 1)[1] for name in clusters_in(folder)] == [
        "cards.ivf",
        "passages.ivf",
    ]
    assert index.like(1, among=ALL, limit=3)[0].asset_id != 1


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("harm", [cut, flip, lambda path: path.unlink()])
def test_damaged_clusters_are_a_problem_never_a_wrong_answer_and_a_rebuild_heals(
    index, folder, harm
):
    harm(next(folder.glob("*.ivf")))
    reopened = EmbeddedIndex(folder, HashingEmbedder())
    assert "rebuild it" in reopened.state().problem
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        reopened.search("bank", among=ALL, limit=3)
    reopened.rebuild(LIBRARY)
    assert reopened.state().problem is None
    assert ids(reopened, "bank shop")


def test_clusters_that_cannot_be_written_leave_the_index_as_it_was(index, folder, monkeypatch):
    before = files_in(folder)

    def failing(vectors, place):
        place.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(clusters, "build_clusters", failing)
    with pytest.raises(OSError, match="full"):
        index.rebuild(LIBRARY[:80])
    assert files_in(folder) == before
    assert ids(index, "bank")


def test_what_is_built_at_once_is_one_segment(folder, monkeypatch):
    monkeypatch.setattr("indexer.generation.ROWS_IN_MEMORY", 60)
    monkeypatch.setattr("indexer.generation.BATCH_TEXTS", 30)
    index = EmbeddedIndex(folder, HashingEmbedder())
    index.rebuild(LIBRARY)
    assert len(list(folder.glob("segment-*.npz"))) == 1
    assert set(index.revisions()) == set(range(1, 91))
