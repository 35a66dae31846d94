"""When a rep is told of a visit, how, and in which words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Notice = Literal["each", "digest", "none"]
Occasion = Literal["first", "return"]


# By then a scanner has mostly shown itself, and a reader is still reading: the rep may call.
TOLD_AFTER = timedelta(minutes=3)


def occasion(
    started_at: datetime, others: Sequence[tuple[datetime, datetime]], *, quiet: timedelta
) -> Occasion | None:
    """Why a visit by a person is news: the first of its link, or one after a time of quiet.

    `others`: when people's other visits of the link began and ended, in any order.
    """
    before = [ended_at for began_at, ended_at in others if began_at <= started_at]
    if not before:
        return "first"
    return "return" if started_at - max(before) >= quiet else None


def mail_of(notice: Notice, *, mailed_lately: int, most: int, can_mail: bool) -> Notice:
    """How a notification leaves by mail: where many left within the hour, in the next digest."""
    if not can_mail or notice == "none":
        return "none"
    return "digest" if notice == "digest" or mailed_lately >= most else "each"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a visit amounted to so far. `reader` is a proved address, or an empty string."""

    titles: tuple[str, ...]
    pages: tuple[int, ...]
    attention_ms: int
    reader: str
    recipients: tuple[str, ...]
    opportunity: str | None = None


def sentence(occasion: str, reading: Reading) -> str:
    """The notification as a sentence: who, what, how much of it."""
    did = "came back to" if occasion == "return" else "opened"
    told = f"{_who(reading)} {did} {_what(reading.titles)}"
    if reading.pages:
        told += f": {_pages(reading.pages)} in {in_words(reading.attention_ms)}"
    return f"{told} ({reading.opportunity})." if reading.opportunity else f"{told}."


def _who(reading: Reading) -> str:
    """A name only where the address was proved, or the link was made for one person."""
    if reading.reader:
        return reading.reader
    if len(reading.recipients) == 1:
        return f"Somebody with the link for {reading.recipients[0]}"
    return "Somebody"


def _what(titles: Sequence[str]) -> str:
    if not titles:
        return "your link"
    more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    return f"“{titles[0]}”{more}"


def _pages(pages: Sequence[int]) -> str:
    """Runs are told as runs.

    >>> _pages([1, 2, 3, 7])
    'pages 1–3, 7'
    """
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs[:5]]
    more = " …" if len(runs) > 5 else ""
    return f"page{'s' if len(set(pages)) > 1 else ''} {', '.join(told)}{more}"


def in_words(milliseconds: int) -> str:
    """A reading time as a person would say it.

    >>> in_words(45_000), in_words(150_000)
    ('45 s', '2 min 30 s')
    """
    seconds = round(milliseconds / 1000)
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
