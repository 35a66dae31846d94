"""The number beside a term: how many of an answer's assets ticking it would leave. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable

from contentlib.taxonomy.queries import Vocabulary


def facet_counts(words: Vocabulary, held: Iterable[Collection[int]]) -> dict[int, int]:
    """term id -> how many of the assets have it or a term below it; `held`: term ids of each.

    Says what `asset.facet_counts.facet_counts_among` asks the database.
    """
    upwards: dict[int, frozenset[int]] = {}
    counts: Counter[int] = Counter()
    for ids in held:
        reached: set[int] = set()
        for term_id in ids:
            if term_id not in upwards:
                term = words.by_id(term_id)
                upwards[term_id] = words.ancestors(term) | {term_id} if term else frozenset()
            reached |= upwards[term_id]
        counts.update(reached)
    return dict(counts)
