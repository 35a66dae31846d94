"""Alive and ready, as balancers ask."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contentlib.errors import IndexUnavailable
from contentlib.events import jobs
from contentlib.library import Library
from contentlib.ports import IndexState
from tests.factories import WordIndex, make_library
from web import create_app


class AilingIndex(WordIndex):
    """An index that has something to complain about."""

    def state(self) -> IndexState:
        return IndexState(3, 9, 1, "words", problem="The index is being rebuilt.")


class AbsentIndex(WordIndex):
    def state(self) -> IndexState:
        raise IndexUnavailable("There is no index.")


def _ready(library: Library) -> tuple[int, dict[str, Any]]:
    answer = create_app(library).test_client().get("/readyz")
    assert answer.json is not None
    return answer.status_code, answer.json


def test_a_process_that_answers_is_alive(library: Library) -> None:
    answer = create_app(library).test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_library_at_rest_is_ready(library: Library) -> None:
    status, told = _ready(library)
    assert status == 200 and told["ready"] is True
    assert told["database"] == {"ok": True}
    assert told["worker"] == {"ok": True, "lag_s": 0.0}
    assert told["recording"] == {"ok": True, "lost_events": 0, "spooled": 0}


def test_a_worker_that_lags_makes_it_unready(library: Library) -> None:
    due = library.clock.now() - timedelta(minutes=6)
    with library.database.unit_of_work() as session:
        session.add(jobs.Job.waiting("render_version", payload={}, now=due))
    status, told = _ready(library)
    assert status == 503 and told["worker"] == {"ok": False, "lag_s": 360.0}


@pytest.mark.parametrize("index", [AilingIndex(), AbsentIndex()])
def test_an_index_with_a_problem_makes_it_unready(
    tmp_path: Path, new_sqlite: Any, index: WordIndex
) -> None:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, index=index)
    status, told = _ready(library)
    library.close()
    assert status == 503 and told["index"]["ok"] is False and told["index"]["problem"]


def test_a_database_that_does_not_answer_makes_it_unready(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(type(library.database), "reading", fail)
    status, told = _ready(library)
    assert status == 503
    assert told["database"] == {"ok": False, "problem": "OSError"}


def test_an_event_that_was_lost_lately_makes_it_unready_and_leaves_it_alive(
    library: Library,
) -> None:
    library.hits.losses.count(2)
    status, told = _ready(library)
    assert status == 503 and told["ready"] is False
    assert told["recording"] == {"ok": False, "lost_events": 2, "spooled": 0}
    assert create_app(library).test_client().get("/healthz").status_code == 200


def test_a_loss_is_forgiven_after_five_minutes_and_stays_counted(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.hits.losses.count(1)
    later = time.monotonic() + 301
    monkeypatch.setattr("contentlib.events.losses.time.monotonic", lambda: later)
    status, told = _ready(library)
    assert status == 200 and told["recording"]["lost_events"] == 1


def test_share_links_alone_are_ready_without_index_and_worker(
    tmp_path: Path, new_sqlite: Any
) -> None:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, index=AbsentIndex())
    due = library.clock.now() - timedelta(hours=6)
    with library.database.unit_of_work() as session:
        session.add(jobs.Job.waiting("render_version", payload={}, now=due))
    answer = create_app(library, only_viewer=True).test_client().get("/readyz")
    library.close()
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "database": {"ok": True},
        "recording": {"ok": True, "lost_events": 0, "spooled": 0},
    }
