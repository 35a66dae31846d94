"""`contentlib user`."""

import sys

import click

from contentlib.member import service
from contentlib.member.rules import ROLES
from web.cli.opening import library_of, say


@click.group()
def user() -> None:
    """Members of the library."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do.")
@click.option("--name", default="", help="Shown beside what they do.")
@click.option("--team", help="Team of a rep or manager; made when it is new.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def add(
    ctx: click.Context, email: str, role: str, name: str, team: str | None, password_stdin: bool
) -> None:
    """Add a member."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with library_of(ctx) as library, library.database.unit_of_work() as session:
        member = service.add(
            session,
            actor="terminal",
            email=email,
            role=role,
            name=name,
            team=team,
            password=password,
            now=library.clock.now(),
        )
        say(f"Added {member.email} as {role}.")
