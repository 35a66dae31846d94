"""The rules of a share, and whether it admits a visitor. Pure."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from contentlib.errors import InvalidInput

Refusal = Literal["revoked", "expired", "visits used up", "not shareable"]


@dataclass(frozen=True, slots=True)
class ShareRules:
    """What a rep chose for a link. Kept as one JSON value, so a rule is never half set."""

    expires_at: datetime | None = None
    allows_download: bool = True
    follows_current: bool = True
    max_visits: int | None = None

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["expires_at"] = self.expires_at.isoformat() if self.expires_at else None
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "ShareRules":
        """Reads what `to_json` wrote; a rule that is missing has its default."""
        expires_at = told.get("expires_at")
        return cls(
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            allows_download=bool(told.get("allows_download", True)),
            follows_current=bool(told.get("follows_current", True)),
            max_visits=told.get("max_visits"),
        )


def checked(rules: ShareRules, *, now: datetime) -> ShareRules:
    """Raises InvalidInput for rules that could never admit anybody."""
    if rules.expires_at is not None and rules.expires_at <= now:
        raise InvalidInput(
            "The link would be expired at once; choose a later day.",
            {"expires_on": "Choose a later day."},
        )
    if rules.max_visits is not None and not 1 <= rules.max_visits <= 100_000:
        raise InvalidInput("A limit of visits is a number from 1 on.", {"max_visits": "1 or more."})
    return rules


@dataclass(frozen=True, slots=True)
class Standing:
    """A share as a visitor meets it."""

    rules: ShareRules
    revoked_at: datetime | None
    has_something_to_show: bool


def admits(standing: Standing, *, now: datetime, human_visits: int) -> Refusal | None:
    """None when the visitor may enter, else why not (for the rep; the buyer is told nothing).

    `human_visits` are those before this one: METRICS counts people only.
    """
    if standing.revoked_at is not None and now >= standing.revoked_at:
        return "revoked"
    expires_at = standing.rules.expires_at
    if expires_at is not None and now >= expires_at:
        return "expired"
    limit = standing.rules.max_visits
    if limit is not None and human_visits >= limit:
        return "visits used up"
    if not standing.has_something_to_show:
        return "not shareable"
    return None


def end_of_day_in(days: int, *, now: datetime) -> datetime:
    """The expiry "after so many days": the end of that day in UTC."""
    day = (now + timedelta(days=days)).astimezone(UTC)
    return day.replace(hour=23, minute=59, second=59, microsecond=0)
