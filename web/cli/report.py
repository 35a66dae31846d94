"""`contentlib report`."""

from typing import Any

import click
from rich.console import Console
from rich.table import Table

from contentlib.member.rules import Viewer
from web.cli.opening import library_of, print_json
from web.csv_export import csv_text
from web.reports import REPORTS, build

# Whoever reaches the database by a terminal sees all of it.
OPERATOR = Viewer(0, "admin", "operator", "")


@click.command()
@click.argument("name", type=click.Choice(sorted(REPORTS)))
@click.option("--from", "first", metavar="DAY", help="First day, YYYY-MM-DD.")
@click.option("--to", "last", metavar="DAY", help="Last day, YYYY-MM-DD.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.pass_context
def report(ctx: click.Context, name: str, first: str | None, last: str | None, form: str) -> None:
    """Print a report: the same numbers as its page, export and API."""
    with library_of(ctx) as library, library.database.reading() as session:
        told = build(library, session, OPERATOR, name, first=first, last=last)
    if form == "json":
        print_json(told)
        return
    rows: list[dict[str, Any]] = told["rows"]
    if form == "csv":
        click.echo(csv_text(rows), nl=False)
        return
    columns = list(rows[0]) if rows else []
    table = Table(box=None, title=f"{name}, {told['window']['from']} to {told['window']['to']}")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*("" if v is None else str(v) for v in row.values()))
    Console().print(table)
    Console(stderr=True).print(told["definition"])
