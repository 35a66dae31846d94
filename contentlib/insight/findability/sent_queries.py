"""Findability: in how many of the deals an asset was sent for it had come up before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from contentlib.engagement.link_queries import links_read
from contentlib.insight.events import within
from contentlib.insight.findability import rules
from contentlib.insight.window import Window
from contentlib.member.models import Member
from contentlib.member.rules import SMALLEST_GROUP_FOR_MARKETERS, Viewer
from contentlib.recommendation.models import RecommendationEvent
from contentlib.search.models import SearchEvent
from contentlib.sending.models import Send
from contentlib.sending.queries import sent_links
from contentlib.share.models import Share
from contentlib.usage.models import Impression


@dataclass(frozen=True, slots=True)
class Findability:
    """The figure with its parts; None reads "fewer than 5 reps".

    `missed` are ids of deals it was sent for without having come up, latest sent first.
    """

    found: int | None
    sent_in: int | None
    missed: tuple[int, ...] = ()

    @property
    def share(self) -> float | None:
        if self.found is None or not self.sent_in:
            return None
        return self.found / self.sent_in


@dataclass(frozen=True, slots=True)
class Sending:
    """That a rep sent the asset for a deal."""

    deal_id: int
    member_id: int
    at: datetime


def findability(session: Session, viewer: Viewer, asset_id: int, *, window: Window) -> Findability:
    """Findability = deals where it was sent and had come up before / deals where it was sent.

    Sent: by a rep, by any route and with any evidence, for the first time in the window. A link
    that nobody reported counts once a person outside has read the asset through it, as of the
    moment the link was made. Come up: it stood in the first 10 of an earlier search or
    recommendation for that same deal, however long before.

    At most five statements: by `ix_sends_asset_id`, `ix_views_asset_id`, the shares' key, and
    twice from the deals (`ix_searches_opportunity_id`, `ix_recommendations_opportunity_id`) or
    the asset (`ix_impressions_asset_id`) to what was shown, whichever the database finds fewer.
    """
    return findability_of(session, viewer, asset_id, sendings_of(session, asset_id, window))


def findability_of(
    session: Session, viewer: Viewer, asset_id: int, sendings: Sequence[Sending]
) -> Findability:
    """As `findability`, of sendings that were read before. At most two statements."""
    first: dict[int, Sending] = {}
    for sending in sorted(sendings, key=lambda s: s.at):
        first.setdefault(sending.deal_id, sending)
    found = rules.found_before(
        {deal: sending.at for deal, sending in first.items()},
        _first_shown(session, asset_id, list(first)),
    )
    smallest = smallest_group(viewer)
    missed = sorted((s for d, s in first.items() if d not in found), key=lambda s: s.at)
    return Findability(
        found=rules.told(len(found), {first[d].member_id for d in found}, smallest=smallest),
        sent_in=rules.told(len(first), {s.member_id for s in first.values()}, smallest=smallest),
        missed=tuple(sending.deal_id for sending in reversed(missed)),
    )


def smallest_group(viewer: Viewer) -> int:
    """How many reps must stand behind a figure for this member to be told it."""
    return 1 if viewer.can("see names in reports") else SMALLEST_GROUP_FOR_MARKETERS


def sendings_of(session: Session, asset_id: int, window: Window) -> list[Sending]:
    """For known deals only. Three statements, two where nobody read a link."""
    stored = session.execute(
        select(Send.opportunity_id, Send.member_id, Send.at).where(
            Send.asset_id == asset_id,
            Send.role == "rep",
            Send.opportunity_id.is_not(None),
            within(Send.at, window),
        )
    )
    sendings = [Sending(deal, who, at) for deal, who, at in stored if deal is not None]
    read = links_read(session, asset_id, since=window.begins_at)
    began = [
        share_id
        for share_id, reading in read.items()
        if window.begins_at <= reading.first_at < window.ends_at
    ]
    if not began:
        return sendings
    sent = sent_links()
    is_reported = exists().where(sent.c.share_id == Share.id, sent.c.asset_id == asset_id)
    inferred = session.execute(
        select(Share.opportunity_id, Share.member_id, Share.created_at)
        .join(Member, Share.member_id == Member.id)
        .where(
            Share.id.in_(began),
            Share.opportunity_id.is_not(None),
            Member.role == "rep",
            ~is_reported,
        )
    )
    return sendings + [Sending(deal, who, at) for deal, who, at in inferred if deal is not None]


def _first_shown(session: Session, asset_id: int, deal_ids: Sequence[int]) -> dict[int, datetime]:
    """deal id -> when it first stood in the first 10 for it. At most two statements."""
    found: dict[int, datetime] = {}
    if not deal_ids:
        return found
    for table in (SearchEvent, RecommendationEvent):
        rows = session.execute(
            select(table.opportunity_id, func.min(Impression.at))
            .join(Impression, Impression.search_public_id == table.public_id)
            .where(
                table.opportunity_id.in_(deal_ids),
                Impression.asset_id == asset_id,
                Impression.rank <= rules.FIRST,
            )
            .group_by(table.opportunity_id)
        )
        for deal_id, at in rows:
            if deal_id is not None:
                found[deal_id] = min(at, found.get(deal_id, at))
    return found


def sends_of(
    session: Session, viewer: Viewer, asset_ids: Sequence[int], *, window: Window
) -> Mapping[int, int | None]:
    """asset id -> its sends by reps in the window, of any evidence; None: fewer than 5 reps.

    One statement, by `ix_sends_asset_id`.
    """
    rows = session.execute(
        select(Send.asset_id, func.count().label("sends"), func.count(Send.member_id.distinct()))
        .where(Send.asset_id.in_(asset_ids), Send.role == "rep", within(Send.at, window))
        .group_by(Send.asset_id)
    )
    counted = {asset_id: (sends, reps) for asset_id, sends, reps in rows}
    smallest = smallest_group(viewer)
    return {
        asset_id: rules.told(sends, range(reps), smallest=smallest)
        for asset_id in asset_ids
        for sends, reps in [counted.get(asset_id, (0, 0))]
    }
