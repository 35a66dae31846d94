"""What an asset came up for, and its findability.

Everything is read by the asset or by the deals it was sent for, never over all events: the
indexes that serve it are named beside each statement.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contentlib.insight.events import within
from contentlib.insight.findability import rules
from contentlib.insight.findability.deal_queries import ToldDeal, told_deals
from contentlib.insight.findability.rules import Figures, Shown
from contentlib.insight.findability.sent_queries import (
    Findability,
    findability_of,
    sendings_of,
    smallest_group,
)
from contentlib.insight.window import Window
from contentlib.member.rules import SMALLEST_GROUP_FOR_MARKETERS, Viewer
from contentlib.recommendation.models import RecommendationEvent
from contentlib.search.models import SearchEvent
from contentlib.taxonomy.queries import Vocabulary
from contentlib.usage.models import Impression, Opening

# Of an asset that comes up more often in a window the newest are enough for ranks and medians.
MOST_SHOWN = 20_000
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A question that it came up for."""

    text: str
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal by its name, or `deals` of them by the facets that they share."""

    name: str | None
    public_id: str | None
    facets: tuple[str, ...]
    deals: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class CameUp:
    """All that the page tells of where an asset came up. Rows: the most frequent first.

    `all` are the figures over everything; `is_cut`: only the newest were counted. `few` are the
    facets of deals with fewer than 5 reps behind them.
    """

    all: Figures | None
    is_never: bool
    is_cut: bool
    searches: tuple[SearchRow, ...]
    more_searches: int
    deals: tuple[DealRow, ...]
    more_deals: int
    few: tuple[tuple[str, ...], ...]
    findability: Findability


def came_up(
    session: Session, viewer: Viewer, asset_id: int, *, window: Window, words: Vocabulary
) -> CameUp:
    """The searches and deals for which reps saw it in the window, with what came of it.

    At most nine statements: by `ix_impressions_asset_id`, `ix_openings_asset_id`, those of
    `findability`, and two for the deals.
    """
    shown = _shown(session, asset_id, window)
    opened = _opened_from(session, asset_id, window)
    sendings = sendings_of(session, asset_id, window)
    sent: dict[int, list[datetime]] = {}
    for sending in sendings:
        sent.setdefault(sending.deal_id, []).append(sending.at)
    smallest = smallest_group(viewer)

    def figures(some: Sequence[Shown], *, least: int = smallest) -> Figures | None:
        return rules.figures(some, opened=opened, sent=sent, smallest=least)

    searches = [
        SearchRow(rules.as_typed(some), figures(some)) for some in rules.by_question(shown).values()
    ]
    searches.sort(key=lambda row: (*_order(row.figures), row.text.casefold()))
    by_deal: dict[int, list[Shown]] = {}
    for one in shown:
        if one.deal_id is not None:
            by_deal.setdefault(one.deal_id, []).append(one)
    told = told_deals(session, viewer, list(by_deal), words)
    deals, few = _deal_rows(
        told.values(),
        lambda some, least: figures([one for d in some for one in by_deal[d.id]], least=least),
    )
    return CameUp(
        all=figures(shown),
        is_never=not shown,
        is_cut=len(shown) == MOST_SHOWN,
        searches=tuple(searches[:MOST_ROWS]),
        more_searches=max(0, len(searches) - MOST_ROWS),
        deals=tuple(deals[:MOST_ROWS]),
        more_deals=max(0, len(deals) - MOST_ROWS),
        few=tuple(few[:MOST_ROWS]),
        findability=findability_of(session, viewer, asset_id, sendings),
    )


def _order(figures: Figures | None) -> tuple[bool, int]:
    """The most frequent first; those not told last, so that their place tells nothing."""
    return (figures is None, -figures.times if figures else 0)


def _deal_rows(
    deals: Collection[ToldDeal], figures: Callable[[Sequence[ToldDeal], int], Figures | None]
) -> tuple[list[DealRow], list[tuple[str, ...]]]:
    """Rows of deals as this member may be told them, and the facets of those left over.

    A deal with a name stands alone. The others stand together with those of the same facets, or,
    where five reps do not stand behind such, with those of the same industry; that holds for a
    manager and other teams' deals too.
    """
    named = [deal for deal in deals if deal.name is not None]
    rows = [_deal_row([deal], deal.facets, figures([deal], 1)) for deal in named]
    left = [deal for deal in deals if deal.name is None]
    for told_by in ("facets", "industries"):
        groups: dict[tuple[str, ...], list[ToldDeal]] = {}
        for deal in left:
            groups.setdefault(getattr(deal, told_by), []).append(deal)
        left = []
        for facets, group in groups.items():
            row = _deal_row(group, facets, figures(group, SMALLEST_GROUP_FOR_MARKETERS))
            if row is None:
                left += group
            rows.append(row)
    known = [row for row in rows if row is not None]
    known.sort(key=lambda row: (-row.figures.times, row.name or "", row.facets))
    return known, sorted({deal.facets for deal in left})


def _deal_row(
    group: Sequence[ToldDeal], facets: tuple[str, ...], figures: Figures | None
) -> DealRow | None:
    if figures is None:
        return None
    return DealRow(group[0].name, group[0].public_id, facets, len(group), figures)


def _shown(session: Session, asset_id: int, window: Window) -> list[Shown]:
    """The newest times a rep saw it in an answer. One statement."""
    deal_id = func.coalesce(SearchEvent.opportunity_id, RecommendationEvent.opportunity_id)
    rows = session.execute(
        select(
            Impression.search_public_id,
            Impression.rank,
            Impression.member_id,
            Impression.at,
            SearchEvent.text,
            deal_id.label("deal_id"),
        )
        .outerjoin(SearchEvent, SearchEvent.public_id == Impression.search_public_id)
        .outerjoin(
            RecommendationEvent, RecommendationEvent.public_id == Impression.search_public_id
        )
        .where(
            Impression.asset_id == asset_id,
            Impression.role == "rep",
            within(Impression.at, window),
            or_(SearchEvent.id.is_not(None), RecommendationEvent.id.is_not(None)),
        )
        .order_by(Impression.at.desc(), Impression.id.desc())
        .limit(MOST_SHOWN)
    )
    return [
        Shown(list_id, rank, member_id, at, text, deal)
        for list_id, rank, member_id, at, text, deal in rows
        if list_id is not None
    ]


def _opened_from(session: Session, asset_id: int, window: Window) -> frozenset[str]:
    """Ids of the lists that reps opened it from. One statement."""
    rows = session.scalars(
        select(Opening.search_public_id).where(
            Opening.asset_id == asset_id,
            Opening.role == "rep",
            Opening.search_public_id.is_not(None),
            within(Opening.at, window),
        )
    )
    return frozenset(list_id for list_id in rows if list_id is not None)
