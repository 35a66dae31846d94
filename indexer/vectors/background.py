"""How near a question is to a library as a whole: what a good answer must stand out from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Mean and spread are known well enough from so many cards, whatever the size of the library.
SAMPLE = 2_000

# What the cards of two judged libraries and of the demo gave on average, and for how many cards
# that counts: in a library of three assets nothing can stand out by itself.
USUAL_MEAN = 0.21
USUAL_SPREAD = 0.075
USUAL_COUNTS_FOR = 20


class Background:
    """A sample of a library's cards; `parts` are unit vectors (n, dimension) and which count."""

    def __init__(self, parts: Sequence[tuple[NDArray, NDArray[np.bool_]]]) -> None:
        places = [np.flatnonzero(holds) for _, holds in parts]
        step = max(1, -(-sum(map(len, places)) // SAMPLE))
        # every so-manieth of each part, so that nothing is random and little is copied
        rows = [cards[place[::step]] for (cards, _), place in zip(parts, places, strict=True)]
        self._cards = np.concatenate(rows).astype(np.float32) if rows else None

    def of(self, query: NDArray[np.float32]) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of a question with the cards."""
        if self._cards is None:
            return USUAL_MEAN, USUAL_SPREAD
        # not by BLAS: its threads wait for each other where a neighbour core is busy
        cosines = np.einsum("ij,j->i", self._cards, query)
        n, known = len(cosines), USUAL_COUNTS_FOR
        mean = (float(cosines.sum()) + known * USUAL_MEAN) / (n + known)
        squares = float(((cosines - mean) ** 2).sum()) + known * USUAL_SPREAD**2
        return mean, float(np.sqrt(squares / (n + known)))
