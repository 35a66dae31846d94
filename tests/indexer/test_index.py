"""The search index as a whole, with real FAISS, tantivy and files, and a small stand-in model."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contentlib.errors import IndexUnavailable
from contentlib.ports import SearchIndex
from indexer.index import EmbeddedIndex
from indexer.manifest import NAME, read_manifest
from tests.indexer.hashing import HashingEmbedder, among, an_asset, files_in

BANK = an_asset(1, "Bank cuts onboarding time", "The bank opens accounts in a day.")
SHOP = an_asset(2, "Grocer and its stores", "Shelves were empty.", "Stock is counted at night.")
FILM = an_asset(3, "Airport film", summary="Security in one minute", facets=("Aviation",))
LIBRARY = [BANK, SHOP, FILM]
ALL = among(1, 2, 3)


@pytest.fixture
def embedder():
    return HashingEmbedder()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def index(folder, embedder) -> SearchIndex:
    return EmbeddedIndex(folder, embedder)


def ids(index, text, permitted=ALL, limit=10, mode="fused"):
    return [hit.asset_id for hit in index.search(text, among=permitted, limit=limit, mode=mode)]


def test_a_new_index_finds_nothing_and_has_no_problem(index, folder):
    assert index.search("bank", among=ALL, limit=5) == ()
    assert index.revisions() == {}
    state = index.state()
    assert (state.assets, state.passages, state.generation, state.problem) == (0, 0, 0, None)
    assert not folder.exists()


@pytest.mark.parametrize("mode", ["fused", "keyword", "vector"])
def test_what_was_put_in_is_found_in_every_mode(index, mode):
    index.replace(LIBRARY)
    assert ids(index, "bank accounts", mode=mode)[0] == 1
    assert ids(index, "stock shelves", mode=mode)[0] == 2
    assert ids(index, "airport security aviation", mode=mode)[0] == 3


def test_a_hit_carries_the_parts_of_its_score_and_its_best_passage(index):
    index.replace(LIBRARY)
    hit = index.search("stock counted at night", among=ALL, limit=1)[0]
    assert [passage.passage_id for passage in hit.passages] == [201, 200]
    assert hit.passages[0].cosine > hit.passages[1].cosine
    assert hit.passages[0].bm25 == hit.passage_bm25 > 0
    assert hit.asset_bm25 > 0
    assert 0 < hit.cosine < 1


def test_a_keyword_search_asks_the_model_nothing(folder, index):
    class Speechless(HashingEmbedder):
        def query(self, text):
            raise IndexUnavailable("no query model")

    index.replace(LIBRARY)
    speechless = EmbeddedIndex(folder, Speechless())
    assert ids(speechless, "grocer", mode="keyword") == [2]
    with pytest.raises(IndexUnavailable, match="no query model"):
        speechless.search("grocer", among=ALL, limit=3)


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t", '""'])
def test_blank_text_finds_nothing(index, text):
    index.replace(LIBRARY)
    assert ids(index, text) == []


def test_nobody_permitted_and_nothing_asked_for_find_nothing(index):
    index.replace(LIBRARY)
    assert ids(index, "bank", among()) == []
    assert ids(index, "bank", limit=0) == []
    assert ids(index, "bank", among(77)) == []


@pytest.mark.parametrize("mode", ["fused", "keyword", "vector"])
def test_only_permitted_assets_are_ever_found(index, mode):
    index.replace(LIBRARY)
    assert set(ids(index, "bank airport stores", among(2, 3), mode=mode)) == {2, 3}


def test_an_unknown_mode_is_the_callers_mistake(index):
    with pytest.raises(ValueError, match="mode is one of"):
        index.search("bank", among=ALL, limit=1, mode="magic")


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(alphabet=st.characters(), max_size=60))
def test_whatever_is_typed_is_answered(index, folder, text):
    if not folder.exists():
        index.replace(LIBRARY)
    assert set(ids(index, text)) <= {1, 2, 3}


def test_replacing_forgets_what_an_asset_was(index):
    index.replace(LIBRARY)
    index.replace([an_asset(1, "Insurer settles claims", "Claims are paid in an hour.")])
    assert ids(index, "onboarding accounts", mode="keyword") == []
    assert ids(index, "claims", mode="keyword") == [1]
    hit = index.search("claims are paid", among=among(1), limit=1, mode="vector")[0]
    assert [passage.passage_id for passage in hit.passages] == [100]
    assert index.state().assets == 3


def test_of_two_with_one_id_the_later_holds(index):
    index.replace([BANK, an_asset(1, "Later title")])
    assert ids(index, "later", mode="keyword") == [1]
    assert ids(index, "onboarding", mode="keyword") == []
    assert index.state().passages == 0
    held = an_asset(1, "Later title")
    index.replace([BANK, held])
    assert index.revisions() == {1: held.revision}


def test_removing_forgets_and_is_quiet_about_the_unknown(index):
    index.replace(LIBRARY)
    index.remove([2, 99])
    assert 2 not in ids(index, "grocer stores stock")
    assert set(index.revisions()) == {1, 3}
    generation = index.state().generation
    index.remove([2, 99])
    index.remove([])
    assert index.state().generation == generation


def test_an_asset_removed_and_put_back_is_found_again(index):
    index.replace(LIBRARY)
    index.remove([2])
    index.replace([SHOP])
    assert ids(index, "grocer stores stock")[0] == 2


def test_revisions_are_those_of_the_assets_held(index):
    index.replace(LIBRARY)
    assert index.revisions() == {asset.asset_id: asset.revision for asset in LIBRARY}


def test_an_equal_revision_is_not_written_again(index, embedder, folder):
    index.replace(LIBRARY)
    before = files_in(folder)
    index.replace(LIBRARY)
    assert files_in(folder) == before
    assert embedder.embedded == 6


def test_only_changed_texts_are_embedded_again(index, embedder):
    index.replace(LIBRARY)
    embedder.embedded = 0
    index.replace([an_asset(2, SHOP.title, *[p.text for p in SHOP.passages], "One more passage.")])
    assert embedder.embedded == 1
    index.rebuild(LIBRARY)
    assert embedder.embedded == 1


def test_one_change_in_many_writes_few_bytes(index, folder):
    many = [an_asset(n, f"Title {n}", *[f"Body {n} {m}" for m in range(5)]) for n in range(1, 400)]
    index.replace(many)
    before = set(files_in(folder))
    index.replace([an_asset(7, "Another title", "Another body")])
    written = {name: len(body) for name, body in files_in(folder).items() if "segment" in name}
    fresh = [size for name, size in written.items() if name not in before]
    assert len(fresh) == 1
    assert fresh[0] * 20 < max(written.values())


def test_many_small_changes_leave_few_segments(index, folder):
    for n in range(1, 41):
        index.replace([an_asset(n, f"Title {n}", f"Body {n}")])
    manifest = read_manifest(folder)
    assert len(manifest.segments) <= 7
    assert (manifest.assets, manifest.passages) == (40, 40)
    for n in range(1, 36):
        index.remove([n])
    assert len(read_manifest(folder).segments) <= 4
    assert sorted(index.revisions()) == [36, 37, 38, 39, 40]


def test_files_no_longer_named_are_gone_after_a_write(index, folder):
    index.replace(LIBRARY)
    index.replace([an_asset(1, "Changed")])
    index.rebuild(LIBRARY)
    manifest = read_manifest(folder)
    named = {part.name for part in manifest.files} | {NAME}
    lasting = {n for n in files_in(folder) if not n.rpartition("/")[2].startswith(".")}
    assert lasting == named


def test_a_rebuild_holds_exactly_what_it_was_given(index):
    index.replace(LIBRARY)
    index.rebuild(iter([FILM, BANK]))
    assert set(index.revisions()) == {1, 3}
    assert index.state().generation == 2
    index.rebuild([])
    assert ids(index, "bank") == []
    assert index.state().problem is None


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(index, folder):
    def failing():
        yield an_asset(9, "Never seen", "at all")
        raise RuntimeError("the database went away")

    index.replace(LIBRARY)
    before = files_in(folder)
    with pytest.raises(RuntimeError):
        index.rebuild(failing())
    assert files_in(folder) == before
    assert ids(index, "bank accounts")[0] == 1


def test_a_first_write_that_fails_leaves_a_valid_empty_index(folder):
    class Failing(HashingEmbedder):
        def documents(self, texts, progress=None):
            raise RuntimeError("out of memory")

    for write in ("replace", "rebuild"):
        broken = EmbeddedIndex(folder / write, Failing())
        with pytest.raises(RuntimeError):
            getattr(broken, write)(LIBRARY)
        fresh = EmbeddedIndex(folder / write, HashingEmbedder())
        assert fresh.state().problem is None
        fresh.replace(LIBRARY)
        assert ids(fresh, "bank accounts")[0] == 1


def test_a_write_that_fails_after_publishing_keeps_what_it_published(index, monkeypatch):
    def failing(folder, manifest):
        raise OSError("disk went read-only")

    index.replace(LIBRARY)
    with monkeypatch.context() as patched:
        patched.setattr("indexer.generation.sweep", failing)
        with pytest.raises(OSError, match="read-only"):
            index.replace([an_asset(4, "Fourth")])
    assert index.state().problem is None
    assert set(index.revisions()) == {1, 2, 3, 4}


def test_writing_piece_by_piece_ranks_like_building_at_once(tmp_path, embedder):
    library = [
        an_asset(
            n, f"Title {n % 7} story", *[f"body {n * m % 11} of bank {m}" for m in range(n % 4)]
        )
        for n in range(1, 60)
    ]
    everything = among(*range(1, 60))
    whole = EmbeddedIndex(tmp_path / "whole", embedder)
    whole.rebuild(library)
    pieces = EmbeddedIndex(tmp_path / "pieces", embedder)
    for n in range(0, 59, 6):
        pieces.replace(library[n : n + 6])
    assert pieces.revisions() == whole.revisions()
    for text in ("bank body 3", "story title 5", "of"):
        found = [index.search(text, among=everything, limit=59) for index in (whole, pieces)]
        # Keyword statistics and row order may differ by a hair between the two histories.
        scores = [{hit.asset_id: hit.score for hit in hits} for hits in found]
        assert scores[0] == pytest.approx(scores[1], abs=1e-3)


def test_two_indexes_may_share_a_cache_of_vectors(tmp_path, embedder):
    shared = tmp_path / "vectors"
    EmbeddedIndex(tmp_path / "a", embedder, cache_folder=shared).replace(LIBRARY)
    embedder.embedded = 0
    other = EmbeddedIndex(tmp_path / "b", embedder, cache_folder=shared)
    other.rebuild(LIBRARY)
    other.rebuild([])
    EmbeddedIndex(tmp_path / "c", embedder, cache_folder=shared).rebuild(LIBRARY)
    assert embedder.embedded == 0


def test_progress_is_told_of_texts_embedded(folder, embedder):
    told = []
    index = EmbeddedIndex(folder, embedder, progress=lambda done, of: told.append((done, of)))
    index.replace(LIBRARY)
    assert told == [(6, 6)]


def test_importing_the_index_loads_nothing_heavy():
    heavy = "{'torch', 'sentence_transformers', 'faiss', 'tantivy', 'onnxruntime', 'sqlite3'}"
    code = f"import indexer.index, sys; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
