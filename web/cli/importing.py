"""`contentlib import`."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from contentlib.asset import import_queries, importing
from contentlib.errors import InvalidInput
from contentlib.library import Library
from contentlib.member import queries as members
from contentlib.worker import Worker
from web.cli.opening import library_of, print_json, say


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be imported: a file, an address, or words in a manifest row."""

    name: str
    path: Path | None = None
    url: str | None = None
    text: str | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@click.command("import")
@click.argument("source", nargs=-1)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL or CSV: one asset a row, with path, url or text.",
)
@click.option("--publish", is_flag=True, help="Publish what was imported at once.")
@click.option("--owner", metavar="EMAIL", help="Member who owns the assets.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_context
def import_(
    ctx: click.Context,
    source: tuple[str, ...],
    manifest: Path | None,
    publish: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Import files, folders and http(s) addresses.

    Importing again finishes what is missing: a file that is already here is a duplicate.
    """
    sources = [found for given in source for found in read_sources(given)]
    if manifest is not None:
        sources += read_manifest(manifest)
    if not sources:
        raise InvalidInput("Nothing to import: name files, folders, addresses or a --manifest.")
    with library_of(ctx) as library:
        results = bring_in(library, sources, owner=owner, publish=publish, label=_label(source))
    if as_json:
        print_json({"results": results})
    counts = Counter(result["status"] for result in results)
    for result in results:
        if result["status"] == "refused":
            say(f"refused {result['source']}: {result['reason']}")
    say(", ".join(f"{n} {status}" for status, n in sorted(counts.items())))
    ctx.exit(1 if counts.get("failed") else 0)


def _label(source: tuple[str, ...]) -> str:
    return ", ".join(source)[:300] or "manifest"


def read_sources(given: str) -> list[Source]:
    if given.startswith(("http://", "https://")):
        return [Source(given, url=given)]
    path = Path(given)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not _is_hidden(p, path))
        return [Source(str(file), path=file) for file in files]
    if not path.exists():
        raise InvalidInput(f"There is no file or folder {given}.")
    return [Source(given, path=path)]


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def read_manifest(path: Path) -> list[Source]:
    """The rows of a manifest as sources; paths are relative to the manifest.

    Raises InvalidInput naming the line that is not JSON.
    """
    sources = []
    for number, row in enumerate(_rows(path), start=1):
        title = str(row.get("title") or row.get("external_id") or f"row {number}")
        if row.get("url"):
            sources.append(Source(str(row["url"]), url=str(row["url"]), row=row))
        elif row.get("path"):
            file = path.parent / str(row["path"])
            problem = "" if file.is_file() else f"The manifest names {row['path']}: not there."
            sources += [
                Source(str(path.parent / str(older)), path=path.parent / str(older), row=row)
                for older in row.get("older_versions") or ()
            ]
            sources.append(Source(str(file), path=file, row=row, problem=problem))
        elif row.get("text"):
            sources.append(Source(f"{title}.txt", text=str(row["text"]), row=row))
        else:
            problem = "The row has neither path nor url nor text."
            sources.append(Source(title, row=row, problem=problem))
    return sources


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    text = path.read_text(encoding="utf-8-sig", errors="strict")
    if path.suffix.lower() == ".csv":
        yield from csv.DictReader(text.splitlines())
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InvalidInput(f"{path.name}, line {number}: not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise InvalidInput(f"{path.name}, line {number}: not a JSON object.")
        yield row


def bring_in(
    library: Library, sources: list[Source], *, owner: str | None, publish: bool, label: str
) -> list[dict[str, Any]]:
    """Receives everything, works until it is all settled, and tells what became of each.

    Jobs are worked in this process; a server's worker beside it takes its share.
    """
    with library.database.unit_of_work() as session:
        member = members.by_email(session, owner) if owner else None
        if owner and (member is None or member.role not in ("marketer", "admin")):
            raise InvalidInput(f"--owner: {owner} is no marketer or admin of this library.")
        batch = importing.open_batch(
            session,
            member_id=member.id if member else None,
            source=label,
            publish=publish,
            rows=[source.row for source in sources if source.row],
            now=library.clock.now(),
        )
        batch_id = batch.id
    for position, source in enumerate(sources):
        _receive(library, batch_id, position, source)
    with _progress(len(sources)) as advance:
        worker = Worker(library)
        while worker.step():
            with library.database.reading() as session:
                advance(len(sources) - import_queries.unsettled(session, batch_id))
    with library.database.reading() as session:
        lines = import_queries.import_lines(session, batch_id=batch_id, limit=1_000_000)
    return [
        {
            "source": line.source,
            "status": "failed" if line.state == "waiting" else line.state,
            "asset_id": line.asset_public_id,
            "reason": line.reason
            or ("Not finished; see `jobs`." if line.state == "waiting" else ""),
            "warnings": list(line.warnings),
        }
        for line in lines
    ]


def _receive(library: Library, batch_id: int, position: int, source: Source) -> None:
    now = library.clock.now()
    problem = source.problem or _too_large(library, source)
    if problem:
        with library.database.unit_of_work() as session:
            importing.note_refused(
                session,
                batch_id=batch_id,
                position=position,
                name=source.name,
                reason=problem,
                now=now,
            )
        return
    stored = None
    if source.path is not None:
        with source.path.open("rb") as file:
            stored = library.files.put(file)
    elif source.text is not None:
        stored = library.files.put(BytesIO(source.text.encode("utf-8", "replace")))
    with library.database.unit_of_work() as session:
        importing.receive(
            session,
            batch_id=batch_id,
            position=position,
            incoming=importing.Incoming(source.name, source.row, stored, source.url),
            now=now,
        )


def _too_large(library: Library, source: Source) -> str:
    limit_mb = library.settings.upload_max_mb
    if source.path is not None and source.path.stat().st_size > limit_mb << 20:
        return f"This file is larger than the {limit_mb} MB this library takes."
    return ""


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda done: bar.update(task, completed=done)
