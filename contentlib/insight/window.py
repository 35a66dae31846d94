"""The days a report covers (METRICS, "Windows")."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contentlib.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Window:
    """Whole days in the workspace's time zone, both ends included."""

    first_day: date
    last_day: date
    time_zone: str

    @property
    def begins_at(self) -> datetime:
        """The first moment, in UTC."""
        return self._midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The first moment after, in UTC."""
        return self._midnight(self.last_day + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


def default_window(*, now: datetime, days: int, time_zone: str) -> Window:
    """The last so many whole days; today is excluded."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    return Window(today - timedelta(days=days), today - timedelta(days=1), time_zone)


def chosen_window(
    *, first: str | None, last: str | None, now: datetime, days: int, time_zone: str
) -> Window:
    """A window from what a person typed; what is missing comes from the default.

    Raises InvalidInput for a date that is none, or an end before the beginning.
    """
    default = default_window(now=now, days=days, time_zone=time_zone)
    last_day = _day("to", last) or default.last_day
    first_day = _day("from", first) or last_day - timedelta(days=days - 1)
    if first_day > last_day:
        raise InvalidInput("The window ends before it begins.", {"from": "An earlier day."})
    if (last_day - first_day).days > 3660:
        raise InvalidInput("A window is at most ten years long.", {"from": "A later day."})
    return Window(first_day, last_day, time_zone)


def _day(name: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is not a date such as 2026-03-31.", {name: "Use YYYY-MM-DD."}
        ) from error
