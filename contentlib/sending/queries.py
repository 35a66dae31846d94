"""Reading sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, and_, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.member.rules import Viewer
from contentlib.sending.merging import strength
from contentlib.sending.models import Send, SendReport, SendReportItem


def sent_links() -> Subquery:
    """The links that went out: share_id, asset_id, member_id, message_key, at, evidence.

    A message may hold several links to one asset, one a recipient: it is one send all the same
    (METRICS), and each of its links was sent.
    """
    return (
        select(
            SendReportItem.share_id,
            Send.asset_id,
            Send.member_id,
            Send.message_key,
            Send.at,
            Send.evidence,
        )
        .join(SendReport, SendReportItem.report_id == SendReport.id)
        .join(
            Send,
            and_(
                Send.member_id == SendReport.member_id,
                Send.message_key == SendReport.message_key,
                Send.asset_id == SendReportItem.asset_id,
            ),
        )
        .where(SendReportItem.share_id.is_not(None), SendReport.taken_back_at.is_(None))
        .distinct()
        .subquery("sent_links")
    )


def evidence_of_shares(session: Session, share_ids: Sequence[int]) -> dict[int, str]:
    """share id -> its strongest stored evidence. One statement."""
    sent = sent_links()
    rows = session.execute(
        select(sent.c.share_id, sent.c.evidence).where(sent.c.share_id.in_(share_ids))
    )
    best: dict[int, str] = {}
    for share_id, evidence in rows:
        known = best.get(share_id)
        if known is None or strength(evidence) < strength(known):
            best[share_id] = evidence
    return best


@dataclass(frozen=True, slots=True)
class SendLine:
    """A send as "what I sent" lists it."""

    at: datetime
    title: str
    asset_public_id: str
    version_number: int
    channel: str
    evidence: str
    recipient_domains: tuple[str, ...]


def own(session: Session, viewer: Viewer, *, limit: int = 50) -> list[SendLine]:
    """A member's newest sends. One statement."""
    rows = session.execute(
        select(Send, Asset.title, Asset.public_id, AssetVersion.number)
        .join(Asset, Send.asset_id == Asset.id)
        .join(AssetVersion, Send.version_id == AssetVersion.id)
        .where(Send.member_id == viewer.member_id)
        .order_by(Send.at.desc(), Send.id.desc())
        .limit(limit)
    )
    return [
        SendLine(s.at, title, pid, number, s.channel, s.evidence, tuple(s.recipient_domains))
        for s, title, pid, number in rows
    ]
