"""Joins what words and meaning found into one order. Pure.

score = 0.4 best passage's cosine + 0.6 card's cosine
      + trust(words) * (0.2 asset BM25 / its best + 0.1 passage BM25 / its best)

The card is title, summary and facets as one text. An asset without passages is judged by its
card alone. `trust` is 1 up to five words and falls as 5 / words: the best BM25 of a pasted
note says little. Weights chosen on two judged marketing libraries by cross-validation over
queries, where the neighbourhood is flat; they are not tuned further on purpose.
"""

from collections.abc import Container, Iterable, Sequence
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
    """An asset found by either leg, with all that is known of it.

    `card_cosine` is None in a search by keywords only. `passages` hold at least those with
    the highest cosine and all that matched a word.
    """

    asset_id: int
    card_cosine: float | None = None
    asset_bm25: float = 0.0
    passages: tuple[PassageHit, ...] = ()

    @property
    def passage_cosine(self) -> float:
        card = self.card_cosine or 0.0
        return max((passage.cosine for passage in self.passages), default=card)

    @property
    def passage_bm25(self) -> float:
        return max((passage.bm25 for passage in self.passages), default=0.0)


def fuse(
    candidates: Iterable[Candidate],
    *,
    permitted: Container[int],
    words: int,
    limit: int,
    mode: str = "fused",
) -> tuple[IndexHit, ...]:
    """The best permitted candidates, best first, equal scores by asset_id.

    `words` is how many different words were typed. `mode` leaves one leg out: keyword
    keeps only what matched a word, vector ignores the words. Those not permitted have no
    influence. `IndexHit.cosine` is the better of card and best passage.
    """
    kept = [candidate for candidate in candidates if candidate.asset_id in permitted]
    if mode == "keyword":
        kept = [c for c in kept if c.asset_bm25 > 0 or c.passage_bm25 > 0]
    best_asset = max((c.asset_bm25 for c in kept), default=0.0) or 1.0
    best_passage = max((c.passage_bm25 for c in kept), default=0.0) or 1.0
    by_meaning = 0.0 if mode == "keyword" else 1.0
    by_words = {"keyword": 1.0, "vector": 0.0}.get(mode, min(1.0, TRUSTED_WORDS / max(words, 1)))

    def score(c: Candidate) -> float:
        meaning = PASSAGE_COSINE * c.passage_cosine + CARD_COSINE * (c.card_cosine or 0.0)
        matched = ASSET_BM25 * c.asset_bm25 / best_asset
        matched += PASSAGE_BM25 * c.passage_bm25 / best_passage
        return by_meaning * meaning + by_words * matched

    def passage_order(passage: PassageHit) -> tuple[float, int]:
        meaning = by_meaning * PASSAGE_COSINE * passage.cosine
        return -(
            meaning + by_words * PASSAGE_BM25 * passage.bm25 / best_passage
        ), passage.passage_id

    hits = [
        IndexHit(
            asset_id=c.asset_id,
            score=score(c),
            cosine=max(c.passage_cosine, c.card_cosine or 0.0),
            asset_bm25=c.asset_bm25,
            passage_bm25=c.passage_bm25,
            passages=tuple(sorted(c.passages, key=passage_order)[:PASSAGES_SHOWN]),
        )
        for c in kept
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.asset_id))[: max(limit, 0)])


def contenders(cosines: Sequence[float], matched: Container[int], ids: Sequence[int]) -> list[int]:
    """Positions of the passages that may be shown: the highest cosines and all that matched."""
    order = sorted(range(len(ids)), key=lambda n: (-cosines[n], ids[n]))
    return order[:PASSAGES_SHOWN] + [n for n in order[PASSAGES_SHOWN:] if ids[n] in matched]
