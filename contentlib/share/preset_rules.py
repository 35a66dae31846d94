"""Rules of links under a name, to be chosen instead of ticked one by one. Pure."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from contentlib.errors import InvalidInput
from contentlib.share.rules import (
    Download,
    ShareRules,
    all_normalised,
    end_of_day_in,
)

_LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class PresetRules:
    """What a preset settles. Days instead of a date, since it is used again and again; a passcode
    is never part of it, for it would be the same on many links."""

    ends_in_days: int | None = None
    download: Download = "original"
    follows_current: bool = True
    max_visits: int | None = None
    asks_email: bool = False
    allowed: tuple[str, ...] = ()
    notice: str = "each"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "allowed": list(self.allowed)}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "PresetRules":
        """Reads what `to_json` wrote; what is missing has its default."""
        as_of_a_link = ShareRules.from_json(told)
        return cls(
            ends_in_days=told.get("ends_in_days"),
            download=as_of_a_link.download,
            follows_current=as_of_a_link.follows_current,
            max_visits=as_of_a_link.max_visits,
            asks_email=as_of_a_link.asks_email,
            allowed=as_of_a_link.allowed,
            notice=str(told.get("notice", "each")),
        )

    def rules(self, *, now: datetime) -> ShareRules:
        """The rules of a link that is made now."""
        days = self.ends_in_days
        return ShareRules(
            expires_at=None if days is None else end_of_day_in(days, now=now),
            download=self.download,
            follows_current=self.follows_current,
            max_visits=self.max_visits,
            asks_email=self.asks_email,
            allowed=self.allowed,
        )


def checked_preset(name: str, rules: PresetRules) -> tuple[str, PresetRules]:
    """The name on one line, and the rules in their stored form. Raises InvalidInput."""
    words = " ".join(name.split())[:80]
    if not words:
        raise InvalidInput("Give the preset a name.", {"preset_name": "Give it a name."})
    if rules.ends_in_days is not None and not 1 <= rules.ends_in_days <= _LONGEST_DAYS:
        raise InvalidInput(
            f"A link ends in 1 to {_LONGEST_DAYS} days.", {"expiry": "Choose when it ends."}
        )
    return words, replace(rules, allowed=all_normalised(rules.allowed))
