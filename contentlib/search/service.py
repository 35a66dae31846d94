"""Events of searching, as rows for the hit writer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contentlib.member.rules import Viewer


def searched(
    viewer: Viewer,
    *,
    public_id: str,
    text: str,
    facets: Mapping[str, Sequence[str]],
    opportunity_id: int | None,
    shown: int,
    confident: bool,
    now: datetime,
) -> dict[str, Any]:
    """A row of `searches`: a settled request. The public id makes a second telling harmless."""
    return {
        "public_id": public_id,
        "member_id": viewer.member_id,
        "role": viewer.role,
        "text": text.strip()[:2000],
        "facets": {key: list(values) for key, values in facets.items()},
        "opportunity_id": opportunity_id,
        "shown": shown,
        "confident": confident,
        "at": now,
    }
