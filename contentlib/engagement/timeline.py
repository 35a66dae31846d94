"""What happened around the links of a deal, newest first: made, sent, pasted, read, downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.engagement.counting import PEOPLE
from contentlib.engagement.models import Download, Unfurl, View, Visit
from contentlib.sending.models import Send
from contentlib.sending.queries import sent_links
from contentlib.share.models import ShareCode
from contentlib.share.queries import ShareLine

What = Literal["made", "sent", "sent untracked", "pasted", "read", "downloaded"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `detail`: the evidence of a send, the service of a pasting, the
    pages of a visit; `who` is a proved address, or empty. What was sent untracked is of no link."""

    at: datetime
    what: What
    share_public_id: str | None
    titles: tuple[str, ...]
    detail: str = ""
    who: str = ""
    pages: tuple[int, ...] = ()
    attention_ms: int = 0


def timeline(
    session: Session,
    shares: Sequence[ShareLine],
    *,
    opportunity_id: int | None = None,
    limit: int = 50,
) -> list[Moment]:
    """Of these links, people's doings alone, and what went out for the deal without a link.

    Visits of people who asked not to be followed stand in no timeline (TRACKING, 8). Six
    statements, whatever the number of links.
    """
    moments = _sent_untracked(session, opportunity_id, limit)
    by_id = {share.id: share for share in shares}
    ids = list(by_id)
    if not shares:
        return moments
    moments += [_made(share) for share in shares]
    moments += _sent(session, by_id, ids, limit)
    moments += _pasted(session, by_id, ids, limit)
    moments += _read(session, by_id, ids, limit)
    moments += _downloaded(session, by_id, ids, limit)
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:limit]


def _made(share: ShareLine) -> Moment:
    return Moment(share.created_at, "made", share.public_id, share.titles)


def _sent(
    session: Session, shares: dict[int, ShareLine], ids: list[int], limit: int
) -> list[Moment]:
    sent = sent_links()
    rows = session.execute(
        select(sent.c.share_id, sent.c.at, sent.c.evidence, Asset.title)
        .join(Asset, sent.c.asset_id == Asset.id)
        .where(sent.c.share_id.in_(ids))
        .order_by(sent.c.at.desc())
        .limit(limit)
    )
    # one message that holds three assets is three sends and one moment
    titles: dict[tuple[int, datetime, str], list[str]] = {}
    for row in rows:
        titles.setdefault((row.share_id, row.at, row.evidence), []).append(row.title)
    return [
        Moment(at, "sent", shares[share_id].public_id, tuple(sorted(named)), evidence)
        for (share_id, at, evidence), named in titles.items()
    ]


def _sent_untracked(session: Session, opportunity_id: int | None, limit: int) -> list[Moment]:
    if opportunity_id is None:
        return []
    rows = session.execute(
        select(Send.message_key, Send.at, Send.evidence, Asset.title)
        .join(Asset, Send.asset_id == Asset.id)
        .where(Send.opportunity_id == opportunity_id, Send.share_id.is_(None))
        .order_by(Send.at.desc(), Asset.title)
        .limit(limit)
    )
    titles: dict[tuple[str, datetime, str], list[str]] = {}
    for row in rows:
        titles.setdefault((row.message_key, row.at, row.evidence), []).append(row.title)
    return [
        Moment(at, "sent untracked", None, tuple(named), evidence)
        for (_, at, evidence), named in titles.items()
    ]


def _pasted(
    session: Session, shares: dict[int, ShareLine], ids: list[int], limit: int
) -> list[Moment]:
    rows = session.execute(
        select(Unfurl.share_id, Unfurl.at, Unfurl.service)
        .where(Unfurl.share_id.in_(ids))
        .order_by(Unfurl.at.desc())
        .limit(limit)
    )
    return [
        Moment(
            row.at,
            "pasted",
            shares[row.share_id].public_id,
            shares[row.share_id].titles,
            row.service,
        )
        for row in rows
    ]


def _read(
    session: Session, shares: dict[int, ShareLine], ids: list[int], limit: int
) -> list[Moment]:
    visits = session.execute(
        select(Visit.id, Visit.share_id, Visit.started_at, ShareCode.email)
        .outerjoin(ShareCode, Visit.code_id == ShareCode.id)
        .where(
            Visit.share_id.in_(ids),
            Visit.visitor_class.in_(PEOPLE),
            Visit.is_private.is_(False),
        )
        .order_by(Visit.started_at.desc())
        .limit(limit)
    ).all()
    seen: dict[int, list[tuple[int, int, str]]] = {}
    for view in session.execute(
        select(View.visit_id, View.page, View.attention_ms, Asset.title)
        .join(Asset, View.asset_id == Asset.id)
        .where(View.visit_id.in_([visit.id for visit in visits]))
        .order_by(View.page)
    ):
        seen.setdefault(view.visit_id, []).append((view.page, view.attention_ms, view.title))
    return [
        Moment(
            at=visit.started_at,
            what="read",
            share_public_id=shares[visit.share_id].public_id,
            titles=tuple(dict.fromkeys(title for _, _, title in seen.get(visit.id, ()))),
            who=visit.email or "",
            pages=tuple(page for page, _, _ in seen.get(visit.id, ())),
            attention_ms=sum(ms for _, ms, _ in seen.get(visit.id, ())),
        )
        for visit in visits
    ]


def _downloaded(
    session: Session, shares: dict[int, ShareLine], ids: list[int], limit: int
) -> list[Moment]:
    rows = session.execute(
        select(Download.share_id, Download.at, Asset.title, ShareCode.email)
        .join(Visit, Download.visit_id == Visit.id)
        .join(Asset, Download.asset_id == Asset.id)
        .outerjoin(ShareCode, Visit.code_id == ShareCode.id)
        .where(
            Download.share_id.in_(ids),
            Visit.visitor_class.in_(PEOPLE),
            Visit.is_private.is_(False),
        )
        .order_by(Download.at.desc())
        .limit(limit)
    )
    return [
        Moment(
            row.at,
            "downloaded",
            shares[row.share_id].public_id,
            (row.title,),
            who=row.email or "",
        )
        for row in rows
    ]
