"""What the server loads in each of its processes."""

import threading

from flask import Flask

from contentlib.library import Library
from contentlib.settings import load_settings
from web import create_app
from web.processes import end_with_parent
from web.wiring import open_for_buyers, open_library


def app() -> Flask:
    """The whole application, set up from the environment."""
    return _served(open_library(load_settings()), only_viewer=False)


def viewer_app() -> Flask:
    """Only the share links, and nothing loaded that they do not need."""
    return _served(open_for_buyers(load_settings()), only_viewer=True)


def _served(library: Library, *, only_viewer: bool) -> Flask:
    end_with_parent()
    _close_at_the_end(library)
    library.hits.start()
    return create_app(library, only_viewer=only_viewer)


def _close_at_the_end(library: Library) -> None:
    """Writes what is queued when the server is told to stop.

    A server's process ends without its `atexit` handlers; but it waits for threads that are no
    daemons, and this one begins when the main thread ends.
    """

    def close() -> None:
        threading.main_thread().join()
        library.close()

    threading.Thread(target=close, name="closing", daemon=False).start()
