"""Links made in one go, one for each recipient: then the link itself says who read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.errors import InvalidInput
from contentlib.ids import public_id
from contentlib.member.rules import Viewer
from contentlib.share import service
from contentlib.share.models import Share
from contentlib.share.rules import ShareRules
from contentlib.share.service import Recipient


def create_for_each(
    session: Session,
    *,
    viewer: Viewer,
    asset_public_ids: Sequence[str],
    recipients: Sequence[Recipient],
    opportunity_public_id: str | None = None,
    message: str = "",
    wanted_rules: ShareRules | None = None,
    notice: str = "each",
    can_mail: bool = False,
    batch: str | None = None,
    now: datetime,
) -> list[Share]:
    """A link a recipient, all of one batch, in the order in which they were named.

    Raises what `service.create` raises, and InvalidInput without recipients; then none is made.
    """
    if not recipients:
        raise InvalidInput(
            "Name the recipients: each of them gets a link of their own.",
            {"recipients": "Give at least one e-mail address."},
        )
    together = batch or public_id()
    return [
        service.create(
            session,
            viewer=viewer,
            asset_public_ids=asset_public_ids,
            recipients=[recipient],
            opportunity_public_id=opportunity_public_id,
            message=message,
            wanted_rules=wanted_rules,
            notice=notice,
            batch=together,
            can_mail=can_mail,
            now=now,
        )
        for recipient in recipients
    ]


def made_together(session: Session, viewer: Viewer, batch: str) -> list[Share]:
    """The member's links of that batch, in the order in which they were made. One statement."""
    return list(
        session.scalars(
            select(Share)
            .where(Share.member_id == viewer.member_id, Share.batch == batch)
            .order_by(Share.id)
        )
    )


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A new link as whoever asked for it needs it."""

    public_id: str
    recipients: tuple[str, ...]
    titles: tuple[str, ...]
    expires_at: datetime | None

    @classmethod
    def of(cls, share: Share) -> "LinkMade":
        return cls(
            share.public_id,
            tuple(recipient.email for recipient in share.recipients),
            tuple(item.asset.title for item in share.items),
            ShareRules.from_json(share.rules).expires_at,
        )


def revoke_all(
    session: Session, *, viewer: Viewer, share_public_ids: Sequence[str], now: datetime
) -> int:
    """Ends these links now; returns how many were still open.

    Raises NotFound when one of them is not the member's to end; then none is ended.
    """
    open_before = 0
    for share_public_id in dict.fromkeys(share_public_ids):
        share = service.own_share(session, viewer, share_public_id)
        open_before += share.revoked_at is None
        service.revoke(session, viewer=viewer, share_public_id=share_public_id, now=now)
    return open_before
