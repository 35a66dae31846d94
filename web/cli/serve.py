"""`contentlib serve` and `contentlib worker`."""

import os
import signal
import subprocess
import sys
import threading

import click

from contentlib.settings import Settings
from web.cli.opening import library_of, say, settings_of
from web.processes import end_with_parent
from web.wiring import open_for_buyers


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--only", type=click.Choice(["viewer"]), help="Serve the share links alone.")
@click.option("--no-worker", is_flag=True, help="Leave the jobs to `contentlib worker`.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, only: str | None, no_worker: bool) -> None:
    """Serve the library; the worker runs beside it."""
    settings = _checked_for_buyers(ctx) if only else _checked(ctx)
    run_server(settings, host=host, port=port, only=only, with_worker=not (no_worker or only))


def _checked(ctx: click.Context) -> Settings:
    with library_of(ctx) as library:
        return library.settings


def _checked_for_buyers(ctx: click.Context) -> Settings:
    """As `_checked`, with nothing loaded that share links do not need."""
    library = open_for_buyers(settings_of(ctx))
    library.close()
    return library.settings


def run_server(
    settings: Settings, *, host: str, port: int, only: str | None = None, with_worker: bool = True
) -> None:
    """Blocks until it is told to stop."""
    _hand_down(settings)
    worker = start_worker() if with_worker else None
    target = "web.wsgi:viewer_app" if only == "viewer" else "web.wsgi:app"
    say(f"Serving at http://{host}:{port} (data: {settings.data_dir})")
    try:
        processes = settings.processes_of_viewer if only == "viewer" else 1
        serve_target(target, host=host, port=port, processes=processes)
    finally:
        if worker is not None:
            worker.send_signal(signal.SIGTERM)
            try:
                worker.wait(timeout=30)
            except subprocess.TimeoutExpired:
                worker.kill()


def serve_target(target: str, *, host: str, port: int, processes: int = 1) -> None:
    """Serves the application that `module:factory` makes, until the process is told to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=processes,
        blocking_threads=8,
        log_enabled=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def _hand_down(settings: Settings) -> None:
    """Tells child processes by the environment where the library is."""
    os.environ["CONTENTLIB_DATA_DIR"] = str(settings.data_dir.resolve())
    os.environ["CONTENTLIB_DATABASE_URL"] = settings.database_url
    os.environ["CONTENTLIB_BASE_URL"] = settings.base_url
    os.environ["CONTENTLIB_MAIL_URL"] = settings.mail_url
    os.environ["CONTENTLIB_COMPANY_NAME"] = settings.company_name


def start_worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "web.cli", "worker", "--beside-server"])


@click.command()
@click.option("--beside-server", is_flag=True, hidden=True)
@click.pass_context
def worker(ctx: click.Context, beside_server: bool) -> None:
    """Work on jobs until stopped: reading files, indexing, page images, mail."""
    from contentlib.reacting.mailboxes import listen_for_blind_copies
    from contentlib.worker import Worker

    settings_of(ctx)
    if beside_server:
        end_with_parent()
    with library_of(ctx) as library:
        library.hits.start()
        runner = Worker(library)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: runner.stop())
        # Loading the model takes ten seconds: the first file after a start must not wait for it.
        threading.Thread(target=library.index.warm_up, name="warm-up", daemon=True).start()
        await_no_more = listen_for_blind_copies(library)
        try:
            runner.run()
        finally:
            await_no_more()
