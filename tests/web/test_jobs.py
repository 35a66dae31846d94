"""The jobs page: what was set aside, and what became of imports."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.asset import importing
from contentlib.events import jobs
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import csrf_token, sign_in, statements
from web import create_app


@pytest.fixture
def app(library: Library) -> Flask:
    return create_app(library)


@pytest.fixture
def mira(app: Flask, cast: Cast) -> FlaskClient:
    return sign_in(app.test_client(), cast.mira)


def _dead_job(library: Library) -> int:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        job = jobs.Job.waiting("render_version", payload={"version_id": 1}, now=now)
        session.add(job)
        session.flush()
        taken = jobs.claim(session, now=now, lease_for=timedelta(minutes=1))
        assert taken is not None
        jobs.fail(
            session, taken, error="<no> printer", now=now, attempts_allowed=1, retryable=False
        )
        return job.id


def test_a_quiet_library_says_that_all_is_well(mira: FlaskClient) -> None:
    page = mira.get("/jobs").text
    assert "Nothing is set aside" in page and "Nothing was imported yet" in page


def test_a_job_that_was_set_aside_shows_why_and_is_tried_again(
    library: Library, mira: FlaskClient
) -> None:
    job_id = _dead_job(library)
    page = mira.get("/jobs").text
    assert "Render version" in page and "&lt;no&gt; printer" in page
    form = {"csrf_token": csrf_token(page)}
    assert mira.post(f"/jobs/{job_id}/retry", data=form).status_code == 303
    with library.database.reading() as session:
        assert jobs.count_by_state(session) == {"waiting": 1}
    assert mira.post(f"/jobs/{job_id}/retry", data=form).status_code == 404


def test_imports_show_each_refusal_with_its_reason(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        batch = importing.open_batch(
            session, member_id=cast.mira.member_id, source="upload", publish=False, now=now
        )
        importing.note_refused(
            session,
            batch_id=batch.id,
            position=1,
            name="locked.pdf",
            reason="It is encrypted.",
            now=now,
        )
    page = mira.get("/jobs").text
    assert "1 refused" in page and "locked.pdf" in page and "It is encrypted." in page


def test_a_worker_that_does_not_run_is_noticed(library: Library, mira: FlaskClient) -> None:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        job = jobs.Job.waiting("render_version", payload={}, now=now - timedelta(minutes=3))
        session.add(job)
    assert "The worker is 3 min 0 s late." in mira.get("/jobs").text


def test_the_page_reads_as_often_for_many_rows_as_for_few(
    library: Library, mira: FlaskClient
) -> None:
    def count() -> int:
        with statements(library) as seen:
            mira.get("/jobs")
        return len(seen)

    before = count()
    for _ in range(4):
        _dead_job(library)
    assert count() == before


def test_reps_and_managers_see_no_jobs(app: Flask, cast: Cast) -> None:
    for viewer in (cast.rosa, cast.nora):
        assert sign_in(app.test_client(), viewer).get("/jobs").status_code == 403
