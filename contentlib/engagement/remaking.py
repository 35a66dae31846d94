"""Making visits anew from all that is known of them: their views, their class, what follows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from contentlib.engagement import facts, rules
from contentlib.engagement.evidence import Told, sittings_of
from contentlib.engagement.judging import RULE_VERSION, Judgement, judge
from contentlib.engagement.machines import agent_of
from contentlib.engagement.models import Beat, Download, Hit, View, Visit
from contentlib.engagement.networks import networks_now
from contentlib.engagement.unfurling import note_unfurls
from contentlib.events import record

# A visit is judged by so many of its first requests: a program that asks all day must not make
# every further request as dear as all before it.
JUDGED_BY = 1000

# An upgrade makes visits of half a year's requests: they are no news.
NEWS_FOR = timedelta(days=2)

Moves = Counter[tuple[str, str]]


def remake(session: Session, visit_ids: Collection[int], *, now: datetime) -> Moves:
    """Makes these visits anew, and those that share loadings with them.

    Returns how many went from one class to another: (before, after) -> visits; new ones are not
    counted. Frozen visits stay as they are. A dozen statements, whatever the number.
    """
    beats = _beats(session, visit_ids)
    gains = _gains(beats)
    reached = _reached(beats, visit_ids)
    told = _told(session, reached, beats, gains)
    known = [entry for entry in told if entry.traces]
    for entry in known:
        _describe(entry)
    moves = _judge(session, known, now=now)
    _store(session, known)
    for entry in told:
        # of a visit without a trace nothing is known any more but its class
        entry.visit.rule_version = RULE_VERSION
    return moves


def _reached(beats: Sequence[Beat], visit_ids: Collection[int]) -> set[int]:
    """The visits and those that share a loading with them. No further: of what lies beyond, only
    the beats of shared loadings are at hand, and made of these alone it would lose the others."""
    loadings = {beat.view_key for beat in beats if beat.visit_id in visit_ids}
    shared = {beat.visit_id for beat in beats if beat.view_key in loadings}
    return {*visit_ids, *(visit_id for visit_id in shared if visit_id is not None)}


def _beats(session: Session, visit_ids: Collection[int]) -> Sequence[Beat]:
    """Those of the visits and of all that share a loading with them, each loading whole."""
    loadings = select(Beat.view_key).where(Beat.visit_id.in_(visit_ids))
    reached = select(Beat.visit_id).where(Beat.view_key.in_(loadings))
    all_loadings = select(Beat.view_key).where(Beat.visit_id.in_(reached))
    return session.scalars(
        select(Beat).where(Beat.view_key.in_(all_loadings), Beat.visit_id.is_not(None))
    ).all()


def _told(
    session: Session, visit_ids: Collection[int], beats: Sequence[Beat], gains: dict[int, int]
) -> list[Told]:
    beats_of: dict[int, list[Beat]] = defaultdict(list)
    hits_of: dict[int, list[Hit]] = defaultdict(list)
    taken_of: dict[int, list[Download]] = defaultdict(list)
    for beat in beats:
        beats_of[beat.visit_id or 0].append(beat)
    place = func.row_number().over(partition_by=Hit.visit_id, order_by=(Hit.at, Hit.id))
    placed = select(Hit.id, place.label("place")).where(Hit.visit_id.in_(visit_ids)).subquery()
    first = select(Hit).join(placed, Hit.id == placed.c.id).where(placed.c.place <= JUDGED_BY)
    for hit in session.scalars(first):
        hits_of[hit.visit_id or 0].append(hit)
    for taken in session.scalars(select(Download).where(Download.visit_id.in_(visit_ids))):
        taken_of[taken.visit_id or 0].append(taken)
    visits = session.scalars(
        select(Visit).where(Visit.id.in_(visit_ids), Visit.frozen.is_(False)).order_by(Visit.id)
    )
    return [
        Told(
            visit,
            hits_of[visit.id],
            beats_of[visit.id],
            taken_of[visit.id],
            _views(visit, beats_of[visit.id], gains),
        )
        for visit in visits
    ]


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


def _describe(entry: Told) -> None:
    """Who it was, as far as we know and may tell.

    The bounds in time are those of the folding: a visit may have more requests than it is judged
    by.
    """
    visit, traces = entry.visit, entry.traces
    visit.visitor_key = traces[0].visitor_key
    codes = [trace.code_id for trace in traces if trace.code_id is not None]
    visit.is_private = any(trace.is_private for trace in traces)
    visit.code_id = codes[0] if codes and not visit.is_private else None
    visit.device = _device(entry)


def _device(entry: Told) -> str | None:
    beats = sorted(entry.beats, key=lambda b: (b.at, b.view_key, b.ordinal, b.page))
    told = [beat.signals["device"] for beat in beats if beat.signals.get("device")]
    if told:
        return str(told[0])
    asked = [hit.user_agent for hit in entry.hits if agent_of(hit.user_agent).kind == "browser"]
    return rules.device_of(min(asked)) if asked else None


def _judge(session: Session, told: Sequence[Told], *, now: datetime) -> Moves:
    sittings = sittings_of(session, told, networks=networks_now(session))
    moves: Moves = Counter()
    for entry in told:
        visit, found = entry.visit, judge(sittings[entry.visit.id])
        before = visit.visitor_class if visit.rule else None
        visit.visitor_class, visit.rule = found.visitor_class, found.rule
        visit.reasons = [reason.sentence for reason in found.reasons]
        visit.pasted_into = found.pasted_into
        if before not in (None, found.visitor_class):
            moves[before or "", found.visitor_class] += 1
        _tell(session, visit, before, found, now=now)
    note_unfurls(session, [entry.visit for entry in told], news_since=now - NEWS_FOR, now=now)
    return moves


def _tell(
    session: Session, visit: Visit, before: str | None, found: Judgement, *, now: datetime
) -> None:
    is_news = before is None and visit.last_at >= now - NEWS_FOR
    is_other = before is not None and before != found.visitor_class
    if (is_news or is_other) and not visit.is_private:
        record(session, facts.VisitJudged(visit.id, before, found.visitor_class), now=now)


def _store(session: Session, told: Sequence[Told]) -> None:
    """Writes the views; a view that is known keeps its row."""
    ids = [entry.visit.id for entry in told]
    known = {
        (view.visit_id, view.version_id, view.page): view
        for view in session.scalars(select(View).where(View.visit_id.in_(ids)))
    }
    for view in (view for entry in told for view in entry.views):
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
