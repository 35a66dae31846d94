"""Six months of use, made with a seed: people who search, open, share and read.

The mechanism is simple on purpose. A rep has something on their mind (a query), sees what the
real search gives, opens what its place and its looks invite to, and shares some of it with a
deal; a buyer reads a few pages, or not. Some assets look uninviting, some disappoint whoever
opens them: nobody here writes a number that a report shows.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.crm.models import Opportunity
from contentlib.demo import browsers, machines
from contentlib.demo.people import reps
from contentlib.engagement import rules as engagement_rules
from contentlib.engagement import service as engagement
from contentlib.engagement.models import Beat, Hit
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member.queries import viewer_of
from contentlib.member.rules import Viewer
from contentlib.reactions import fold_beats
from contentlib.search.models import SearchEvent
from contentlib.search.queries import Result, find
from contentlib.search.service import searched
from contentlib.sending import service as sending
from contentlib.share import service as shares
from contentlib.share.queries import Door, door
from contentlib.usage.models import Impression, Opening, Taking
from contentlib.usage.service import impressions, opening, taking

DAYS = 182
_PLACE_INVITES = (0.42, 0.26, 0.18, 0.12, 0.09, 0.07, 0.05, 0.04, 0.03, 0.02)
_BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.6 Safari/605.1.15",
)


@dataclass(slots=True)
class _World:
    """What stays the same through the months."""

    library: Library
    chance: random.Random
    viewers: list[Viewer]
    deals: dict[int, list[Opportunity]]
    answers: list[tuple[str, tuple[Result, ...], bool]]
    # chance of its own: what machines do changes nothing of what people do
    others: random.Random
    watching: browsers.Watching
    looks: dict[int, float] = field(default_factory=dict)
    worth: dict[int, float] = field(default_factory=dict)

    def looks_of(self, asset_id: int) -> float:
        """How inviting title and thumbnail are: one asset in five is not."""
        if asset_id not in self.looks:
            self.looks[asset_id] = self.chance.choice((0.05, 0.8, 1.0, 1.1, 1.3))
        return self.looks[asset_id]

    def worth_of(self, asset_id: int) -> float:
        """How often whoever opened it sends it: one asset in six disappoints them all."""
        if asset_id not in self.worth:
            self.worth[asset_id] = self.chance.choice((0.0, 0.2, 0.3, 0.4, 0.5, 0.6))
        return self.worth[asset_id]


@dataclass(frozen=True, slots=True)
class _Looked:
    """A result that somebody opens: where it stood, and for which deal."""

    result: Result
    search_id: str
    rank: int
    deal: Opportunity | None


def write_history(
    library: Library,
    queries: Sequence[str],
    *,
    now: datetime,
    seed: int = 7,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Writes the raw events of the last DAYS days, then folds what buyers did into visits."""
    world = _world(library, queries, now=now, seed=seed)
    for day in range(DAYS, 0, -1):
        morning = (now - timedelta(days=day)).replace(hour=8, minute=0, second=0, microsecond=0)
        if morning.weekday() < 5:
            browsers.report_for_duty(world.watching, morning)
            _working_day(world, morning)
        if day % 30 == 0:
            progress(f"history: {DAYS - day} of {DAYS} days")
    fold_beats(library)


def _world(library: Library, queries: Sequence[str], *, now: datetime, seed: int) -> _World:
    with library.database.reading() as session:
        members = reps(session)
        viewers = [viewer_of(session, member) for member in members]
        deals: dict[int, list[Opportunity]] = {}
        for deal in session.scalars(select(Opportunity).order_by(Opportunity.id)):
            if deal.owner_id is not None:
                deals.setdefault(deal.owner_id, []).append(deal)
        answers = [(text, *_answer(library, session, viewers[0], text, now)) for text in queries]
    chance, others = random.Random(seed), random.Random(seed + 1)  # noqa: S311
    begins_at = now - timedelta(days=DAYS + 20)
    watching = browsers.pair_browsers(library, viewers, since=begins_at, seed=seed + 2)
    return _World(library, chance, viewers, deals, answers, others, watching)


def _answer(
    library: Library, session: Session, viewer: Viewer, text: str, now: datetime
) -> tuple[tuple[Result, ...], bool]:
    found = find(
        session,
        library.index,
        library.permitted,
        viewer,
        text=text,
        today=now.date(),
        floor=library.settings.search_floor,
    )
    return found.results, found.confident


def _working_day(world: _World, morning: datetime) -> None:
    for viewer in world.viewers:
        for _ in range(world.chance.choice((0, 0, 0, 1, 1, 2))):
            at = morning + timedelta(minutes=world.chance.randrange(0, 600))
            _search(world, viewer, at)


