"""What a member opened last."""

from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.usage import service
from contentlib.usage.queries import recently_opened
from tests.cast import hire
from tests.factories import MONDAY, make_asset, statements
from tests.web.browsing import asset_id


def _open(library: Library, viewer: Viewer, public_id: str) -> None:
    row = service.opening(
        viewer,
        asset_id=asset_id(library, public_id),
        surface=None,
        search_public_id=None,
        rank=None,
        now=library.clock.now(),
    )
    service.record_opening(library.hits, row).result(timeout=10)


def _titles(library: Library, viewer: Viewer, limit: int = 6) -> list[str]:
    with library.database.reading() as session:
        lines = recently_opened(session, viewer, today=MONDAY.date(), limit=limit)
    return [line.title for line in lines]


def test_the_last_opened_stands_first_and_each_once(either_library: Library) -> None:
    cast = hire(either_library)
    a, b, c = (make_asset(either_library, title) for title in "ABC")
    for public_id in (a, b, c, a):
        _open(either_library, cast.rosa, public_id)
    assert _titles(either_library, cast.rosa) == ["A", "C", "B"]
    assert _titles(either_library, cast.rosa, limit=2) == ["A", "C"]
    assert _titles(either_library, cast.ravi) == []


def test_what_was_withdrawn_since_is_left_out_for_a_rep(either_library: Library) -> None:
    cast = hire(either_library)
    draft = make_asset(either_library, "Withdrawn", publish=False)
    for viewer in (cast.rosa, cast.mira):
        _open(either_library, viewer, draft)
    assert _titles(either_library, cast.rosa) == []
    assert _titles(either_library, cast.mira) == ["Withdrawn"]


def test_it_costs_three_statements(either_library: Library) -> None:
    cast = hire(either_library)
    for title in "ABCD":
        _open(either_library, cast.rosa, make_asset(either_library, title))
    with statements(either_library) as seen:
        _titles(either_library, cast.rosa)
    assert len(seen) == 3, seen
