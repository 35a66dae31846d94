"""Folding requests, beats and downloads into visits.

Visits are derived: whatever the order and the pieces in which their signs arrive, they are those
that all the signs together would have made.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, text, update
from sqlalchemy.orm import Session

from contentlib.engagement import facts, rules
from contentlib.engagement.alone import one_at_a_time
from contentlib.engagement.evidence import visits_beside
from contentlib.engagement.models import UNFOLDED, Beat, Download, Hit, Unfurl, View, Visit
from contentlib.engagement.remaking import JUDGED_BY, remake
from contentlib.events import record

# Each batch holds the write lock: short ones let requests through in between.
_FOLDED_AT_ONCE = 500
_SPANS_AT_ONCE = 100

_IS_UNFOLDED_HIT = text(UNFOLDED)
# SQLite would rather look through all that have no visit, the refused ones among them.
_BY_INDEX = ("INDEXED BY ix_hits_unfolded", "sqlite")

Trace = Hit | Beat | Download


def unfolded(session: Session) -> bool:
    """Whether anything waits to be folded. One statement."""
    waiting = select(
        or_(
            exists(select(Hit.id).where(_IS_UNFOLDED_HIT).with_hint(Hit, *_BY_INDEX)),
            exists(select(Beat.id).where(Beat.visit_id.is_(None))),
            exists(select(Download.id).where(Download.visit_id.is_(None))),
        )
    )
    return bool(session.scalar(waiting))


def fold(session: Session, *, gap: timedelta, now: datetime) -> int:
    """Folds what is new into visits and views; returns how many rows were folded.

    1. What is new is grouped into sittings, and each sitting joins the visits it touches. A sign
       that came late may join two visits: they become one.
    2. Those visits are made anew from all that is known of them, and so are the visits that the
       news throws another light on: of the same loadings, or beside on links of the same message.
    """
    one_at_a_time(session)
    fresh = _fresh(session)
    joins = _joined(session, fresh, gap=gap)
    touched = _attached(session, joins, now=now)
    session.flush()  # what follows reads the rows' visits
    asked = rules.spans([(t.share_id, t.at) for t in fresh if isinstance(t, Hit)], gap=gap)
    touched |= visits_beside(session, asked)
    if touched:
        remake(session, touched, now=now)
    return len(fresh)


def _fresh(session: Session) -> list[Trace]:
    hits = select(Hit).where(_IS_UNFOLDED_HIT).with_hint(Hit, *_BY_INDEX)
    beats = select(Beat).where(Beat.visit_id.is_(None))
    taken = select(Download).where(Download.visit_id.is_(None))
    return [
        *session.scalars(hits.order_by(Hit.id).limit(_FOLDED_AT_ONCE)),
        *session.scalars(beats.order_by(Beat.id).limit(_FOLDED_AT_ONCE)),
        *session.scalars(taken.order_by(Download.id).limit(_FOLDED_AT_ONCE)),
    ]


@dataclass(slots=True)
class _Join:
    """New rows of one sitting and the visits that it touches."""

    rows: list[Trace] = field(default_factory=list)
    visit_ids: set[int] = field(default_factory=set)


def _joined(session: Session, fresh: Sequence[Trace], *, gap: timedelta) -> list[_Join]:
    """The sittings that have something new in them."""
    of_share: dict[int, list[Trace]] = defaultdict(list)
    for trace in fresh:
        of_share[trace.share_id].append(trace)
    known = _known(session, fresh, gap=gap)
    found: list[_Join] = []
    for share_id, there in of_share.items():
        signs = [*map(_sign, there), *known[share_id]]
        joins: dict[int, _Join] = defaultdict(_Join)
        numbers = rules.sittings(signs, gap=gap)
        for number, trace in zip(numbers, there, strict=False):
            joins[number].rows.append(trace)
        for number, sign in zip(numbers[len(there) :], known[share_id], strict=True):
            if number in joins and sign.visit_id is not None:
                joins[number].visit_ids.add(sign.visit_id)
        found.extend(joins.values())
    return found


def _sign(trace: Trace) -> rules.Sign:
    view_key = trace.view_key if isinstance(trace, Beat) else None
    return rules.Sign(trace.visitor_key, view_key, trace.at)


def _known(
    session: Session, fresh: Sequence[Trace], *, gap: timedelta
) -> dict[int, list[rules.Sign]]:
    """share id -> what was folded before and may be of one sitting with something new.

    A statement a table for each hundred stretches of time, and none looks beyond them. What comes
    when its visit is frozen already finds it no more and begins another.
    """
    keys = {trace.visitor_key for trace in fresh}
    loadings = {trace.view_key for trace in fresh if isinstance(trace, Beat)}
    found: dict[int, list[rules.Sign]] = defaultdict(list)
    for some in _in_parts(rules.spans([(t.share_id, t.at) for t in fresh], gap=gap)):
        for table in (Hit, Download):
            near = or_(*(_within(table, span, gap) for span in some))
            rows = select(table.share_id, table.visitor_key, table.at, table.visit_id)
            rows = rows.join(Visit, table.visit_id == Visit.id)
            rows = rows.where(near, table.visitor_key.in_(keys), Visit.frozen.is_(False))
            for row in session.execute(rows):
                found[row.share_id].append(rules.Sign(row.visitor_key, None, row.at, row.visit_id))
        beats = (
            select(Beat.share_id, Beat.visitor_key, Beat.view_key, Beat.at, Beat.visit_id)
            .join(Visit, Beat.visit_id == Visit.id)
            .where(
                or_(*(_overlaps(span, gap) for span in some)),
                Beat.visitor_key.in_(keys) | Beat.view_key.in_(loadings),
                Visit.frozen.is_(False),
            )
        )
        for share_id, visitor_key, view_key, at, visit_id in session.execute(beats):
            found[share_id].append(rules.Sign(visitor_key, view_key, at, visit_id))
    return found


def _in_parts(spans: list[rules.Span]) -> Iterator[list[rules.Span]]:
    for begin in range(0, len(spans), _SPANS_AT_ONCE):
        yield spans[begin : begin + _SPANS_AT_ONCE]


def _within(
    table: type[Hit] | type[Download], span: rules.Span, gap: timedelta
) -> ColumnElement[bool]:
    is_then = table.at.between(span.first - gap, span.last + gap)
    return and_(table.share_id == span.share_id, is_then)


def _overlaps(span: rules.Span, gap: timedelta) -> ColumnElement[bool]:
    return and_(
        Visit.share_id == span.share_id,
        Visit.started_at <= span.last + gap,
        Visit.last_at >= span.first - gap,
    )


def _attached(session: Session, joins: Sequence[_Join], *, now: datetime) -> set[int]:
    """Gives the rows of each sitting their visit; returns the ids of the visits to be made anew."""
    met = {visit_id for join in joins for visit_id in join.visit_ids}
    known = {v.id: v for v in session.scalars(select(Visit).where(Visit.id.in_(met)))}
    begun = {place: _begun(join.rows) for place, join in enumerate(joins) if not join.visit_ids}
    full = _full(session, met)
    session.add_all(begun.values())
    session.flush()  # the rows refer to their visits by id
    touched = set()
    for place, join in enumerate(joins):
        ids = sorted(join.visit_ids)
        visit = known[ids[0]] if ids else begun[place]
        if not (ids == [visit.id] and visit.id in full and _only_goes_on(join, visit)):
            touched.add(visit.id)
        for other in ids[1:]:
            _merge(session, known[other], into=visit, now=now)
        visit.started_at = min(visit.started_at, *(trace.at for trace in join.rows))
        visit.last_at = max(visit.last_at, *(trace.at for trace in join.rows))
        for trace in join.rows:
            trace.visit_id = visit.id
    return touched


def _full(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Those with as many requests as a visit is judged by: further ones change nothing."""
    last_judged_by = (
        select(Hit.id)
        .where(Hit.visit_id == Visit.id)
        .order_by(Hit.id)
        .limit(1)
        .offset(JUDGED_BY - 1)
        .scalar_subquery()
    )
    full = select(Visit.id).where(Visit.id.in_(visit_ids), last_judged_by.is_not(None))
    return set(session.scalars(full))


