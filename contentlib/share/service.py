"""Making and ending shares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset import rules as asset_rules
from contentlib.asset.models import Asset
from contentlib.asset.queries import standing as asset_standing
from contentlib.asset.visibility import visible_to
from contentlib.audit import service as audit
from contentlib.crm.models import Contact, Opportunity
from contentlib.crm.queries import visible_to as opportunities_visible_to
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.events import record
from contentlib.ids import public_id
from contentlib.member.rules import Viewer
from contentlib.member.service import checked_email
from contentlib.share import facts, rules
from contentlib.share.models import Share, ShareItem, ShareRecipient

MOST_ITEMS = 50
_MOST_RECIPIENTS = 50


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody the link is made for."""

    email: str
    name: str = ""


def create(
    session: Session,
    *,
    viewer: Viewer,
    asset_public_ids: Sequence[str],
    recipients: Sequence[Recipient] = (),
    opportunity_public_id: str | None = None,
    message: str = "",
    wanted_rules: rules.ShareRules | None = None,
    notice: str = "each",
    batch: str | None = None,
    can_mail: bool = False,
    now: datetime,
) -> Share:
    """Event `share_created`: a link to one or more assets, in their order.

    Every link is made here, whoever asks and by whatever door. `can_mail` says whether one-time
    codes can be mailed, `notice` how the maker is told of visits, `batch` which links were made
    together. Raises InvalidInput for rules that could admit nobody and when an asset
    must not leave the house, NotFound for an asset or a deal that the member may not see.
    """
    chosen = rules.checked(wanted_rules or rules.ShareRules(), now=now, can_mail=can_mail)
    assets = _sendable(session, viewer, asset_public_ids, now=now)
    share = Share(
        public_id=public_id(),
        member_id=viewer.member_id,
        opportunity_id=_opportunity_id(session, viewer, opportunity_public_id),
        message=message.strip()[:5000],
        rules=chosen.to_json(),
        created_at=now,
        notice=rules.checked_notice(notice),
        batch=batch,
    )
    for position, asset in enumerate(assets, start=1):
        pinned = None if chosen.follows_current else asset.current_version_id
        share.items.append(
            ShareItem(asset_id=asset.id, pinned_version_id=pinned, position=position)
        )
    share.recipients = _recipients(session, recipients)
    session.add(share)
    session.flush()  # callers refer to it by id
    audit.note(
        session,
        actor=viewer.email,
        act="share created",
        subject=", ".join(asset.title for asset in assets),
        now=now,
        share=share.public_id,
    )
    return share


def _sendable(
    session: Session, viewer: Viewer, public_ids: Sequence[str], *, now: datetime
) -> list[Asset]:
    wanted = list(dict.fromkeys(public_ids))
    if not wanted:
        raise InvalidInput("Choose at least one asset to share.")
    if len(wanted) > MOST_ITEMS:
        raise InvalidInput(f"One link holds at most {MOST_ITEMS} assets.")
    found = {
        asset.public_id: asset
        for asset in session.scalars(
            select(Asset).where(Asset.public_id.in_(wanted), visible_to(viewer, today=now.date()))
        )
    }
    if len(found) < len(wanted):
        raise NotFound("There is no such asset, or it is not published.")
    for asset in found.values():
        refusal = asset_rules.refusal_to_send(asset_standing(asset), today=now.date())
        if refusal is not None:
            raise InvalidInput(f"“{asset.title}”: {refusal}")
    return [found[public_id] for public_id in wanted]


def _opportunity_id(session: Session, viewer: Viewer, wanted: str | None) -> int | None:
    if not wanted:
        return None
    found = session.scalar(
        select(Opportunity.id).where(
            Opportunity.public_id == wanted, opportunities_visible_to(viewer)
        )
    )
    if found is None:
        raise NotFound("There is no such opportunity, or it is another team's.")
    return found


