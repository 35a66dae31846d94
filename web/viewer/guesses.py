"""Slowing down whoever tries tokens, passcodes or codes out, or sends words without end.

Each process counts for itself and from its start (`serve` runs one): enough to make guessing
dull and to keep hashing from being a lever.
"""

import math
import time
from collections.abc import Mapping
from typing import Any, Literal

from flask import current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from contentlib.engagement.rules import truncated_network
from contentlib.errors import TooManyAttempts

Act = Literal["passcode", "email", "code", "asking", "download"]

_TOKENS, TOKENS_WAIT_S = parse("30 per minute"), 60
# Of one network on one link. Behind a network there may be a whole company.
_OF_NETWORK: Mapping[Act, RateLimitItem] = {
    "passcode": parse("10 per 10 minute"),
    "email": parse("20 per 10 minute"),
    "code": parse("30 per 10 minute"),
    "asking": parse("3 per 10 minute"),
    "download": parse("30 per 10 minute"),
}
# Of everybody on one link: four digits would else be tried from many networks at once.
_WRONG_PASSCODES = parse("60 per hour")
_ASKINGS_ON_A_LINK = parse("20 per hour")
_ASKINGS_OF_A_NETWORK = parse("20 per hour")


def is_one_too_many() -> bool:
    """Counts a wrong token of this network; True once there were more than 30 in a minute.

    Only wrong tokens count and only they are refused: behind one address there may be a whole
    company of buyers with genuine links, who must never be turned away for a neighbour. A token
    carries 120 bits of signature, so this saves our time, not our secrets.
    """
    return not _limiter().hit(_TOKENS, _network())


def count(act: Act, token: str) -> None:
    """Counts one try on a link. Raises TooManyAttempts.

    It counts by the token as it was given, genuine or not, so that the answer tells nothing.
    """
    if act == "asking":
        _refuse_unless_hit(_ASKINGS_OF_A_NETWORK, act, "network", _network())
        _refuse_unless_hit(_ASKINGS_ON_A_LINK, act, "link", token)
    if act == "passcode" and not _limiter().test(_WRONG_PASSCODES, "wrong", token):
        raise _too_many(_WRONG_PASSCODES, "wrong", token)
    _refuse_unless_hit(_OF_NETWORK[act], act, token, _network())


def count_wrong_passcode(token: str) -> None:
    """Only wrong ones count for the whole link: two hundred who know it all get in."""
    _limiter().hit(_WRONG_PASSCODES, "wrong", token)


def forget_passcode_tries(token: str) -> None:
    """After a right one: the next colleague behind the same network starts afresh."""
    _limiter().clear(_OF_NETWORK["passcode"], "passcode", token, _network())


def _refuse_unless_hit(bound: RateLimitItem, *key: str) -> None:
    if not _limiter().hit(bound, *key):
        raise _too_many(bound, *key)


def _too_many(bound: RateLimitItem, *key: str) -> TooManyAttempts:
    ends_at = _limiter().get_window_stats(bound, *key).reset_time
    wait_s = max(1, math.ceil(ends_at - time.time()))
    minutes = math.ceil(wait_s / 60)
    told = "a minute" if minutes == 1 else f"{minutes} minutes"
    return TooManyAttempts(f"That was tried too often. Please try again in {told}.", wait_s)


def _network() -> str:
    return truncated_network(request.remote_addr or "")


def _limiter() -> FixedWindowRateLimiter:
    limiter: FixedWindowRateLimiter = current_app.extensions["token_guesses"]
    return limiter


def init_app(extensions: dict[str, Any]) -> None:
    extensions["token_guesses"] = FixedWindowRateLimiter(MemoryStorage())
