"""What a member sent, message by message, and which attachments wait for their word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.crm.models import Opportunity
from contentlib.member.rules import Viewer
from contentlib.sending.merging import ReportSeen, SendMade, sends_of, strength
from contentlib.sending.models import AttachmentReview
from contentlib.sending.rolling_up import corrections_of, newest_messages, reports_of
from contentlib.share.models import Share


@dataclass(frozen=True, slots=True)
class SentAsset:
    """An asset in a message. `was_sent` False: its sender said it was not."""

    public_id: str
    title: str
    version: int
    newest_then: int
    channel: str
    method: str
    evidence: str
    share_public_id: str | None
    share_id: int | None
    was_sent: bool

    @property
    def is_outdated(self) -> bool:
        """Whether a newer version was there when it left."""
        return self.version < self.newest_then


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message with something of ours, with the strongest evidence that it left."""

    key: str
    at: datetime
    evidence: str
    surface: str
    domains: tuple[str, ...]
    deal_public_id: str | None
    deal_name: str | None
    assets: tuple[SentAsset, ...]


def sent_by(
    session: Session, viewer: Viewer, *, limit: int = 50, offset: int = 0
) -> tuple[list[SentMessage], int]:
    """The viewer's messages, newest first, and how many there are in all. Eight statements."""
    keys, total = newest_messages(session, viewer.member_id, limit=limit, offset=offset)
    reports = reports_of(session, viewer.member_id, keys)
    said = corrections_of(session, viewer.member_id, keys)
    told = {key: [report for report in reports if report.message_key == key] for key in keys}
    as_told = {key: sends_of(told[key], ()) for key in keys if told[key]}
    stands = {key: sends_of(told[key], said.get(key, ())) for key in as_told}
    names = _names(session, (made for sends in as_told.values() for made in sends.values()))
    deals = _deals(session, (m for sends in stands.values() for m in sends.values()))
    found = [
        _message(key, told[key], as_told[key], stands[key], names, deals)
        for key in keys
        if as_told.get(key)
    ]
    return found, total


@dataclass(frozen=True, slots=True)
class _Names:
    assets: Mapping[int, tuple[str, str]]
    versions: Mapping[int, Sequence[tuple[int, int, datetime]]]
    shares: Mapping[int, str]


def _names(session: Session, sends: Iterable[SendMade]) -> _Names:
    known = list(sends)
    asset_ids = {made.asset_id for made in known}
    share_ids = {made.share_id for made in known if made.share_id is not None}
    assets = session.execute(
        select(Asset.id, Asset.public_id, Asset.title).where(Asset.id.in_(asset_ids))
    )
    versions: dict[int, list[tuple[int, int, datetime]]] = {}
    for asset_id, version_id, number, added_at in session.execute(
        select(AssetVersion.asset_id, AssetVersion.id, AssetVersion.number, AssetVersion.added_at)
        .where(AssetVersion.asset_id.in_(asset_ids))
        .order_by(AssetVersion.number)
    ):
        versions.setdefault(asset_id, []).append((version_id, number, added_at))
    shares = session.execute(select(Share.id, Share.public_id).where(Share.id.in_(share_ids)))
    return _Names(
        {asset_id: (public_id, title) for asset_id, public_id, title in assets},
        versions,
        dict(shares.all()),
    )


def _deals(session: Session, sends: Iterable[SendMade]) -> Mapping[int, tuple[str, str]]:
    wanted = {made.opportunity_id for made in sends if made.opportunity_id is not None}
    rows = session.execute(
        select(Opportunity.id, Opportunity.public_id, Opportunity.name).where(
            Opportunity.id.in_(wanted)
        )
    )
    return {deal_id: (public_id, name) for deal_id, public_id, name in rows}


def _message(
    key: str,
    reports: Sequence[ReportSeen],
    as_told: Mapping[int, SendMade],
    stands: Mapping[int, SendMade],
    names: _Names,
    deals: Mapping[int, tuple[str, str]],
) -> SentMessage:
    best = min(reports, key=lambda report: (strength(report.evidence), report.at))
    deal_id = next((made.opportunity_id for made in stands.values()), None)
    deal = deals.get(deal_id) if deal_id is not None else None
    return SentMessage(
        key=key,
        at=best.at,
        evidence=best.evidence,
        surface=best.surface,
        domains=next(iter(as_told.values())).domains,
        deal_public_id=deal[0] if deal else None,
        deal_name=deal[1] if deal else None,
        assets=tuple(
            _asset(stands.get(asset_id, made), names, was_sent=asset_id in stands)
            for asset_id, made in as_told.items()
            if asset_id in names.assets
        ),
    )


def _asset(made: SendMade, names: _Names, *, was_sent: bool) -> SentAsset:
    public_id, title = names.assets[made.asset_id]
    versions = names.versions.get(made.asset_id, ())
    number = next((n for version_id, n, _ in versions if version_id == made.version_id), 0)
    then = max((n for _, n, added_at in versions if added_at <= made.at), default=number)
    return SentAsset(
        public_id=public_id,
        title=title,
        version=number,
        newest_then=max(then, number),
        channel=made.channel,
        method=made.method,
        evidence=made.evidence,
        share_public_id=names.shares.get(made.share_id) if made.share_id is not None else None,
        share_id=made.share_id,
        was_sent=was_sent,
    )


@dataclass(frozen=True, slots=True)
class MayBe:
    """What an attachment may have been."""

    version_id: int
    asset_public_id: str
    title: str
    version: int
    verdict: str
    score: float
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """An attachment that waits for its sender's word."""

    public_id: str
    at: datetime
    file_name: str
    domains: tuple[str, ...]
    candidates: tuple[MayBe, ...]


def to_look_at(session: Session, viewer: Viewer, *, limit: int = 50) -> tuple[list[ToLookAt], int]:
    """The viewer's open reviews, oldest first, and how many there are. Three statements."""
    own = (
        AttachmentReview.member_id == viewer.member_id,
        AttachmentReview.state == "open",
    )
    total = session.scalar(select(func.count()).select_from(AttachmentReview).where(*own))
    reviews = session.scalars(
        select(AttachmentReview)
        .where(*own)
        .order_by(AttachmentReview.at, AttachmentReview.id)
        .limit(limit)
    ).all()
    wanted = {candidate["version_id"] for review in reviews for candidate in review.candidates}
    versions = {
        version_id: (public_id, title, number)
        for version_id, public_id, title, number in session.execute(
            select(AssetVersion.id, Asset.public_id, Asset.title, AssetVersion.number)
            .join(Asset, AssetVersion.asset_id == Asset.id)
            .where(AssetVersion.id.in_(wanted), Asset.state != "deleted")
        )
    }
    return [_to_look_at(review, versions) for review in reviews], total or 0


def _to_look_at(review: AttachmentReview, versions: Mapping[int, tuple[str, str, int]]) -> ToLookAt:
    return ToLookAt(
        public_id=review.public_id,
        at=review.at,
        file_name=review.file_name,
        domains=tuple(review.recipient_domains),
        candidates=tuple(
            MayBe(
                candidate["version_id"],
                *versions[candidate["version_id"]],
                verdict=candidate["verdict"],
                score=candidate["score"],
                pages=tuple(candidate["pages"]),
            )
            for candidate in review.candidates
            if candidate["version_id"] in versions
        ),
    )
