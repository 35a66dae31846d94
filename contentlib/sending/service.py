"""Recording that a link was sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.member.rules import Viewer
from contentlib.sending.models import Send
from contentlib.sending.reports import Evidence, Item, Report, Source, tell
from contentlib.share import service as share_service
from contentlib.share.models import Share, ShareItem

_SOURCES: dict[Evidence, Source] = {
    "mail_confirmed": "extension",
    "mailbox": "mailbox",
    "app_mail": "app",
    "crm": "crm",
    "declared": "declared",
}


def declare(session: Session, *, viewer: Viewer, share_public_id: str, now: datetime) -> list[Send]:
    """The rep says "I sent it": `declared` sends of the link's assets, once for a link.

    It adds nothing to a sending that somebody saw.
    """
    share = share_service.own_share(session, viewer, share_public_id)
    return record_share_sent(
        session, shares=[share], evidence="declared", source_key=share.public_id, now=now
    )


def record_share_sent(
    session: Session,
    *,
    shares: Sequence[Share],
    evidence: Evidence,
    source_key: str,
    now: datetime,
) -> list[Send]:
    """Links of one member left in one message now: a send for each asset behind them.

    Returns the sends of the message, none where the same source told of it before.
    """
    first = shares[0]
    told = tell(
        session,
        Report(
            member_id=first.member_id,
            source=_SOURCES[evidence],
            source_key=source_key,
            evidence=evidence,
            surface="app",
            at=now,
            items=items_of(session, shares),
            recipients=tuple(r.email for share in shares for r in share.recipients),
        ),
        now=now,
    )
    if told.is_known:
        return []
    return list(
        session.scalars(
            select(Send).where(
                Send.member_id == first.member_id, Send.message_key == told.message_key
            )
        )
    )


def items_of(session: Session, shares: Sequence[Share]) -> tuple[Item, ...]:
    """What these links held when they went out: their pinned versions, else the current ones.

    One statement, whatever their number.
    """
    rows = session.execute(
        select(ShareItem.share_id, Asset.id, ShareItem.pinned_version_id, Asset.current_version_id)
        .join(Asset, ShareItem.asset_id == Asset.id)
        .where(ShareItem.share_id.in_([share.id for share in shares]))
        .order_by(ShareItem.share_id, ShareItem.position)
    )
    return tuple(
        Item(asset_id, version_id, "link", "share link", share_id)
        for share_id, asset_id, pinned, current in rows
        for version_id in (pinned or current,)
        if version_id is not None
    )
