"""`contentlib doctor`."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import click

from contentlib.events import jobs
from contentlib.events.spool import standing
from contentlib.library import Library
from contentlib.member import queries as members
from web.cli.opening import library_of, print_json, say


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing looked at. `advice` says what to do when it is not well."""

    part: str
    ok: bool
    told: str
    advice: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Say how the library is and what to do about what is not well."""
    with library_of(ctx) as library:
        remarks = list(_look(library))
    ok = all(remark.ok for remark in remarks)
    if as_json:
        told = [
            {"part": r.part, "ok": r.ok, "message": r.told, "advice": r.advice} for r in remarks
        ]
        print_json({"ok": ok, "remarks": told})
    for remark in remarks:
        mark = "ok  " if remark.ok else "WARN"
        say(f"{mark} {remark.part}: {remark.told} {remark.advice}".rstrip())
    ctx.exit(0 if ok else 1)


def _spool(library: Library) -> Remark:
    held = standing(library.settings.data_dir / "spool")
    if not held.events:
        return Remark("spool", True, "empty: every event is in the database")
    if held.left_behind:
        told = f"{held.left_behind} events were left by a process that ended"
        return Remark(
            "spool", False, told, "Start `contentlib serve`, or run `contentlib check --repair`."
        )
    told = f"{held.events} events wait for the database"
    return Remark("spool", False, told, "Is the database locked, full or away?")


def _look(library: Library) -> Iterator[Remark]:
    settings = library.settings
    yield Remark("database", True, "SQLite" if library.database.is_sqlite else "PostgreSQL")
    free_gb = shutil.disk_usage(settings.data_dir).free / 1e9
    yield Remark("disk", free_gb > 2, f"{free_gb:.1f} GB free", "" if free_gb > 2 else "Make room.")
    state = library.index.state()
    yield Remark(
        "index",
        state.problem is None,
        state.problem or f"{state.assets} assets, {state.passages} passages, {state.model}",
        "" if state.problem is None else "Run `contentlib check --index --repair`.",
    )
    with library.database.reading() as session:
        counts = jobs.count_by_state(session)
        lag_since = jobs.oldest_due(session, now=library.clock.now())
        anybody = members.anybody(session)
    yield _spool(library)
    dead = counts.get("dead", 0)
    yield Remark(
        "jobs",
        dead == 0,
        f"{counts.get('waiting', 0)} waiting, {dead} set aside after failing",
        "" if not dead else "Look at the jobs page.",
    )
    if lag_since is not None:
        lag_s = (library.clock.now() - lag_since).total_seconds()
        yield Remark(
            "worker",
            lag_s < 60,
            f"the oldest job waits for {lag_s:.0f} s",
            "" if lag_s < 60 else "Is `contentlib serve` or `contentlib worker` running?",
        )
    yield Remark(
        "members",
        anybody,
        "there are some" if anybody else "nobody can sign in yet",
        "" if anybody else "Run `contentlib user add EMAIL --role admin`.",
    )
    office = shutil.which("soffice") is not None
    yield Remark(
        "office previews",
        True,
        "LibreOffice is installed" if office else "no LibreOffice: Office files show as text",
    )
    mail = library.mailer is not None
    yield Remark("mail", True, "set up" if mail else "not set up (CONTENTLIB_MAIL_URL)")
