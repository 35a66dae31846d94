"""Members and teams."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contentlib.db import (
    Base,
    Id,
    JsonList,
    JsonValue,
    Key,
    Moment,
    Name,
    Prose,
    PublicId,
    Sha256,
)
from contentlib.ids import public_id


class Team(Base):
    """A group of reps with one or more managers."""

    __tablename__ = "teams"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200), unique=True)


class TeamLead(Base):
    """A manager leads a team."""

    __tablename__ = "team_leads"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)


class Member(Base):
    """One of our own people. The e-mail address is stored lower-case."""

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("role IN ('rep', 'manager', 'marketer', 'admin')", name="role"),
        # reports: the reps of a team
        Index("ix_members_team_id", "team_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[Name]
    role: Mapped[str] = mapped_column(String(10))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    active: Mapped[bool]
    password_hash: Mapped[Prose | None]
    # changes with the password, so that a cookie made before it no longer signs anybody in
    sign_in_stamp: Mapped[Key]
    joined_at: Mapped[Moment]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment | None]

    team: Mapped[Team | None] = relationship()

    @classmethod
    def joining(
        cls, *, email: str, name: str, role: str, team_id: int | None, now: datetime
    ) -> "Member":
        return cls(
            public_id=public_id(),
            email=email,
            name=name,
            role=role,
            team_id=team_id,
            active=True,
            sign_in_stamp=public_id(),
            joined_at=now,
            failed_sign_ins=0,
        )


class MemberChange(Base):
    """Event: role, team or active changed. Append-only."""

    __tablename__ = "member_changes"
    # who was in scope during a window
    __table_args__ = (Index("ix_member_changes_member_id", "member_id", "at"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    at: Mapped[Moment]
    field: Mapped[Key]
    before: Mapped[str | None] = mapped_column(String(200))
    after: Mapped[str | None] = mapped_column(String(200))


class ApiToken(Base):
    """A key with which a program acts for a member, within its scopes.

    Only the secret's hash is kept: 256 random bits need no slow hash, and every request pays it.
    """

    __tablename__ = "api_tokens"
    # a member's own tokens
    __table_args__ = (Index("ix_api_tokens_member_id", "member_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    name: Mapped[Name]
    secret_sha256: Mapped[Sha256] = mapped_column(unique=True)
    scopes: Mapped[JsonList]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment | None]
    last_used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]


class PairingCode(Base):
    """What a member types into a browser extension once, so that it acts for them.

    Only a hash is kept. It is short, so it lives ten minutes and opens one device.
    """

    __tablename__ = "pairing_codes"

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    code_sha256: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class Device(Base):
    """A browser with our extension, paired with a member; it acts with a token of its own.

    `sites` says for each mail site how watching it goes, as the extension told last:
    {"gmail": {"state": "working" | "blind", "since": ISO 8601}}.
    """

    __tablename__ = "devices"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), unique=True)
    browser: Mapped[Name]
    version: Mapped[Key]
    paired_at: Mapped[Moment]
    sites: Mapped[JsonValue] = mapped_column(default=dict)


class ReportingDay(Base):
    """A day on which a member's extension or mailbox told us what it saw, be it nothing.

    What send coverage is made of (METRICS). A blind extension reports no day.
    """

    __tablename__ = "reporting_days"
    __table_args__ = (
        CheckConstraint("source IN ('extension', 'mailbox')", name="source"),
        # coverage: who reported in a window
        Index("ix_reporting_days_day", "day"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
