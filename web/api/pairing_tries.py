"""Slowing down whoever tries pairing codes out. Each process counts for itself."""

import math
import time
from typing import cast

from flask import Flask, current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from contentlib.engagement.rules import truncated_network
from contentlib.errors import TooManyAttempts

# 40 bits for ten minutes: at this pace a code is met once in ten million years.
_OF_NETWORK = parse("20 per 10 minute")
_OF_ALL = parse("300 per 10 minute")


def refuse_after_too_many() -> None:
    """Raises TooManyAttempts where this network, or all together, showed too many wrong codes."""
    for bound, key in ((_OF_NETWORK, _network()), (_OF_ALL, "all")):
        if not _limiter().test(bound, "pairing", key):
            reset = _limiter().get_window_stats(bound, "pairing", key).reset_time
            wait_s = max(1, math.ceil(reset - time.time()))
            raise TooManyAttempts("Too many wrong codes; wait some minutes.", wait_s)


def count_wrong() -> None:
    """Only wrong codes count: a whole office may pair its browsers in one morning."""
    _limiter().hit(_OF_NETWORK, "pairing", _network())
    _limiter().hit(_OF_ALL, "pairing", "all")


def _network() -> str:
    return truncated_network(request.remote_addr or "")


def _limiter() -> FixedWindowRateLimiter:
    return cast(FixedWindowRateLimiter, current_app.extensions["pairing_tries"])


def init_app(app: Flask) -> None:
    app.extensions["pairing_tries"] = FixedWindowRateLimiter(MemoryStorage())