def _only_goes_on(join: _Join, visit: Visit) -> bool:
    return all(isinstance(row, Hit) and row.at >= visit.last_at for row in join.rows)


def _begun(rows: Sequence[Trace]) -> Visit:
    """A visit that is judged when it is made: until then it has no rule."""
    first = min(rows, key=lambda trace: (trace.at, trace.visitor_key))
    return Visit(
        share_id=first.share_id,
        visitor_key=first.visitor_key,
        started_at=first.at,
        last_at=first.at,
        visitor_class="unclear",
        rule="",
        reasons=[],
        rule_version=0,
    )


def _merge(session: Session, visit: Visit, *, into: Visit, now: datetime) -> None:
    """Two visits were one: what belonged to the second belongs to the first from now on.

    Slices to the right name visits by their ids; they learn of it by the fact.
    """
    into.started_at = min(into.started_at, visit.started_at)
    into.last_at = max(into.last_at, visit.last_at)
    session.flush()  # the statements below pass the session's own changes by
    for table in (Hit, Beat, Download):
        session.execute(update(table).where(table.visit_id == visit.id).values(visit_id=into.id))
    for derived in (View, Unfurl):
        session.execute(delete(derived).where(derived.visit_id == visit.id))
    session.delete(visit)
    session.flush()  # nothing may find it any more
    record(session, facts.VisitMerged(visit.id, into.id), now=now)
