"""The search index."""

import hashlib
from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """One passage as the index stores it; the text is fetched from the database by id."""

    passage_id: int
    text: str


@dataclass(frozen=True, slots=True)
class IndexedAsset:
    """All that is searched of one asset. `facets` are its terms' labels and synonyms."""

    asset_id: int
    title: str
    summary: str = ""
    facets: tuple[str, ...] = ()
    passages: tuple[IndexedPassage, ...] = ()

    @property
    def revision(self) -> str:
        """A fingerprint of everything above: equal revisions need no re-indexing."""
        digest = hashlib.sha256()
        parts = [self.title, self.summary, *self.facets]
        parts += [f"{p.passage_id}:{p.text}" for p in self.passages]
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big"))
            digest.update(encoded)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Permitted:
    """The assets a search may return, decided in SQL before it.

    `key` is equal for equal sets, so that an index may cache what it derives.
    `asset_ids` is sorted; an array('q') so that it can be viewed without a copy.
    """

    key: Hashable
    asset_ids: "array[int]" = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.asset_ids)


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage of a candidate: cosine in [-1, 1]; bm25 >= 0, 0 where no word matched."""

    passage_id: int
    cosine: float
    bm25: float


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A candidate asset with the parts its score was made of.

    `score` orders hits of one answer and is comparable only within it; `cosine` says how near
    the asset's meaning is (its best passage and its card together; 0 where the mode asks no
    vectors) and is comparable across answers. `standout` is by how many standard deviations
    that is nearer than the library's assets are on the whole. `passages` are the asset's best,
    best first.
    """

    asset_id: int
    score: float
    cosine: float
    asset_bm25: float
    passage_bm25: float
    passages: tuple[PassageHit, ...] = ()
    standout: float = 0.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two assets are, as cosines: of their cards, and of their texts as wholes.

    The card is title, summary and facets. `text` is None where one of them has no passage.
    """

    card: float
    text: float | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An asset near another."""

    asset_id: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index is: `problem` is a sentence when it cannot answer as it should."""

    assets: int
    passages: int
    generation: int
    model: str
    problem: str | None = None


class SearchIndex(Protocol):
    """Relevance, and only that. The one writer is the worker; any process may search."""

    def warm_up(self) -> None:
        """Loads what indexing needs, so that the first document need not wait for it.

        Called by a worker that is going to stay; idempotent.
        """

    def replace(self, assets: Iterable[IndexedAsset]) -> None:
        """Puts these assets in place of what the index holds of them. Durable on return."""

    def remove(self, asset_ids: Iterable[int]) -> None:
        """Forgets the assets; quiet about those it does not hold."""

    def search(
        self, text: str, *, among: Permitted, limit: int, mode: str = "fused"
    ) -> tuple[IndexHit, ...]:
        """The best assets among the permitted, best first. An empty `among` finds nothing.

        `mode`: fused, keyword or vector. By keywords alone, text that is nothing but phrases in
        quotes finds only assets that hold them. Raises IndexUnavailable.
        """

    def like(self, asset_id: int, *, among: Permitted, limit: int) -> tuple[Neighbour, ...]:
        """The permitted assets most like this one, nearest first, itself left out.

        Empty where the index does not hold the asset. Raises IndexUnavailable.
        """

    def alikeness(self, asset_ids: Sequence[int]) -> Mapping[tuple[int, int], Likeness]:
        """How alike each two of these are, by (lower id, higher id); meant for a screenful.

        Those the index does not hold are left out. Raises IndexUnavailable.
        """

    def prepare(self) -> None:
        """Makes ready what searching needs and may take a minute the first time.

        Called by the worker when it starts and by commands that search; idempotent.
        """

    def revisions(self) -> Mapping[int, str]:
        """asset_id -> revision of all it holds, for finding differences to the truth."""

    def rebuild(self, assets: Iterable[IndexedAsset]) -> None:
        """Builds a whole new index beside the present one, then swaps."""

    def state(self) -> IndexState:
        """Raises nothing: a damaged index is a state with a problem."""
