"""How commands reach the library, and how they speak."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.settings import Settings, load_settings
from web.wiring import open_library


def settings_of(ctx: click.Context, **overrides: Any) -> Settings:
    """Settings from the environment and the options before the command."""
    return load_settings(**{**(ctx.find_root().obj or {}), **overrides})


@contextmanager
def library_of(ctx: click.Context, *, migrate: bool = False, **overrides: Any) -> Iterator[Library]:
    """The library for one command. A new data folder gets its tables at once."""
    settings = settings_of(ctx, **overrides)
    is_new = not settings.database_url and not (settings.data_dir / "contentlib.db").exists()
    library = open_library(settings, migrate=migrate or is_new)
    try:
        yield library
    finally:
        library.close()


def operator() -> Viewer:
    """Who is asking at a terminal: whoever can read the data folder sees all."""
    return Viewer(member_id=0, role="admin", name="Terminal", email="terminal")


def say(text: str) -> None:
    """Progress and remarks: to stderr, so that stdout holds the answer alone."""
    click.echo(text, err=True)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
