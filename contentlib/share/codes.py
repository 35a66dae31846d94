"""One-time codes of the e-mail gate: six digits, ten minutes, five tries, used once.

A code is derived from its row by a keyed hash, so that the job which mails it names the row and
never holds the code: jobs are kept for a week. Who may open the link is decided where the mail
is written. Asking leaves the same row and the same job for every address, so that neither the
answer nor the time it takes tells who is allowed.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from contentlib.db import rows_changed
from contentlib.errors import TooManyAttempts
from contentlib.events import record
from contentlib.share import facts
from contentlib.share.models import Share, ShareCode

LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 5
_DIGITS = 6
_MOST_FOR_AN_ADDRESS = 3
_MOST_FOR_A_SHARE, _COUNTED_FOR = 20, timedelta(hours=1)


def ask(session: Session, *, share_id: int, address: str, key: bytes, now: datetime) -> None:
    """Makes a code for a normalised address and asks the worker to mail it; ends older ones.

    Raises TooManyAttempts after 3 codes for the address within ten minutes, or 20 for the link
    within an hour.
    """
    # locks out whoever asks at the same time: two could else both count one too few
    session.execute(select(Share.id).filter_by(id=share_id).with_for_update(key_share=True))
    _refuse_too_many(session, share_id, address, now)
    session.execute(
        update(ShareCode)
        .where(
            ShareCode.share_id == share_id,
            ShareCode.email == address,
            ShareCode.used_at.is_(None),
            ShareCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    made = ShareCode(
        share_id=share_id,
        email=address,
        code_hash="",
        created_at=now,
        expires_at=now + LIFETIME,
        attempts=0,
    )
    session.add(made)
    session.flush()  # the code is derived from the row's id
    made.code_hash = _hash(key, share_id, address, code_of(made, key=key))
    record(session, facts.CodeAskedFor(made.id), now=now)


def _refuse_too_many(session: Session, share_id: int, address: str, now: datetime) -> None:
    of_share = (ShareCode.share_id == share_id) & (ShareCode.created_at > now - _COUNTED_FOR)
    of_address = (ShareCode.email == address) & (ShareCode.created_at > now - LIFETIME)
    for_share, for_address = session.execute(
        select(func.count(), func.count().filter(of_address)).where(of_share)
    ).one()
    if for_address >= _MOST_FOR_AN_ADDRESS:
        raise TooManyAttempts(
            "Several codes are on their way to this address already. Use the newest, or ask "
            "again in ten minutes.",
            int(LIFETIME.total_seconds()),
        )
    if for_share >= _MOST_FOR_A_SHARE:
        raise TooManyAttempts(
            "Many codes were asked for with this link. Please try again in an hour.",
            int(_COUNTED_FOR.total_seconds()),
        )


def enter(
    session: Session, *, share_id: int, address: str, code: str, key: bytes, now: datetime
) -> int | None:
    """Uses a code up: the id of its row, or None where it is not the one that was mailed last,
    is used, over, or was tried too often. A wrong one is counted, so the caller must commit.
    """
    is_live = and_(
        ShareCode.share_id == share_id,
        ShareCode.email == address,
        ShareCode.used_at.is_(None),
        ShareCode.expires_at > now,
    )
    # counted first, and by the row: of tries made at once each costs one
    counted = rows_changed(
        session,
        update(ShareCode)
        .where(is_live, ShareCode.attempts < MOST_ATTEMPTS)
        .values(attempts=ShareCode.attempts + 1),
    )
    if not counted:
        return None
    typed = "".join(letter for letter in code if letter.isdecimal())
    wanted = _hash(key, share_id, address, typed)
    code_id = session.scalar(
        select(ShareCode.id).where(is_live, ShareCode.code_hash == wanted).limit(1)
    )
    claimed = rows_changed(
        session,
        update(ShareCode).where(is_live, ShareCode.id == code_id).values(used_at=now),
    )
    return code_id if claimed else None


def proven_address(session: Session, *, share_id: int, code_id: int) -> str | None:
    """The address that was proved by a code of the share. One statement."""
    return session.scalar(
        select(ShareCode.email).where(
            ShareCode.id == code_id,
            ShareCode.share_id == share_id,
            ShareCode.used_at.is_not(None),
        )
    )


def code_of(row: ShareCode, *, key: bytes) -> str:
    """The digits of a code: nobody without our key can tell them from the row."""
    told = f"share code:{row.id}:{row.share_id}:{row.email}:{row.created_at.isoformat()}"
    digest = hmac.new(key, told.encode(), hashlib.sha256).digest()
    return str(int.from_bytes(digest[:16], "big") % 10**_DIGITS).zfill(_DIGITS)


def _hash(key: bytes, share_id: int, address: str, code: str) -> str:
    told = f"share code entered:{share_id}:{address}:{code}"
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def forget_unused(session: Session, *, before: datetime) -> int:
    """Deletes codes made before a moment that nobody used, and the addresses with them."""
    return rows_changed(
        session,
        delete(ShareCode).where(ShareCode.created_at < before, ShareCode.used_at.is_(None)),
    )
