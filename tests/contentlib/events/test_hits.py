"""The hit writer: what it acknowledges is on disk, once."""

from sqlalchemy import func, select

from contentlib.events.hits import HitWriter
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.usage.models import Impression
from contentlib.usage.service import impressions
from tests.cast import hire
from tests.factories import make_asset


def _rows(library: Library, viewer: Viewer, search: str, asset_id: int = 1) -> list[dict]:  # type: ignore[type-arg]
    return impressions(
        viewer,
        asset_ids=[asset_id],
        surface="search",
        search_public_id=search,
        now=library.clock.now(),
    )


def _count(library: Library) -> int:
    with library.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Impression)) or 0


def test_many_appends_at_once_are_all_written(either_library: Library) -> None:
    cast = hire(either_library)
    make_asset(either_library)
    futures = [
        either_library.hits.append(
            Impression.__table__, _rows(either_library, cast.rosa, f"search{n}")
        )
        for n in range(300)
    ]
    for future in futures:
        future.result(timeout=20)
    assert _count(either_library) == 300


def test_a_row_told_twice_is_written_once(either_library: Library) -> None:
    cast = hire(either_library)
    make_asset(either_library)
    for _ in range(2):
        rows = _rows(either_library, cast.rosa, "the same")
        either_library.hits.append(Impression.__table__, rows).result(timeout=20)
    assert _count(either_library) == 1


def test_a_bad_row_fails_alone(either_library: Library) -> None:
    cast = hire(either_library)
    make_asset(either_library)
    good = _rows(either_library, cast.rosa, "good")
    bad = _rows(either_library, cast.rosa, "bad", asset_id=999_999)
    futures = [either_library.hits.append(Impression.__table__, rows) for rows in (good, bad, good)]
    assert futures[0].exception(timeout=20) is None
    assert futures[1].exception(timeout=20) is not None
    assert futures[2].exception(timeout=20) is None
    assert _count(either_library) == 1


def test_closing_writes_what_was_queued(library: Library) -> None:
    cast = hire(library)
    make_asset(library)
    writer = HitWriter(library.database)
    futures = [
        writer.append(Impression.__table__, _rows(library, cast.rosa, f"late{n}"))
        for n in range(50)
    ]
    writer.close()
    assert all(future.done() for future in futures)
    assert _count(library) == 50
