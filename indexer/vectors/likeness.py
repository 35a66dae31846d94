"""How alike two assets are, from their vectors. Pure.

An asset's text is taken as a whole: the mean of its passages' unit vectors, made a unit vector.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from contentlib.ports import Likeness, Neighbour

CARD_SHARE = 0.5
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Portrait:
    """An asset as unit vectors (dimension,): its card, and its text where it has passages."""

    card: Vector
    text: Vector | None


def portrait(card: NDArray[np.float16], passages: NDArray[np.float16]) -> Portrait:
    """From stored rows: card (dimension,), passages (m, dimension), m may be 0."""
    text = passages.astype(np.float32).mean(axis=0) if len(passages) else None
    return Portrait(_unit(card.astype(np.float32)), None if text is None else _unit(text))


def nearest(portraits: Mapping[int, Portrait], asset_id: int, limit: int) -> tuple[Neighbour, ...]:
    """The others most like this one, nearest first, equals by id."""
    own = portraits[asset_id]
    likeness = {
        other: _likeness(own, theirs) for other, theirs in portraits.items() if other != asset_id
    }
    order = sorted(likeness, key=lambda other: (-_share(likeness[other]), other))
    return tuple(Neighbour(other, likeness[other]) for other in order[: max(limit, 0)])


def every_pair(portraits: Mapping[int, Portrait]) -> dict[tuple[int, int], Likeness]:
    """By (lower id, higher id)."""
    return {
        (one, other): _likeness(portraits[one], portraits[other])
        for one, other in combinations(sorted(portraits), 2)
    }


def _share(likeness: Likeness) -> float:
    if likeness.text is None:
        return likeness.card
    return CARD_SHARE * likeness.card + (1 - CARD_SHARE) * likeness.text


def _likeness(one: Portrait, other: Portrait) -> Likeness:
    card = _cosine(one.card, other.card)
    if one.text is None or other.text is None:
        return Likeness(card, None)
    return Likeness(card, _cosine(one.text, other.text))


def _cosine(one: Vector, other: Vector) -> float:
    return min(1.0, max(-1.0, float(one @ other)))


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
