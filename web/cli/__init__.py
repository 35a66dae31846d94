"""The command line. Each command lives in a module that is loaded when it is called."""

import importlib
import logging
import sys
from pathlib import Path

import click

from contentlib.errors import ContentlibError, InvalidInput, NotFound

_COMMANDS = {
    "demo": ("web.cli.demo", "demo"),
    "serve": ("web.cli.serve", "serve"),
    "worker": ("web.cli.serve", "worker"),
    "db": ("web.cli.db", "db"),
    "doctor": ("web.cli.doctor", "doctor"),
    "check": ("web.cli.check", "check"),
    "user": ("web.cli.user", "user"),
    "token": ("web.cli.token", "token"),
    "import": ("web.cli.importing", "import_"),
    "search": ("web.cli.search", "search"),
    "recommend": ("web.cli.recommend", "recommend_command"),
    "evaluate": ("web.cli.evaluate", "evaluate"),
    "crm": ("web.cli.crm", "crm"),
    "mail": ("web.cli.mail", "mail"),
    "report": ("web.cli.report", "report"),
    "forget": ("web.cli.forget", "forget"),
}


class _LazyCommands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(
    cls=_LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="contentlib", prog_name="contentlib")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the library (CONTENTLIB_DATA_DIR).",
)
@click.option("--database-url", help="PostgreSQL address (CONTENTLIB_DATABASE_URL).")
@click.option("-v", "--verbose", is_flag=True, help="Tell more on stderr.")
@click.pass_context
def group(
    ctx: click.Context, data_dir: Path | None, database_url: str | None, verbose: bool
) -> None:
    """A self-hosted sales content library."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    ctx.obj = {"data_dir": data_dir, "database_url": database_url}


def main() -> None:
    """The program: exit 0 when all went well, 1 when not, 2 for bad input with one clear line."""
    try:
        group(standalone_mode=False, prog_name="contentlib")
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        click.echo(f"Error: {' '.join(error.format_message().split())}", err=True)
        sys.exit(2)
    except (InvalidInput, NotFound) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except ContentlibError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
