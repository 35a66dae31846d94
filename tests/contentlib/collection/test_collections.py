"""Collections: who sees and changes them, what may be in them, in which order."""

from typing import Any

import pytest

from contentlib.asset import service as assets
from contentlib.collection import queries, rules, service
from contentlib.errors import ContentlibError, InvalidInput, NotFound, NotPermitted
from contentlib.library import Library
from contentlib.member.rules import Viewer
from tests.cast import Cast, hire
from tests.factories import MONDAY, make_asset, statements

TODAY = MONDAY.date()


def _make(
    library: Library, viewer: Viewer, name: str = "Cold chain", *items: str, shared: bool = False
) -> str:
    with library.database.unit_of_work() as session:
        made = service.create(session, viewer=viewer, name=name, now=MONDAY)
        if items:
            service.add(
                session, viewer=viewer, collection=made, asset_public_ids=items, today=TODAY
            )
        if shared:
            service.open_to_colleagues(
                session, viewer=viewer, collection=made, is_shared=True, now=MONDAY
            )
        return made.public_id


def _change(library: Library, viewer: Viewer, public_id: str, act: Any, /, **values: Any) -> Any:
    with library.database.unit_of_work() as session:
        collection = service.for_change(session, viewer, public_id)
        return act(session, collection=collection, **values)


def _add(library: Library, viewer: Viewer, public_id: str, *items: str) -> service.Added:
    added: service.Added = _change(
        library,
        viewer,
        public_id,
        service.add,
        viewer=viewer,
        asset_public_ids=items,
        today=TODAY,
    )
    return added


def _detail(library: Library, viewer: Viewer, public_id: str) -> queries.CollectionDetail:
    with library.database.reading() as session:
        return queries.visible_collection(session, viewer, public_id, today=TODAY)


def _titles(library: Library, viewer: Viewer, public_id: str) -> str:
    return "".join(item.line.title for item in _detail(library, viewer, public_id).items)


def _archive(library: Library, cast: Cast, public_id: str) -> None:
    with library.database.unit_of_work() as session:
        asset = assets.for_change(session, cast.mira, public_id, today=TODAY)
        assets.move(session, asset=asset, to="archived", member_id=None, now=MONDAY)


# --- who ------------------------------------------------------------------------------


def test_it_is_its_owners_alone_until_it_is_shared(library: Library) -> None:
    cast = hire(library)
    public_id = _make(library, cast.rosa)
    for viewer in (cast.rosa, cast.adam):
        assert _detail(library, viewer, public_id).line.may_change
    for viewer in (cast.ravi, cast.nora, cast.mira, cast.wes):
        with pytest.raises(NotFound):
            _detail(library, viewer, public_id)
        with pytest.raises(NotFound):
            _add(library, viewer, public_id, make_asset(library))
    shares = {"viewer": cast.rosa, "is_shared": True, "now": MONDAY}
    _change(library, cast.rosa, public_id, service.open_to_colleagues, **shares)
    for viewer in (cast.ravi, cast.nora, cast.mira, cast.wes):
        assert not _detail(library, viewer, public_id).line.may_change
        with pytest.raises(NotPermitted):
            _add(library, viewer, public_id, make_asset(library))


def test_the_lists_tell_ones_own_from_what_colleagues_share(library: Library) -> None:
    cast = hire(library)
    _make(library, cast.rosa, "b mine")
    _make(library, cast.rosa, "A mine", make_asset(library), shared=True)
    _make(library, cast.ravi, "His own")
    _make(library, cast.wes, "Open to all", shared=True)
    with library.database.reading() as session:
        own = queries.own(session, cast.rosa, today=TODAY)
        shared = queries.shared_by_colleagues(session, cast.rosa, today=TODAY)
    assert [(line.name, line.assets, line.is_shared) for line in own] == [
        ("A mine", 1, True),
        ("b mine", 0, False),
    ]
    assert [(line.name, line.owner) for line in shared.lines] == [("Open to all", "Wes")]
    assert shared.total == 1


def test_deleting_it_leaves_its_assets_and_is_audited(library: Library) -> None:
    cast = hire(library)
    item = make_asset(library)
    public_id = _make(library, cast.rosa, "Old", item)
    _change(library, cast.rosa, public_id, service.discard, viewer=cast.rosa, now=MONDAY)
    with pytest.raises(NotFound):
        _detail(library, cast.rosa, public_id)
    assert _titles(library, cast.rosa, _make(library, cast.rosa, "New", item)) != ""


# --- names ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "  \n ", "x" * (rules.LONGEST_NAME + 1)])
def test_a_name_that_is_none_or_endless_is_refused(library: Library, name: str) -> None:
    cast = hire(library)
    with pytest.raises(InvalidInput) as refused:
        _make(library, cast.rosa, name)
    assert "name" in refused.value.fields


def test_one_member_has_no_two_of_a_name_but_two_members_may(library: Library) -> None:
    cast = hire(library)
    _make(library, cast.rosa, "Cold chain")
    other = _make(library, cast.rosa, "Other")
    _make(library, cast.ravi, "Cold chain")
    with pytest.raises(InvalidInput, match="called “Cold chain” already"):
        _make(library, cast.rosa, " cold  CHAIN")
    named = {"name": "COLD chain", "description": ""}
    with pytest.raises(InvalidInput):
        _change(library, cast.rosa, other, service.describe, **named)
    _change(library, cast.rosa, other, service.describe, name="other", description=" Why ")
    line = _detail(library, cast.rosa, other).line
    assert (line.name, line.description) == ("other", "Why")


