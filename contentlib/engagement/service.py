"""Who may enter a share, rows for the hit writer, and the folding of beats into visits."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contentlib.engagement import rules
from contentlib.engagement.models import Beat, View, Visit, VisitorSalt
from contentlib.engagement.queries import human_visits
from contentlib.share import rules as share_rules
from contentlib.share.queries import Door

_FOLDED_AT_ONCE = 2000


def admit(session: Session, door: Door, *, now: datetime) -> share_rules.Refusal | None:
    """Decides entry to a share. One statement, and only where visits are limited."""
    visits = 0
    if door.rules.max_visits is not None:
        visits = human_visits(session, door.share_id)
    return share_rules.admits(door.standing, now=now, human_visits=visits)


def salt_of_day(session: Session, *, now: datetime) -> bytes:
    """The day's secret for visitor keys, made by whoever comes first.

    Needs a writing session. Salts of the day before yesterday and earlier are deleted by
    `forget_old_salts`, and with them the way from a key back to an address.
    """
    day = now.date().isoformat()
    known = session.get(VisitorSalt, day)
    if known is None:
        known = VisitorSalt(day=day, salt=secrets.token_hex(16), created_at=now)
        session.add(known)
        session.flush()  # a duplicate of another process must fail here, not at the end
    return bytes.fromhex(known.salt)


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
) -> dict[str, Any]:
    """A row of `hits` for the hit writer. `network` is truncated already; `kind` is page, image,
    file, or what else was asked for."""
    return {
        "share_id": share_id,
        "asset_id": asset_id,
        "version_id": version_id,
        "page": page,
        "kind": kind,
        "method": method[:10],
        "user_agent": user_agent[:500],
        "network": network,
        "network_ids": [],
        "referrer_origin": referrer_origin,
        "prefetch": prefetch or {},
        "visitor_key": visitor_key,
        "by_colleague": by_colleague,
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
) -> list[dict[str, Any]]:
    """Rows of `beats` for the hit writer, one a confirmed page; `believes` checked the claim.

    A page that was in the foreground for less than a second is no view and makes no row.
    """
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
            "at": now,
        }
        for page in pages
        if page.attention_ms >= rules.CONFIRMED_MS
    ]


def fold_beats(session: Session, *, gap: timedelta) -> int:
    """Folds new beats into visits and views; returns how many beats were folded.

    1. Each beat finds the sitting of its visitor that is not longer ago than the gap, or
       begins one.
    2. A view's attention is the sum over loadings of the highest claim of each loading, so it
       is recomputed from the beats and a repeated fold changes nothing.
    """
    fresh = list(
        session.scalars(
            select(Beat)
            .where(Beat.visit_id.is_(None))
            .order_by(Beat.at, Beat.id)
            .limit(_FOLDED_AT_ONCE)
        )
    )
    touched: set[tuple[int, int, int, int, int]] = set()
    for beat in fresh:
        visit = _sitting(session, beat, gap=gap)
        visit.started_at = min(visit.started_at, beat.at)
        visit.last_at = max(visit.last_at, beat.at)
        beat.visit_id = visit.id
        touched.add((visit.id, beat.share_id, beat.asset_id, beat.version_id, beat.page))
    session.flush()  # the sums below read the beats' visits
    for visit_id, share_id, asset_id, version_id, page in sorted(touched):
        _recompute_view(session, visit_id, share_id, asset_id, version_id, page)
    return len(fresh)


def _sitting(session: Session, beat: Beat, *, gap: timedelta) -> Visit:
    same_loading = session.scalar(
        select(Visit)
        .join(Beat, Beat.visit_id == Visit.id)
        .where(Beat.view_key == beat.view_key)
        .limit(1)
    )
    candidates = (
        [same_loading]
        if same_loading
        else session.scalars(
            select(Visit)
            .where(
                Visit.share_id == beat.share_id,
                Visit.visitor_key == beat.visitor_key,
                Visit.last_at >= beat.at - gap,
            )
            .order_by(Visit.last_at.desc())
            .limit(1)
        ).all()
    )
    for visit in candidates:
        if rules.same_visit(visit.last_at, beat.at, gap=gap):
            return visit
    visitor_class, reasons = rules.classify(by_colleague=beat.by_colleague)
    visit = Visit(
        share_id=beat.share_id,
        visitor_key=beat.visitor_key,
        started_at=beat.at,
        last_at=beat.at,
        visitor_class=visitor_class,
        reasons=list(reasons),
        rule_version=rules.RULE_VERSION,
        device=beat.signals.get("device"),
    )
    session.add(visit)
    session.flush()  # the beat refers to it by id
    return visit


def _recompute_view(
    session: Session, visit_id: int, share_id: int, asset_id: int, version_id: int, page: int
) -> None:
    of_page = (Beat.visit_id == visit_id, Beat.version_id == version_id, Beat.page == page)
    per_loading = (
        select(
            func.max(Beat.attention_ms).label("attention_ms"),
            func.min(Beat.at).label("first_at"),
            func.max(Beat.at).label("last_at"),
        )
        .where(*of_page)
        .group_by(Beat.view_key)
        .subquery()
    )
    attention_ms, first_at, last_at = session.execute(
        select(
            func.sum(per_loading.c.attention_ms),
            func.min(per_loading.c.first_at),
            func.max(per_loading.c.last_at),
        )
    ).one()
    values = {"attention_ms": int(attention_ms), "started_at": first_at, "last_at": last_at}
    known = session.scalar(
        select(View.id).where(
            View.visit_id == visit_id, View.version_id == version_id, View.page == page
        )
    )
    if known is None:
        session.add(
            View(
                visit_id=visit_id,
                share_id=share_id,
                asset_id=asset_id,
                version_id=version_id,
                page=page,
                **values,
            )
        )
    else:
        session.execute(update(View).where(View.id == known).values(**values))
