"""Reading what buyers did. Counts are of people (verified and human) unless they say otherwise.

Visits of people who asked not to be followed (GPC, DNT) are counted in the totals of assets and
against a link's limit. On a link they are one number: there a page, a moment or a name would tell
what one person did.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, union_all
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetPage, AssetVersion
from contentlib.engagement.counting import PEOPLE
from contentlib.engagement.models import Download, Hit, View, Visit
from contentlib.share.models import Share, ShareCode, ShareRecipient

__all__ = ["PEOPLE"]


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


def keys_sitting(
    session: Session, share_public_id: str, keys: Collection[str], *, since: datetime
) -> set[str]:
    """Which of these visitors of a share asked or read since then. One statement."""
    asked = (
        select(Hit.visitor_key)
        .join(Share, Hit.share_id == Share.id)
        .where(Share.public_id == share_public_id, Hit.visitor_key.in_(keys), Hit.at >= since)
    )
    read = (
        select(Visit.visitor_key)
        .join(Share, Visit.share_id == Share.id)
        .where(
            Share.public_id == share_public_id,
            Visit.visitor_key.in_(keys),
            Visit.last_at >= since,
        )
    )
    return set(session.scalars(union_all(asked, read)))


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


def pages_read(session: Session, share_id: int, version_ids: Sequence[int]) -> list[PageReading]:
    """Each page of these versions with how people read it on the share, without those who asked
    not to be followed. Two statements."""
    rows = session.execute(
        select(
            View.version_id,
            View.page,
            func.count().label("readings"),
            func.sum(View.attention_ms).label("ms"),
        )
        .join(Visit, View.visit_id == Visit.id)
        .where(
            View.share_id == share_id,
            Visit.visitor_class.in_(PEOPLE),
            Visit.is_private.is_(False),
        )
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


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit as the rep sees it.

    `pages` confirmed that they were seen, for `attention_ms` together. `asked_pages` were only
    asked for: by a browser without script, or a program; for how long they were seen, nobody
    knows. `reader` is who proved an address ("Ann, ann@x.example"). `network` is what is kept of
    theirs, for whoever keeps the lists of networks.
    """

    started_at: datetime
    last_at: datetime
    visitor_class: str
    reasons: tuple[str, ...]
    device: str | None
    pages: tuple[int, ...]
    attention_ms: int
    asked_pages: tuple[int, ...] = ()
    reader: str | None = None
    pasted_into: str | None = None
    took_file: bool = False
    network: str | None = None


def visits_of(session: Session, share_id: int, *, limit: int = 100) -> list[VisitLine]:
    """Newest first; colleagues are left out, and people who asked not to be followed. Six
    statements."""
    visits = list(
        session.scalars(
            select(Visit)
            .where(
                Visit.share_id == share_id,
                Visit.visitor_class != "colleague",
                Visit.is_private.is_(False),
            )
            .order_by(Visit.started_at.desc(), Visit.id.desc())
            .limit(limit)
        )
    )
    ids = [visit.id for visit in visits]
    seen = _seen(session, ids)
    asked = _asked(session, [visit_id for visit_id in ids if visit_id not in seen])
    readers = _readers(session, share_id, visits)
    networks = _networks(session, ids)
    taken = set(session.scalars(select(Download.visit_id).where(Download.visit_id.in_(ids))))
    return [
        VisitLine(
            visit.started_at,
            visit.last_at,
            visit.visitor_class,
            tuple(visit.reasons),
            visit.device,
            tuple(page for page, _ in seen.get(visit.id, ())),
            sum(ms for _, ms in seen.get(visit.id, ())),
            tuple(asked.get(visit.id, ())),
            readers.get(visit.code_id or 0),
            visit.pasted_into,
            visit.id in taken,
            networks.get(visit.id),
        )
        for visit in visits
    ]


def _seen(session: Session, visit_ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """visit id -> (page, attention in ms) of the pages that confirmed themselves."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for visit_id, page, attention_ms in session.execute(
        select(View.visit_id, View.page, View.attention_ms)
        .where(View.visit_id.in_(visit_ids))
        .order_by(View.visit_id, View.page)
    ):
        found[visit_id].append((page, attention_ms))
    return dict(found)


def _asked(session: Session, visit_ids: Sequence[int]) -> dict[int, list[int]]:
    """visit id -> the pages that were fetched, not only asked after; while requests are kept."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Hit.visit_id, Hit.page)
        .where(
            Hit.visit_id.in_(visit_ids),
            Hit.kind == "page",
            Hit.method == "GET",
            Hit.page.is_not(None),
        )
        .distinct()
        .order_by(Hit.visit_id, Hit.page)
    )
    for visit_id, page in rows:
        if visit_id is not None and page is not None:
            found[visit_id].append(page)
    return dict(found)


def _networks(session: Session, visit_ids: Sequence[int]) -> dict[int, str]:
    """visit id -> a network that it came from, while requests are kept."""
    rows = session.execute(
        select(Hit.visit_id, func.min(Hit.network))
        .where(Hit.visit_id.in_(visit_ids), Hit.network != "")
        .group_by(Hit.visit_id)
    )
    return {visit_id: network for visit_id, network in rows if visit_id is not None}


def _readers(session: Session, share_id: int, visits: Sequence[Visit]) -> dict[int, str]:
    """code id -> who proved the address that the code was mailed to, as the maker knows them."""
    code_ids = [visit.code_id for visit in visits if visit.code_id is not None]
    is_recipient = and_(
        ShareRecipient.share_id == share_id, ShareRecipient.email == ShareCode.email
    )
    rows = session.execute(
        select(ShareCode.id, ShareCode.email, ShareRecipient.name)
        .outerjoin(ShareRecipient, is_recipient)
        .where(ShareCode.id.in_(code_ids))
    )
    return {code_id: f"{name}, {email}" if name else email for code_id, email, name in rows}
