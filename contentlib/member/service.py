"""Changing members: adding, roles, teams, passwords, signing in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.ids import public_id, secret_token
from contentlib.member import queries, rules
from contentlib.member.models import Member, MemberChange, Team, TeamLead


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    """Checked when the address is unknown, so that an answer takes as long as for a known one."""
    return _hasher().hash(secret_token())


def checked_email(email: str) -> str:
    """The address in its stored form. Raises InvalidInput."""
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidInput(f"{email!r} is not an e-mail address.", {"email": str(error)}) from error
    return checked.normalized.lower()


def add(
    session: Session,
    *,
    actor: str,
    email: str,
    role: str,
    name: str = "",
    team: str | None = None,
    password: str | None = None,
    now: datetime,
) -> Member:
    """A new member; without a password they cannot sign in yet.

    Raises InvalidInput for an odd address, role or password, Conflict for a known address.
    """
    address = checked_email(email)
    if role not in rules.ROLES:
        raise InvalidInput(
            f"{role!r} is not a role; use one of {', '.join(rules.ROLES)}.",
            {"role": "Choose a role."},
        )
    if queries.by_email(session, address) is not None:
        raise Conflict(f"There is already a member with the address {address}.")
    team_id = None if team is None else team_named(session, team).id
    shown_name = name.strip() or address.split("@")[0].replace(".", " ").title()
    member = Member.joining(
        email=address, name=shown_name[:300], role=role, team_id=team_id, now=now
    )
    if password is not None:
        member.password_hash = _hasher().hash(rules.checked_password(password))
    session.add(member)
    session.flush()  # the event below needs the id
    _changed(session, member, "role", None, role, now)
    audit.note(session, actor=actor, act="member added", subject=address, now=now, role=role)
    return member


def team_named(session: Session, name: str) -> Team:
    """The team of that name, made when there is none."""
    team = session.scalar(select(Team).where(Team.name == name.strip()))
    if team is None:
        team = Team(name=name.strip())
        session.add(team)
        session.flush()  # callers refer to it by id
    return team


def lead(session: Session, *, team: Team, manager: Member) -> None:
    """The manager sees the team's deals and shares from now on."""
    if session.get(TeamLead, (team.id, manager.id)) is None:
        session.add(TeamLead(team_id=team.id, member_id=manager.id))


def change(
    session: Session,
    *,
    actor: rules.Viewer,
    member_public_id: str,
    role: str,
    team_id: int | None,
    active: bool,
    now: datetime,
) -> Member:
    """Sets role, team and active; each difference becomes an event.

    Raises Conflict when the actor would lock themself out, so that one admin always remains.
    """
    member = _found(session, member_public_id)
    if role not in rules.ROLES:
        raise InvalidInput(f"{role!r} is not a role.", {"role": "Choose a role."})
    if member.id == actor.member_id and (role != "admin" or not active):
        raise Conflict("You cannot take your own admin rights away; ask another admin.")
    if team_id is not None and session.get(Team, team_id) is None:
        raise InvalidInput("There is no such team.", {"team": "Choose a team."})
    differences = {
        "role": (member.role, role),
        "team": (_text(member.team_id), _text(team_id)),
        "active": (str(member.active), str(active)),
    }
    member.role, member.team_id, member.active = role, team_id, active
    for field, (before, after) in differences.items():
        if before != after:
            _changed(session, member, field, before, after, now)
            audit.note(
                session,
                actor=actor.email,
                act=f"member {field} changed",
                subject=member.email,
                now=now,
                before=before,
                after=after,
            )
    return member


def set_password(
    session: Session, *, actor: str, member_public_id: str, password: str, now: datetime
) -> None:
    """Stores the new hash, ends every sign-in made with the old one, and lifts a lock."""
    member = _found(session, member_public_id)
    member.password_hash = _hasher().hash(rules.checked_password(password))
    member.sign_in_stamp = public_id()
    member.failed_sign_ins, member.locked_until = 0, None
    audit.note(session, actor=actor, act="password set", subject=member.email, now=now)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a password is that of an address; `sign_in_stamp` tells which password was asked."""

    email: str
    sign_in_stamp: str | None
    genuine: bool


def prove(session: Session, *, email: str, password: str) -> Proof:
    """Checks a password, slow on purpose, and as slow for an address that is not there.

    It only reads: a burst of sign-ins must not hold the write lock while it hashes.
    """
    member = queries.by_email(session, email)
    if member is None or member.password_hash is None or not member.active:
        _matches(_hash_of_nobody(), password)
        return Proof(email, None, genuine=False)
    return Proof(email, member.sign_in_stamp, _matches(member.password_hash, password))


def sign_in(
    session: Session,
    proof: Proof,
    *,
    allowed_failures: int,
    rest: timedelta,
    now: datetime,
) -> Member | None:
    """The member, or None - for a wrong password, an unknown address and a resting account alike.

    A failure is counted in this transaction, so the caller must commit it in either case.
    """
    member = queries.by_email(session, proof.email)
    if member is None or not member.active or member.sign_in_stamp != proof.sign_in_stamp:
        return None
    if rules.is_locked(member.locked_until, now=now):
        return None
    if not proof.genuine:
        member.failed_sign_ins += 1
        member.locked_until = rules.lock_after(
            member.failed_sign_ins, now=now, allowed=allowed_failures, rest=rest
        )
        if member.locked_until is not None:
            member.failed_sign_ins = 0
            audit.note(
                session, actor=proof.email, act="sign-in locked", subject=member.email, now=now
            )
        return None
    member.failed_sign_ins, member.locked_until = 0, None
    return member


def _matches(stored_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(stored_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _found(session: Session, member_public_id: str) -> Member:
    member = session.scalar(select(Member).where(Member.public_id == member_public_id))
    if member is None:
        raise NotFound("There is no such member.")
    return member


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _changed(
    session: Session,
    member: Member,
    field: str,
    before: str | None,
    after: str | None,
    now: datetime,
) -> None:
    session.add(MemberChange(member_id=member.id, at=now, field=field, before=before, after=after))
