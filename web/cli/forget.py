"""`contentlib forget`."""

import click

from contentlib.action import forgetting
from contentlib.action.forgetting import Held
from web.cli.opening import library_of, print_json, say


@click.command()
@click.argument("contact")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print what was blanked as JSON.")
@click.pass_context
def forget(ctx: click.Context, contact: str, yes: bool, as_json: bool) -> None:
    """Blank the person with the address CONTACT everywhere; what is counted stays."""
    with library_of(ctx) as library:
        with library.database.reading() as session:
            found = forgetting.held(session, contact)
        if found.is_empty:
            say("Nothing is kept under this address.")
        elif not yes:
            say(f"This names them: {_listed(found)}. It cannot be brought back.")
            click.confirm("Blank it?", abort=True, err=True)
        if not found.is_empty:
            found = forgetting.forget(
                library.database, contact=contact, actor="terminal", now=library.clock.now()
            )
            say(f"Blanked: {_listed(found)}.")
    if found.assets:
        say(f"{found.assets} parts of assets print the address; mend those by a new version.")
    if as_json:
        print_json({"blanked": found.rows, "assets_naming_them": found.assets})


def _listed(found: Held) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found.rows.items())
