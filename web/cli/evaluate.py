"""`contentlib evaluate`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import click
from rich.console import Console
from rich.table import Table

from contentlib.errors import InvalidInput
from contentlib.library import Library
from contentlib.search.evaluation import (
    Interval,
    Judged,
    Summary,
    ndcg,
    paired_difference,
    reciprocal_rank,
    summarise,
)
from contentlib.settings import Settings
from web.cli.importing import bring_in, read_manifest
from web.cli.judged import DEPTH, RUNS, SHIPPED, Asking, Query, read_queries
from web.cli.opening import print_json, say, settings_of
from web.wiring import open_library

Rows = list[tuple[Query, dict[str, Judged]]]


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
@click.option("--queries", "each_query", is_flag=True, help="List every query with its figures.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    directory: tuple[Path, ...],
    depth: int,
    run_file: Path | None,
    each_query: bool,
    as_json: bool,
) -> None:
    """Measure search and recommendation on judged queries.

    Each DIRECTORY holds assets.jsonl, queries.jsonl and qrels.tsv; each becomes a throw-away
    library of its own, and the figures are pooled by query. Searches are asked through search,
    deals through recommend; beside them in the same run: keywords alone, vectors alone, plain
    reciprocal rank fusion, and the index's fusion without facets.
    """
    settings = settings_of(ctx)
    rows: Rows = []
    internal = 0
    for folder in directory:
        queries = read_queries(folder)
        with _throw_away_library(settings, folder) as library:
            asking = Asking.of(library)
            rows += [(query, asking.ask(query)) for query in queries]
            internal += asking.recommended_internal
    if run_file is not None:
        run_file.write_text("".join(_trec(rows)), encoding="utf-8")
    figures = {
        run: {
            name: summarise([answers[run] for _, answers in group], k=depth)
            for name, group in _groups(rows).items()
        }
        for run in RUNS
    }
    gains = _differences(rows, depth)
    if as_json:
        print_json(_as_json(figures, gains, rows, internal, depth))
        return
    # figures cut off by a narrow pipe would be of no use
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(_table(figures, depth))
    for run, (gain, interval) in gains.items():
        console.print(f"{SHIPPED} - {run}: {gain:+.3f} nDCG@{depth} {_shown(interval)}")
    console.print(f"internal-only assets recommended: {internal}")
    if each_query:
        console.print(_query_table(rows, depth))


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


def _groups(rows: Rows) -> dict[str, Rows]:
    """All, each type, and each difficulty of a type; what has no answer belongs to its type."""
    found: dict[str, Rows] = {"all": rows}
    for kind in sorted({query.kind for query, _ in rows}):
        of_kind = [row for row in rows if row[0].kind == kind]
        found[kind] = of_kind
        answerable = [row for row in of_kind if row[1][SHIPPED].is_answerable]
        for difficulty in ("easy", "medium", "hard"):
            group = [row for row in answerable if row[0].difficulty == difficulty]
            if group:
                found[f"{kind} {difficulty}"] = group
    return found


def _differences(rows: Rows, depth: int) -> dict[str, tuple[float, Interval]]:
    """run -> how much better the shipped ranking is, paired by query."""

    def gains(run: str) -> list[float]:
        answers = [found[run] for _, found in rows if found[SHIPPED].is_answerable]
        return [ndcg(a.ranked, a.grades, k=depth) for a in answers]

    shipped = gains(SHIPPED)
    return {run: paired_difference(shipped, gains(run)) for run in RUNS if run != SHIPPED}


def _trec(rows: Rows) -> Iterator[str]:
    for query, answers in rows:
        for rank, asset_id in enumerate(answers[SHIPPED].ranked[:DEPTH], start=1):
            yield f"{query.id} Q0 {asset_id} {rank} {1 / rank:.6f} contentlib\n"


def _per_query(rows: Rows, depth: int) -> Iterator[dict[str, Any]]:
    for query, answers in rows:
        told = answers[SHIPPED]
        yield {
            "id": query.id,
            "type": query.kind,
            "difficulty": query.difficulty,
            "text": query.text,
            "answerable": told.is_answerable,
            "confident": told.confident,
            "fit": round(told.top_score, 4),
            "mrr": round(reciprocal_rank(told.ranked[:depth], told.grades), 4),
            "ndcg": {
                run: round(ndcg(a.ranked, a.grades, k=depth), 4) for run, a in answers.items()
            },
        }


def _as_json(
    figures: dict[str, dict[str, Summary]],
    gains: dict[str, tuple[float, Interval]],
    rows: Rows,
    internal: int,
    depth: int,
) -> dict[str, Any]:
    return {
        **asdict(figures[SHIPPED]["all"]),
        "k": depth,
        "recommended_internal_only": internal,
        "runs": {
            run: {group: asdict(summary) for group, summary in groups.items()}
            for run, groups in figures.items()
        },
        "differences": {
            run: {"ndcg": gain, "interval": asdict(interval)}
            for run, (gain, interval) in gains.items()
        },
        "per_query": list(_per_query(rows, depth)),
    }


def _table(figures: dict[str, dict[str, Summary]], depth: int) -> Table:
    table = Table(box=None)
    titles = ["run", "queries", "n", f"nDCG@{depth}", "95 %", f"Recall@{depth}", "MRR"]
    titles += [f"hit@{depth}", "refused", "abstained", "AUC", "p50 ms", "p95 ms"]
    for column in titles:
        table.add_column(
            column, justify="left" if column in ("run", "queries") else "right", no_wrap=True
        )
    for run, groups in figures.items():
        for group, s in groups.items():
            if run != SHIPPED and " " in group:
                continue
            area = s.abstention_auc_interval
            table.add_row(
                run,
                group,
                str(s.queries),
                f"{s.ndcg:.3f}",
                _shown(s.ndcg_interval),
                f"{s.recall:.3f}",
                f"{s.mrr:.3f}",
                f"{s.success:.3f}",
                f"{s.refused:.3f}",
                _or_dash(s.abstained),
                _or_dash(s.abstention_auc) + (f" {_shown(area)}" if area else ""),
                f"{s.p50_ms:.1f}",
                f"{s.p95_ms:.1f}",
            )
    return table


def _query_table(rows: Rows, depth: int) -> Table:
    table = Table(box=None)
    for column in ("query", "text", *RUNS, "fit", "confident"):
        justify: Literal["left", "right"] = "left" if column in ("query", "text") else "right"
        table.add_column(column, justify=justify, no_wrap=True)
    for told in _per_query(rows, depth):
        shown = [f"{told['ndcg'][run]:.2f}" if told["answerable"] else "-" for run in RUNS]
        sure = "yes" if told["confident"] else "no"
        table.add_row(told["id"], told["text"][:60], *shown, f"{told['fit']:.2f}", sure)
    return table


def _shown(interval: Interval) -> str:
    return f"{interval.low:.3f}..{interval.high:.3f}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