def _search(world: _World, viewer: Viewer, at: datetime) -> None:
    text, results, confident = world.chance.choice(world.answers)
    published = [r for r in results if _was_published(r, at)]
    deal = _deal_in_mind(world, viewer, at)
    search_id = public_id()
    hits = world.library.hits
    row = searched(
        viewer,
        public_id=search_id,
        text=text,
        facets={},
        opportunity_id=deal.id if deal else None,
        shown=len(published),
        confident=confident,
        now=at,
    )
    hits.append(SearchEvent.__table__, [row])  # type: ignore[arg-type]
    shown = impressions(
        viewer,
        asset_ids=[r.line.id for r in published],
        surface="search",
        search_public_id=search_id,
        now=at,
    )
    hits.append(Impression.__table__, shown).result()  # type: ignore[arg-type]
    for rank, result in enumerate(published, start=1):
        invites = _PLACE_INVITES[rank - 1] * world.looks_of(result.line.id)
        if world.chance.random() < invites:
            looked = _Looked(result, search_id, rank, deal)
            _open(world, viewer, looked, at + timedelta(seconds=20 * rank))


def _deal_in_mind(world: _World, viewer: Viewer, at: datetime) -> Opportunity | None:
    """The open deal that a rep searches for; three times in ten for none in particular."""
    open_then = [
        deal
        for deal in world.deals.get(viewer.member_id, ())
        if deal.created_at <= at and (deal.closed_at is None or at < deal.closed_at)
    ]
    if not open_then or world.chance.random() < 0.3:
        return None
    return world.chance.choice(open_then)


def _was_published(result: Result, at: datetime) -> bool:
    return result.line.published_at is not None and result.line.published_at <= at


def _open(world: _World, viewer: Viewer, looked: _Looked, at: datetime) -> None:
    line = looked.result.line
    row = opening(
        viewer,
        asset_id=line.id,
        surface="search",
        search_public_id=looked.search_id,
        rank=looked.rank,
        now=at,
    )
    world.library.hits.append(Opening.__table__, [row])  # type: ignore[arg-type]
    if world.chance.random() >= world.worth_of(line.id):
        return
    if not line.sendable or world.chance.random() < 0.08:
        _take(world, viewer, looked.result, at + timedelta(minutes=1))
        return
    _share(world, viewer, looked, at + timedelta(minutes=2))


def _take(world: _World, viewer: Viewer, result: Result, at: datetime) -> None:
    with world.library.database.reading() as session:
        version_id = session.get_one(Asset, result.line.id).current_version_id
    if version_id is not None:
        row = taking(viewer, asset_id=result.line.id, version_id=version_id, now=at)
        world.library.hits.append(Taking.__table__, [row])  # type: ignore[arg-type]


def _share(world: _World, viewer: Viewer, looked: _Looked, at: datetime) -> None:
    buyer = f"buyer{world.chance.randrange(400)}@customer{world.chance.randrange(90)}.example"
    with world.library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=viewer,
            asset_public_ids=[looked.result.line.public_id],
            recipients=[shares.Recipient(buyer)],
            opportunity_public_id=looked.deal.public_id if looked.deal else None,
            now=at,
        )
        sent = world.chance.random()
        if sent < 0.55 and world.watching.sees(viewer):
            browsers.see_link_leave(session, share, at)
        elif sent < 0.25:
            sending.declare(session, viewer=viewer, share_public_id=share.public_id, now=at)
        elif sent < 0.55:
            sending.record_share_sent(
                session,
                shares=[share],
                evidence="app_mail",
                source_key=share.public_id,
                now=at,
            )
        opened = door(session, share.public_id, today=at.date())
    browsers.send_untracked(world.watching, viewer, looked.result.line.id, buyer, at)
    if opened is not None:
        machines.scanned(world.library, world.others, opened, at)
        machines.pasted(world.library, world.others, opened, at + timedelta(hours=3))
    for _ in range(world.chance.choice((0, 0, 1, 1, 2))):
        if opened is not None:
            _read(world, opened, at + timedelta(minutes=world.chance.randrange(30, 6000)))


def _read(world: _World, opened: Door, at: datetime) -> None:
    if not opened.items or at > world.library.clock.now():
        return
    item = opened.items[0]
    agent = world.chance.choice(_BROWSERS)
    network = f"198.51.{world.chance.randrange(100)}.0/24"
    key = engagement_rules.visitor_key(
        salt=at.date().isoformat().encode(),
        network=network,
        user_agent=agent,
        share_public_id=opened.public_id,
    )
    shown = max(1, item.page_count)
    pages = range(1, 1 + min(shown, world.chance.choice((1, 1, 2, 3, 4, 6, 9, 12))))
    attention = [
        engagement_rules.PageAttention(page, world.chance.randrange(2_000, 45_000))
        for page in pages
    ]
    rows = [
        engagement.hit_row(
            share_id=opened.share_id,
            asset_id=item.asset_id,
            version_id=item.version_id,
            page=page,
            kind="page",
            method="GET",
            user_agent=agent,
            network=network,
            visitor_key=key,
            by_colleague=False,
            now=at + timedelta(seconds=20 * page),
        )
        for page in pages
    ]
    beats = engagement.beat_rows(
        attention,
        view_key=public_id(),
        ordinal=1,
        share_id=opened.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        visitor_key=key,
        by_colleague=False,
        trusted_input=True,
        signals={"device": engagement_rules.device_of(agent)},
        now=at + timedelta(minutes=3),
    )
    world.library.hits.append(Hit.__table__, rows)  # type: ignore[arg-type]
    world.library.hits.append(Beat.__table__, beats).result()  # type: ignore[arg-type]
    machines.taken(world.library, world.others, opened, key, at + timedelta(minutes=2))
