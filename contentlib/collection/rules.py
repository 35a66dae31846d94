"""Who may see and change a collection, what it may be called, and how its order changes. Pure."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from typing import Literal, get_args

from contentlib.errors import InvalidInput
from contentlib.member.rules import Viewer

MOST_FAVOURITES = 500
MOST_COLLECTIONS = 200
MOST_ASSETS = 200
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 2000

Step = Literal["first", "up", "down", "last"]
STEPS: tuple[Step, ...] = get_args(Step)


def may_see(viewer: Viewer, *, owner_id: int, is_shared: bool) -> bool:
    """Its owner, an admin, and once it is shared every colleague."""
    return is_shared or may_change(viewer, owner_id=owner_id)


def may_change(viewer: Viewer, *, owner_id: int) -> bool:
    """Its owner and an admin."""
    return viewer.role == "admin" or viewer.member_id == owner_id


def checked_name(name: str) -> str:
    """The name with its spaces put right. Raises InvalidInput for none or a very long one."""
    words = " ".join(name.replace("\x00", "").split())
    if not words:
        raise InvalidInput("The collection needs a name.", {"name": "Give it a name."})
    if len(words) > LONGEST_NAME:
        raise InvalidInput(
            f"A name has at most {LONGEST_NAME} characters.",
            {"name": f"At most {LONGEST_NAME} characters."},
        )
    return words


def checked_description(text: str) -> str:
    """The description without space around it. Raises InvalidInput for a very long one."""
    words = text.replace("\x00", "").strip()
    if len(words) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            f"A description has at most {LONGEST_DESCRIPTION} characters.",
            {"description": f"At most {LONGEST_DESCRIPTION} characters."},
        )
    return words


def moved(order: Sequence[int], item: int, step: Step, *, among: Group[int]) -> list[int]:
    """The order after one of `among` took a step past others of `among`; the rest stay in place.

    `among` are the assets that the member sees: a step past one that they do not see would look
    like nothing happened.

    >>> moved([1, 2, 3, 4], 4, "up", among={1, 2, 4})
    [1, 4, 3, 2]
    """
    seen = [one for one in order if one in among]
    at = seen.index(item)
    to = {"first": 0, "up": max(0, at - 1), "down": at + 1, "last": len(seen)}[step]
    seen.insert(to, seen.pop(at))
    left = iter(seen)
    return [next(left) if one in among else one for one in order]
