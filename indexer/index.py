"""The embedded search index: vectors and keywords in one folder, one writer, many readers."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from contentlib.errors import IndexUnavailable
from contentlib.ports import (
    IndexedAsset,
    IndexHit,
    IndexState,
    Likeness,
    Neighbour,
    Permitted,
)
from indexer.embed import Counted, Embedder
from indexer.fuse import MODES, fuse
from indexer.keywords.typed import read_typed
from indexer.manifest import NAME, Manifest, missing, publish, read_manifest, sweep, writing
from indexer.view import IndexView

# A reader meets a file that was just deleted only when a writer published meanwhile.
OPENING_TRIES = 8
# As many as the web server has threads; a further search waits for its words.
SEARCHES_AT_ONCE = 8
_Stamp = tuple[int, int, int] | None


class EmbeddedIndex:
    """A SearchIndex in a folder; opens nothing until it is asked, safe for many threads.

    `cache_folder` keeps the vectors of texts seen before, by default the index folder itself;
    several indexes may share one. `progress(done, of)` is told of texts embedded.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        cache_folder: Path | None = None,
        progress: Counted | None = None,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._cache_folder = cache_folder or folder
        self._progress = progress
        self._opening = threading.Lock()
        # Its threads begin with the first search and end with the process.
        self._aside = ThreadPoolExecutor(SEARCHES_AT_ONCE, thread_name_prefix="index-words")
        self._view: IndexView | None = None
        self._stamp: _Stamp = None

    def prepare(self) -> None:
        """See SearchIndex."""
        self._embedder.prepare_queries()

    def warm_up(self) -> None:
        """See SearchIndex."""
        self._embedder.documents(["a first text"])

    def replace(self, assets: Iterable[IndexedAsset]) -> None:
        """See SearchIndex. Assets held in the same revision are left as they are.

        Raises IndexUnavailable where the index is damaged or of another model: rebuild it.
        """
        with writing(self._folder):
            base = self._begun()
            held = self._revisions_of(base)
            latest = {asset.asset_id: asset for asset in assets}.values()
            changed = [asset for asset in latest if held.get(asset.asset_id) != asset.revision]
            if changed:
                self._write(base, changed)

    def remove(self, asset_ids: Iterable[int]) -> None:
        """See SearchIndex. Raises IndexUnavailable like `replace`."""
        with writing(self._folder):
            base = self._begun()
            held = self._revisions_of(base)
            gone = [asset_id for asset_id in set(asset_ids) if asset_id in held]
            if gone:
                self._write(base, (), gone)

    def rebuild(self, assets: Iterable[IndexedAsset]) -> None:
        """See SearchIndex. Texts embedded before are not embedded again; heals any damage."""
        with writing(self._folder):
            try:
                before = read_manifest(self._folder) or self._first()
            except IndexUnavailable:
                before = None
            # Nothing of the present generation is deleted before the new one is published.
            fresh = Manifest(
                self._embedder.model_id,
                self._embedder.dimension,
                generation=before.generation if before else 0,
            )
            self._write(fresh, assets, forget=self._cache_folder == self._folder)

    def search(
        self, text: str, *, among: Permitted, limit: int, mode: str = "fused"
    ) -> tuple[IndexHit, ...]:
        """See SearchIndex. Text without a letter or digit finds nothing."""
        if mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
        typed = read_typed(text)
        if not typed.length or not len(among) or limit <= 0:
            return ()
        view = self._current()
        if view is None:
            return ()
        found = view.find(
            None if mode == "vector" else typed,
            None if mode == "keyword" else partial(self._embedder.query, typed.words),
            among,
            limit,
            self._aside,
        )
        return fuse(
            found.candidates(),
            found.passages_of,
            permitted=found.permitted,
            words=typed.length,
            limit=limit,
            mode=mode,
            background=found.background,
        )

    def like(self, asset_id: int, *, among: Permitted, limit: int) -> tuple[Neighbour, ...]:
        """See SearchIndex. Half by the cards and half by the texts; by cards where one has none."""
        view = self._current() if len(among) and limit > 0 else None
        return view.like(asset_id, among, limit) if view else ()

    def alikeness(self, asset_ids: Sequence[int]) -> Mapping[tuple[int, int], Likeness]:
        """See SearchIndex."""
        view = self._current() if asset_ids else None
        return view.alikeness(asset_ids) if view else {}

    def revisions(self) -> Mapping[int, str]:
        """See SearchIndex. Raises IndexUnavailable where the index is damaged."""
        view = self._current()
        return view.revisions() if view else {}

    def state(self) -> IndexState:
        """See SearchIndex."""
        manifest = Manifest(self._embedder.model_id, self._embedder.dimension)
        problem: str | None = None
        try:
            manifest = read_manifest(self._folder) or manifest
            problem = missing(self._folder, manifest)
            if problem is None:
                self._current()
        except (IndexUnavailable, OSError) as error:
            problem = str(error)
        return IndexState(
            manifest.assets, manifest.passages, manifest.generation, manifest.model, problem
        )

    def _current(self) -> IndexView | None:
        """The view of the present generation; None where nothing was ever written."""
        stamp = self._stamp_now()
        if stamp is not None and stamp == self._stamp:
            return self._view
        with self._opening:
            for _ in range(OPENING_TRIES):
                # Taken before reading: a manifest published in between is seen next time.
                stamp = self._stamp_now()
                manifest = read_manifest(self._folder)
                if manifest is None or not manifest.generation:
                    self._view, self._stamp = None, stamp
                    return None
                if stamp == self._stamp:
                    return self._view
                self._refuse_mismatch(manifest)
                try:
                    view = IndexView(self._folder, manifest, self._view)
                except (OSError, IndexUnavailable) as problem:
                    if self._stamp_now() != stamp:
                        continue
                    if isinstance(problem, IndexUnavailable):
                        raise
                    raise IndexUnavailable(
                        "The search index is damaged (a file is gone); rebuild it."
                    ) from problem
                self._view, self._stamp = view, stamp
                return view
        raise IndexUnavailable("The search index is being rebuilt; try again.")

    def _stamp_now(self) -> _Stamp:
        try:
            seen = (self._folder / NAME).stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_ino, seen.st_size

    def _refuse_mismatch(self, manifest: Manifest) -> None:
        sentence = manifest.mismatch(self._embedder.model_id, self._embedder.dimension)
        if sentence:
            raise IndexUnavailable(sentence)

    def _begun(self) -> Manifest:
        """The generation to go on from, with what a killed writer left swept away."""
        manifest = read_manifest(self._folder)
        if manifest is None or not manifest.generation:
            manifest = self._first()
        self._refuse_mismatch(manifest)
        damage = missing(self._folder, manifest)
        if damage:
            raise IndexUnavailable(damage)
        sweep(self._folder, manifest)
        return manifest

    def _first(self) -> Manifest:
        """An empty generation: from now on files without a manifest mean damage."""
        manifest = Manifest(self._embedder.model_id, self._embedder.dimension)
        publish(self._folder, manifest)
        return manifest

    def _revisions_of(self, manifest: Manifest) -> dict[int, str]:
        from indexer.generation import revisions_in

        return revisions_in(self._folder, manifest)

    def _write(
        self,
        base: Manifest,
        assets: Iterable[IndexedAsset],
        gone: Iterable[int] = (),
        *,
        forget: bool = False,
    ) -> None:
        from indexer.embedding_cache import EmbeddingCache
        from indexer.generation import GenerationDraft

        cache = EmbeddingCache(self._cache_folder, self._embedder)
        try:
            with GenerationDraft(self._folder, base, cache) as draft:
                draft.remove(list(gone))
                draft.put(assets, self._progress)
            if forget:
                cache.forget_unused()
        finally:
            cache.close()
