"""For balancers and watchdogs: alive, and ready."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from contentlib.errors import ContentlibError
from contentlib.events import jobs
from contentlib.library import Library
from web.auth import public
from web.transaction import library
from web.viewer.recording import lost_events

bp = Blueprint("health", __name__)

# Jobs are looked for twice a second; one that waits this long says that no worker runs.
_LONGEST_LAG = timedelta(minutes=5)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """200 as long as the process answers; it asks no other part."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """200 when the database answers, the index can, and the worker keeps up; else 503.

    `lost_events` counts hits of this process that could not be written since it began; they
    make nobody unready.
    """
    now = library().clock.now()
    told = {**_database(library(), now), "index": _index(library())}
    is_ready = all(part["ok"] for part in told.values())
    body = {"ready": is_ready, **told, "lost_events": lost_events.value}
    return jsonify(body), 200 if is_ready else 503


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


def _index(library: Library) -> dict[str, Any]:
    try:
        state = library.index.state()
    except ContentlibError as error:
        return {"ok": False, "problem": error.sentence}
    return {"ok": state.problem is None, "problem": state.problem, "assets": state.assets}
