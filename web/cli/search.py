"""`contentlib search`."""

import time
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from contentlib.asset.visibility import Narrowing
from contentlib.errors import InvalidInput
from contentlib.search.queries import Result, find
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from web.cli.opening import library_of, operator, print_json, say


@click.command()
@click.argument("words")
@click.option("-k", "limit", default=10, show_default=True, help="How many results.")
@click.option("--facet", "facets", multiple=True, metavar="NAME=TERM", help="Narrow; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def search(
    ctx: click.Context, words: str, limit: int, facets: tuple[str, ...], as_json: bool
) -> None:
    """Search the library as a member who sees everything but archived assets."""
    with library_of(ctx) as library, library.database.reading() as session:
        narrowing = read_facets(facets, vocabulary(session))
        library.index.prepare()
        begun = time.perf_counter()
        found = find(
            session,
            library.index,
            library.permitted,
            operator(),
            text=words,
            today=library.clock.now().date(),
            floor=library.settings.search_floor,
            narrowing=narrowing,
            limit=limit,
            spelling=library.spelling,
        )
        took_ms = round((time.perf_counter() - begun) * 1000, 1)
    if as_json:
        results = [result_json(result) for result in found.results]
        print_json({"results": results, "confident": found.confident, "took_ms": took_ms})
        return
    for said, meant in found.mended.changes:
        say(f"Read “{said}” as “{meant}”.")
    for phrase in found.missing:
        say(f"No asset contains “{phrase}”.")
    if not found.confident:
        say("Nothing here fits well; the nearest:")
    table = Table(box=None, show_header=True)
    for column in ("score", "title", "passage"):
        table.add_column(column)
    for result in found.results:
        snippet = "".join(span.text for span in result.snippet)
        page = f"p. {result.passage.page}: " if result.passage else ""
        table.add_row(f"{result.score:.3f}", result.line.title, f"{page}{snippet[:160]}")
    Console().print(table)
    say(f"{found.total} found in {took_ms} ms")


def read_facets(given: tuple[str, ...], words: Vocabulary) -> Narrowing:
    """`industry=retail` pairs as a narrowing. Raises InvalidInput for unknown names."""
    chosen: dict[str, frozenset[int]] = {}
    for pair in given:
        key, _, name = pair.partition("=")
        term = words.term(key, name)
        if term is None:
            known = ", ".join(facet.key for facet in words.facets)
            raise InvalidInput(f"--facet {pair}: no such term; facets are {known}.")
        chosen[key] = chosen.get(key, frozenset()) | words.with_descendants(term)
    return Narrowing(chosen)


def result_json(result: Result) -> dict[str, Any]:
    """A result in the documented shape."""
    passage = result.passage
    return {
        "asset_id": result.line.public_id,
        "external_id": result.line.external_id,
        "title": result.line.title,
        "score": round(result.score, 6),
        "confident": result.confident,
        "reasons": [agreement.in_words for agreement in result.agreements],
        "passage": {"text": passage.text, "page": passage.page} if passage else None,
    }
