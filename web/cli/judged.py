"""Judged queries, and how each run of an evaluation answers them."""

import csv
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from contentlib.asset.queries import internal_names
from contentlib.errors import InvalidInput
from contentlib.library import Library
from contentlib.recommendation.queries import recommend
from contentlib.recommendation.understanding import of_fields
from contentlib.search.evaluation import Judged, reciprocal_rank_fusion
from contentlib.search.queries import find
from contentlib.taxonomy.queries import vocabulary
from web.cli.opening import operator

DEPTH = 100
SHIPPED = "shipped"
# The legs alone, plain reciprocal rank fusion, the index's own fusion, and what people get.
RUNS = ("keyword", "vector", "reciprocal rank", "fused", SHIPPED)


@dataclass(frozen=True, slots=True)
class Query:
    """One judged query. `deal` holds its fields where it is a deal, the note among them."""

    id: str
    kind: str
    difficulty: str
    text: str
    grades: Mapping[str, int]
    deal: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_deal(self) -> bool:
        return bool(self.deal)


def read_queries(folder: Path) -> list[Query]:
    """Queries with their grades. Raises InvalidInput naming the file that is missing or odd."""
    grades: dict[str, dict[str, int]] = {}
    try:
        with (folder / "qrels.tsv").open(encoding="utf-8") as file:
            for line in csv.reader(file, delimiter="\t"):
                if len(line) >= 4:
                    grades.setdefault(line[0], {})[line[2]] = int(line[3])
        rows = [
            json.loads(line)
            for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
            if line.strip()
        ]
        return [_query(row, grades) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{folder}: assets.jsonl, queries.jsonl and qrels.tsv are needed ({error})."
        ) from error


def _query(row: dict[str, Any], grades: Mapping[str, Mapping[str, int]]) -> Query:
    deal = {key: value for key, value in (row.get("deal") or {}).items() if value}
    if deal and row.get("note"):
        deal["note"] = row["note"]
    return Query(
        id=str(row["id"]),
        kind=str(row.get("type", "search")),
        difficulty=str(row.get("difficulty") or "unrated"),
        text=str(row["text"]),
        grades=grades.get(str(row["id"]), {}),
        deal=deal,
    )


@dataclass(slots=True)
class Asking:
    """Asks one library. Deals are judged on what may be sent: internal-only assets are left out
    of the ideal and of every run."""

    library: Library
    internal: frozenset[str]
    recommended_internal: int = 0

    @classmethod
    def of(cls, library: Library) -> "Asking":
        with library.database.reading() as session:
            return cls(library, internal_names(session))

    def ask(self, query: Query) -> dict[str, Judged]:
        """The answer of each run."""
        found = {run: self._searched(query, run) for run in ("keyword", "vector", "fused")}
        found["reciprocal rank"] = self._fused_by_rank(query, found["keyword"], found["vector"])
        shipped = self._recommended(query) if query.is_deal else self._searched(query, SHIPPED)
        return {**found, SHIPPED: shipped}

    def _searched(self, query: Query, run: str) -> Judged:
        with self.library.database.reading() as session:
            begun = time.perf_counter()
            found = find(
                session,
                self.library.index,
                self.library.permitted,
                operator(),
                text=query.text,
                today=self.library.clock.now().date(),
                floor=self.library.settings.search_floor,
                limit=DEPTH,
                mode="fused" if run == SHIPPED else run,
                spelling=self.library.spelling if run == SHIPPED else None,
                with_facets=run == SHIPPED,
            )
            took_ms = (time.perf_counter() - begun) * 1000
        ranked = tuple(r.line.external_id or r.line.public_id for r in found.results)
        best = max((r.fit for r in found.results[:3]), default=0.0)
        return self._judged(query, ranked, found.confident, took_ms, best)

    def _recommended(self, query: Query) -> Judged:
        with self.library.database.reading() as session:
            begun = time.perf_counter()
            found = self._recommend(session, query)
            took_ms = (time.perf_counter() - begun) * 1000
        # a near-copy stands right below what it was folded into
        lines = [line for r in found.results for line in (r.line, *r.copies)]
        ranked = tuple(line.external_id or line.public_id for line in lines)
        self.recommended_internal += sum(line.audience == "internal" for line in lines)
        return self._judged(query, ranked, found.confident, took_ms, found.confidence)

    def _recommend(self, session: Session, query: Query) -> Any:
        words = vocabulary(session)
        return recommend(
            session,
            self.library.index,
            self.library.permitted,
            operator(),
            deal=of_fields(query.deal, words),
            today=self.library.clock.now().date(),
            floor=self.library.settings.search_floor,
            limit=DEPTH,
            words=words,
        )

    def _fused_by_rank(self, query: Query, *legs: Judged) -> Judged:
        ranked = reciprocal_rank_fusion([leg.ranked for leg in legs])
        took = sum(leg.took_ms for leg in legs)
        # it has no measure that compares between queries: it never refuses
        return self._judged(query, ranked, True, took, 0.0)

    def _judged(
        self, query: Query, ranked: tuple[str, ...], confident: bool, took_ms: float, best: float
    ) -> Judged:
        left_out = self.internal if query.is_deal else frozenset[str]()
        return Judged(
            query_id=query.id,
            ranked=tuple(item for item in ranked if item not in left_out),
            grades={item: g for item, g in query.grades.items() if item not in left_out},
            confident=confident,
            took_ms=took_ms,
            top_score=best,
        )
