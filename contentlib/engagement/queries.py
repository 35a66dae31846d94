"""Reading what buyers did. Counts are of people (verified and human) unless they say otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetPage, AssetVersion
from contentlib.engagement.models import Beat, Download, View, Visit

PEOPLE = ("verified", "human")


def human_visits(
    session: Session,
    share_id: int,
    *,
    but_not: str | None = None,
    since: datetime | None = None,
) -> int:
    """Visits of people on a share; without those of visitor `but_not` that were going on at
    `since` or later, where both are given. One statement."""
    counted = (Visit.share_id == share_id) & Visit.visitor_class.in_(PEOPLE)
    if but_not is not None and since is not None:
        counted &= (Visit.visitor_key != but_not) | (Visit.last_at < since)
    return session.scalar(select(func.count()).select_from(Visit).where(counted)) or 0


@dataclass(frozen=True, slots=True)
class ShareEngagement:
    """A share's engagement in one line. `readers` is "at least so many": keys of one day."""

    visits: int = 0
    other_visits: int = 0
    readers: int = 0
    pages: int = 0
    attention_ms: int = 0
    downloads: int = 0
    last_at: datetime | None = None


def of_shares(session: Session, share_ids: Sequence[int]) -> dict[int, ShareEngagement]:
    """share id -> engagement. Three statements, whatever the number of shares."""
    if not share_ids:
        return {}
    is_person = Visit.visitor_class.in_(PEOPLE)
    visits = session.execute(
        select(
            Visit.share_id,
            func.count().filter(is_person).label("visits"),
            func.count().filter(Visit.visitor_class.in_(("unclear", "machine"))).label("other"),
            func.count(Visit.visitor_key.distinct()).filter(is_person).label("readers"),
            func.max(Visit.last_at).filter(is_person).label("last_at"),
        )
        .where(Visit.share_id.in_(share_ids))
        .group_by(Visit.share_id)
    )
    found = {
        row.share_id: {
            "visits": row.visits,
            "other_visits": row.other,
            "readers": row.readers,
            "last_at": row.last_at,
        }
        for row in visits
    }
    views = session.execute(
        select(View.share_id, View.version_id, View.page, func.sum(View.attention_ms).label("ms"))
        .join(Visit, View.visit_id == Visit.id)
        .where(View.share_id.in_(share_ids), is_person)
        .group_by(View.share_id, View.version_id, View.page)
    )
    for view in views:
        entry = found.setdefault(view.share_id, {})
        entry["pages"] = entry.get("pages", 0) + 1
        entry["attention_ms"] = entry.get("attention_ms", 0) + int(view.ms)
    downloads = session.execute(
        select(Download.share_id, func.count().label("downloads"))
        .where(Download.share_id.in_(share_ids), Download.by_colleague.is_(False))
        .group_by(Download.share_id)
    )
    for share_id, taken in downloads:
        found.setdefault(share_id, {})["downloads"] = taken
    return {share_id: ShareEngagement(**entry) for share_id, entry in found.items()}


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page of a shared version and how it was read; `attention_ms` 0: not read."""

    asset_public_id: str
    title: str
    version_number: int
    page: int
    label: str | None
    image_sha256: str | None
    readings: int
    attention_ms: int


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit as the rep sees it."""

    started_at: datetime
    last_at: datetime
    visitor_class: str
    reasons: tuple[str, ...]
    device: str | None
    pages: tuple[int, ...]
    attention_ms: int


def pages_read(session: Session, share_id: int, version_ids: Sequence[int]) -> list[PageReading]:
    """Each page of these versions with how people read it on the share. Two statements."""
    rows = session.execute(
        select(
            View.version_id,
            View.page,
            func.count().label("readings"),
            func.sum(View.attention_ms).label("ms"),
        )
        .join(Visit, View.visit_id == Visit.id)
        .where(View.share_id == share_id, Visit.visitor_class.in_(PEOPLE))
        .group_by(View.version_id, View.page)
    )
    read = {(row.version_id, row.page): (row.readings, int(row.ms)) for row in rows}
    shown = {*version_ids, *(version_id for version_id, _ in read)}
    pages = session.execute(
        select(AssetPage, AssetVersion, Asset.public_id, Asset.title)
        .join(AssetVersion, AssetPage.version_id == AssetVersion.id)
        .join(Asset, AssetVersion.asset_id == Asset.id)
        .where(AssetPage.version_id.in_(shown))
        .order_by(Asset.title, AssetVersion.number, AssetPage.number)
    )
    return [
        PageReading(
            asset_public_id,
            title,
            version.number,
            page.number,
            page.label,
            page.image_sha256,
            *read.get((version.id, page.number), (0, 0)),
        )
        for page, version, asset_public_id, title in pages
    ]


def visits_of(session: Session, share_id: int, *, limit: int = 100) -> list[VisitLine]:
    """Newest first, colleagues left out. Two statements."""
    visits = list(
        session.scalars(
            select(Visit)
            .where(Visit.share_id == share_id, Visit.visitor_class != "colleague")
            .order_by(Visit.started_at.desc())
            .limit(limit)
        )
    )
    pages: dict[int, list[tuple[int, int]]] = {}
    for visit_id, page, attention_ms in session.execute(
        select(View.visit_id, View.page, View.attention_ms)
        .where(View.visit_id.in_([visit.id for visit in visits]))
        .order_by(View.visit_id, View.page)
    ):
        pages.setdefault(visit_id, []).append((page, attention_ms))
    return [
        VisitLine(
            visit.started_at,
            visit.last_at,
            visit.visitor_class,
            tuple(visit.reasons),
            visit.device,
            tuple(page for page, _ in pages.get(visit.id, ())),
            sum(ms for _, ms in pages.get(visit.id, ())),
        )
        for visit in visits
    ]


def unfolded(session: Session) -> bool:
    """Whether beats wait to be folded. One statement."""
    return session.scalar(select(Beat.id).where(Beat.visit_id.is_(None)).limit(1)) is not None
