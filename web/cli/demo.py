"""`contentlib demo`."""

import json
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import click

from contentlib.demo import documents, people
from contentlib.demo.history import DAYS, write_history
from contentlib.errors import InvalidInput
from contentlib.library import Library
from contentlib.settings import Settings, load_settings
from web.cli.importing import bring_in, read_manifest
from web.cli.opening import say, settings_of
from web.cli.serve import run_server
from web.wiring import open_library

SOURCE = Path(__file__).parents[2] / "data" / "demo"
_COMPLETE = "demo-complete"


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--no-serve", is_flag=True, help="Build the library and stop.")
@click.pass_context
def demo(ctx: click.Context, port: int, no_serve: bool) -> None:
    """Build a demo library with people, deals and months of use, and serve it.

    A library that is already there is served again as it is; one that was left half-built is
    built anew.
    """
    told = settings_of(ctx)
    # without a word about where, the demo does not become somebody's library
    folder = told.data_dir if "data_dir" in told.model_fields_set else Path("var") / "demo"
    if not SOURCE.is_dir():
        raise InvalidInput("The demo's sources (data/demo) are not beside this installation.")
    settings = load_settings(
        data_dir=folder,
        base_url=f"http://127.0.0.1:{port}",
        mail_url=f"maildir:{(folder / 'outbox').resolve()}",
        mail_from="library@norrvane.example",
        company_name="Norrvane",
    )
    if not (folder / _COMPLETE).exists():
        build_demo(settings)
    tell_logins(port)
    if not no_serve:
        run_server(settings, host="127.0.0.1", port=port)


def build_demo(settings: Settings) -> None:
    """Builds into the settings' data folder; what an interrupted build left there is removed.

    Raises InvalidInput when the folder holds a library that is not a demo.
    """
    folder = settings.data_dir
    begun = folder / "demo-begun"
    if folder.exists() and any(folder.iterdir()) and not begun.exists():
        raise InvalidInput(f"{folder} holds something else; give another --data-dir.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    begun.touch()
    library = open_library(settings, migrate=True)
    try:
        fill_shelves(library)
        write_history(library, _queries(), now=library.clock.now(), progress=say)
    finally:
        library.close()
    (folder / _COMPLETE).touch()


def fill_shelves(library: Library) -> None:
    """People, vocabulary, deals and assets, before anybody has used them."""
    now = library.clock.now()
    say("people, vocabulary and deals")
    with library.database.unit_of_work() as session:
        people.add_vocabulary(session, SOURCE)
        people.add_members(session, SOURCE, joined_at=now - timedelta(days=DAYS + 200))
        people.add_deals(session, SOURCE, today=now)
    say("preparing the query model (about half a minute, once)")
    library.index.prepare()
    with tempfile.TemporaryDirectory(prefix="contentlib-demo-") as place:
        say("writing the demo's documents")
        manifest = documents.build(SOURCE, Path(place), today=now.date())
        sources = read_manifest(manifest)
        say(f"importing {len(sources)} files: text, page images, embeddings")
        results = bring_in(library, sources, owner=None, publish=True, label="demo")
    for result in results:
        if result["status"] != "imported":
            say(f"{result['source']}: {result['status']}: {result['reason']}")


def _queries() -> list[str]:
    lines = (SOURCE / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [row["text"] for row in rows if row["type"] == "search"]


def tell_logins(port: int) -> None:
    """Prints where the demo is and who can sign in."""
    told = people.logins(SOURCE)
    click.echo(f"\nDemo library: http://127.0.0.1:{port}")
    click.echo(f"Password of everybody: {people.PASSWORD}")
    for role, email in told:
        click.echo(f"  {role:<9} {email}")
