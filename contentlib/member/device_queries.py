"""Reading devices: a member's own, and those that have gone blind."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.member.models import ApiToken, Device, Member
from contentlib.member.rules import Viewer

_MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device as lists show it. `blind_since` names the sites that it cannot watch any more."""

    public_id: str
    browser: str
    version: str
    member: str
    member_email: str
    paired_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    blind_since: tuple[tuple[str, datetime], ...]
    is_own: bool


def listed(session: Session, viewer: Viewer) -> list[DeviceLine]:
    """The member's own devices, for an admin everybody's: live ones first, newest first.

    One statement.
    """
    statement = (
        select(Device, ApiToken, Member)
        .join(ApiToken, Device.token_id == ApiToken.id)
        .join(Member, Device.member_id == Member.id)
        .order_by(ApiToken.revoked_at.is_not(None), Device.id.desc())
        .limit(_MOST_LISTED)
    )
    if not viewer.can("manage tokens"):
        statement = statement.where(Device.member_id == viewer.member_id)
    return [
        _line(device, token, member, viewer) for device, token, member in session.execute(statement)
    ]


def _line(device: Device, token: ApiToken, member: Member, viewer: Viewer) -> DeviceLine:
    return DeviceLine(
        public_id=device.public_id,
        browser=device.browser,
        version=device.version,
        member=member.name,
        member_email=member.email,
        paired_at=device.paired_at,
        last_seen_at=token.last_used_at,
        revoked_at=token.revoked_at,
        blind_since=blind_sites(device),
        is_own=device.member_id == viewer.member_id,
    )


def blind_sites(device: Device) -> tuple[tuple[str, datetime], ...]:
    """The sites that the device cannot watch any more, and since when."""
    return tuple(
        (site, datetime.fromisoformat(told["since"]))
        for site, told in sorted(device.sites.items())
        if told["state"] == "blind"
    )


def device_of_token(session: Session, token_id: int) -> Device | None:
    """One statement."""
    return session.scalar(select(Device).where(Device.token_id == token_id))


@dataclass(frozen=True, slots=True)
class Blindness:
    """A site that extensions cannot watch any more: of how many devices, since when at least."""

    site: str
    devices: int
    of: int
    since: datetime


def blindness(session: Session) -> list[Blindness]:
    """For those who tend the installation: the sites that live devices have gone blind on.

    One statement.
    """
    live = session.scalars(
        select(Device)
        .join(ApiToken, Device.token_id == ApiToken.id)
        .where(ApiToken.revoked_at.is_(None))
    ).all()
    since: dict[str, list[datetime]] = {}
    watching: dict[str, int] = {}
    for device in live:
        for site in device.sites:
            watching[site] = watching.get(site, 0) + 1
        for site, moment in blind_sites(device):
            since.setdefault(site, []).append(moment)
    return [
        Blindness(site, len(moments), watching[site], min(moments))
        for site, moments in sorted(since.items())
    ]
