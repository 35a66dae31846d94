"""What a paired browser saw leave: links, addresses and files of ours in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.addresses import address_key
from contentlib.asset.models import Asset
from contentlib.crm.matching import visible_deal
from contentlib.errors import InvalidInput
from contentlib.ids import read_token
from contentlib.member.own_people import outside
from contentlib.member.rules import Viewer
from contentlib.recognition.queries import recognise_file
from contentlib.recognition.rules import Recognition
from contentlib.sending.reports import Doubtful, Item, Report, hold_for_review, take_back, tell
from contentlib.sending.service import items_of
from contentlib.share.models import Share

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


@dataclass(frozen=True, slots=True)
class Ours:
    """How our own addresses begin, and the key that signs them."""

    share_prefix: str
    signing_key: bytes


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
    items, doubtful = _recognised(session, watched.parts, ours)
    if not items and not doubtful:
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
        at=min(watched.scheduled_for or watched.at, _latest(watched, now)),
        items=items,
        recipients=recipients,
        opportunity_id=visible_deal(session, viewer, watched.deal) if watched.deal else None,
    )
    if doubtful:
        hold_for_review(session, report, doubtful, now=now)
    if items:
        tell(session, report, now=now)


def _latest(watched: Watched, now: datetime) -> datetime:
    # a browser's clock that runs ahead must not date a send into the future
    return watched.scheduled_for or now


def _recognised(
    session: Session, parts: Sequence[Part], ours: Ours
) -> tuple[tuple[Item, ...], list[Doubtful]]:
    """What the parts are of ours; each asset once, by the surest way. At most three statements,
    and two a file."""
    items = [*_of_links(session, parts, ours), *_of_pages(session, parts)]
    doubtful = []
    for part in parts:
        if not part.file_sha256:
            continue
        found = recognise_file(session, part.file_sha256)
        if found.best is not None and found.is_certain:
            items.append(_attached(found))
        elif found.candidates:
            doubtful.append(_doubtful(part, found))
    return tuple({(i.asset_id, i.share_id, i.channel): i for i in items}.values()), doubtful


def _of_links(session: Session, parts: Sequence[Part], ours: Ours) -> tuple[Item, ...]:
    tokens = [
        part.link.removeprefix(ours.share_prefix).split("/")[0].split("?")[0].split("#")[0]
        for part in parts
        if part.link.startswith(ours.share_prefix)
    ]
    public_ids = [read_token(token, key=ours.signing_key, purpose="share") for token in tokens]
    wanted = [public_id for public_id in public_ids if public_id is not None]
    if not wanted:
        return ()
    found = session.scalars(select(Share).where(Share.public_id.in_(wanted))).all()
    return items_of(session, found)


def _of_pages(session: Session, parts: Sequence[Part]) -> list[Item]:
    keys = {key for part in parts if part.page and (key := address_key(part.page))}
    if not keys:
        return []
    rows = session.execute(
        select(Asset.id, Asset.current_version_id).where(
            Asset.source_key.in_(keys), Asset.current_version_id.is_not(None)
        )
    )
    return [
        Item(asset_id, version_id, "link", "own address")
        for asset_id, version_id in rows
        if version_id is not None
    ]


def _attached(found: Recognition) -> Item:
    best = found.candidates[0]
    return Item(
        best.asset_id,
        best.version_id,
        "attachment",
        best.verdict,
        score=best.score,
        pages=best.pages,
    )


def _doubtful(part: Part, found: Recognition) -> Doubtful:
    return Doubtful(
        file_name=part.file_name,
        file_sha256=part.file_sha256,
        candidates=tuple(
            {
                "version_id": candidate.version_id,
                "verdict": candidate.verdict,
                "score": candidate.score,
                "pages": list(candidate.pages),
            }
            for candidate in found.candidates
        ),
    )