def test_there_are_limits_and_each_has_its_sentence(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_COLLECTIONS", 1)
    monkeypatch.setattr(rules, "MOST_ASSETS", 2)
    cast = hire(library)
    public_id = _make(library, cast.rosa, "One", make_asset(library), make_asset(library))
    with pytest.raises(InvalidInput, match="at most 2 assets; “One” has 2"):
        _add(library, cast.rosa, public_id, make_asset(library))
    with pytest.raises(InvalidInput, match="You have 1 collections"):
        _make(library, cast.rosa, "Two")
    with pytest.raises(InvalidInput, match="at most 2000 characters"):
        long = {"name": "One", "description": "x" * 2001}
        _change(library, cast.rosa, public_id, service.describe, **long)


# --- what is in it, and in which order ---------------------------------------------------


def test_assets_are_added_at_the_end_once_each(library: Library) -> None:
    cast = hire(library)
    a, b, c = (make_asset(library, title) for title in "ABC")
    public_id = _make(library, cast.rosa, "Cold chain", b)
    assert _add(library, cast.rosa, public_id, c, b, a, c) == service.Added(new=2, already=1)
    assert _titles(library, cast.rosa, public_id) == "BCA"


def test_nothing_and_what_one_may_not_see_cannot_be_added(library: Library) -> None:
    cast = hire(library)
    public_id = _make(library, cast.rosa)
    wrong: tuple[tuple[tuple[str, ...], type[ContentlibError]], ...] = (
        ((), InvalidInput),
        ((make_asset(library, publish=False),), NotFound),
        ((make_asset(library), "nothing"), NotFound),
    )
    for items, error in wrong:
        with pytest.raises(error):
            _add(library, cast.rosa, public_id, *items)
    assert _titles(library, cast.rosa, public_id) == ""


def test_an_asset_moves_by_one_or_to_an_end(library: Library) -> None:
    cast = hire(library)
    made = {title: make_asset(library, title) for title in "ABCD"}
    public_id = _make(library, cast.rosa, "Cold chain", *made.values())
    for title, step, place, order in (
        ("C", "up", 2, "ACBD"),
        ("A", "down", 2, "CABD"),
        ("D", "first", 1, "DCAB"),
        ("D", "up", 1, "DCAB"),
        ("C", "last", 4, "DABC"),
    ):
        step_of = {
            "viewer": cast.rosa,
            "asset_public_id": made[title],
            "step": step,
            "today": TODAY,
        }
        assert _change(library, cast.rosa, public_id, service.move, **step_of) == place
        assert _titles(library, cast.rosa, public_id) == order
    for asset, step, error in (
        (made["A"], "sideways", InvalidInput),
        (make_asset(library), "up", NotFound),
    ):
        step_of = {"viewer": cast.rosa, "asset_public_id": asset, "step": step, "today": TODAY}
        with pytest.raises(error):
            _change(library, cast.rosa, public_id, service.move, **step_of)


def test_what_was_withdrawn_is_hidden_counted_and_can_be_taken_out(library: Library) -> None:
    cast = hire(library)
    made = {title: make_asset(library, title) for title in "ABC"}
    public_id = _make(library, cast.rosa, "Cold chain", *made.values(), shared=True)
    _archive(library, cast, made["B"])
    for viewer, seen, gone in ((cast.rosa, "AC", 1), (cast.ravi, "AC", 1), (cast.mira, "ABC", 0)):
        detail = _detail(library, viewer, public_id)
        assert "".join(item.line.title for item in detail.items) == seen
        assert (detail.unavailable, detail.line.assets) == (gone, len(seen))
    step_of = {"viewer": cast.rosa, "asset_public_id": made["C"], "step": "up", "today": TODAY}
    assert _change(library, cast.rosa, public_id, service.move, **step_of) == 1
    assert _titles(library, cast.mira, public_id) == "CBA"
    take = {"viewer": cast.rosa, "today": TODAY}
    assert _change(library, cast.rosa, public_id, service.remove_unavailable, **take) == 1
    assert _titles(library, cast.mira, public_id) == "CA"


def test_what_must_not_go_to_a_buyer_is_told_from_what_may(library: Library) -> None:
    cast = hire(library)
    inside = make_asset(library, "Battlecard", audience="internal")
    public_id = _make(library, cast.rosa, "Mixed", inside, make_asset(library, "Story"))
    detail = _detail(library, cast.rosa, public_id)
    assert [item.line.title for item in detail.sendable] == ["Story"]
    assert [(item.line.title, bool(item.refusal)) for item in detail.refused] == [
        ("Battlecard", True)
    ]


def test_removing_takes_one_out_and_is_quiet_about_what_is_not_in_it(library: Library) -> None:
    cast = hire(library)
    a, b = make_asset(library, "A"), make_asset(library, "B")
    public_id = _make(library, cast.rosa, "Cold chain", a, b)
    for _ in range(2):
        _change(library, cast.rosa, public_id, service.remove, asset_public_id=a)
    assert _titles(library, cast.rosa, public_id) == "B"


def test_each_list_costs_the_same_however_much_is_in_it(library: Library) -> None:
    cast = hire(library)
    items = [make_asset(library, f"A{n}", terms={"industry": [f"I{n}"]}) for n in range(5)]
    few = _make(library, cast.rosa, "Few", items[0], shared=True)
    many = _make(library, cast.rosa, "Many", *items, shared=True)
    for public_id in (few, many):
        with statements(library) as seen:
            _detail(library, cast.rosa, public_id)
        assert len(seen) == 5, seen
    for viewer in (cast.rosa, cast.ravi):
        with library.database.reading() as session, statements(library) as seen:
            own = queries.own(session, viewer, today=TODAY)
            queries.shared_by_colleagues(session, viewer, today=TODAY)
            queries.holding(session, viewer, 1, among=own)
        assert len(seen) == 3 + bool(own), seen
