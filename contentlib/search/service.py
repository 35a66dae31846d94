"""Events of searching, as rows for the hit writer."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table

from contentlib.events.hits import HitWriter
from contentlib.member.rules import Viewer
from contentlib.search.models import SearchEvent
from contentlib.usage import service as usage

SURFACE = "search"


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


@dataclass(frozen=True, slots=True)
class Answered:
    """What a member was shown for a request, as it is recorded once they settle on it.

    `surface` says where they saw it.
    """

    public_id: str
    text: str
    facets: Mapping[str, Sequence[str]]
    asset_ids: tuple[int, ...]
    confident: bool
    opportunity_id: int | None = None
    surface: str = SURFACE


def record_settled(
    hits: HitWriter, viewer: Viewer, answered: Answered, *, now: datetime
) -> "list[Future[None]]":
    """Events `searched` and its `impression`s. Told again (a reload, a re-sent receipt), or with
    more results of the same search, only what is new is written.
    """
    event = searched(
        viewer,
        public_id=answered.public_id,
        text=answered.text,
        facets=answered.facets,
        opportunity_id=answered.opportunity_id,
        shown=len(answered.asset_ids),
        confident=answered.confident,
        now=now,
    )
    shown = usage.impressions(
        viewer,
        asset_ids=answered.asset_ids,
        surface=answered.surface,
        search_public_id=answered.public_id,
        now=now,
    )
    return [
        hits.append(cast(Table, SearchEvent.__table__), [event]),
        usage.record_impressions(hits, shown),
    ]
