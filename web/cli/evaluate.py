"""`contentlib evaluate`."""

import csv
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from contentlib.errors import InvalidInput
from contentlib.library import Library
from contentlib.search.evaluation import Judged, Summary, summarise
from contentlib.search.queries import find
from contentlib.settings import Settings
from web.cli.importing import bring_in, read_manifest
from web.cli.opening import operator, print_json, say, settings_of
from web.wiring import open_library

_MODES = ("keyword", "vector", "fused")


@dataclass(frozen=True, slots=True)
class _Query:
    id: str
    kind: str
    text: str
    grades: dict[str, int]


@click.command()
@click.argument(
    "directory",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("-k", "depth", default=10, show_default=True, help="Depth of the measures.")
@click.option(
    "--run-file", type=click.Path(dir_okay=False, path_type=Path), help="Write a TREC run."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    directory: tuple[Path, ...],
    depth: int,
    run_file: Path | None,
    as_json: bool,
) -> None:
    """Measure search on judged queries.

    Each DIRECTORY holds assets.jsonl, queries.jsonl and qrels.tsv; each becomes a throw-away
    library of its own, and the figures are pooled by query.
    """
    settings = settings_of(ctx)
    judged: dict[str, list[tuple[_Query, Judged]]] = {mode: [] for mode in _MODES}
    for folder in directory:
        queries = read_queries(folder)
        with _throw_away_library(settings, folder) as library:
            for mode in _MODES:
                judged[mode] += [(q, _ask(library, q, mode)) for q in queries]
    if run_file is not None:
        run_file.write_text("".join(_trec(judged["fused"])), encoding="utf-8")
    figures = {
        mode: {
            group: summarise([j for q, j in rows if group in ("all", q.kind)], k=depth)
            for group in ("all", *sorted({q.kind for q, _ in rows}))
        }
        for mode, rows in judged.items()
    }
    if as_json:
        print_json(_as_json(figures))
        return
    Console().print(_table(figures, depth))


def read_queries(folder: Path) -> list[_Query]:
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
        return [
            _Query(
                str(row["id"]),
                str(row.get("type", "search")),
                str(row["text"]),
                grades.get(str(row["id"]), {}),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{folder}: assets.jsonl, queries.jsonl and qrels.tsv are needed ({error})."
        ) from error


@contextmanager
def _throw_away_library(settings: Settings, folder: Path) -> Iterator[Library]:
    if not (folder / "assets.jsonl").is_file():
        raise InvalidInput(f"{folder} has no assets.jsonl.")
    with tempfile.TemporaryDirectory(prefix="contentlib-evaluate-") as place:
        fresh = settings.model_copy(update={"data_dir": Path(place), "database_url": ""})
        library = open_library(fresh, derived_from=settings.data_dir, migrate=True)
        try:
            library.index.prepare()
            sources = read_manifest(folder / "assets.jsonl")
            say(f"{folder}: importing {len(sources)} assets")
            results = bring_in(library, sources, owner=None, publish=True, label="evaluation")
            refused = [r for r in results if r["status"] != "imported"]
            for result in refused:
                say(f"{result['source']}: {result['status']}, {result['reason']}")
            yield library
        finally:
            library.close()


def _ask(library: Library, query: _Query, mode: str) -> Judged:
    with library.database.reading() as session:
        begun = time.perf_counter()
        found = find(
            session,
            library.index,
            library.permitted,
            operator(),
            text=query.text,
            today=library.clock.now().date(),
            floor=library.settings.search_floor,
            limit=100,
            mode=mode,
        )
        took_ms = (time.perf_counter() - begun) * 1000
    ranked = tuple(r.line.external_id or r.line.public_id for r in found.results)
    top = found.results[0].fit if found.results else 0.0
    return Judged(query.id, ranked, query.grades, found.confident, took_ms, top)


def _trec(rows: Sequence[tuple[_Query, Judged]]) -> Iterator[str]:
    for query, judged in rows:
        for rank, asset_id in enumerate(judged.ranked[:100], start=1):
            yield f"{query.id} Q0 {asset_id} {rank} {1 / rank:.6f} contentlib\n"


def _as_json(figures: dict[str, dict[str, Summary]]) -> dict[str, Any]:
    return {
        mode: {group: asdict(summary) for group, summary in groups.items()}
        for mode, groups in figures.items()
    }


def _table(figures: dict[str, dict[str, Summary]], depth: int) -> Table:
    table = Table(box=None)
    for column in (
        "mode",
        "queries",
        "n",
        f"nDCG@{depth}",
        f"Recall@{depth}",
        "MRR",
        f"hit@{depth}",
        "refused",
        "abstained",
        "AUC",
        "p50 ms",
        "p95 ms",
    ):
        table.add_column(column, justify="left" if column in ("mode", "queries") else "right")
    for mode, groups in figures.items():
        for group, s in groups.items():
            table.add_row(
                mode,
                group,
                str(s.queries),
                f"{s.ndcg:.3f}",
                f"{s.recall:.3f}",
                f"{s.mrr:.3f}",
                f"{s.success:.3f}",
                f"{s.refused:.3f}",
                _or_dash(s.abstained),
                _or_dash(s.abstention_auc),
                f"{s.p50_ms:.1f}",
                f"{s.p95_ms:.1f}",
            )
    return table


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
