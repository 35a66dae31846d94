"""`contentlib mail`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from contentlib.reacting.mail import Taken
from contentlib.reacting.mailboxes import active_member, import_mailbox
from web.cli.opening import library_of, print_json, say

# What a person wants to hear of; of the rest, the number is enough.
_TOLD = ("sent", "to review", "refused")


@click.group()
def mail() -> None:
    """What mailboxes say was sent."""


@mail.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--rep", metavar="EMAIL", help="Member whose mailbox it is; without it, by From.")
@click.option(
    "--alias", metavar="EMAIL", multiple=True, help="A further address of that member; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_context
def import_(
    ctx: click.Context, path: Path, rep: str | None, alias: tuple[str, ...], as_json: bool
) -> None:
    """Import sent mail: .eml, .mbox, a Maildir, or a folder of them.

    Only messages that hold a link or a file of this library leave a trace. Importing again, or
    going on after an interruption, adds nothing twice.
    """
    if alias and not rep:
        raise click.UsageError("--alias needs --rep.")
    results: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    with library_of(ctx) as library:
        member = active_member(library, rep) if rep else None
        taken = import_mailbox(library, path, member=member, aliases=alias)
        with _progress() as advance:
            for source, outcome in taken:
                counts[outcome.status] += 1
                if outcome.status in _TOLD:
                    results.append(_told(source, outcome))
                advance(counts.total())
    if as_json:
        print_json({"results": results, "counts": dict(sorted(counts.items()))})
    for result in results:
        if result["status"] == "refused":
            say(f"refused {result['source']}: {result['reason']}")
    say(", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "no messages")


def _told(source: str, outcome: Taken) -> dict[str, Any]:
    return {
        "source": source,
        "status": outcome.status,
        "sends": outcome.sends,
        "reviews": outcome.reviews,
        "reason": outcome.reason,
    }


@contextmanager
def _progress() -> Iterator[Any]:
    columns = (SpinnerColumn(), TextColumn("{task.completed} messages read"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done: bar.update(task, completed=done)
