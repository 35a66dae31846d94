"""How a link was read, in a line: people, days, and whether it was passed on."""

from datetime import timedelta

import pytest

from contentlib.engagement.share_figures import ShareEngagement, of_shares
from contentlib.library import Library
from contentlib.reactions import fold_beats
from tests.cast import Cast, hire
from tests.contentlib.engagement.visiting import Link, link, reads
from tests.factories import statements


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _figures(library: Library, opened: Link) -> ShareEngagement:
    fold_beats(library)
    with library.database.reading() as session:
        return of_shares(session, [opened.share_id])[opened.share_id]


def test_who_comes_back_on_three_days_is_one_reader_and_two_returns(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    for day in range(3):
        # the key of a visitor is another one each day
        reads(library, opened, visitor=f"ann on day {day}")
        library.clock.move(timedelta(days=1))  # type: ignore[attr-defined]
    found = _figures(library, opened)
    assert (found.visits, found.readers, found.returns) == (3, 1, 2)


def test_three_on_one_day_are_at_least_three_and_two_likely_new_where_it_was_for_one(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    for visitor in ("ann", "bob", "cyd", "ann"):
        reads(library, opened, visitor=visitor)
    reads(library, opened, visitor="machine", agent="curl/8.5")
    found = _figures(library, opened)
    assert (found.readers, found.returns) == (3, 0)
    assert (found.likely_new(1), found.likely_new(3), found.likely_new(5)) == (2, 0, 0)
    assert found.likely_new(0) == 0  # made for nobody in particular: nothing is known


def test_however_many_links_and_readers_it_costs_four_statements(
    library: Library, cast: Cast
) -> None:
    links = [link(library, cast.rosa, f"Deck {n}") for n in range(5)]
    for n, opened in enumerate(links):
        for visitor in range(n):
            reads(library, opened, visitor=f"v{visitor}")
    fold_beats(library)
    with library.database.reading() as session, statements(library) as seen:
        found = of_shares(session, [opened.share_id for opened in links])
    assert len(seen) == 4, seen
    assert [found[o.share_id].readers for o in links if o.share_id in found] == [1, 2, 3, 4]
