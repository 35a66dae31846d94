"""Links made in one go, one for each recipient: then the link itself says who read."""

from collections.abc import Sequence
from datetime import datetime

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
    batch = public_id()
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
            batch=batch,
            can_mail=can_mail,
            now=now,
        )
        for recipient in recipients
    ]


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
