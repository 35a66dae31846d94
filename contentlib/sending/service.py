"""Recording what was really sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.events import record
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.sending import facts
from contentlib.sending.models import Send
from contentlib.share import service as share_service
from contentlib.share.models import Share


def domains_of(addresses: Sequence[str]) -> list[str]:
    """The recipients' domains: all that a send keeps of its recipients.

    >>> domains_of(["ann@x.example", "bob@y.example", "cy@x.example"])
    ['x.example', 'y.example']
    """
    return sorted({address.rsplit("@", 1)[-1].lower() for address in addresses})


def declare(session: Session, *, viewer: Viewer, share_public_id: str, now: datetime) -> list[Send]:
    """The rep says "I sent it": `declared` sends of the link's assets, once for a link."""
    share = share_service.own_share(session, viewer, share_public_id)
    return record_share_sent(
        session,
        share=share,
        evidence="declared",
        message_key=f"declared:{share.public_id}",
        now=now,
    )


def record_share_sent(
    session: Session, *, share: Share, evidence: str, message_key: str, now: datetime
) -> list[Send]:
    """One send for each asset of the link; told twice (same key) it adds nothing.

    Visits may be older than word of the sending, so it is a fact; a rep's declaration says nothing
    of the moment and is none.
    """
    known = set(
        session.scalars(
            select(Send.asset_id).where(
                Send.member_id == share.member_id, Send.message_key == message_key
            )
        )
    )
    sender = session.get_one(Member, share.member_id)
    made = []
    for item in share.items:
        asset = session.get_one(Asset, item.asset_id)
        version_id = item.pinned_version_id or asset.current_version_id
        if asset.id in known or version_id is None:
            continue
        send = Send(
            member_id=share.member_id,
            role=sender.role,
            asset_id=asset.id,
            version_id=version_id,
            share_id=share.id,
            opportunity_id=share.opportunity_id,
            channel="link",
            evidence=evidence,
            message_key=message_key,
            recipient_domains=domains_of([r.email for r in share.recipients]),
            at=now,
        )
        session.add(send)
        made.append(send)
    if made and evidence != "declared":
        record(session, facts.ShareSent(share.id, now.isoformat()), now=now)
    return made
