"""`contentlib crm`."""

import csv
import json
from pathlib import Path

import click

from contentlib.crm import importing
from contentlib.errors import ContentlibError, InvalidInput
from web.cli.opening import library_of, print_json, say


@click.group()
def crm() -> None:
    """Accounts and opportunities from a CRM."""


@crm.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON object: our column -> the file\'s column, such as {"amount": "Deal value"}.',
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_context
def import_(ctx: click.Context, file: Path, mapping: Path | None, as_json: bool) -> None:
    """Import accounts or opportunities from a CSV file; which, is seen from its columns."""
    rows = _rows(file, _mapping(mapping))
    kind = importing.kind_of(rows[0]) if rows else "accounts"
    with library_of(ctx) as library, library.database.unit_of_work() as session:
        bring_in = (
            importing.import_opportunities if kind == "opportunities" else importing.import_accounts
        )
        done = bring_in(session, rows, now=library.clock.now())
    for sentence in (*done.refused, *done.warnings[:20]):
        say(sentence)
    if as_json:
        print_json(
            {
                "kind": kind,
                "added": done.added,
                "changed": done.changed,
                "unchanged": done.unchanged,
                "refused": done.refused,
                "warnings": done.warnings,
            }
        )
    say(
        f"{kind}: {done.added} added, {done.changed} changed, {done.unchanged} unchanged, "
        f"{len(done.refused)} refused"
    )
    if done.refused and not (done.added or done.changed or done.unchanged):
        raise ContentlibError("No line of the file could be used.")


def _mapping(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InvalidInput(f"{path.name} is not a JSON object: {error}") from error
    if not isinstance(told, dict):
        raise InvalidInput(f"{path.name} must hold a JSON object.")
    return {str(ours): str(theirs) for ours, theirs in told.items()}


def _rows(path: Path, mapping: dict[str, str]) -> list[dict[str, str]]:
    theirs = {column: ours for ours, column in mapping.items()}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                {theirs.get(key, key): value or "" for key, value in row.items() if key}
                for row in csv.DictReader(file)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path.name} is not a CSV file in UTF-8: {error}") from error
