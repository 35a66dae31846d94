"""A question asked of the index as people ask it, and the order of what comes back.

Search asks one for a page; the report on how an asset is found asks many at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contentlib.asset.traits import Traits
from contentlib.ports import IndexHit, Permitted, SearchIndex
from contentlib.search import ranking
from contentlib.search.quoting import holding, quoted, unquoted
from contentlib.search.ranking import Ranked
from contentlib.search.spelling import Mended
from contentlib.taxonomy.agreeing import agreed
from contentlib.taxonomy.queries import TermView, Vocabulary
from contentlib.taxonomy.recognition import Recognised, recognise

# A rank beyond is no answer any more.
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the index said to a question.

    `mended` is the question that was answered, `named` are the vocabulary's terms in it;
    `missing` are phrases in quotes that no asset holds, so that they were read as mere words.
    """

    mended: Mended
    named: tuple[Recognised, ...]
    missing: tuple[str, ...]
    hits: tuple[IndexHit, ...]

    @property
    def terms(self) -> tuple[TermView, ...]:
        return tuple(name.term for name in self.named)


def ask(
    index: SearchIndex,
    among: Permitted,
    mended: Mended,
    words: Vocabulary,
    *,
    limit: int = CANDIDATES,
    mode: str = "fused",
    with_facets: bool = True,
) -> Asked:
    """A phrase in quotes brings up only assets that hold it; where none does, its words count.

    Raises IndexUnavailable.
    """
    phrases = quoted(mended.text)
    holders = holding(index, among, phrases) if phrases else among
    is_missing = bool(phrases) and not len(holders)
    if is_missing:
        mended, holders = Mended(unquoted(mended.text)), among
    return Asked(
        mended=mended,
        named=recognise(mended.text, words) if with_facets else (),
        missing=phrases if is_missing else (),
        hits=index.search(mended.text, among=holders, limit=limit, mode=mode),
    )


def in_order(
    asked: Asked, traits: Mapping[int, Traits], words: Vocabulary, *, today: date
) -> list[Ranked]:
    """The hits, best first; `traits` of at least those that are still in the library."""
    held = {
        hit.asset_id: traits[hit.asset_id].term_ids for hit in asked.hits if hit.asset_id in traits
    }
    return ranking.ranked(asked.hits, traits, agreed(words, asked.terms, held), today=today)
