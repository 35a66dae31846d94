"""`contentlib token`."""

from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from contentlib.member import token_queries, tokens
from contentlib.member.rules import OFFERED_SCOPES
from contentlib.member.token_queries import TokenLine
from web.cli.opening import library_of, operator, print_json, say


@click.group()
def token() -> None:
    """Keys with which programs use the REST API."""


@token.command()
@click.argument("email")
@click.option("--name", required=True, help="Which program will hold it.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(list(OFFERED_SCOPES)),
    multiple=True,
    required=True,
    help="What it may do; repeatable.",
)
@click.option("--days", type=int, help="It ends after so many days; else never.")
@click.pass_context
def add(
    ctx: click.Context, email: str, name: str, scopes: tuple[str, ...], days: int | None
) -> None:
    """Make a token for the member EMAIL and print its secret, this once."""
    with library_of(ctx) as library:
        with library.database.unit_of_work() as session:
            issued = tokens.issue(
                session,
                actor="terminal",
                email=email,
                name=name,
                scopes=scopes,
                days=days,
                now=library.clock.now(),
            )
        say(f"Token {issued.public_id} for {email}; its secret is shown only now:")
        click.echo(issued.secret)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the tokens as JSON.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List everybody's tokens, without their secrets."""
    with library_of(ctx) as library, library.database.reading() as session:
        lines = token_queries.listed(session, operator(), now=library.clock.now())
    if as_json:
        print_json({"tokens": [_as_json(line) for line in lines]})
        return
    table = Table(box=None, show_header=True)
    for column in ("id", "name", "member", "scopes", "last used", "ends", "state"):
        table.add_column(column)
    for line in lines:
        table.add_row(
            line.public_id,
            line.name,
            line.member_email,
            " ".join(line.scopes),
            _day(line.last_used_at, "never"),
            _day(line.expires_at, "never"),
            "live" if line.is_live else "revoked" if line.revoked_at else "ended",
        )
    Console().print(table)


@token.command()
@click.argument("token_id")
@click.pass_context
def revoke(ctx: click.Context, token_id: str) -> None:
    """End the token TOKEN_ID at once."""
    with library_of(ctx) as library, library.database.unit_of_work() as session:
        name = tokens.revoke(
            session, actor=operator(), token_public_id=token_id, now=library.clock.now()
        )
        say(f"“{name}” opens nothing any more.")


def _as_json(line: TokenLine) -> dict[str, object]:
    told = asdict(line)
    del told["is_own"]
    for key, value in told.items():
        if key.endswith("_at") and value is not None:
            told[key] = value.isoformat()
    return {"id": told.pop("public_id"), **told}


def _day(moment: object, otherwise: str) -> str:
    return otherwise if moment is None else f"{moment:%Y-%m-%d}"
