"""Handing events to the writer, and counting those that were lost."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

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


# Per process and since its start; /readyz shows it.
lost_events = _Count()


def recorded(*writes: "Callable[[], Future[None]]", wait: bool = True) -> bool:
    """Begins the writes; False when one failed, or was not on disk within two seconds.

    Never raises: a buyer is served whether or not we could take a note of it.
    """
    try:
        futures = [write() for write in writes]
    except ContentlibError:
        lost_events.raise_by_one()
        return False
    for future in futures:
        future.add_done_callback(_count_failure)
    return not wait or all(_is_written(future) for future in futures)


def _count_failure(done: "Future[None]") -> None:
    error = done.exception()
    if error is not None:
        lost_events.raise_by_one()
        log.error("an event was not recorded", exc_info=error)


def _is_written(future: "Future[None]") -> bool:
    try:
        # a TimeoutError is answered like a failure, though the row may still arrive
        return future.exception(timeout=_PATIENCE_S) is None
    except TimeoutError:
        return False
