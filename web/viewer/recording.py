"""Handing events to the writer, and how long a buyer's answer waits for them."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from flask import Response, after_this_request

from contentlib.errors import ContentlibError

_PATIENCE_S = 2.0

log = logging.getLogger(__name__)


def recorded(*writes: "Callable[[], Future[None]]", wait: bool = True) -> bool:
    """Begins the writes; False when one failed, or was not on disk within two seconds.

    Without `wait` it returns at once, and the answer itself waits before it leaves, unless it is a
    refusal: what is answered with 2xx or 3xx is on disk. Never raises: a buyer is served whether
    or not we could take a note of it. The writer counts what is lost; what merely took too long
    may still arrive, and is not counted.
    """
    begun = [_begun(write) for write in writes]
    if wait:
        return _are_written(begun)

    @after_this_request
    def hold_back(response: Response) -> Response:
        if response.status_code < 400:
            _are_written(begun)
        return response

    return True


def _begun(write: "Callable[[], Future[None]]") -> "Future[None]":
    try:
        return write()
    except ContentlibError as refusal:
        failed: Future[None] = Future()
        failed.set_exception(refusal)
        return failed


def _are_written(begun: "Sequence[Future[None]]") -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    return all(_is_written(future, until=deadline) for future in begun)


def _is_written(future: "Future[None]", *, until: float) -> bool:
    try:
        return future.exception(timeout=max(0.0, until - time.monotonic())) is None
    except TimeoutError:
        log.warning("an event was not on disk in time")
        return False
