"""Reading sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.member.rules import Viewer
from contentlib.sending.models import Send

# Strongest first (METRICS, "Send evidence"); `inferred` is derived and stands before `declared`.
EVIDENCE_ORDER = ("mail_confirmed", "mailbox", "app_mail", "crm", "inferred", "declared")


def evidence_of_shares(session: Session, share_ids: Sequence[int]) -> dict[int, str]:
    """share id -> its strongest stored evidence. One statement."""
    rows = session.execute(select(Send.share_id, Send.evidence).where(Send.share_id.in_(share_ids)))
    best: dict[int, str] = {}
    for share_id, evidence in rows:
        if share_id is None:
            continue
        known = best.get(share_id)
        if known is None or EVIDENCE_ORDER.index(evidence) < EVIDENCE_ORDER.index(known):
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
