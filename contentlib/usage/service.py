"""Events of colleagues, as rows for the hit writer (they are told by pages that only read)."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table

from contentlib.db import Base
from contentlib.events.hits import HitWriter
from contentlib.member.rules import Viewer
from contentlib.usage.models import Impression, Opening, Taking


def impressions(
    viewer: Viewer,
    *,
    asset_ids: Sequence[int],
    surface: str,
    search_public_id: str,
    now: datetime,
    first_rank: int = 1,
) -> list[dict[str, Any]]:
    """Rows of `impressions`: one an asset, rank by place. Told twice they are written once.

    `search_public_id` is the list's own id where no search made it.
    """
    return [
        {
            "public_id": f"{search_public_id}.{rank}",
            "asset_id": asset_id,
            "member_id": viewer.member_id,
            "role": viewer.role,
            "surface": surface,
            "rank": rank,
            "search_public_id": search_public_id,
            "at": now,
        }
        for rank, asset_id in enumerate(asset_ids, start=first_rank)
    ]


def opening(
    viewer: Viewer,
    *,
    asset_id: int,
    surface: str | None,
    search_public_id: str | None,
    rank: int | None,
    now: datetime,
) -> dict[str, Any]:
    """A row of `openings`."""
    return {
        "asset_id": asset_id,
        "member_id": viewer.member_id,
        "role": viewer.role,
        "surface": surface,
        "search_public_id": search_public_id,
        "rank": rank,
        "at": now,
    }


def taking(viewer: Viewer, *, asset_id: int, version_id: int, now: datetime) -> dict[str, Any]:
    """A row of `takings`."""
    return {
        "asset_id": asset_id,
        "version_id": version_id,
        "member_id": viewer.member_id,
        "role": viewer.role,
        "at": now,
    }


def record_impressions(hits: HitWriter, rows: Sequence[dict[str, Any]]) -> "Future[None]":
    """Hands rows of `impressions` to the writer; resolves when they are on disk."""
    return hits.append(_table(Impression), rows)


def record_opening(hits: HitWriter, row: dict[str, Any]) -> "Future[None]":
    """Hands a row of `opening` to the writer."""
    return hits.append(_table(Opening), [row])


def record_taking(hits: HitWriter, row: dict[str, Any]) -> "Future[None]":
    """Hands a row of `taking` to the writer."""
    return hits.append(_table(Taking), [row])


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)
