"""Slowing down whoever tries tokens out."""

from typing import Any

from flask import current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from contentlib.engagement.rules import truncated_network

_ALLOWED = parse("30/minute")


def is_one_too_many() -> bool:
    """Counts a wrong token of this network; True once there were more than 30 in a minute.

    Only wrong tokens count and only they are refused: behind one address there may be a whole
    company of buyers with genuine links, who must never be turned away for a neighbour. A token
    carries 120 bits of signature, so this saves our time, not our secrets.
    """
    limiter: FixedWindowRateLimiter = current_app.extensions["token_guesses"]
    return not limiter.hit(_ALLOWED, truncated_network(request.remote_addr or ""))


def init_app(extensions: dict[str, Any]) -> None:
    """Each process counts for itself: more than enough to make guessing dull."""
    extensions["token_guesses"] = FixedWindowRateLimiter(MemoryStorage())
