"""Favourites: what a member keeps at hand."""

from datetime import timedelta

import pytest

from contentlib.asset import service as assets
from contentlib.collection import queries, rules, service
from contentlib.errors import InvalidInput, NotFound
from contentlib.library import Library
from contentlib.member.rules import Viewer
from tests.cast import hire
from tests.factories import MONDAY, make_asset, statements

TODAY = MONDAY.date()


def _keep(library: Library, viewer: Viewer, public_id: str, *, minutes: int = 0) -> None:
    with library.database.unit_of_work() as session:
        service.keep_at_hand(
            session,
            viewer=viewer,
            asset_public_id=public_id,
            now=MONDAY + timedelta(minutes=minutes),
        )


def _titles(library: Library, viewer: Viewer, limit: int = 9) -> list[str]:
    with library.database.reading() as session:
        found = queries.favourites(session, viewer, today=TODAY, limit=limit)
    return [line.title for line in found.lines]


def test_the_last_kept_stands_first_and_twice_is_once(library: Library) -> None:
    cast = hire(library)
    made = {title: make_asset(library, title) for title in "ABC"}
    for minutes, title in enumerate("ABCA"):
        _keep(library, cast.rosa, made[title], minutes=minutes)
    assert _titles(library, cast.rosa) == ["C", "B", "A"]
    assert _titles(library, cast.rosa, limit=1) == ["C"]
    assert _titles(library, cast.ravi) == []
    with library.database.reading() as session:
        assert queries.favourites(session, cast.rosa, today=TODAY, limit=1).total == 3
        assert len(queries.favourite_ids(session, cast.rosa)) == 3
        assert queries.favourite_ids(session, cast.ravi) == frozenset()


def test_what_is_let_go_is_gone_and_letting_go_twice_is_quiet(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library)
    _keep(library, cast.rosa, public_id)
    for _ in range(2):
        with library.database.unit_of_work() as session:
            service.let_go(session, viewer=cast.rosa, asset_public_id=public_id, today=TODAY)
    assert _titles(library, cast.rosa) == []


def test_what_one_may_not_see_cannot_be_kept(library: Library) -> None:
    cast = hire(library)
    draft = make_asset(library, publish=False)
    for viewer, public_id in ((cast.rosa, draft), (cast.mira, "nothing")):
        with pytest.raises(NotFound):
            _keep(library, viewer, public_id)
    _keep(library, cast.mira, draft)


def test_what_was_withdrawn_is_left_out_and_comes_back_with_it(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library, "Prices")
    _keep(library, cast.rosa, public_id)
    for state, seen in (("archived", []), ("published", ["Prices"])):
        with library.database.unit_of_work() as session:
            asset = assets.for_change(session, cast.mira, public_id, today=TODAY)
            assets.move(session, asset=asset, to=state, member_id=None, now=MONDAY)
        assert _titles(library, cast.rosa) == seen


def test_too_many_are_refused_in_a_sentence(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_FAVOURITES", 2)
    cast = hire(library)
    for title in "AB":
        _keep(library, cast.rosa, make_asset(library, title))
    with pytest.raises(InvalidInput, match="You keep 2 favourites, which is the most there may be"):
        _keep(library, cast.rosa, make_asset(library, "C"))


def test_a_list_costs_four_statements_and_the_stars_one(library: Library) -> None:
    cast = hire(library)
    for title in "ABCD":
        _keep(library, cast.rosa, make_asset(library, title, terms={"industry": [title]}))
    with library.database.reading() as session, statements(library) as seen:
        queries.favourites(session, cast.rosa, today=TODAY, limit=9)
    assert len(seen) == 4, seen
    with library.database.reading() as session, statements(library) as seen:
        queries.favourite_ids(session, cast.rosa)
    assert len(seen) == 1, seen
