"""Alive and ready, as balancers ask: `/healthz` and `/readyz`."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from contentlib.errors import ContentlibError
from contentlib.events import jobs
from contentlib.library import Library
from web.transaction import library
from web.viewer.entry import for_anybody

bp = Blueprint("health", __name__)

# Jobs are looked for twice a second; one that waits this long says that no worker runs.
_LONGEST_LAG = timedelta(minutes=5)


@bp.get("/healthz")
@for_anybody
def alive() -> ResponseReturnValue:
    """200 as long as the process answers; it asks no other part."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
@for_anybody
def ready() -> ResponseReturnValue:
    """200 when the database answers, events are recorded, the index can and the worker keeps up;
    else 503. Where share links are served alone, neither index nor worker is asked for.

    A process that lost an event within five minutes is not ready: another one may have a disk
    to write on, and somebody should look. It still serves whoever comes, and stays alive: a
    restart would mend nothing. Events in the spool are late, not lost, and make nobody unready.
    """
    told = _database(library(), library().clock.now())
    told["recording"] = _recording(library())
    if current_app.config["ONLY_VIEWER"]:
        del told["worker"]
    else:
        told["index"] = _index(library())
    is_ready = all(part["ok"] for part in told.values())
    return jsonify({"ready": is_ready, **told}), 200 if is_ready else 503


def _database(library: Library, now: datetime) -> dict[str, dict[str, Any]]:
    try:
        with library.database.reading() as session:
            due_since = jobs.oldest_due(session, now=now)
    # whatever a driver raises, it means that the database does not answer
    except Exception as error:
        problem = {"ok": False, "problem": type(error).__name__}
        return {"database": problem, "worker": {"ok": False, "lag_s": None}}
    lag = now - due_since if due_since else timedelta()
    worker = {"ok": lag <= _LONGEST_LAG, "lag_s": round(lag.total_seconds(), 1)}
    return {"database": {"ok": True}, "worker": worker}


def _recording(library: Library) -> dict[str, Any]:
    state = library.hits.state()
    return {"ok": state.ok, "lost_events": state.lost_events, "spooled": state.spooled}


def _index(library: Library) -> dict[str, Any]:
    try:
        state = library.index.state()
    except ContentlibError as error:
        return {"ok": False, "problem": error.sentence}
    return {"ok": state.problem is None, "problem": state.problem, "assets": state.assets}
