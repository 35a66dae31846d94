"""What a good answer stands out from."""

import numpy as np
import pytest

from indexer.vectors.background import SAMPLE, USUAL_MEAN, USUAL_SPREAD, Background


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_of_many_cards_mean_and_spread_are_those_of_their_cosines() -> None:
    cards = _unit(np.random.default_rng(3).normal(size=(1500, 16)))
    query = cards[0].astype(np.float32)
    mean, spread = Background([(cards, np.ones(1500, dtype=bool))]).of(query)
    cosines = cards @ query
    assert mean == pytest.approx(cosines.mean(), abs=0.01)
    assert spread == pytest.approx(cosines.std(), abs=0.02)


def test_a_sample_of_a_large_library_says_the_same_as_all_of_it() -> None:
    cards = _unit(np.random.default_rng(4).normal(loc=0.2, size=(10 * SAMPLE, 16)))
    holds = np.ones(len(cards), dtype=bool)
    query = cards[7].astype(np.float32)
    mean, _ = Background([(cards[:500], holds[:500]), (cards[500:], holds[500:])]).of(query)
    assert mean == pytest.approx((cards @ query).mean(), abs=0.02)


def test_cards_that_are_replaced_or_removed_do_not_count() -> None:
    query = np.array([1.0, 0.0], dtype=np.float32)
    cards = np.array([[1.0, 0.0]] * 400 + [[0.0, 1.0]] * 400)
    holds = np.array([False] * 400 + [True] * 400)
    mean, _ = Background([(cards, holds)]).of(query)
    assert mean < 0.02


def test_in_a_library_of_three_nothing_stands_out_for_want_of_others() -> None:
    query = np.array([1.0, 0.0], dtype=np.float32)
    same = np.array([[1.0, 0.0]] * 3)
    _, spread = Background([(same, np.ones(3, dtype=bool))]).of(query)
    assert spread > USUAL_SPREAD


def test_an_empty_library_has_the_usual_background() -> None:
    assert Background([]).of(np.ones(4, dtype=np.float32)) == (USUAL_MEAN, USUAL_SPREAD)
