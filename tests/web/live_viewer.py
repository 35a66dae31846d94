"""What the viewer's tests in a real browser share: a running library, a link, a buyer's phone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

from contentlib.clock import SystemClock
from contentlib.library import Library
from tests.factories import make_library
from tests.web.viewing import viewer_app

# a busy machine takes its time: what never comes is worth the wait
expect.set_options(timeout=20_000)


@contextmanager
def running_library(folder: Path) -> Iterator[Library]:
    """A library whose clock runs: the browser's does too."""
    library = make_library(folder, clock=SystemClock())  # type: ignore[arg-type]
    try:
        yield library
    finally:
        library.close()


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """A real browser without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", *flags]
        )
        yield opened
        opened.close()


@contextmanager
def served(library: Library) -> Iterator[str]:
    """The address under which the library's share links are open while the block runs."""
    server = make_server("127.0.0.1", 0, viewer_app(library), threaded=True)
    # waited for when the server ends: a picture still on its way holds its file open
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
