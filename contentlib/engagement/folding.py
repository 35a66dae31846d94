"""Folding beats into visits and views.

Both are derived: whatever the order and the pieces in which beats arrive, the visits and views
are those that all the beats together would have made.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from contentlib.engagement import rules
from contentlib.engagement.evidence import Told, sittings_of
from contentlib.engagement.judging import RULE_VERSION, judge
from contentlib.engagement.machines import NetworkTable, listed_ranges
from contentlib.engagement.models import Beat, View, Visit

_FOLDED_AT_ONCE = 2000
_JUDGED_AT_ONCE = 500


def fold_beats(session: Session, *, gap: timedelta) -> int:
    """Folds new beats into visits and views; returns how many beats were folded.

    1. New beats are grouped into sittings, and each sitting joins the visits it touches. A beat
       that came late may join two visits: they become one.
    2. Those visits, and the others that the same loadings reach, are made anew from their beats.
    """
    fresh = list(
        session.scalars(
            select(Beat)
            .where(Beat.visit_id.is_(None))
            .order_by(Beat.at, Beat.id)
            .limit(_FOLDED_AT_ONCE)
        )
    )
    touched = {_join(session, sitting, gap=gap) for sitting in _sittings(fresh, gap=gap)}
    session.flush()  # what follows reads the beats' visits
    if touched:
        _remake(session, touched, gap=gap)
    return len(fresh)


def judge_again(session: Session, *, gap: timedelta, since: datetime) -> int:
    """Judges visits anew that older rules judged; returns how many. Told again until it is none.

    Those that began before `since` are frozen: their raw requests are forgotten (METRICS).
    """
    outdated = session.scalars(
        select(Visit.id)
        .where(Visit.rule_version < RULE_VERSION, Visit.started_at >= since)
        .order_by(Visit.id)
        .limit(_JUDGED_AT_ONCE)
    ).all()
    if outdated:
        _remake(session, set(outdated), gap=gap)
    return len(outdated)


def _sign(beat: Beat) -> rules.Sign:
    return rules.Sign(beat.visitor_key, beat.view_key, beat.at)


def _sittings(beats: Sequence[Beat], *, gap: timedelta) -> list[list[Beat]]:
    of_share: dict[int, list[Beat]] = defaultdict(list)
    for beat in beats:
        of_share[beat.share_id].append(beat)
    found: list[list[Beat]] = []
    for there in of_share.values():
        grouped: dict[int, list[Beat]] = defaultdict(list)
        numbers = rules.sittings([_sign(beat) for beat in there], gap=gap)
        for number, beat in zip(numbers, there, strict=True):
            grouped[number].append(beat)
        found.extend(grouped.values())
    return found


def _join(session: Session, sitting: list[Beat], *, gap: timedelta) -> int:
    """Gives the beats of a sitting their visit; returns its id."""
    visits = _visits_met(session, sitting, gap=gap)
    visit_id = visits[0] if visits else _begin(session, sitting[0])
    visit = session.get_one(Visit, visit_id)
    for other in visits[1:]:
        _merge(session, session.get_one(Visit, other), into=visit)
    # the next sitting of this batch looks for visits by these bounds
    visit.started_at = min(visit.started_at, *(beat.at for beat in sitting))
    visit.last_at = max(visit.last_at, *(beat.at for beat in sitting))
    for beat in sitting:
        beat.visit_id = visit_id
    return visit_id


def _visits_met(session: Session, sitting: list[Beat], *, gap: timedelta) -> list[int]:
    first, last = min(b.at for b in sitting), max(b.at for b in sitting)
    near = select(Visit.id).where(
        Visit.share_id == sitting[0].share_id,
        Visit.started_at <= last + gap,
        Visit.last_at >= first - gap,
    )
    known = session.scalars(
        select(Beat).where(
            Beat.visit_id.in_(near),
            Beat.at.between(first - gap, last + gap),
            Beat.visitor_key.in_({b.visitor_key for b in sitting})
            | Beat.view_key.in_({b.view_key for b in sitting}),
        )
    ).all()
    numbers = rules.sittings([*map(_sign, sitting), *map(_sign, known)], gap=gap)
    ours = set(numbers[: len(sitting)])
    met = zip(numbers[len(sitting) :], known, strict=True)
    return sorted({beat.visit_id for number, beat in met if number in ours and beat.visit_id})


def _begin(session: Session, beat: Beat) -> int:
    """A visit that is judged once its views are made."""
    visit = Visit(
        share_id=beat.share_id,
        visitor_key=beat.visitor_key,
        started_at=beat.at,
        last_at=beat.at,
        visitor_class="unclear",
        reasons=[],
        rule_version=RULE_VERSION,
    )
    session.add(visit)
    session.flush()  # the beats refer to it by id
    return visit.id


def _merge(session: Session, visit: Visit, *, into: Visit) -> None:
    into.started_at = min(into.started_at, visit.started_at)
    into.last_at = max(into.last_at, visit.last_at)
    session.flush()  # the statements below pass the session's own changes by
    session.execute(update(Beat).where(Beat.visit_id == visit.id).values(visit_id=into.id))
    session.execute(delete(View).where(View.visit_id == visit.id))
    session.delete(visit)
    session.flush()  # nothing may find it any more


def _remake(session: Session, touched: set[int], *, gap: timedelta) -> None:
    loadings = select(Beat.view_key).where(Beat.visit_id.in_(touched))
    reached = select(Beat.visit_id).where(Beat.view_key.in_(loadings))
    visit_ids = {found for found in session.scalars(reached) if found is not None}
    all_loadings = select(Beat.view_key).where(Beat.visit_id.in_(visit_ids))
    beats = session.scalars(
        select(Beat).where(Beat.view_key.in_(all_loadings), Beat.visit_id.is_not(None))
    ).all()
    gains = _gains(beats)
    of_visit: dict[int, list[Beat]] = defaultdict(list)
    for beat in beats:
        if beat.visit_id is not None and beat.visit_id in visit_ids:
            of_visit[beat.visit_id].append(beat)
    told: list[Told] = []
    for visit in session.scalars(select(Visit).where(Visit.id.in_(visit_ids))):
        made = _views(visit, of_visit[visit.id], gains)
        _describe(visit, of_visit[visit.id])
        told.append(Told(visit, of_visit[visit.id], made))
    _judge(session, told, gap=gap)
    _store(session, visit_ids, [view for entry in told for view in entry.views])


def _judge(session: Session, told: Sequence[Told], *, gap: timedelta) -> None:
    table = NetworkTable(listed_ranges())
    sittings = sittings_of(session, told, table=table, gap=gap)
    for entry in told:
        found = judge(sittings[entry.visit.id])
        entry.visit.visitor_class, entry.visit.rule = found.visitor_class, found.rule
        entry.visit.reasons = [reason.sentence for reason in found.reasons]
        entry.visit.pasted_into = found.pasted_into
        entry.visit.rule_version = RULE_VERSION


def _gains(beats: Iterable[Beat]) -> dict[int, int]:
    """Beat id -> what it added to its page, loading by loading."""
    of_loading: dict[str, list[Beat]] = defaultdict(list)
    for beat in beats:
        of_loading[beat.view_key].append(beat)
    found: dict[int, int] = {}
    for told in of_loading.values():
        claims = {
            beat.id: rules.Claim(
                beat.at,
                beat.ordinal,
                beat.page,
                beat.attention_ms,
                beat.signals.get("elapsed_ms"),
            )
            for beat in told
        }
        gained = rules.attention_gained(claims.values())
        found |= {beat_id: gained[claim] for beat_id, claim in claims.items()}
    return found


def _views(visit: Visit, beats: list[Beat], gains: dict[int, int]) -> list[View]:
    of_page: dict[tuple[int, int, int], list[Beat]] = defaultdict(list)
    for beat in beats:
        of_page[beat.asset_id, beat.version_id, beat.page].append(beat)
    made = []
    for (asset_id, version_id, page), told in sorted(of_page.items()):
        news = [beat for beat in told if gains[beat.id] > 0]
        attention_ms = sum(gains[beat.id] for beat in news)
        if attention_ms < rules.CONFIRMED_MS:
            continue
        made.append(
            View(
                visit_id=visit.id,
                share_id=visit.share_id,
                asset_id=asset_id,
                version_id=version_id,
                page=page,
                started_at=min(beat.at for beat in news),
                last_at=max(beat.at for beat in news),
                attention_ms=attention_ms,
            )
        )
    return made


def _describe(visit: Visit, beats: list[Beat]) -> None:
    first = min(beats, key=lambda beat: (beat.at, beat.view_key, beat.ordinal, beat.page))
    visit.visitor_key = first.visitor_key
    visit.device = first.signals.get("device")
    visit.started_at, visit.last_at = first.at, max(beat.at for beat in beats)


def _store(session: Session, visit_ids: set[int], views: list[View]) -> None:
    """Writes the views; a view that is known keeps its row."""
    known = {
        (view.visit_id, view.version_id, view.page): view
        for view in session.scalars(select(View).where(View.visit_id.in_(visit_ids)))
    }
    for view in views:
        there = known.pop((view.visit_id, view.version_id, view.page), None)
        if there is None:
            session.add(view)
        else:
            there.started_at, there.last_at = view.started_at, view.last_at
            there.attention_ms = view.attention_ms
    if known:
        session.execute(
            delete(View).where(tuple_(View.visit_id, View.version_id, View.page).in_(list(known)))
        )