def _recipients(session: Session, wanted: Sequence[Recipient]) -> list[ShareRecipient]:
    if len(wanted) > _MOST_RECIPIENTS:
        raise InvalidInput(f"One link is made for at most {_MOST_RECIPIENTS} recipients.")
    by_email = {checked_email(r.email): r.name.strip()[:300] for r in wanted}
    known = select(Contact.email, Contact.id).where(Contact.email.in_(by_email))
    contacts = dict(session.execute(known).all())
    return [
        ShareRecipient(email=email, name=name, contact_id=contacts.get(email))
        for email, name in by_email.items()
    ]


def own_share(session: Session, viewer: Viewer, share_public_id: str) -> Share:
    """A share this member made; an admin may act on any. Raises NotFound."""
    condition = Share.public_id == share_public_id
    if viewer.role != "admin":
        condition &= Share.member_id == viewer.member_id
    share = session.scalar(select(Share).where(condition))
    if share is None:
        raise NotFound("There is no such share.")
    return share


def revoke(session: Session, *, viewer: Viewer, share_public_id: str, now: datetime) -> Share:
    """Ends the link now; revoking twice changes nothing."""
    share = own_share(session, viewer, share_public_id)
    if share.revoked_at is None:
        share.revoked_at = now
        audit.note(
            session, actor=viewer.email, act="share revoked", subject=share.public_id, now=now
        )
    return share


def change_rules(
    session: Session,
    *,
    viewer: Viewer,
    share_public_id: str,
    wanted: rules.ShareRules,
    notice: str,
    can_mail: bool,
    now: datetime,
) -> Share:
    """New rules for a link that is out: they hold from the next request on.

    Whether it follows the current version was said to its reader and stays. Raises InvalidInput,
    NotFound, and Conflict for a link that has ended: one that is over stays over.
    """
    share = own_share(session, viewer, share_public_id)
    before = rules.ShareRules.from_json(share.rules)
    over_at = [at for at in (share.revoked_at, before.expires_at) if at is not None and at <= now]
    if over_at:
        raise Conflict("This link has ended and stays so: make a new one.")
    settled = rules.checked(
        replace(wanted, follows_current=before.follows_current), now=now, can_mail=can_mail
    )
    share.rules, share.notice = settled.to_json(), rules.checked_notice(notice)
    audit.note(
        session, actor=viewer.email, act="share rules changed", subject=share.public_id, now=now
    )
    return share


def mail(
    session: Session,
    *,
    viewer: Viewer,
    share_public_id: str,
    subject: str,
    body: str,
    now: datetime,
) -> str:
    """Asks the worker to mail the link; it becomes a send when the mail server accepts it.

    Returns the message id. Raises InvalidInput without recipients or a subject.
    """
    share = own_share(session, viewer, share_public_id)
    if not share.recipients:
        raise InvalidInput(
            "Say who gets the mail.", {"recipients": "Give at least one e-mail address."}
        )
    words = " ".join(subject.split())
    if not words:
        raise InvalidInput("The mail needs a subject.", {"subject": "Give it a subject."})
    message_id = public_id(20)
    record(
        session,
        facts.ShareMailed(share.id, words[:200], body.strip()[:10_000], message_id),
        now=now,
    )
    return message_id


def ask_maker(
    session: Session,
    *,
    share_public_id: str | None,
    email: str,
    name: str,
    text: str,
    now: datetime,
) -> None:
    """Passes a visitor's words on to whoever made the link, also one that has ended.

    Quiet where there is no such share: who asks learns nothing. Raises InvalidInput without an
    address to answer to, or without words.
    """
    address = rules.normalised_address(email)
    words = text.strip()
    if not words:
        raise InvalidInput("Write a sentence, please.", {"text": "Write a sentence."})
    share_id = session.scalar(select(Share.id).where(Share.public_id == (share_public_id or "")))
    if share_id is not None:
        asked = facts.LinkAskedFor(share_id, address, words[:2000], " ".join(name.split())[:100])
        record(session, asked, now=now)
