"""The order of a collection: a step moves one asset, and only among those that are seen."""

from hypothesis import given
from hypothesis import strategies as st

from contentlib.collection.rules import STEPS, Step, may_change, may_see, moved
from contentlib.member.rules import ROLES, Role, Viewer

ORDERS = st.lists(st.integers(1, 50), unique=True, min_size=1, max_size=12)


@st.composite
def steps(draw: st.DrawFn) -> tuple[list[int], int, Step, set[int]]:
    order = draw(ORDERS)
    seen = draw(st.sets(st.sampled_from(order), min_size=1))
    return order, draw(st.sampled_from(sorted(seen))), draw(st.sampled_from(STEPS)), seen


@given(steps())
def test_a_step_loses_nothing_and_leaves_what_is_not_seen_in_its_place(
    asked: tuple[list[int], int, Step, set[int]],
) -> None:
    order, item, step, seen = asked
    after = moved(order, item, step, among=seen)
    assert sorted(after) == sorted(order)
    unseen = [(at, one) for at, one in enumerate(order) if one not in seen]
    assert [(at, one) for at, one in enumerate(after) if one not in seen] == unseen


@given(steps())
def test_a_step_moves_the_asset_as_the_member_sees_it_and_the_others_keep_their_order(
    asked: tuple[list[int], int, Step, set[int]],
) -> None:
    order, item, step, seen = asked
    before = [one for one in order if one in seen]
    after = [one for one in moved(order, item, step, among=seen) if one in seen]
    at, last = before.index(item), len(before) - 1
    to = {"first": 0, "up": max(0, at - 1), "down": min(last, at + 1), "last": last}[step]
    assert after.index(item) == to
    assert [one for one in after if one != item] == [one for one in before if one != item]


@given(steps())
def test_up_and_down_undo_each_other_away_from_the_ends(
    asked: tuple[list[int], int, Step, set[int]],
) -> None:
    order, item, _, seen = asked
    if next(one for one in order if one in seen) != item:
        up = moved(order, item, "up", among=seen)
        assert moved(up, item, "down", among=seen) == order


@given(st.sampled_from(ROLES), st.booleans(), st.booleans())
def test_only_the_owner_and_an_admin_change_it_and_who_changes_it_sees_it(
    role: Role, is_own: bool, is_shared: bool
) -> None:
    viewer = Viewer(1, role, "Any", "any@contentlib.example")
    owner_id = 1 if is_own else 2
    changes = may_change(viewer, owner_id=owner_id)
    assert changes is (is_own or role == "admin")
    assert may_see(viewer, owner_id=owner_id, is_shared=is_shared) is (changes or is_shared)
