"""BM25 on tantivy: one engine folder for assets, one for passages, each with its own statistics.

A generation's folder is written once and then only read: the next generation starts as hard
links to its files, which the engine never changes in place.
"""

import math
import os
import shutil
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from contentlib.ports import IndexedAsset, Permitted
from indexer.keywords.typed import TypedQuery, well_formed

ASSETS = "assets"
PASSAGES = "passages"
FIELD_WEIGHTS = {"title": 1.0, "facets": 1.0, "summary": 1.0, "text": 1.0}
PASSAGE_WEIGHTS = {"text": 1.0}
BEGINNING_WEIGHT = 0.25
COMPLETIONS = 24
TERMS = 128
LONGEST_TOKEN = 100
# Few assets are filtered by the engine, at a dictionary look-up each; among many, more hits are
# read than asked for and those not permitted dropped, unless too many would have to be read
# (measured at 20,000 and at 1,000,000 passages).
NARROW = 1000
DEEPEST = 5000
READ_PER_KEPT = 1.3
WRITER_BYTES = 32_000_000
# Of these assets, those a search may return.
Permits = Callable[[Iterable[int]], Container[int]]


def _analyzers() -> dict[str, Any]:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    def folded() -> Any:
        return (
            TextAnalyzerBuilder(Tokenizer.simple())
            .filter(Filter.remove_long(LONGEST_TOKEN))
            .filter(Filter.lowercase())
            .filter(Filter.ascii_fold())
        )

    return {"stems": folded().filter(Filter.stemmer("english")).build(), "words": folded().build()}


def _schema(kind: str) -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("asset_id", indexed=True, fast=True)
    if kind == PASSAGES:
        builder.add_integer_field("passage_id", fast=True)
        builder.add_text_field("text", tokenizer_name="stems", index_option="position")
    else:
        for name in FIELD_WEIGHTS:
            builder.add_text_field(name, tokenizer_name="stems", index_option="position")
        builder.add_text_field("words", tokenizer_name="words", index_option="basic")
    return builder.build()


def _open(folder: Path, kind: str, *, create: bool) -> Any:
    from tantivy import Index

    place = folder / kind
    if create:
        place.mkdir(parents=True, exist_ok=True)
        index = Index(_schema(kind), path=str(place))
    else:
        index = Index.open(str(place))
    for name, analyzer in _analyzers().items():
        index.register_tokenizer(name, analyzer)
    # The default reader watches the folder with a thread of its own; generations tell us.
    index.config_reader("manual")
    return index


def files_of(folder: Path) -> list[str]:
    """The engine's lasting files, relative to the folder, sorted: no locks, no bookkeeping."""
    return sorted(
        f"{kind}/{path.name}"
        for kind in (ASSETS, PASSAGES)
        for path in (folder / kind).glob("*")
        if not path.name.startswith(".")
    )


def continue_from(previous: Path, folder: Path) -> None:
    """Makes `folder` start as `previous` stands, sharing its files where the disk can."""
    for kind in (ASSETS, PASSAGES):
        (folder / kind).mkdir(parents=True)
        for path in (previous / kind).iterdir():
            if path.name.endswith(".lock"):
                continue
            target = folder / kind / path.name
            # These two are replaced by name at each commit; the rest is written once.
            if path.name in ("meta.json", ".managed.json"):
                shutil.copyfile(path, target)
                continue
            try:
                os.link(path, target)
            except OSError:
                shutil.copyfile(path, target)


class KeywordWriter:
    """Writes one generation's folder; a context that commits on a clean exit only."""

    def __init__(self, folder: Path) -> None:
        self._indexes = {kind: _open(folder, kind, create=True) for kind in (ASSETS, PASSAGES)}
        self._writers = {
            kind: index.writer(heap_size=WRITER_BYTES, num_threads=1)
            for kind, index in self._indexes.items()
        }

    def __enter__(self) -> "KeywordWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._writers.values():
            if kind is None:
                writer.commit()
                writer.wait_merging_threads()
            else:
                writer.rollback()
        self._writers.clear()

    def replace(self, asset: IndexedAsset) -> None:
        from tantivy import Document

        self.remove(asset.asset_id)
        bodies = [well_formed(passage.text) for passage in asset.passages]
        parts = {
            "title": well_formed(asset.title),
            "facets": well_formed("\n".join(asset.facets)),
            "summary": well_formed(asset.summary),
            "text": "\n".join(bodies),
        }
        whole = Document()
        whole.add_integer("asset_id", asset.asset_id)
        for name, value in parts.items():
            whole.add_text(name, value)
            whole.add_text("words", value)
        self._writers[ASSETS].add_document(whole)
        for passage, body in zip(asset.passages, bodies, strict=True):
            piece = Document()
            piece.add_integer("asset_id", asset.asset_id)
            piece.add_integer("passage_id", passage.passage_id)
            piece.add_text("text", body)
            self._writers[PASSAGES].add_document(piece)

    def remove(self, asset_id: int) -> None:
        for writer in self._writers.values():
            writer.delete_documents_by_term("asset_id", asset_id)


