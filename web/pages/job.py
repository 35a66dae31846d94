"""What the worker has done, what it could not do, and what became of imported files."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contentlib.asset.import_queries import recent_batches
from contentlib.errors import NotFound
from contentlib.events import jobs
from web.auth import requires
from web.transaction import library, session

bp = Blueprint("job", __name__, url_prefix="/jobs")

_STATES = ("waiting", "running", "dead", "done")


@bp.get("")
@requires("manage jobs")
def listed() -> ResponseReturnValue:
    """Four reads: counts, the dead, how late the worker is, recent imports."""
    now = library().clock.now()
    due_since = jobs.oldest_due(session(), now=now)
    counted = jobs.count_by_state(session())
    return render_template(
        "jobs.html",
        counts={state: counted.get(state, 0) for state in _STATES},
        dead=jobs.listed(session(), states=("dead",), limit=100),
        lag_ms=int((now - due_since).total_seconds() * 1000) if due_since else 0,
        batches=recent_batches(session(), limit=15),
    )


@bp.post("/<int:job_id>/retry")
@requires("manage jobs")
def retry(job_id: int) -> ResponseReturnValue:
    """Gives a dead job a fresh set of attempts."""
    if not jobs.retry_dead(session(), job_id, now=library().clock.now()):
        raise NotFound("There is no such job, or it is not set aside any more.")
    flash("The job will be tried again in a moment.", "good")
    return redirect(url_for("job.listed"), 303)
