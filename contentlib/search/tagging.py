"""Terms suggested for assets that have none in a facet: from their own words and their neighbours.

A suggestion is only ever shown; adding and refusing are `asset.suggesting`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, TermRefusal, asset_terms
from contentlib.asset.queries import AssetLine, Listing, lines_by_id
from contentlib.asset.visibility import NOTHING_NARROWED, PermittedCache, seen
from contentlib.member.rules import Viewer
from contentlib.ports import Neighbour, SearchIndex
from contentlib.search.similar import nearness
from contentlib.taxonomy.models import Facet, Term
from contentlib.taxonomy.queries import TermView, Vocabulary
from contentlib.taxonomy.recognition import recognise

# Chosen by leaving the terms of each facet out of the demo library in turn: of the suggested three
# in four are right, and they are a little over half of those left out; 5 to 8 neighbours from .45
# to .6 give about the same (tests/relevance/test_suggested_terms.py).
NEIGHBOURS = 5
ALIKE_ENOUGH = 0.55
AGREEING_SHARE = 0.6
AGREEING = 2
MOST_A_FACET = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term with the reasons for it: how many of the alike assets carry it, where it is named.

    `share` is of their votes in the facet; `named_in` is "title", "summary" or "".
    """

    term: TermView
    agreeing: int
    of: int
    share: float
    named_in: str

    @property
    def reason(self) -> str:
        """The reasons as one line without its full stop."""
        alike = "assets" if self.of != 1 else "asset"
        said = [f"{self.agreeing} of {self.of} most alike {alike}"] if self.agreeing else []
        named = [f"named in its {self.named_in}"] if self.named_in else []
        return "; ".join(said + named)


@dataclass(frozen=True, slots=True)
class Alike:
    """A neighbour as its vote: how near it is, and its term ids."""

    nearness: float
    term_ids: frozenset[int]


def suggested(
    words: Vocabulary,
    line: AssetLine,
    alike: Sequence[Alike],
    *,
    refused: Collection[int] = (),
    facets: Collection[str] | None = None,
) -> tuple[Suggestion, ...]:
    """Terms for the facets in which the asset has none, best first within each facet. Pure.

    A term is suggested where its neighbours' votes, weighted by nearness, reach AGREEING_SHARE
    of the votes in its facet and at least two agree, or where the asset's title or summary names
    it. Never one that was refused, nor a content type that would make the asset internal.
    """
    held = {term.facet for term in line.terms}
    named = _named(line, words)
    found: list[Suggestion] = []
    for facet in words.facets:
        if facet.key in held or (facets is not None and facet.key not in facets):
            continue
        by_id = {term.id: term for term in facet.terms}
        voting = [one for one in alike if not one.term_ids.isdisjoint(by_id)]
        weight = sum(one.nearness for one in voting)
        here: list[Suggestion] = []
        for term in facet.terms:
            if term.id in refused or (facet.key == "content_type" and term.internal):
                continue
            agreeing = [one for one in voting if term.id in one.term_ids]
            share = sum(one.nearness for one in agreeing) / weight if weight else 0.0
            agreed = len(agreeing) >= AGREEING and share >= AGREEING_SHARE
            if agreed or term.id in named:
                here.append(
                    Suggestion(term, len(agreeing), len(alike), share, named.get(term.id, ""))
                )
        here.sort(key=lambda s: (not s.named_in, -s.share, s.term.position))
        found += here[: MOST_A_FACET if facet.many else 1]
    return tuple(found)


def _named(line: AssetLine, words: Vocabulary) -> dict[int, str]:
    """term id -> where it is named, the title before the summary."""
    found = dict.fromkeys((r.term.id for r in recognise(line.title, words)), "title")
    for recognised in recognise(line.summary, words):
        found.setdefault(recognised.term.id, "summary")
    return found


def suggestions_for(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    lines: Sequence[AssetLine],
    *,
    today: date,
    words: Vocabulary,
    facets: Collection[str] | None = None,
) -> dict[int, tuple[Suggestion, ...]]:
    """asset id -> suggestions, for a screenful of assets. At most five statements.

    `index.like` is asked once an asset. Raises IndexUnavailable.
    """
    among = cache.permitted(session, viewer, today=today)
    near = {
        line.id: _alike_enough(index.like(line.id, among=among, limit=NEIGHBOURS)) for line in lines
    }
    terms = _terms_of(session, {n.asset_id for some in near.values() for n in some})
    refused = _refused(session, [line.id for line in lines])
    return {
        line.id: suggested(
            words,
            line,
            [
                Alike(nearness(n.likeness), terms.get(n.asset_id, frozenset()))
                for n in near[line.id]
            ],
            refused=refused.get(line.id, frozenset()),
            facets=facets,
        )
        for line in lines
    }


def _alike_enough(neighbours: Iterable[Neighbour]) -> list[Neighbour]:
    return [n for n in neighbours if nearness(n.likeness) >= ALIKE_ENOUGH]


def _terms_of(session: Session, asset_ids: Collection[int]) -> dict[int, frozenset[int]]:
    if not asset_ids:
        return {}
    rows = session.execute(select(asset_terms).where(asset_terms.c.asset_id.in_(asset_ids)))
    return _sets((asset_id, term_id) for asset_id, term_id in rows)


def _refused(session: Session, asset_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    if not asset_ids:
        return {}
    rows = session.execute(
        select(TermRefusal.asset_id, TermRefusal.term_id).where(TermRefusal.asset_id.in_(asset_ids))
    )
    return _sets((asset_id, term_id) for asset_id, term_id in rows)


def _sets(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for asset_id, term_id in pairs:
        found.setdefault(asset_id, set()).add(term_id)
    return {asset_id: frozenset(ids) for asset_id, ids in found.items()}


def untagged(
    session: Session,
    viewer: Viewer,
    facet_key: str,
    *,
    today: date,
    offset: int = 0,
    limit: int = 25,
) -> Listing:
    """Assets without a term in the facet, newest first; archived ones left out.

    Four statements.
    """
    condition = _without(facet_key, viewer, today)
    total = session.scalar(select(func.count()).select_from(Asset).where(condition)) or 0
    ids = session.scalars(
        select(Asset.id)
        .where(condition)
        .order_by(Asset.published_at.desc().nulls_last(), Asset.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    lines = lines_by_id(session, ids, today=today)
    return Listing([lines[asset_id] for asset_id in ids], total)


def untagged_counts(session: Session, viewer: Viewer, *, today: date) -> Mapping[str, int]:
    """facet key -> how many assets have no term in it. Three statements."""
    condition = seen(viewer, NOTHING_NARROWED, today=today)
    total = session.scalar(select(func.count()).select_from(Asset).where(condition)) or 0
    rows = session.execute(
        select(Facet.key, func.count(Asset.id.distinct()))
        .join(Term, Term.facet_id == Facet.id)
        .join(asset_terms, asset_terms.c.term_id == Term.id)
        .join(Asset, Asset.id == asset_terms.c.asset_id)
        .where(condition)
        .group_by(Facet.key)
    )
    tagged = dict(rows.all())
    keys = session.scalars(select(Facet.key))
    return {key: total - tagged.get(key, 0) for key in keys}


def _without(facet_key: str, viewer: Viewer, today: date) -> ColumnElement[bool]:
    in_facet = (
        exists()
        .where(asset_terms.c.asset_id == Asset.id, asset_terms.c.term_id == Term.id)
        .where(Term.facet_id == Facet.id, Facet.key == facet_key)
    )
    return seen(viewer, NOTHING_NARROWED, today=today) & ~in_facet
