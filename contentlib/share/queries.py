"""Reading shares: for their makers, and for the visitor at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Executable, and_, bindparam, func, join, select, true
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.asset.visibility import is_sendable
from contentlib.crm.models import Account, Opportunity
from contentlib.errors import NotFound
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.share.models import Share, ShareItem, ShareRecipient
from contentlib.share.rules import Download, ShareRules, Standing, offered


@dataclass(frozen=True, slots=True)
class SharedItem:
    """An asset of a share at the version that a visitor would see now."""

    position: int
    asset_id: int
    asset_public_id: str
    title: str
    summary: str
    version_id: int
    version_number: int
    is_pinned: bool
    format: str
    media_type: str
    file_name: str
    file_sha256: str
    page_count: int
    thumbnail_sha256: str | None
    card_sha256: str | None
    source_url: str | None


@dataclass(frozen=True, slots=True)
class Door:
    """All the viewer needs of a share, whoever stands before it."""

    share_id: int
    public_id: str
    member_id: int
    member_name: str
    member_email: str
    message: str
    rules: ShareRules
    revoked_at: datetime | None
    created_at: datetime
    items: tuple[SharedItem, ...]

    def offered(self, item: SharedItem) -> Download:
        """How the file of an asset leaves by this link."""
        return offered(
            self.rules, format=item.format, has_pictures=item.thumbnail_sha256 is not None
        )

    @property
    def standing(self) -> Standing:
        return Standing(self.rules, self.revoked_at, bool(self.items))


def door(session: Session, share_public_id: str, *, today: date) -> Door | None:
    """The share by its public id (out of a checked token). One statement, also for a share that is
    not there: the answer shall take as long.

    An asset that may no longer be sent - archived, expired, made internal - is left out.
    """
    asked = {"public_id": share_public_id, "today": today}
    rows = session.connection().execute(_door_statement(), asked).all()
    if not rows:
        return None
    share = rows[0]
    return Door(
        share_id=share.share_id,
        public_id=share_public_id,
        member_id=share.member_id,
        member_name=share.member_name,
        member_email=share.member_email,
        message=share.message,
        rules=ShareRules.from_json(share.rules),
        revoked_at=share.revoked_at,
        created_at=share.created_at,
        items=tuple(
            SharedItem(
                position=row.position,
                asset_id=row.asset_id,
                asset_public_id=row.asset_public_id,
                title=row.title,
                summary=row.summary,
                version_id=row.version_id,
                version_number=row.version_number,
                is_pinned=row.pinned_version_id is not None,
                format=row.format,
                media_type=row.media_type,
                file_name=row.file_name,
                file_sha256=row.file_sha256,
                page_count=row.page_count,
                thumbnail_sha256=row.thumbnail_sha256,
                card_sha256=row.card_sha256,
                source_url=row.source_url,
            )
            for row in rows
            if row.asset_id is not None
        ),
    )


@cache
def _door_statement() -> Executable:
    # Built once, columns rather than objects, and run by the connection itself: each request of a
    # buyer runs it, and all that around it took four times as long as the statement.
    shown_version = func.coalesce(ShareItem.pinned_version_id, Asset.current_version_id)
    sendable = join(ShareItem, Asset, ShareItem.asset_id == Asset.id).join(
        AssetVersion, AssetVersion.id == shown_version
    )
    today: Any = bindparam("today", type_=Date())
    return (
        select(
            Share.id.label("share_id"),
            Share.member_id,
            Member.name.label("member_name"),
            Member.email.label("member_email"),
            Share.message,
            Share.rules,
            Share.revoked_at,
            Share.created_at,
            ShareItem.position,
            ShareItem.pinned_version_id,
            Asset.id.label("asset_id"),
            Asset.public_id.label("asset_public_id"),
            Asset.title,
            Asset.summary,
            Asset.source_url,
            AssetVersion.id.label("version_id"),
            AssetVersion.number.label("version_number"),
            AssetVersion.format,
            AssetVersion.media_type,
            AssetVersion.file_name,
            AssetVersion.file_sha256,
            AssetVersion.page_count,
            AssetVersion.thumbnail_sha256,
            AssetVersion.card_sha256,
        )
        .join(Member, Share.member_id == Member.id)
        .outerjoin(sendable, and_(ShareItem.share_id == Share.id, is_sendable(today)))
        .where(Share.public_id == bindparam("public_id"))
        .order_by(ShareItem.position)
    )


def recipients(session: Session, share_id: int) -> tuple[str, ...]:
    """The addresses of those the link was made for. One statement."""
    return tuple(_recipients_of(session, [share_id]).get(share_id, ()))


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Own shares; a manager also their teams', an admin all."""
    if viewer.role == "admin":
        return true()
    own = Share.member_id == viewer.member_id
    if not viewer.can("see team shares"):
        return own
    of_team = select(Member.id).where(Member.team_id.in_(viewer.seen_team_ids))
    return own | Share.member_id.in_(of_team)


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A share as "my shares" lists it."""

    id: int
    public_id: str
    member: str
    is_own: bool
    titles: tuple[str, ...]
    asset_public_ids: tuple[str, ...]
    recipients: tuple[str, ...]
    opportunity: str | None
    opportunity_public_id: str | None
    account: str | None
    rules: ShareRules
    message: str
    created_at: datetime
    revoked_at: datetime | None
    batch: str | None
    notice: str

    def ended_at(self, now: datetime) -> datetime | None:
        """When the link stopped admitting anybody, if it has."""
        expired = self.rules.expires_at
        ended = [at for at in (self.revoked_at, expired) if at is not None and at <= now]
        return min(ended) if ended else None


@dataclass(frozen=True, slots=True)
class ShareListing:
    """One page of shares with the total."""

    lines: list[ShareLine]
    total: int


def listed(
    session: Session,
    viewer: Viewer,
    *,
    only_own: bool = True,
    opportunity_id: int | None = None,
    asset_id: int | None = None,
    asset_public_id: str | None = None,
    batch: str | None = None,
    text: str = "",
    open_at: datetime | None = None,
    offset: int = 0,
    limit: int = 30,
) -> ShareListing:
    """Newest first; `text` stands in a title, a recipient, a deal or an account.

    `open_at`: only links that still admitted somebody then. Four statements.
    """
    condition = visible_to(viewer)
    if batch is not None:
        condition &= Share.batch == batch
    if open_at is not None:
        # written in UTC, second by second, so that their order is the alphabet's
        expires_at = Share.rules["expires_at"].as_string()
        condition &= Share.revoked_at.is_(None)
        condition &= expires_at.is_(None) | (expires_at > open_at.isoformat())
    for word in text.split()[:5]:
        condition &= _tells(word)
    if only_own:
        condition &= Share.member_id == viewer.member_id
    if opportunity_id is not None:
        condition &= Share.opportunity_id == opportunity_id
    if asset_id is not None:
        condition &= Share.id.in_(select(ShareItem.share_id).where(ShareItem.asset_id == asset_id))
    if asset_public_id is not None:
        with_asset = (
            select(ShareItem.share_id).join(Asset).where(Asset.public_id == asset_public_id)
        )
        condition &= Share.id.in_(with_asset)
    total = session.scalar(select(func.count()).select_from(Share).where(condition)) or 0
    lines = _lines(session, viewer, condition, offset=offset, limit=limit)
    return ShareListing(lines, total)


def _tells(word: str) -> ColumnElement[bool]:
    """Whether a word stands in what a person knows a link by."""
    titles = (
        select(ShareItem.share_id).join(Asset).where(Asset.title.icontains(word, autoescape=True))
    )
    people = select(ShareRecipient.share_id).where(
        ShareRecipient.email.icontains(word, autoescape=True)
        | ShareRecipient.name.icontains(word, autoescape=True)
    )
    deals = (
        select(Opportunity.id)
        .join(Account, Opportunity.account_id == Account.id)
        .where(
            Opportunity.name.icontains(word, autoescape=True)
            | Account.name.icontains(word, autoescape=True)
        )
    )
    return Share.id.in_(titles) | Share.id.in_(people) | Share.opportunity_id.in_(deals)


def visible_share(session: Session, viewer: Viewer, public_id: str) -> ShareLine:
    """The share, or NotFound when this member may not know of it. Three statements."""
    lines = _lines(session, viewer, visible_to(viewer) & (Share.public_id == public_id))
    if not lines:
        raise NotFound("There is no such share.")
    return lines[0]


def _lines(
    session: Session,
    viewer: Viewer,
    condition: ColumnElement[bool],
    *,
    offset: int = 0,
    limit: int = 1,
) -> list[ShareLine]:
    rows = session.execute(
        select(Share, Member.name, Opportunity.name, Opportunity.public_id, Account.name)
        .join(Member, Share.member_id == Member.id)
        .outerjoin(Opportunity, Share.opportunity_id == Opportunity.id)
        .outerjoin(Account, Opportunity.account_id == Account.id)
        .where(condition)
        .order_by(Share.created_at.desc(), Share.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    ids = [share.id for share, *_ in rows]
    assets = _assets_of(session, ids)
    recipients = _recipients_of(session, ids)
    return [
        ShareLine(
            id=share.id,
            public_id=share.public_id,
            member=member,
            is_own=share.member_id == viewer.member_id,
            titles=tuple(title for title, _ in assets.get(share.id, ())),
            asset_public_ids=tuple(public_id for _, public_id in assets.get(share.id, ())),
            recipients=tuple(recipients.get(share.id, ())),
            opportunity=opportunity,
            opportunity_public_id=opportunity_public_id,
            account=account,
            rules=ShareRules.from_json(share.rules),
            message=share.message,
            created_at=share.created_at,
            revoked_at=share.revoked_at,
            batch=share.batch,
            notice=share.notice,
        )
        for share, member, opportunity, opportunity_public_id, account in rows
    ]


def _assets_of(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    rows = session.execute(
        select(ShareItem.share_id, Asset.title, Asset.public_id)
        .join(Asset, ShareItem.asset_id == Asset.id)
        .where(ShareItem.share_id.in_(ids))
        .order_by(ShareItem.share_id, ShareItem.position)
    )
    for share_id, title, public_id in rows:
        found.setdefault(share_id, []).append((title, public_id))
    return found


def _recipients_of(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(ShareRecipient.share_id, ShareRecipient.email)
        .where(ShareRecipient.share_id.in_(ids))
        .order_by(ShareRecipient.id)
    )
    for share_id, email in rows:
        found.setdefault(share_id, []).append(email)
    return found
