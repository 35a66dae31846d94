"""What the worker does for visits, in bounded steps: each is a unit of work of its own, so that
requests get through in between."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contentlib.db import Database
from contentlib.engagement import folding, rejudging, retention
from contentlib.engagement.judging import RULE_VERSION
from contentlib.engagement.rejudging import JUDGED_AT_ONCE
from contentlib.engagement.remaking import Moves


def fold_what_is_new(database: Database, *, gap: timedelta, now: datetime) -> None:
    """Makes visits and views of all that came since the last time."""
    while True:
        # an idle worker takes no write lock
        with database.reading() as session:
            if not folding.unfolded(session):
                return
        with database.unit_of_work() as session:
            folding.fold(session, gap=gap, now=now)


def judge_outdated(database: Database, *, since: datetime, now: datetime) -> None:
    """Judges visits anew that older rules judged, and writes down what that changed."""
    visits, moves = 0, Moves()
    while True:
        with database.unit_of_work() as session:
            judged, moved = rejudging.judge_outdated(session, since=since, now=now)
        if not judged:
            break
        visits, moves = visits + judged, moves + moved
    if visits:
        with database.unit_of_work() as session:
            cause = f"Newer rules (version {RULE_VERSION})"
            rejudging.note_moves(session, cause=cause, visits=visits, moves=moves, now=now)


def judge_network(
    database: Database, *, kind: str, row_id: int, cidr: str, is_listed: bool, now: datetime
) -> None:
    """Judges the visits anew that a change of the lists has to do with, and writes down what that
    changed. Done twice it counts what moved the first time no more."""
    with database.reading() as session:
        concerned = rejudging.visits_from(session, kind=kind, row_id=row_id, cidr=cidr)
    moves = _judged(database, concerned, now=now)
    with database.unit_of_work() as session:
        listed = "listed" if is_listed else "taken off the list"
        cause = f"{cidr} {listed} as {'an office' if kind == 'office' else 'machines'}"
        rejudging.note_moves(session, cause=cause, visits=len(concerned), moves=moves, now=now)


def judge_sent(database: Database, sends: Sequence[tuple[int, datetime]], *, now: datetime) -> None:
    """Judges the visits anew that word of sendings (share id, when it left) throws light on."""
    with database.reading() as session:
        concerned = {
            visit_id
            for share_id, sent_at in sends
            for visit_id in rejudging.visits_since_sent(session, share_id=share_id, sent_at=sent_at)
        }
    _judged(database, sorted(concerned), now=now)


def forget_old_requests(database: Database, *, before: datetime) -> None:
    """Freezes the visits whose requests are about to go, then lets these go."""
    for step in (retention.freeze_visits, retention.forget_old_hits):
        _until_none(database, step, before)


def _until_none(database: Database, step: Callable[..., int], before: datetime) -> None:
    while True:
        with database.unit_of_work() as session:
            if not step(session, before=before):
                return


def _judged(database: Database, visit_ids: Sequence[int], *, now: datetime) -> Moves:
    moves: Moves = Counter()
    for begin in range(0, len(visit_ids), JUDGED_AT_ONCE):
        some = visit_ids[begin : begin + JUDGED_AT_ONCE]
        with database.unit_of_work() as session:
            moves += rejudging.judge_again(session, some, now=now)
    return moves