class KeywordReader:
    """Searches one generation's folder; safe for many threads."""

    def __init__(self, folder: Path) -> None:
        self._analyzers = _analyzers()
        self._schemas: dict[str, Any] = {}
        self._searchers: dict[str, Any] = {}
        for kind in (ASSETS, PASSAGES):
            index = _open(folder, kind, create=False)
            self._schemas[kind] = index.schema
            self._searchers[kind] = index.searcher()

    def assets(
        self, typed: TypedQuery, among: Permitted, permitted: Permits, limit: int
    ) -> list[tuple[int, float]]:
        """(asset_id, BM25 over the weighted fields) of the best permitted assets."""
        best = self._best(ASSETS, typed, FIELD_WEIGHTS, among, permitted, limit)
        return [(asset_id, score) for asset_id, score, _ in best]

    def passages(
        self, typed: TypedQuery, among: Permitted, permitted: Permits, limit: int
    ) -> list[tuple[int, int, float]]:
        """(asset_id, passage_id, BM25) of the best passages of permitted assets."""
        best = self._best(PASSAGES, typed, PASSAGE_WEIGHTS, among, permitted, limit)
        ids = self._column(PASSAGES, "passage_id", [address for *_, address in best])
        return [(asset_id, pid, score) for (asset_id, score, _), pid in zip(best, ids, strict=True)]

    def _best(
        self,
        kind: str,
        typed: TypedQuery,
        weights: dict[str, float],
        among: Permitted,
        permitted: Permits,
        limit: int,
    ) -> list[tuple[int, float, Any]]:
        searcher = self._searchers[kind]
        held = searcher.num_docs
        query = self._query(kind, typed, weights)
        if query is None or not held or not limit:
            return []
        share = min(1.0, len(among) / self._searchers[ASSETS].num_docs)
        depth = limit if share == 1 else math.ceil(READ_PER_KEPT * limit / share)
        if share < 1 and (len(among) <= NARROW or depth > DEEPEST):
            query, depth = self._only(kind, query, among), limit
        while True:
            hits = searcher.search(query, limit=depth, count=False).hits
            asset_ids = self._column(kind, "asset_id", [address for _, address in hits])
            allowed = permitted(asset_ids)
            kept = [
                (asset_id, score, address)
                for asset_id, (score, address) in zip(asset_ids, hits, strict=True)
                if asset_id in allowed
            ]
            if len(kept) >= limit or len(hits) < depth or depth >= held:
                return kept[:limit]
            depth *= 4

    def _column(self, kind: str, name: str, addresses: list[Any]) -> list[int]:
        if not addresses:
            return []
        values: list[int] = self._searchers[kind].fast_field_values(name, addresses)
        return values

    def _only(self, kind: str, query: Any, among: Permitted) -> Any:
        from tantivy import Occur, Query

        permitted = Query.term_set_query(self._schemas[kind], "asset_id", list(among.asset_ids))
        silent = Query.const_score_query(permitted, 0.0)
        return Query.boolean_query([(Occur.Must, silent), (Occur.Must, query)])

    def _query(self, kind: str, typed: TypedQuery, weights: dict[str, float]) -> Any | None:
        """Any of the words, or a completion of the last; all of the phrases if there are any."""
        from tantivy import Occur, Query

        stems = list(dict.fromkeys(self._analyzers["stems"].analyze(typed.words)))[:TERMS]
        # All in one list, a stem in a field each: the engine skips only in a plain union of words.
        optional = [part for stem in stems for part in self._in_each(kind, [stem], weights)]
        optional += [
            Query.boost_query(part, BEGINNING_WEIGHT)
            for stem in self._completions(typed.unfinished)
            if stem not in stems
            for part in self._in_each(kind, [stem], weights)
        ]
        required = [
            self._anywhere(kind, words, weights)
            for words in map(self._analyzers["stems"].analyze, typed.phrases)
            if words
        ]
        if not optional:
            return None
        clauses = [(Occur.Must, clause) for clause in required]
        clauses += [(Occur.Should, clause) for clause in optional]
        return Query.boolean_query(clauses)

    def _anywhere(self, kind: str, words: Sequence[str], weights: dict[str, float]) -> Any:
        from tantivy import Occur, Query

        fields = self._in_each(kind, words, weights)
        return Query.boolean_query([(Occur.Should, field) for field in fields])

    def _in_each(self, kind: str, words: Sequence[str], weights: dict[str, float]) -> list[Any]:
        """The words side by side in each field, weighted; a sum over them is their BM25."""
        from tantivy import Query

        schema = self._schemas[kind]

        def within(name: str) -> Any:
            if len(words) == 1:
                return Query.term_query(schema, name, words[0], index_option="freq")
            return Query.phrase_query(schema, name, list(words))

        return [Query.boost_query(within(name), weight) for name, weight in weights.items()]

    def _completions(self, beginning: str) -> Iterable[str]:
        """Stems of the most frequent words of the library that begin so."""
        folded = self._analyzers["words"].analyze(beginning)
        if len(folded) != 1:
            return ()
        found = self._searchers[ASSETS].terms_with_prefix("words", folded[0], limit=COMPLETIONS)
        stems = (self._analyzers["stems"].analyze(word) for word, _ in found if word != folded[0])
        return list(dict.fromkeys(words[0] for words in stems if words))
