"""What a paired browser saw leave: links, addresses and files of ours in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from contentlib.crm.matching import visible_deal
from contentlib.errors import InvalidInput
from contentlib.member.own_people import outside
from contentlib.member.rules import Viewer
from contentlib.recognition.queries import recognise_file
from contentlib.recognition.rules import NOTHING
from contentlib.sending.material import Ours, attached, doubtful, linked
from contentlib.sending.reports import Doubtful, Item, Report, hold_for_review, take_back, tell

Kind = Literal["sent", "scheduled", "probably_sent", "taken_back"]
Site = Literal["gmail", "outlook", "linkedin", "salesforce", "hubspot"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of ours in a message: a link of ours, a plain address, or a file by its hash."""

    link: str = ""
    page: str = ""
    file_sha256: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A message as the extension tells of it. `message` names it within its site."""

    kind: Kind
    site: Site
    message: str
    at: datetime
    scheduled_for: datetime | None = None
    recipients: tuple[str, ...] = ()
    deal: str | None = None
    parts: tuple[Part, ...] = ()


def take_event(
    session: Session, *, viewer: Viewer, watched: Watched, ours: Ours, now: datetime
) -> None:
    """Makes a report of what the member's browser saw. Told twice, nothing changes.

    A mail server's acceptance is `mail_confirmed`; a link that left a composer unseen, and a mail
    that is to leave later, are no more than `declared`. A mail to nobody outside is no send.
    Raises InvalidInput where nothing in it is ours, or the clock of the browser is far off.
    """
    source_key = f"{watched.site}:{watched.message}"
    if watched.kind == "taken_back":
        take_back(
            session,
            member_id=viewer.member_id,
            source="extension",
            source_key=source_key,
            now=now,
        )
        return
    sent_at = min(watched.at, now)
    items, to_look_at = _recognised(session, watched.parts, ours, sent_at=sent_at)
    if not items and not to_look_at:
        raise InvalidInput("Nothing in this message is of this library.")
    recipients = outside(session, watched.recipients)
    if watched.recipients and not recipients:
        return
    report = Report(
        member_id=viewer.member_id,
        source="extension",
        source_key=source_key,
        evidence="mail_confirmed" if watched.kind == "sent" else "declared",
        surface=watched.site,
        # a browser's clock that runs ahead must not date a send into the future
        at=watched.scheduled_for or sent_at,
        items=items,
        recipients=recipients,
        opportunity_id=visible_deal(session, viewer, watched.deal) if watched.deal else None,
    )
    if to_look_at:
        hold_for_review(session, report, to_look_at, now=now)
    if items:
        tell(session, report, now=now)


def _recognised(
    session: Session, parts: Sequence[Part], ours: Ours, *, sent_at: datetime
) -> tuple[tuple[Item, ...], list[Doubtful]]:
    """What the parts are of ours; each asset once a way. At most three statements, one a file."""
    addresses = [part.link or part.page for part in parts if part.link or part.page]
    items = list(linked(session, ours, addresses, sent_at=sent_at))
    to_look_at = []
    for part in parts:
        found = recognise_file(session, part.file_sha256) if part.file_sha256 else NOTHING
        if found.candidates and found.is_certain:
            items.append(attached(found))
        elif found.candidates:
            to_look_at.append(
                doubtful(found, file_name=part.file_name, file_sha256=part.file_sha256)
            )
    return tuple({(i.asset_id, i.share_id, i.channel): i for i in items}.values()), to_look_at
