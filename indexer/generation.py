"""Writes the next generation of the index beside the present one, then publishes it."""

import shutil
import uuid
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace as changed
from pathlib import Path
from types import TracebackType

import numpy as np

from contentlib.ports import IndexedAsset
from indexer.embed import Counted
from indexer.embedding_cache import EmbeddingCache
from indexer.keywords.tantivy import KeywordWriter, continue_from, files_of
from indexer.keywords.typed import well_formed
from indexer.manifest import Manifest, described, publish, sweep
from indexer.vectors import clusters
from indexer.vectors.files import LEGS, clusters_name, grouped
from indexer.vectors.segments import (
    AssetTable,
    AssetVectors,
    Segment,
    current,
    load_segment,
    load_table,
    merge,
    new_segment,
)

BATCH_TEXTS = 2048
ROWS_IN_MEMORY = 100_000


def card_of(asset: IndexedAsset) -> str:
    """Title, summary and facets as one text: what the asset is, in a few lines."""
    facets = ", ".join(asset.facets)
    return well_formed(". ".join(part for part in (asset.title, asset.summary, facets) if part))


class GenerationDraft:
    """The next generation while it is written: a context that publishes on a clean exit.

    It starts as `base` stands and shares its files. The caller holds the writer's lock.
    """

    def __init__(self, folder: Path, base: Manifest, cache: EmbeddingCache) -> None:
        self._folder = folder
        self._base = base
        self._cache = cache
        self._names = [files.segment.name for files in grouped(base.segments)]
        self._written: list[str] = []
        self._named = False
        self._pending: list[Segment] = []
        self._keywords = f"keywords-{uuid.uuid4().hex[:12]}"
        if base.keywords:
            continue_from(folder / base.keywords, folder / self._keywords)
        self._writer = KeywordWriter(folder / self._keywords)

    def __enter__(self) -> "GenerationDraft":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._writer.__exit__(kind, error, trace)
            if kind is None:
                self._publish()
        except BaseException:
            self._discard()
            raise
        if kind is not None:
            self._discard()

    def _discard(self) -> None:
        """Leaves the present generation, which `base` need not be, as it is."""
        # Once it is named the manifest may be in place, though telling the disk so failed.
        if self._named:
            return
        shutil.rmtree(self._folder / self._keywords, ignore_errors=True)
        for name in self._written:
            (self._folder / name).unlink(missing_ok=True)

    def put(self, assets: Iterable[IndexedAsset], progress: Counted | None = None) -> None:
        """Embeds and adds the assets in bounded batches; a later one of equal id wins."""
        for batch in _batches(assets):
            bodies = [well_formed(p.text) for asset in batch for p in asset.passages]
            vectors = self._cache.documents([*map(card_of, batch), *bodies], progress)
            cards, passages = vectors[: len(batch)], vectors[len(batch) :]
            cuts = np.cumsum([len(asset.passages) for asset in batch])[:-1]
            entries = [
                AssetVectors(
                    asset_id=asset.asset_id,
                    revision=asset.revision,
                    passage_ids=[passage.passage_id for passage in asset.passages],
                    card=card,
                    vectors=part,
                )
                for asset, card, part in zip(batch, cards, np.split(passages, cuts), strict=True)
            ]
            self._pending.append(new_segment(entries, (), vectors.shape[1]))
            for asset in batch:
                self._writer.replace(asset)
            if sum(segment.table.rows for segment in self._pending) > ROWS_IN_MEMORY:
                self._flush()

    def remove(self, asset_ids: Sequence[int]) -> None:
        if not asset_ids:
            return
        self._pending.append(new_segment((), sorted(set(asset_ids)), self._base.dimension))
        for asset_id in set(asset_ids):
            self._writer.remove(asset_id)

    def _flush(self, *, into_one: bool = False) -> None:
        """Writes what is pending as one segment, merged with the older ones it outgrew."""
        if not self._pending and into_one and len(self._names) > 1:
            self._pending.append(load_segment(self._folder / self._names.pop()))
        if not self._pending:
            return
        older = [load_table(self._folder / name) for name in self._names]
        merged = merge(self._pending, forget_removals=not older)
        rows = [table.rows for table in older]
        size, first = merged.table.rows, len(older)
        while first and rows[first - 1] < 2 * size:
            first -= 1
            size += rows[first]
        held = [*older, merged.table]
        if into_one or 2 * _rows_held(held) < sum(table.rows for table in held):
            first = 0
        if first < len(older):
            outgrown = [load_segment(self._folder / name) for name in self._names[first:]]
            merged = merge([*outgrown, merged], forget_removals=first == 0)
        name = f"segment-{uuid.uuid4().hex[:12]}.npz"
        self._written.append(name)
        merged.save(self._folder / name)
        self._names[first:] = [name]
        self._pending.clear()

    def _publish(self) -> None:
        # What is built at once is searched at once: each segment costs a scan of its own.
        self._flush(into_one=not self._base.segments)
        tables = [load_table(self._folder / name) for name in self._names]
        known = {part.name: part for part in self._base.segments}
        words = {part.name.rpartition("/")[2]: part for part in self._base.keyword_files}
        keyword_files = []
        for name in files_of(self._folder / self._keywords):
            path, leaf = f"{self._keywords}/{name}", name.rpartition("/")[2]
            shared = leaf != "meta.json" and leaf in words
            part = changed(words[leaf], name=path) if shared else described(self._folder, path)
            keyword_files.append(part)
        holds = current(tables)
        clustered = self._clustered(tables, known)
        manifest = changed(
            self._base,
            generation=self._base.generation + 1,
            assets=sum(int(held.sum()) for held in holds),
            passages=_rows_held(tables) - sum(int(held.sum()) for held in holds),
            segments=tuple(
                known.get(name) or described(self._folder, name)
                for segment in self._names
                for name in (segment, *clustered[segment])
            ),
            keywords=self._keywords,
            keyword_files=tuple(keyword_files),
        )
        self._named = True
        publish(self._folder, manifest)
        sweep(self._folder, manifest)

    def _clustered(
        self, tables: Sequence[AssetTable], known: Container[str]
    ) -> dict[str, list[str]]:
        """Each segment's files of clusters, written where they are not known."""
        names: dict[str, list[str]] = {name: [] for name in self._names}
        cards = [len(table.asset_ids) for table in tables]
        passages = [int(table.starts[-1]) for table in tables]
        for leg, wanted in zip(LEGS, clusters.wanted([cards, passages]), strict=True):
            for segment, has_clusters in zip(self._names, wanted, strict=True):
                place = clusters_name(segment, leg)
                if not has_clusters:
                    continue
                names[segment].append(place)
                if place not in known:
                    self._written.append(place)
                    vectors = load_segment(self._folder / segment).of(leg)
                    clusters.build_clusters(vectors, self._folder / place)
        return names


def revisions_in(folder: Path, manifest: Manifest) -> dict[int, str]:
    """asset_id -> revision of all the generation holds, read without the vectors."""
    tables = [load_table(folder / files.segment.name) for files in grouped(manifest.segments)]
    return {
        asset_id: revision.decode()
        for table, held in zip(tables, current(tables), strict=True)
        for asset_id, revision in zip(
            table.asset_ids[held].tolist(), table.revisions[held].tolist(), strict=True
        )
    }


def _rows_held(tables: Sequence[AssetTable]) -> int:
    return sum(
        int(held.sum() + np.diff(table.starts)[held].sum())
        for table, held in zip(tables, current(tables), strict=True)
    )


def _batches(assets: Iterable[IndexedAsset]) -> Iterator[list[IndexedAsset]]:
    """Bounded by texts, each asset once in a batch: of two with one id the later."""
    batch: dict[int, IndexedAsset] = {}
    texts = 0
    for asset in assets:
        texts += 1 + len(asset.passages)
        batch[asset.asset_id] = asset
        if texts >= BATCH_TEXTS:
            yield list(batch.values())
            batch, texts = {}, 0
    if batch:
        yield list(batch.values())
