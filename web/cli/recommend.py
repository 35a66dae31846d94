"""`contentlib recommend`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from contentlib.crm.deal_queries import deal_facts
from contentlib.errors import InvalidInput
from contentlib.recommendation.deal import Deal
from contentlib.recommendation.queries import Recommendation, recommend
from contentlib.recommendation.understanding import of_fields, of_opportunity
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from web.cli.opening import library_of, operator, print_json, say


@click.command("recommend")
@click.option("--opportunity", metavar="ID", help="A deal of the library, by its public id.")
@click.option(
    "--deal", "file", metavar="FILE.json|-", help="A deal as JSON; - reads it from stdin."
)
@click.option("-k", "limit", default=10, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def recommend_command(
    ctx: click.Context, opportunity: str | None, file: str | None, limit: int, as_json: bool
) -> None:
    """Recommend what to send for a deal, with reasons.

    A deal in JSON may have: industry, region, stage, product, competitor, persona, use_case
    (text or lists), employees, pain, notes, account.
    """
    if (opportunity is None) == (file is None):
        raise InvalidInput("Give either --opportunity ID or --deal FILE.json.")
    with library_of(ctx) as library, library.database.reading() as session:
        words = vocabulary(session)
        deal = _deal(session, words, opportunity, file)
        library.index.prepare()
        begun = time.perf_counter()
        found = recommend(
            session,
            library.index,
            library.permitted,
            operator(),
            deal=deal,
            today=library.clock.now().date(),
            floor=library.settings.search_floor,
            limit=limit,
            words=words,
        )
        took_ms = round((time.perf_counter() - begun) * 1000, 1)
    if as_json:
        print_json(
            {
                "results": [result_json(result) for result in found.results],
                "confident": found.confident,
                "confidence": round(found.confidence, 4),
                "understood": [chip.key for chip in deal.on],
                "took_ms": took_ms,
            }
        )
        return
    say("Understood: " + ("; ".join(f"{c.facet_label} {c.label}" for c in deal.on) or "the text"))
    if not found.confident:
        say("Nothing here fits well; the nearest:")
    table = Table(box=None)
    for column in ("score", "title", "why"):
        table.add_column(column)
    for result in found.results:
        why = "; ".join(reason.text for reason in result.reasons)
        table.add_row(f"{result.score:.3f}", result.line.title, why)
    Console().print(table)
    say(f"{took_ms} ms")


def _deal(session: Session, words: Vocabulary, opportunity: str | None, file: str | None) -> Deal:
    if opportunity is not None:
        return of_opportunity(deal_facts(session, operator(), opportunity), words)
    try:
        text = sys.stdin.read() if file == "-" else Path(str(file)).read_text(encoding="utf-8")
        return of_fields(json.loads(text), words)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(f"{file}: a deal as a JSON object is needed ({error}).") from error


def result_json(result: Recommendation) -> dict[str, Any]:
    """A recommendation in the documented shape."""
    passage = result.passage
    return {
        "asset_id": result.line.public_id,
        "external_id": result.line.external_id,
        "title": result.line.title,
        "score": round(result.score, 6),
        "confident": result.confident,
        "reasons": [
            {"kind": reason.kind, "text": reason.text, **reason.facts} for reason in result.reasons
        ],
        "passage": {"text": passage.text, "page": passage.page} if passage else None,
    }
