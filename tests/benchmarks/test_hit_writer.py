"""The hit writer beside one commit for each event, in the same run: a ratio, never a bound."""

import time
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.usage.models import Impression
from contentlib.usage.service import impressions
from tests.cast import hire
from tests.factories import make_asset

pytestmark = pytest.mark.slow
EVENTS = 400


def _events(library: Library, viewer: Viewer, name: str) -> list[list[dict[str, Any]]]:
    return [
        impressions(
            viewer,
            asset_ids=[1],
            surface="search",
            search_public_id=f"{name}{number}",
            now=library.clock.now(),
        )
        for number in range(EVENTS)
    ]


def test_grouped_commits_beside_one_commit_an_event(library: Library) -> None:
    rosa = hire(library).rosa
    make_asset(library)
    begun = time.perf_counter()
    for rows in _events(library, rosa, "plain"):
        with library.database.unit_of_work() as session:
            session.execute(insert(Impression), rows)
    plain_s = time.perf_counter() - begun

    begun = time.perf_counter()
    written = [
        library.hits.append(Impression.__table__, r) for r in _events(library, rosa, "grouped")
    ]
    for future in written:
        future.result(timeout=60)
    grouped_s = time.perf_counter() - begun

    with library.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Impression)) == 2 * EVENTS
    print(f"\nhit writer: {plain_s / grouped_s:.1f} x one commit an event ({EVENTS} events)")
