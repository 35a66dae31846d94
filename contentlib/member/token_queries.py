"""Reading API tokens: by their secret for each request, listed for their owners and admins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from contentlib.ids import hash_secret
from contentlib.member.models import ApiToken, Device, Member
from contentlib.member.queries import viewer_of
from contentlib.member.rules import SCOPES, Scope, Viewer
from contentlib.member.token_rules import is_live

_MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program that showed a genuine token: for whom it acts, and within which scopes."""

    token_id: int
    viewer: Viewer
    scopes: frozenset[str]
    last_used_at: datetime | None

    def may(self, scope: Scope) -> bool:
        """Whether the token has the scope and its member still has the ability behind it."""
        return scope in self.scopes and self.viewer.can(SCOPES[scope])


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as lists show it; the secret is nowhere to be had."""

    public_id: str
    name: str
    scopes: tuple[str, ...]
    member: str
    member_email: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_live: bool
    is_own: bool


def bearer(session: Session, secret: str, *, now: datetime) -> Bearer | None:
    """Who acts with that secret; None for an unknown, expired or revoked one, and for a member
    who is no longer active.

    The look-up is by hash, so its time says nothing about how near a guess was. Two statements
    for a manager's token, else one.
    """
    row = session.execute(
        select(ApiToken, Member)
        .join(Member, ApiToken.member_id == Member.id)
        .where(ApiToken.secret_sha256 == hash_secret(secret), Member.active)
    ).first()
    if row is None:
        return None
    token, member = row
    if not is_live(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now):
        return None
    return Bearer(
        token_id=token.id,
        viewer=viewer_of(session, member),
        scopes=frozenset(token.scopes),
        last_used_at=token.last_used_at,
    )


def listed(session: Session, viewer: Viewer, *, now: datetime) -> list[TokenLine]:
    """The member's own tokens, for an admin everybody's: newest first, live ones before others.

    Without those of paired browsers, which have a page of their own. One statement.
    """
    statement = (
        select(ApiToken, Member)
        .join(Member, ApiToken.member_id == Member.id)
        .where(~exists().where(Device.token_id == ApiToken.id))
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
        .limit(_MOST_LISTED)
    )
    if not viewer.can("manage tokens"):
        statement = statement.where(ApiToken.member_id == viewer.member_id)
    lines = [_line(token, member, viewer, now) for token, member in session.execute(statement)]
    return sorted(lines, key=lambda line: not line.is_live)


def _line(token: ApiToken, member: Member, viewer: Viewer, now: datetime) -> TokenLine:
    live = is_live(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now)
    return TokenLine(
        public_id=token.public_id,
        name=token.name,
        scopes=tuple(token.scopes),
        member=member.name,
        member_email=member.email,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
        is_live=live and member.active,
        is_own=token.member_id == viewer.member_id,
    )
