"""Reading members and teams."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.member.models import Member, Team, TeamLead
from contentlib.member.rules import Role, Viewer


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member as the users page lists them."""

    public_id: str
    email: str
    name: str
    role: str
    team: str | None
    active: bool
    joined_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A viewer with the stamp that the cookie must still match."""

    viewer: Viewer
    sign_in_stamp: str


def _viewer_of(member: Member, led: frozenset[int]) -> Viewer:
    role: Role = member.role  # type: ignore[assignment]  # held by the check constraint
    return Viewer(member.id, role, member.name, member.email, member.team_id, led)


def signed_in(session: Session, member_public_id: str) -> SignedIn | None:
    """The active member of that id. Two statements for a manager, else one."""
    member = session.scalar(
        select(Member).where(Member.public_id == member_public_id, Member.active)
    )
    return None if member is None else SignedIn(viewer_of(session, member), member.sign_in_stamp)


def viewer_of(session: Session, member: Member) -> Viewer:
    """The value that stands for a member. One statement for a manager, else none."""
    led: frozenset[int] = frozenset()
    if member.role == "manager":
        led = frozenset(
            session.scalars(select(TeamLead.team_id).where(TeamLead.member_id == member.id))
        )
    return _viewer_of(member, led)


def by_email(session: Session, email: str) -> Member | None:
    """One statement."""
    return session.scalar(select(Member).where(Member.email == email.strip().lower()))


def viewer_by_email(session: Session, email: str) -> Viewer | None:
    """One or two statements."""
    member = by_email(session, email)
    return None if member is None else viewer_of(session, member)


def listed(session: Session) -> list[MemberLine]:
    """Everybody, by name. One statement."""
    rows = session.execute(
        select(Member, Team.name).outerjoin(Team, Member.team_id == Team.id).order_by(Member.name)
    )
    return [
        MemberLine(
            m.public_id, m.email, m.name, m.role, team, m.active, m.joined_at, m.locked_until
        )
        for m, team in rows
    ]


def by_public_id(session: Session, public_id: str) -> MemberLine | None:
    """One statement."""
    row = session.execute(
        select(Member, Team.name)
        .outerjoin(Team, Member.team_id == Team.id)
        .where(Member.public_id == public_id)
    ).first()
    if row is None:
        return None
    m, team = row
    return MemberLine(
        m.public_id, m.email, m.name, m.role, team, m.active, m.joined_at, m.locked_until
    )


def teams(session: Session) -> list[tuple[int, str]]:
    """Id and name of each team, by name. One statement."""
    return [(t.id, t.name) for t in session.scalars(select(Team).order_by(Team.name))]


def publishers(session: Session) -> list[tuple[str, str]]:
    """E-mail and name of everybody who may own an asset. One statement."""
    rows = session.execute(
        select(Member.email, Member.name)
        .where(Member.active, Member.role.in_(("marketer", "admin")))
        .order_by(Member.name)
    )
    return [(email, name) for email, name in rows]


def anybody(session: Session) -> bool:
    """Whether a first member exists. One statement."""
    return (session.scalar(select(func.count()).select_from(Member)) or 0) > 0
