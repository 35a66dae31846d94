"""Joins what words and meaning found into one order. Pure.

score = 0.4 best passage's cosine + 0.6 card's cosine
      + trust(words) * (0.2 asset BM25 / its best + 0.1 passage BM25 / its best)

The card is title, summary and facets as one text. An asset without passages is judged by its
card alone. `trust` is 1 up to five words and falls as 5 / words: the best BM25 of a pasted
note says little. Weights chosen on two judged marketing libraries by cross-validation over
queries, where the neighbourhood is flat; they are not tuned further on purpose.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from contentlib.ports import IndexHit, PassageHit

PASSAGE_COSINE = 0.4
CARD_COSINE = 0.6
ASSET_BM25 = 0.2
PASSAGE_BM25 = 0.1
TRUSTED_WORDS = 5
PASSAGES_SHOWN = 3
MODES = ("fused", "keyword", "vector")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An asset found by either leg, with the best that each says of it.

    `passage_cosine` is None for an asset without passages; both cosines are None in a
    search by keywords only.
    """

    asset_id: int
    card_cosine: float | None = None
    passage_cosine: float | None = None
    asset_bm25: float = 0.0
    passage_bm25: float = 0.0

    @property
    def matched(self) -> bool:
        return self.asset_bm25 > 0 or self.passage_bm25 > 0


def fuse(
    candidates: Iterable[Candidate],
    passages_of: Callable[[int], Iterable[PassageHit]],
    *,
    permitted: Container[int],
    words: int,
    limit: int,
    mode: str = "fused",
    background: tuple[float, float] | None = None,
) -> tuple[IndexHit, ...]:
    """The best permitted candidates, best first, equal scores by asset_id.

    `words` is how many different words were typed. `mode` leaves one leg out: keyword
    keeps only what matched a word, vector ignores the words. Those not permitted have no
    influence. `IndexHit.cosine` is card's and best passage's, weighed as in the score: of the
    cosines tried, the one that told answerable queries best from those without an answer.
    `background` is mean and spread of the question's cosines with the library as a whole, from
    which `IndexHit.standout` is counted.
    `passages_of` is asked for the passages of the assets returned, and of no others.
    """
    kept = [candidate for candidate in candidates if candidate.asset_id in permitted]
    if mode == "keyword":
        kept = [candidate for candidate in kept if candidate.matched]
    best_asset = max((c.asset_bm25 for c in kept), default=0.0) or 1.0
    best_passage = max((c.passage_bm25 for c in kept), default=0.0) or 1.0
    by_meaning = 0.0 if mode == "keyword" else 1.0
    by_words = {"keyword": 1.0, "vector": 0.0}.get(mode, min(1.0, TRUSTED_WORDS / max(words, 1)))

    def cosine(c: Candidate) -> float:
        card = c.card_cosine or 0.0
        passage = card if c.passage_cosine is None else c.passage_cosine
        return CARD_COSINE * card + PASSAGE_COSINE * passage

    def score(c: Candidate) -> float:
        matched = ASSET_BM25 * c.asset_bm25 / best_asset
        matched += PASSAGE_BM25 * c.passage_bm25 / best_passage
        return by_meaning * cosine(c) + by_words * matched

    def passage_order(passage: PassageHit) -> tuple[float, int]:
        meaning = by_meaning * PASSAGE_COSINE * passage.cosine
        matched = by_words * PASSAGE_BM25 * passage.bm25 / best_passage
        return -(meaning + matched), passage.passage_id

    def standout(near: float) -> float:
        if background is None or mode == "keyword":
            return 0.0
        mean, spread = background
        return (near - mean) / spread

    scored = [(-score(candidate), candidate.asset_id, candidate) for candidate in kept]
    ranked = sorted(scored, key=lambda entry: entry[:2])
    return tuple(
        IndexHit(
            asset_id=asset_id,
            score=-negative,
            cosine=cosine(candidate),
            standout=standout(cosine(candidate)),
            asset_bm25=candidate.asset_bm25,
            passage_bm25=candidate.passage_bm25,
            passages=tuple(sorted(passages_of(asset_id), key=passage_order)[:PASSAGES_SHOWN]),
        )
        for negative, asset_id, candidate in ranked[: max(limit, 0)]
    )
