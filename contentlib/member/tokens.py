"""Changing API tokens: issuing, revoking, noting their use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.errors import Conflict, NotFound, NotPermitted
from contentlib.ids import hash_secret, public_id, secret_token
from contentlib.member.models import ApiToken, Member
from contentlib.member.rules import SCOPES, Role, Viewer
from contentlib.member.token_rules import checked_name, checked_scopes, expiry, is_live

# Scanners for leaked secrets know ours by it.
SECRET_PREFIX = "clt_"  # noqa: S105 - the part of every secret that is no secret


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its secret, which is to be had this once."""

    public_id: str
    name: str
    secret: str


def issue(
    session: Session,
    *,
    actor: str,
    email: str,
    name: str,
    scopes: Iterable[str],
    days: int | None,
    now: datetime,
) -> Issued:
    """A token with which a program acts for the member of that address; `days` None: no end.

    Raises NotFound for an unknown or inactive member, InvalidInput for an odd name, scope or
    duration, NotPermitted for a scope beyond the member's role, Conflict when a live token of
    theirs has that name - so that a page sent twice makes one token.
    """
    member = session.scalar(
        select(Member).where(Member.email == email.strip().lower(), Member.active)
    )
    if member is None:
        raise NotFound(f"There is no active member with the address {email}.")
    shown_name, wanted = checked_name(name), checked_scopes(scopes)
    ends_at = expiry(days, now=now)
    role: Role = member.role  # type: ignore[assignment]  # held by the check constraint
    holder = Viewer(member.id, role, member.name, member.email)
    beyond = [scope for scope in wanted if not holder.can(SCOPES[scope])]
    if beyond:
        raise NotPermitted(f"A {member.role} may not hold the scope {beyond[0]}.")
    if _has_live_one(session, member.id, shown_name, now):
        raise Conflict(f"There is already a token named “{shown_name}”; revoke it or take another.")
    token, secret = add(session, member.id, shown_name, wanted, expires_at=ends_at, now=now)
    audit.note(
        session,
        actor=actor,
        act="token issued",
        subject=f"{shown_name} of {member.email}",
        now=now,
        token=token.public_id,
        scopes=list(wanted),
        expires_at=ends_at.isoformat() if ends_at else None,
    )
    return Issued(token.public_id, shown_name, secret)


def add(
    session: Session,
    member_id: int,
    name: str,
    scopes: Iterable[str],
    *,
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiToken, str]:
    """A token and its secret, which is kept nowhere. The caller says who may have it."""
    secret = SECRET_PREFIX + secret_token()
    token = ApiToken(
        public_id=public_id(),
        member_id=member_id,
        name=name,
        secret_sha256=hash_secret(secret),
        scopes=list(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()  # callers refer to it by id
    return token, secret


def revoke(session: Session, *, actor: Viewer, token_public_id: str, now: datetime) -> str:
    """Ends the token at once; told again, nothing changes. Returns its name.

    Raises NotFound for an unknown token and, unless the actor manages tokens, another's.
    """
    row = session.execute(
        select(ApiToken, Member.email)
        .join(Member, ApiToken.member_id == Member.id)
        .where(ApiToken.public_id == token_public_id)
    ).first()
    if row is None:
        raise NotFound("There is no such token.")
    token, email = row
    if token.member_id != actor.member_id and not actor.can("manage tokens"):
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = now
        audit.note(
            session,
            actor=actor.email,
            act="token revoked",
            subject=f"{token.name} of {email}",
            now=now,
            token=token.public_id,
        )
    return str(token.name)


def note_use(session: Session, *, token_id: int, now: datetime) -> None:
    """Keeps when the token was last used; never moves that moment back. One statement."""
    session.execute(
        update(ApiToken)
        .where(
            ApiToken.id == token_id,
            (ApiToken.last_used_at.is_(None)) | (ApiToken.last_used_at < now),
        )
        .values(last_used_at=now)
    )


def _has_live_one(session: Session, member_id: int, name: str, now: datetime) -> bool:
    same = session.scalars(
        select(ApiToken).where(
            ApiToken.member_id == member_id, ApiToken.name == name, ApiToken.revoked_at.is_(None)
        )
    )
    return any(
        is_live(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now) for token in same
    )
