"""What an API token must be when it is made, and for how long it opens anything. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from contentlib.errors import InvalidInput
from contentlib.member.rules import OFFERED_SCOPES, Scope

_LONGEST_DAYS = 3650
_LONGEST_NAME = 100
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def checked_name(name: str) -> str:
    """The name without spaces around it. Raises InvalidInput."""
    shown = " ".join(name.split())
    if not shown:
        raise InvalidInput("Give the token a name.", {"name": "Say which program will hold it."})
    if len(shown) > _LONGEST_NAME:
        raise InvalidInput(
            "That name is too long.", {"name": f"At most {_LONGEST_NAME} characters."}
        )
    return shown


def checked_scopes(scopes: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes once each, in their usual order. Raises InvalidInput for none or unknown ones."""
    asked = set(scopes)
    unknown = sorted(asked - set(OFFERED_SCOPES))
    if unknown:
        raise InvalidInput(
            f"{unknown[0]!r} is not a scope; use some of {', '.join(OFFERED_SCOPES)}.",
            {"scopes": "Choose from the list."},
        )
    if not asked:
        raise InvalidInput("Say what the token may do.", {"scopes": "Choose at least one."})
    return tuple(scope for scope in OFFERED_SCOPES if scope in asked)


def expiry(days: int | None, *, now: datetime) -> datetime | None:
    """When a token made now for so many days ends; None for never. Raises InvalidInput."""
    if days is None:
        return None
    if not 1 <= days <= _LONGEST_DAYS:
        raise InvalidInput(
            f"A token lasts between 1 and {_LONGEST_DAYS} days, or has no end.",
            {"days": f"Between 1 and {_LONGEST_DAYS}."},
        )
    return now + timedelta(days=days)


def is_live(*, expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether the token opens anything: not revoked, and before its end."""
    return revoked_at is None and (expires_at is None or now < expires_at)


def use_is_due(last_used_at: datetime | None, *, now: datetime) -> bool:
    """Whether a use is to be noted again; more often than once a minute it is not."""
    return last_used_at is None or now - last_used_at >= _USE_IS_NOTED_EVERY
