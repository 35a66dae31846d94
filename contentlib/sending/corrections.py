"""A sender says what really was: not sent, sent after all, another deal, this file or none."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.audit import service as audit
from contentlib.crm.matching import visible_deal
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.member.rules import Viewer
from contentlib.sending.models import AttachmentReview, SendCorrection, SendReport, SendReportItem
from contentlib.sending.reports import Item, Report, add_to
from contentlib.sending.rolling_up import roll_up


def say_whether_sent(
    session: Session,
    *,
    viewer: Viewer,
    message_key: str,
    asset_public_id: str | None,
    was_sent: bool,
    now: datetime,
) -> None:
    """Of one asset in the message, or of the whole of it (None).

    Raises NotFound where the viewer told of no such message, or it held no such asset.
    """
    _own_message(session, viewer, message_key)
    asset_id = None
    if asset_public_id is not None:
        asset_id = session.scalar(
            select(Asset.id)
            .join(SendReportItem, SendReportItem.asset_id == Asset.id)
            .join(SendReport, SendReportItem.report_id == SendReport.id)
            .where(Asset.public_id == asset_public_id, SendReport.message_key == message_key)
            .limit(1)
        )
        if asset_id is None:
            raise NotFound("There was no such asset in this message.")
    _correct(
        session,
        viewer,
        message_key,
        kind="sent_after_all" if was_sent else "not_sent",
        asset_id=asset_id,
        now=now,
    )


def say_which_deal(
    session: Session,
    *,
    viewer: Viewer,
    message_key: str,
    opportunity_public_id: str | None,
    now: datetime,
) -> None:
    """The message was about that deal; None: about none. Raises NotFound."""
    _own_message(session, viewer, message_key)
    opportunity_id = None
    if opportunity_public_id:
        opportunity_id = visible_deal(session, viewer, opportunity_public_id)
        if opportunity_id is None:
            raise NotFound("There is no such opportunity, or it is another team's.")
    _correct(
        session,
        viewer,
        message_key,
        kind="of_deal",
        opportunity_id=opportunity_id,
        now=now,
    )


def say_what_it_was(
    session: Session,
    *,
    viewer: Viewer,
    review_public_id: str,
    version_id: int | None,
    now: datetime,
) -> None:
    """The attachment was that version of ours, one of those it may be; None: it was none.

    Raises NotFound for a review that is not the viewer's, Conflict for one decided before,
    InvalidInput for a version that it cannot be.
    """
    review = session.scalar(
        select(AttachmentReview)
        .where(
            AttachmentReview.public_id == review_public_id,
            AttachmentReview.member_id == viewer.member_id,
        )
        .with_for_update()
    )
    if review is None:
        raise NotFound("There is no such attachment to look at.")
    if review.state != "open":
        raise Conflict("You have already said what this was.")
    review.state = "dismissed" if version_id is None else "confirmed"
    review.decided_at = now
    review.decided_version_id = version_id
    if version_id is None:
        return
    chosen = next((c for c in review.candidates if c["version_id"] == version_id), None)
    version = session.get(AssetVersion, version_id)
    if chosen is None or version is None:
        raise InvalidInput("Choose one of the files it may be.")
    item = Item(
        version.asset_id,
        version.id,
        "attachment",
        str(chosen["verdict"]),
        score=float(chosen["score"]),
        pages=tuple(chosen["pages"]),
    )
    add_to(session, _report_of(review), [item], now=now)


def _report_of(review: AttachmentReview) -> Report:
    return Report(
        member_id=review.member_id,
        source=review.source,  # type: ignore[arg-type]  # held by the report's check constraint
        source_key=review.source_key,
        evidence=review.evidence,  # type: ignore[arg-type]
        surface=review.surface,
        at=review.at,
        items=(),
        opportunity_id=review.opportunity_id,
        known_domains=tuple(review.recipient_domains),
        known_contact_ids=tuple(review.contact_ids),
    )


def _own_message(session: Session, viewer: Viewer, message_key: str) -> None:
    told = select(SendReport.id).where(
        SendReport.member_id == viewer.member_id, SendReport.message_key == message_key
    )
    # of two corrections at once each sees what the other said
    if not session.scalars(told.with_for_update()).all():
        raise NotFound("There is no such message of yours.")


def _correct(
    session: Session,
    viewer: Viewer,
    message_key: str,
    *,
    kind: str,
    now: datetime,
    asset_id: int | None = None,
    opportunity_id: int | None = None,
) -> None:
    session.add(
        SendCorrection(
            member_id=viewer.member_id,
            by_id=viewer.member_id,
            message_key=message_key,
            asset_id=asset_id,
            kind=kind,
            opportunity_id=opportunity_id,
            at=now,
        )
    )
    session.flush()
    roll_up(session, viewer.member_id, message_key, now=now)
    audit.note(
        session,
        actor=viewer.email,
        act=f"send corrected: {kind.replace('_', ' ')}",
        subject=message_key,
        now=now,
    )
