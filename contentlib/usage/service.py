"""Events of colleagues, as rows for the hit writer (they are told by pages that only read)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contentlib.member.rules import Viewer


def impressions(
    viewer: Viewer,
    *,
    asset_ids: Sequence[int],
    surface: str,
    search_public_id: str,
    now: datetime,
) -> list[dict[str, Any]]:
    """Rows of `impressions`: one an asset, rank by place. Told twice they are written once."""
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
        for rank, asset_id in enumerate(asset_ids, start=1)
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
