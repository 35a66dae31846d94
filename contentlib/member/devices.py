"""Browsers that act for a member: pairing an extension by a code, and ending that."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.db import rows_changed
from contentlib.errors import InvalidInput, NotFound
from contentlib.ids import hash_secret, public_id
from contentlib.member import tokens
from contentlib.member.models import ApiToken, Device, Member, PairingCode
from contentlib.member.rules import DEVICE_SCOPES, Viewer

CODE_LASTS = timedelta(minutes=10)
# Crockford's alphabet: nothing in it is mistaken for something else. 40 bits for ten minutes,
# behind a limit of tries.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_SITE_STATES = ("working", "blind")


@dataclass(frozen=True, slots=True)
class Paired:
    """A new device with its secret, which is to be had this once."""

    device_public_id: str
    secret: str
    name: str
    email: str


def offer_code(session: Session, *, viewer: Viewer, now: datetime) -> str:
    """A code that pairs one browser with the member within ten minutes; it ends an older one.

    It is like "ABCD-EFGH" and is to be had this once.
    """
    _end_codes(session, viewer.member_id, now=now)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    session.add(
        PairingCode(
            member_id=viewer.member_id,
            code_sha256=hash_secret(code),
            created_at=now,
            expires_at=now + CODE_LASTS,
        )
    )
    return f"{code[:4]}-{code[4:]}"


def pair(session: Session, *, code: str, browser: str, version: str, now: datetime) -> Paired:
    """Makes the browser that shows the code a device of the code's member.

    Case, blanks and dashes in the code do not matter. Raises NotFound for a code that is unknown,
    used or too old, all alike.
    """
    typed = "".join(c for c in code.upper() if c.isalnum()).translate(_MISREAD)
    claimed = rows_changed(
        session,
        # claimed by the update, not looked up first: of two browsers at once one gets it
        update(PairingCode)
        .where(
            PairingCode.code_sha256 == hash_secret(typed),
            PairingCode.used_at.is_(None),
            PairingCode.expires_at > now,
        )
        .values(used_at=now),
    )
    member = session.scalar(
        select(Member)
        .join(PairingCode, PairingCode.member_id == Member.id)
        .where(PairingCode.code_sha256 == hash_secret(typed), Member.active)
    )
    if not claimed or member is None:
        raise NotFound("This code is not valid, or not any more: ask for a new one.")
    name = f"Extension in {browser or 'a browser'}"[:100]
    token, secret = tokens.add(session, member.id, name, DEVICE_SCOPES, now=now)
    device = Device(
        public_id=public_id(),
        member_id=member.id,
        token_id=token.id,
        browser=browser[:300] or "a browser",
        version=version[:80],
        paired_at=now,
        sites={},
    )
    session.add(device)
    audit.note(
        session,
        actor=member.email,
        act="device paired",
        subject=device.browser,
        now=now,
        device=device.public_id,
    )
    return Paired(device.public_id, secret, member.name, member.email)


def unpair(session: Session, *, actor: Viewer, device_public_id: str, now: datetime) -> str:
    """Ends what the device may do, at once; told again nothing changes. Returns its browser.

    Raises NotFound for an unknown device and, unless the actor manages tokens, another's.
    """
    row = session.execute(
        select(Device, ApiToken.public_id)
        .join(ApiToken, Device.token_id == ApiToken.id)
        .where(Device.public_id == device_public_id)
    ).first()
    if row is None:
        raise NotFound("There is no such device.")
    device, token_public_id = row
    if device.member_id != actor.member_id and not actor.can("manage tokens"):
        raise NotFound("There is no such device.")
    tokens.revoke(session, actor=actor, token_public_id=token_public_id, now=now)
    return str(device.browser)


def tell_of_sites(
    session: Session, *, token_id: int, sites: Mapping[str, str], now: datetime
) -> None:
    """Keeps how watching each mail site goes, by site: "working" or "blind".

    A site whose state stays keeps the moment since when. Raises NotFound where the token is no
    device's, InvalidInput for another state.
    """
    device = session.scalar(select(Device).where(Device.token_id == token_id))
    if device is None:
        raise NotFound("This token is no device's.")
    told = dict(device.sites)
    for site, state in sites.items():
        if state not in _SITE_STATES:
            raise InvalidInput(f"{state!r} is no state of a site.", {"sites": "working or blind"})
        if told.get(site, {}).get("state") != state:
            told[site] = {"state": state, "since": now.isoformat()}
    device.sites = told


def _end_codes(session: Session, member_id: int, *, now: datetime) -> None:
    session.execute(
        update(PairingCode)
        .where(PairingCode.member_id == member_id, PairingCode.used_at.is_(None))
        .values(used_at=now)
    )
