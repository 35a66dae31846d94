"""Telling the events of colleagues: what was shown, opened and taken.

A page waits until its events are on disk, so that what it counts is there when it is seen; where
they cannot be written it is shown all the same, and the log says so.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future

from flask import request

from contentlib.asset.queries import AssetLine
from contentlib.ids import public_id
from contentlib.member.rules import Viewer
from contentlib.recommendation import service as recommending
from contentlib.recommendation.service import Recommended
from contentlib.search import service as searching
from contentlib.search.service import Answered
from contentlib.usage import service as usage
from web import receipts
from web.transaction import library

log = logging.getLogger(__name__)

_PATIENCE_S = 5.0


def is_looked_at() -> bool:
    """Whether this request shows the page to a person: not a HEAD, not a browser's guess ahead."""
    return request.method != "HEAD" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def settled(viewer: Viewer, answered: Answered) -> bool:
    """Events `searched` and `impression`; whether they are on disk."""
    now = library().clock.now()
    return _written(*searching.record_settled(library().hits, viewer, answered, now=now))


def settled_recommendation(viewer: Viewer, recommended: Recommended) -> bool:
    """Events `recommended` and `impression`; whether they are on disk."""
    now = library().clock.now()
    hits = library().hits
    return _written(*recommending.record_settled(hits, viewer, recommended, now=now))


def shown(viewer: Viewer, surface: str, lines: Sequence[AssetLine], *, first_rank: int = 1) -> str:
    """Event `impression` for a list that is no search; returns the token its links carry."""
    list_id = public_id()
    if is_looked_at():
        rows = usage.impressions(
            viewer,
            asset_ids=[line.id for line in lines],
            surface=surface,
            search_public_id=list_id,
            first_rank=first_rank,
            now=library().clock.now(),
        )
        _written(usage.record_impressions(library().hits, rows))
    return receipts.list_token(viewer, surface, list_id)


def opened(viewer: Viewer, asset_id: int) -> None:
    """Event `opened`, from the list that the address names if it was this member's."""
    if not is_looked_at():
        return
    came_from = receipts.read_list_token(viewer, request.args.get("from", ""))
    surface, list_id = came_from or (None, None)
    row = usage.opening(
        viewer,
        asset_id=asset_id,
        surface=surface,
        search_public_id=list_id,
        rank=request.args.get("rank", type=int) if came_from else None,
        now=library().clock.now(),
    )
    _written(usage.record_opening(library().hits, row))


def taken(viewer: Viewer, *, asset_id: int, version_id: int) -> None:
    """Event `taken`."""
    if not is_looked_at():
        return
    now = library().clock.now()
    row = usage.taking(viewer, asset_id=asset_id, version_id=version_id, now=now)
    _written(usage.record_taking(library().hits, row))


def _written(*told: "Future[None]") -> bool:
    try:
        for future in told:
            future.result(timeout=_PATIENCE_S)
    except Exception:
        log.exception("an event of %s could not be written", request.path)
        return False
    return True
