"""What may be seen, suggested and sent; how an asset moves through its life. All pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from contentlib.errors import Conflict
from contentlib.member.rules import Viewer

State = Literal["draft", "in_review", "published", "archived", "deleted"]
AUDIENCES = ("external", "internal")
REFERENCE_RIGHTS = ("named", "anonymous", "on_request", "none")

_NEXT_STATES: dict[str, frozenset[str]] = {
    "draft": frozenset({"in_review", "published", "deleted"}),
    "in_review": frozenset({"draft", "published", "deleted"}),
    "published": frozenset({"archived", "draft", "deleted"}),
    "archived": frozenset({"published", "draft", "deleted"}),
    "deleted": frozenset(),
}

_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Standing:
    """All of an asset that decides who may see or send it."""

    state: str
    audience: str
    has_version: bool
    expires_on: date | None = None
    reference_rights: str = "named"
    rights_until: date | None = None


def is_current(standing: Standing, *, today: date) -> bool:
    """Published, with a file, and not past its expiry date (that day still counts)."""
    not_expired = standing.expires_on is None or today <= standing.expires_on
    return standing.state == "published" and standing.has_version and not_expired


def can_view(viewer: Viewer, standing: Standing, *, today: date) -> bool:
    """Whether the member may know of the asset. `queries.visible_to` says the same in SQL."""
    if standing.state == "deleted":
        return False
    return viewer.can("see drafts") or is_current(standing, today=today)


def refusal_to_send(standing: Standing, *, today: date) -> str | None:
    """Why the asset must not go to a buyer, as a sentence; None when it may."""
    if standing.audience == "internal":
        return "This asset is for colleagues only; it cannot be shared with a buyer."
    if standing.state != "published":
        return "Only published assets can be shared; this one is not published."
    if not standing.has_version:
        return "This asset has no file yet."
    if standing.expires_on is not None and today > standing.expires_on:
        return "This asset has expired and cannot be shared any more."
    if standing.reference_rights == "none":
        return "The customer in this story has not given the right to be referred to."
    if standing.rights_until is not None and today > standing.rights_until:
        return "The right to refer to this customer has ended."
    return None


def next_states(state: str) -> frozenset[str]:
    """What an asset of that state may become, "deleted" among them."""
    return _NEXT_STATES[state]


def checked_step(before: str, after: str) -> None:
    """Raises Conflict for a step the lifecycle does not know."""
    if after not in _NEXT_STATES[before]:
        words = {"in_review": "in review"}
        raise Conflict(
            f"An asset that is {words.get(before, before)} cannot become {words.get(after, after)}."
        )


def normalised_text_hash(texts: Iterable[str]) -> str | None:
    """SHA-256 of the words alone, so that a new wrapper round the same text is recognised.

    NFKC, case-folded, everything but letters and digits out (TRACKING section 3: 40 of 40
    re-saved files, no false match). None when there are no words.
    """
    joined = " ".join(texts)
    folded = unicodedata.normalize("NFKC", joined).casefold()
    words = _NOT_A_WORD.sub("", folded)
    if not words:
        return None
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the month's last day where there is none.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th day")


def title_from_file_name(name: str) -> str:
    """A first title for a file that states none.

    >>> title_from_file_name("acme_case-study_v2.pdf")
    'acme case-study v2'
    """
    stem = name.rsplit("/", 1)[-1]
    if re.search(r"\.\w{1,5}$", stem):
        stem = stem.rsplit(".", 1)[0]
    words = " ".join(stem.replace("_", " ").split())
    return words[:300] or "Untitled"
