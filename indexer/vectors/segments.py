"""A segment: some assets with their vectors, written once, in one file.

An index is a list of segments, oldest first. What a newer one says of an asset replaces what
older ones say; an asset with an empty revision is a removal. So a change writes a small file,
and merging keeps the list short: every segment is at least twice as large as the next newer.
"""

import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable

CARDS = "cards"
PASSAGES = "passages"
_REMOVED = b""
_ARRAYS = ("asset_ids", "revisions", "starts", "passage_ids", "cards", "vectors")


@dataclass(frozen=True, slots=True)
class AssetTable:
    """What a segment says of which asset, without the vectors.

    asset_ids int64 (n,) ascending; revisions S64 (n,); starts int64 (n + 1,): the passages of
    asset i are the rows starts[i] to starts[i + 1].
    """

    asset_ids: NDArray[np.int64]
    revisions: NDArray[np.bytes_]
    starts: NDArray[np.int64]

    @property
    def removed(self) -> NDArray[np.bool_]:
        return np.asarray(self.revisions == _REMOVED)

    @property
    def rows(self) -> int:
        return len(self.asset_ids) + int(self.starts[-1])


@dataclass(frozen=True, slots=True)
class Segment:
    """A table, its passages' ids int64 (m,), and half precision unit vectors:

    cards (n, dimension) of title, summary and facets; vectors (m, dimension) of passages.
    """

    table: AssetTable
    passage_ids: NDArray[np.int64]
    cards: NDArray[np.float16]
    vectors: NDArray[np.float16]

    def of(self, leg: str) -> NDArray[np.float16]:
        """The vectors of that leg: its cards or its passages."""
        return {CARDS: self.cards, PASSAGES: self.vectors}[leg]

    def save(self, path: Path) -> None:
        """Durable on return."""
        with path.open("wb") as file:
            np.savez(
                file,
                asset_ids=self.table.asset_ids,
                revisions=self.table.revisions,
                starts=self.table.starts,
                passage_ids=self.passage_ids,
                cards=self.cards,
                vectors=self.vectors,
            )
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class AssetVectors:
    """One asset on its way into a segment: card (dimension,), vectors (m, dimension)."""

    asset_id: int
    revision: str
    passage_ids: Sequence[int]
    card: NDArray[np.float32]
    vectors: NDArray[np.float32]


def new_segment(assets: Sequence[AssetVectors], removed: Sequence[int], dimension: int) -> Segment:
    """A segment of these assets and removals; an asset stands in at most one of the two."""
    entries: list[AssetVectors | int] = [*assets, *removed]
    entries.sort(key=lambda e: e if isinstance(e, int) else e.asset_id)
    held = {n: entry for n, entry in enumerate(entries) if not isinstance(entry, int)}
    counts = [len(held[n].passage_ids) if n in held else 0 for n in range(len(entries))]
    cards = np.zeros((len(entries), dimension), dtype=np.float16)
    for n, asset in held.items():
        cards[n] = asset.card
    parts = [asset.vectors for asset in held.values() if len(asset.passage_ids)]
    return Segment(
        table=AssetTable(
            asset_ids=np.array(
                [e if isinstance(e, int) else e.asset_id for e in entries], dtype=np.int64
            ),
            revisions=np.array(
                [held[n].revision if n in held else "" for n in range(len(entries))], dtype="S64"
            ),
            starts=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64),
        ),
        passage_ids=np.array(
            [pid for asset in held.values() for pid in asset.passage_ids], dtype=np.int64
        ),
        cards=cards,
        vectors=np.concatenate([np.zeros((0, dimension), dtype=np.float32), *parts]).astype(
            np.float16
        ),
    )


def load_segment(path: Path) -> Segment:
    """Raises IndexUnavailable for a file that is not whole, FileNotFoundError for none."""
    arrays = _load(path, _ARRAYS)
    return Segment(
        AssetTable(arrays["asset_ids"], arrays["revisions"], arrays["starts"]),
        arrays["passage_ids"],
        arrays["cards"],
        arrays["vectors"],
    )


def load_table(path: Path) -> AssetTable:
    """The table alone, leaving the vectors on disk. Raises like load_segment."""
    arrays = _load(path, _ARRAYS[:3])
    return AssetTable(arrays["asset_ids"], arrays["revisions"], arrays["starts"])


def _load(path: Path, names: Sequence[str]) -> Mapping[str, NDArray]:
    try:
        # Opened here because numpy leaves a file that is no archive open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in names}
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as problem:
        raise IndexUnavailable(
            f"The search index is damaged ({path.name} is not whole); rebuild it."
        ) from problem


def current(tables: Sequence[AssetTable]) -> list[NDArray[np.bool_]]:
    """For each table, oldest first, which of its assets still hold: not replaced, not removed."""
    newer = np.zeros(0, dtype=np.int64)
    holds = []
    for table in reversed(tables):
        holds.append(~np.isin(table.asset_ids, newer) & ~table.removed)
        newer = np.concatenate([newer, table.asset_ids])
    return holds[::-1]


def merge(segments: Sequence[Segment], *, forget_removals: bool) -> Segment:
    """One segment that says what these say together, oldest first.

    Removals may be forgotten only where no older segment remains outside.
    """
    tables = [segment.table for segment in segments]
    kept = current(tables)
    if not forget_removals:
        newer = np.zeros(0, dtype=np.int64)
        for table, keep in zip(reversed(tables), reversed(kept), strict=True):
            keep |= table.removed & ~np.isin(table.asset_ids, newer)
            newer = np.concatenate([newer, table.asset_ids])
    counts = np.concatenate([np.diff(t.starts)[keep] for t, keep in zip(tables, kept, strict=True)])
    asset_ids = np.concatenate([t.asset_ids[k] for t, k in zip(tables, kept, strict=True)])
    order = np.argsort(asset_ids)
    first = np.concatenate([[0], np.cumsum(counts)])[:-1]
    rows = ranges(first[order], counts[order])
    passages = [rows_kept(t, keep) for t, keep in zip(tables, kept, strict=True)]
    pairs = list(zip(segments, kept, passages, strict=True))
    return Segment(
        AssetTable(
            asset_ids=asset_ids[order],
            revisions=np.concatenate([s.table.revisions[k] for s, k, _ in pairs])[order],
            starts=np.concatenate([[0], np.cumsum(counts[order])]).astype(np.int64),
        ),
        passage_ids=np.concatenate([s.passage_ids[r] for s, _, r in pairs])[rows],
        cards=np.concatenate([s.cards[k] for s, k, _ in pairs])[order],
        vectors=np.concatenate([s.vectors[r] for s, _, r in pairs])[rows],
    )


def placed(
    table: AssetTable, asset_ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each of these would stand in the table, and whether the table names it."""
    if not len(table.asset_ids):
        return np.zeros(0, dtype=np.int64), np.zeros(len(asset_ids), dtype=np.bool_)
    places = np.searchsorted(table.asset_ids, asset_ids)
    places = np.minimum(places, len(table.asset_ids) - 1)
    return places, np.asarray(table.asset_ids[places] == asset_ids)


def rows_kept(table: AssetTable, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask over passage rows that a mask over assets means."""
    return np.repeat(keep, np.diff(table.starts))


def ranges(first: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1, ... counts[0] numbers, then those of first[1], and so on."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - ends + counts, counts)
