"""Telling what a program was shown. It settles on what it asked: nobody types in between.

The answer waits until its events are on disk; where they cannot be written it is given all the
same, and the log says so.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from contentlib.recommendation import service as recommending
from contentlib.recommendation.service import Recommended
from contentlib.search import service as searching
from contentlib.search.service import Answered
from web.api.bearer import viewer
from web.transaction import library

log = logging.getLogger(__name__)

SURFACE = "api"
_PATIENCE_S = 5.0


def searched(answered: Answered) -> None:
    """Events `searched` and `impression`, of the surface that `answered` names."""
    hits, now = library().hits, library().clock.now()
    with _given_all_the_same():
        for told in searching.record_settled(hits, viewer(), answered, now=now):
            told.result(timeout=_PATIENCE_S)


def recommended(shown: Recommended) -> None:
    """Events `recommended` and `impression`, of the surface that `shown` names."""
    hits, now = library().hits, library().clock.now()
    with _given_all_the_same():
        for told in recommending.record_settled(hits, viewer(), shown, now=now):
            told.result(timeout=_PATIENCE_S)


@contextmanager
def _given_all_the_same() -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception("what a program was shown could not be recorded")
