"""From what was shown to figures, and who is told which. Pure."""

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

# Ranks beyond are not looked at (METRICS, "Findability of an asset": the first 10).
FIRST = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One time the asset stood in a rep's answer; `text` is None for a recommendation."""

    list_id: str
    rank: int
    member_id: int
    at: datetime
    text: str | None = None
    deal_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the times it came up; None reads "fewer than 5 reps".

    `sent`: how many times it was sent afterwards for the deal it had come up for; `for_deals`
    says whether any of them was for a deal at all.
    """

    times: int
    best: int
    median: float
    opened: int | None
    sent: int | None
    for_deals: bool


def figures(
    shown: Sequence[Shown],
    *,
    opened: Collection[str],
    sent: Mapping[int, Collection[datetime]],
    smallest: int,
) -> Figures | None:
    """The figures of some times it came up; None where fewer than `smallest` reps stand behind.

    `opened` are the ids of lists it was opened from, `sent` is deal id -> when it was sent.
    """
    if len({one.member_id for one in shown}) < smallest:
        return None
    ranks = [one.rank for one in shown]
    from_here = [one for one in shown if one.list_id in opened]
    then_sent = [one for one in shown if _was_sent_after(one, sent)]
    return Figures(
        times=len(shown),
        best=min(ranks),
        median=statistics.median(ranks),
        opened=told(len(from_here), {one.member_id for one in from_here}, smallest=smallest),
        sent=told(len(then_sent), {one.member_id for one in then_sent}, smallest=smallest),
        for_deals=any(one.deal_id is not None for one in shown),
    )


def told(count: int, reps: Collection[int], *, smallest: int) -> int | None:
    """A figure as it may be told: None where there are reps behind it, but fewer than so many."""
    return None if 0 < len(reps) < smallest else count


def _was_sent_after(one: Shown, sent: Mapping[int, Collection[datetime]]) -> bool:
    times = sent.get(one.deal_id, ()) if one.deal_id is not None else ()
    return any(at >= one.at for at in times)


def found_before(
    first_sent: Mapping[int, datetime], first_shown: Mapping[int, datetime]
) -> frozenset[int]:
    """The deals for which it had come up before it was first sent; both are deal id -> when."""
    return frozenset(
        deal
        for deal, sent_at in first_sent.items()
        if deal in first_shown and first_shown[deal] <= sent_at
    )


def folded(text: str) -> str:
    """The same for questions that differ only in case and spaces.

    >>> folded("  ROI   Tool ")
    'roi tool'
    """
    return " ".join(text.split()).casefold()


def by_question(shown: Iterable[Shown]) -> dict[str, list[Shown]]:
    """Folded question -> the times it came up for it; recommendations are left out."""
    found: dict[str, list[Shown]] = {}
    for one in shown:
        if one.text is not None and one.text.strip():
            found.setdefault(folded(one.text), []).append(one)
    return found


def as_typed(shown: Sequence[Shown]) -> str:
    """The question as it was typed last, its spaces put in order."""
    return " ".join((max(shown, key=lambda one: one.at).text or "").split())
