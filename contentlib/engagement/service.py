"""Who may enter a share, and what is written down of those who do."""

import secrets
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contentlib.db import Base
from contentlib.engagement import rules
from contentlib.engagement.models import Beat, Download, Hit, VisitorSalt
from contentlib.engagement.queries import human_visits
from contentlib.events.hits import HitWriter
from contentlib.share import rules as share_rules
from contentlib.share.queries import Door


def admit(
    session: Session,
    door: Door,
    *,
    now: datetime,
    visitor_key: str | None = None,
    gap: timedelta = timedelta(minutes=30),
) -> share_rules.Refusal | None:
    """Decides entry to a share. One statement, and only where visits are limited.

    The visitor's own sitting is not held against them: a link for one visit is read to its end.
    """
    visits = 0
    if door.rules.max_visits is not None:
        visits = human_visits(
            session, door.share_id, but_not=visitor_key, since=now - gap if visitor_key else None
        )
    return share_rules.admits(door.standing, now=now, human_visits=visits)


def salt_of_day(session: Session, *, now: datetime) -> bytes:
    """The day's secret for visitor keys, made by whoever comes first.

    Needs a writing session. Of two processes that meet at midnight one makes it, the other
    reads it. Salts older than 48 hours are deleted by `forget_old_salts`, and with them the
    way from a key back to an address.
    """
    day = now.date().isoformat()
    fresh = {"day": day, "salt": secrets.token_hex(16), "created_at": now}
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    session.execute(insert(VisitorSalt).values(fresh).on_conflict_do_nothing())
    return bytes.fromhex(session.scalars(select(VisitorSalt.salt).filter_by(day=day)).one())


def known_salt(session: Session, day: date) -> bytes | None:
    """The secret of a day, while it is kept. One statement."""
    salt = session.scalar(select(VisitorSalt.salt).filter_by(day=day.isoformat()))
    return bytes.fromhex(salt) if salt is not None else None


def forget_old_salts(session: Session, *, now: datetime) -> None:
    """Deletes salts older than 48 hours."""
    limit = now - timedelta(hours=48)
    for old in session.scalars(select(VisitorSalt).where(VisitorSalt.created_at < limit)):
        session.delete(old)


def hit_row(
    *,
    share_id: int,
    kind: str,
    method: str,
    user_agent: str,
    network: str,
    visitor_key: str,
    by_colleague: bool,
    now: datetime,
    asset_id: int | None = None,
    version_id: int | None = None,
    page: int | None = None,
    referrer_origin: str | None = None,
    prefetch: dict[str, str] | None = None,
    network_ids: Sequence[str] = (),
    code_id: int | None = None,
    is_private: bool = False,
) -> dict[str, Any]:
    """A row of `hits` for the hit writer. `network` is truncated already, `network_ids` are the
    listed ranges and own offices that the whole address lay in, `by_colleague` is a member who is
    signed in; `kind` is page, image, file, or what else was
    asked for; `code_id` is the one-time code that was entered, `is_private` a browser that asks
    not to be followed."""
    return {
        "share_id": share_id,
        "asset_id": asset_id,
        "version_id": version_id,
        "page": page,
        "kind": kind,
        "method": method[:10],
        "user_agent": user_agent[:500],
        "network": network,
        "network_ids": list(network_ids),
        "referrer_origin": referrer_origin,
        "prefetch": prefetch or {},
        "visitor_key": visitor_key,
        "by_colleague": by_colleague,
        "code_id": code_id,
        "is_private": is_private,
        "at": now,
    }


def beat_rows(
    pages: Sequence[rules.PageAttention],
    *,
    view_key: str,
    ordinal: int,
    share_id: int,
    asset_id: int,
    version_id: int,
    visitor_key: str,
    by_colleague: bool,
    trusted_input: bool,
    signals: dict[str, Any],
    now: datetime,
    loaded_at: datetime | None = None,
    code_id: int | None = None,
    is_private: bool = False,
) -> list[dict[str, Any]]:
    """Rows of `beats` for the hit writer, one a confirmed page; `believes` checked the claim.

    A page that was in the foreground for less than a second is no view and makes no row. The
    time since `loaded_at` travels along, for it bounds what all beats of a loading may add.
    """
    if loaded_at is not None:
        elapsed_ms = (now - loaded_at) // timedelta(milliseconds=1)
        signals = {**signals, "elapsed_ms": max(0, elapsed_ms)}
    return [
        {
            "view_key": view_key,
            "ordinal": ordinal,
            "share_id": share_id,
            "asset_id": asset_id,
            "version_id": version_id,
            "page": page.page,
            "attention_ms": page.attention_ms,
            "trusted_input": trusted_input,
            "signals": signals,
            "visitor_key": visitor_key,
            "by_colleague": by_colleague,
            "code_id": code_id,
            "is_private": is_private,
            "at": now,
        }
        for page in pages
        if page.attention_ms >= rules.CONFIRMED_MS
    ]


def download_row(
    *,
    share_id: int,
    asset_id: int,
    version_id: int,
    visitor_key: str,
    by_colleague: bool,
    now: datetime,
    code_id: int | None = None,
    is_private: bool = False,
) -> dict[str, Any]:
    """Event `downloaded` as a row for the hit writer."""
    return {
        "share_id": share_id,
        "asset_id": asset_id,
        "version_id": version_id,
        "visitor_key": visitor_key,
        "by_colleague": by_colleague,
        "code_id": code_id,
        "is_private": is_private,
        "at": now,
    }


def record_hits(hits: HitWriter, rows: Sequence[dict[str, Any]]) -> "Future[None]":
    """Hands rows of `hit_row` to the writer; resolves when they are on disk."""
    return hits.append(_table(Hit), rows)


def record_beats(hits: HitWriter, rows: Sequence[dict[str, Any]]) -> "Future[None]":
    """Hands rows of `beat_rows` to the writer; one told twice is written once."""
    return hits.append(_table(Beat), rows)


def record_download(hits: HitWriter, row: dict[str, Any]) -> "Future[None]":
    """Hands a row of `download_row` to the writer."""
    return hits.append(_table(Download), [row])


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)
