"""Alive and ready, as balancers ask."""

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
from web.viewer.recording import lost_events


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
    assert told["lost_events"] == lost_events.value


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
