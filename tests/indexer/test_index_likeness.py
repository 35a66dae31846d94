"""Which assets are alike, by their cards and by their texts as wholes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contentlib.errors import IndexUnavailable
from contentlib.ports import Likeness
from indexer.index import EmbeddedIndex
from indexer.vectors.likeness import Portrait, every_pair, nearest
from tests.indexer.hashing import HashingEmbedder, among, an_asset

BANK = an_asset(1, "Bank opens accounts", "The bank opens accounts in a day.", "Forms are short.")
TWIN = an_asset(2, "Bank opens accounts", "Forms are short.", "The bank opens accounts in a day.")
COUSIN = an_asset(3, "Bank opens accounts", "Shelves were empty on monday.")
FARM = an_asset(4, "Harvest by drone", "Wheat was counted from above.")
FILM = an_asset(5, "Bank opens accounts", summary="a film")
ALL = among(1, 2, 3, 4, 5)


@pytest.fixture
def embedder():
    return HashingEmbedder()


@pytest.fixture
def index(tmp_path, embedder):
    index = EmbeddedIndex(tmp_path / "index", embedder)
    index.replace([BANK, TWIN, COUSIN, FARM, FILM])
    return index


def ids(neighbours):
    return [neighbour.asset_id for neighbour in neighbours]


def test_the_same_card_and_the_same_passages_in_another_order_are_wholly_alike(index):
    twin = index.like(1, among=ALL, limit=1)[0]
    assert twin.asset_id == 2
    assert twin.likeness.card == pytest.approx(1, abs=1e-3)
    assert twin.likeness.text == pytest.approx(1, abs=1e-3)


def test_the_likeness_is_that_of_the_models_vectors(index, embedder):
    card = embedder.query("Bank opens accounts") @ embedder.query("Harvest by drone")
    mean = np.mean([embedder.query(p.text) for p in BANK.passages], axis=0)
    text = mean @ embedder.query(FARM.passages[0].text) / np.linalg.norm(mean)
    (found,) = index.like(1, among=among(4), limit=5)
    assert found.likeness == Likeness(pytest.approx(card, abs=1e-3), pytest.approx(text, abs=1e-3))


def test_neighbours_come_nearest_first_and_never_the_asset_itself(index):
    found = index.like(1, among=ALL, limit=10)
    assert ids(found)[0] == 2
    assert ids(found)[-1] == 4
    assert 1 not in ids(found)
    assert ids(index.like(1, among=ALL, limit=2)) == ids(found)[:2]


def test_without_passages_the_card_alone_decides(index):
    by_id = {n.asset_id: n.likeness for n in index.like(5, among=ALL, limit=10)}
    assert {likeness.text for likeness in by_id.values()} == {None}
    assert by_id[1].card > by_id[4].card


def test_only_the_permitted_are_neighbours_though_the_asset_itself_need_not_be(index):
    assert ids(index.like(1, among=among(3, 4), limit=10)) == [3, 4]
    assert index.like(1, among=among(1), limit=10) == ()
    assert index.like(1, among=among(), limit=10) == ()


def test_an_asset_the_index_does_not_hold_has_no_neighbours(index):
    assert index.like(99, among=ALL, limit=10) == ()
    index.remove([2])
    assert index.like(2, among=ALL, limit=10) == ()
    assert 2 not in ids(index.like(1, among=ALL, limit=10))
    assert index.like(1, among=ALL, limit=0) == ()


def test_a_replaced_asset_is_alike_by_what_it_says_now(index):
    index.replace([an_asset(4, "Bank opens accounts", *[p.text for p in BANK.passages])])
    assert ids(index.like(1, among=ALL, limit=2)) == [2, 4]


def test_every_two_of_a_screenful_have_a_likeness(index):
    found = index.alikeness([4, 1, 2, 2, 99])
    assert sorted(found) == [(1, 2), (1, 4), (2, 4)]
    assert found[1, 2].card > found[1, 4].card
    (neighbour,) = index.like(4, among=among(1), limit=1)
    assert found[1, 4] == neighbour.likeness
    assert index.alikeness([]) == index.alikeness([1]) == {}


def test_a_new_index_knows_no_neighbours_and_a_damaged_one_says_so(tmp_path, index, embedder):
    fresh = EmbeddedIndex(tmp_path / "fresh", embedder)
    assert fresh.like(1, among=ALL, limit=3) == ()
    assert fresh.alikeness([1, 2]) == {}
    next((tmp_path / "index").glob("segment-*.npz")).write_bytes(b"")
    damaged = EmbeddedIndex(tmp_path / "index", embedder)
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        damaged.like(1, among=ALL, limit=3)
    with pytest.raises(IndexUnavailable, match="rebuild it"):
        damaged.alikeness([1, 2])


def unit(seed):
    raw = np.random.default_rng(seed).normal(size=6).astype(np.float32)
    return raw / np.linalg.norm(raw)


portraits = st.dictionaries(
    st.integers(1, 40),
    st.builds(
        Portrait,
        st.integers(0, 99).map(unit),
        st.none() | st.integers(0, 99).map(unit),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(portraits)
def test_likeness_is_mutual_and_a_cosine(held):
    pairs = every_pair(held)
    assert len(pairs) == len(held) * (len(held) - 1) // 2
    for asset_id in held:
        for neighbour in nearest(held, asset_id, 99):
            likeness = neighbour.likeness
            assert likeness == pairs[tuple(sorted((asset_id, neighbour.asset_id)))]
            assert -1 <= likeness.card <= 1
            has_text = held[asset_id].text is not None and held[neighbour.asset_id].text is not None
            assert (likeness.text is not None) == has_text
