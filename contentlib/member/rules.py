"""Who may do what: roles, abilities, and the value that stands for the person asking."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from contentlib.errors import InvalidInput

Role = Literal["rep", "manager", "marketer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

Ability = Literal[
    "search",
    "share",
    "see own shares",
    "see team shares",
    "see opportunities",
    "publish",
    "see drafts",
    "see reports",
    "see names in reports",
    "manage vocabulary",
    "manage members",
    "manage jobs",
    "see audit log",
    "hold tokens",
    "manage tokens",
]

# Deny unless listed. One row an ability, read from left to right.
ABILITIES: dict[Ability, frozenset[Role]] = {
    "search": frozenset(ROLES),
    "share": frozenset({"rep", "manager", "marketer", "admin"}),
    "see own shares": frozenset(ROLES),
    "see team shares": frozenset({"manager", "admin"}),
    "see opportunities": frozenset({"rep", "manager", "admin"}),
    "publish": frozenset({"marketer", "admin"}),
    "see drafts": frozenset({"marketer", "admin"}),
    "see reports": frozenset({"manager", "marketer", "admin"}),
    "see names in reports": frozenset({"manager", "admin"}),
    "manage vocabulary": frozenset({"marketer", "admin"}),
    "manage members": frozenset({"admin"}),
    "manage jobs": frozenset({"marketer", "admin"}),
    "see audit log": frozenset({"admin"}),
    "hold tokens": frozenset(ROLES),
    "manage tokens": frozenset({"admin"}),
}

Scope = Literal["assets:read", "search", "recommend", "requests:write", "extension"]

# What a program may do with a token, and the ability that its member needs for it as well.
SCOPES: dict[Scope, Ability] = {
    "assets:read": "search",
    "search": "search",
    "recommend": "search",
    "requests:write": "search",
    "extension": "share",
}
# What a paired browser may do; the last is to be had by pairing alone.
DEVICE_SCOPES: tuple[Scope, ...] = ("search", "recommend", "extension")
OFFERED_SCOPES: tuple[Scope, ...] = ("assets:read", "search", "recommend", "requests:write")

# METRICS: a marketer sees no figures for fewer than 5 reps.
SMALLEST_GROUP_FOR_MARKETERS = 5


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in member asking, as plain values that outlive any transaction."""

    member_id: int
    role: Role
    name: str
    email: str
    team_id: int | None = None
    led_team_ids: frozenset[int] = field(default_factory=frozenset)

    def can(self, ability: Ability) -> bool:
        return self.role in ABILITIES[ability]

    @property
    def seen_team_ids(self) -> frozenset[int]:
        """Teams whose deals and shares this member sees (METRICS, "Who sees what")."""
        own = frozenset({self.team_id}) if self.team_id is not None else frozenset()
        return own | self.led_team_ids


def is_locked(locked_until: datetime | None, *, now: datetime) -> bool:
    """Whether a sign-in is refused whatever the password."""
    return locked_until is not None and now < locked_until


def lock_after(failures: int, *, now: datetime, allowed: int, rest: timedelta) -> datetime | None:
    """Until when the account rests after this many wrong passwords in a row, if it does."""
    return now + rest if failures >= allowed else None


def checked_password(password: str) -> str:
    """A password long enough to be worth hashing (NIST SP 800-63B: length, not composition).

    Raises InvalidInput.
    """
    if len(password) < 10:
        raise InvalidInput(
            "The password needs at least 10 characters.", {"password": "At least 10 characters."}
        )
    if len(password) > 1000:
        raise InvalidInput("The password is too long.", {"password": "At most 1000 characters."})
    return password
