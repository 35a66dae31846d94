"""Handing hits to the writer, and counting those that were lost."""

import logging
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import suppress

from contentlib.errors import ContentlibError

_PATIENCE_S = 2.0

log = logging.getLogger(__name__)


class _Count:
    """A number that many threads raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def raise_by_one(self) -> None:
        with self._lock:
            self.value += 1


# Per process and since its start; /readyz shows it. The buyer gets the page all the same.
lost_events = _Count()


def watched(written: "Future[None]") -> "Future[None]":
    """Counts the failure of a write that nobody waits for."""

    def count(done: "Future[None]") -> None:
        error = done.exception()
        if error is not None:
            lost_events.raise_by_one()
            log.error("an event was not recorded", exc_info=error)

    written.add_done_callback(count)
    return written


def is_written(futures: Iterable["Future[None]"]) -> bool:
    """Waits a moment for the rows to be on disk; False when they are not (yet)."""
    try:
        for future in futures:
            future.result(timeout=_PATIENCE_S)
    except StillWaiting:
        return False
    except Exception:
        return False  # counted and logged by `watched`
    return True


class never_fails(suppress):
    """A stopping hit writer refuses: counted, and the visitor is served."""

    def __init__(self) -> None:
        super().__init__(ContentlibError)

    def __exit__(self, kind, error, trace) -> bool:  # type: ignore[no-untyped-def]
        if isinstance(error, ContentlibError):
            lost_events.raise_by_one()
        return bool(super().__exit__(kind, error, trace))
