"""Jobs: claimed once, given back when a worker dies, set aside when they keep failing."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from contentlib.events import Fact, jobs, record
from contentlib.library import Library
from contentlib.reactions import Reaction
from contentlib.worker import Worker
from tests.factories import statements

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BellRang(Fact):
    """Something happened, in these tests."""

    times: int


def _ring(library: Library, times: int = 1) -> None:
    library.database.react_with({"BellRang": ("listen",)})
    with library.database.unit_of_work() as session:
        record(session, BellRang(times), now=library.clock.now())


def _claim(library: Library) -> jobs.Claim | None:
    with library.database.unit_of_work() as session:
        return jobs.claim(session, now=library.clock.now(), lease_for=LEASE)


def test_a_fact_makes_a_job_in_the_same_transaction(either_library: Library) -> None:
    _ring(either_library, 3)
    claim = _claim(either_library)
    assert claim is not None
    assert (claim.reaction, claim.payload) == ("listen", {"times": 3})


def test_a_fact_of_a_transaction_that_fails_makes_none(library: Library) -> None:
    library.database.react_with({"BellRang": ("listen",)})
    with pytest.raises(RuntimeError), library.database.unit_of_work() as session:
        record(session, BellRang(1), now=library.clock.now())
        raise RuntimeError
    assert _claim(library) is None


def test_a_claimed_job_is_not_claimed_by_another(either_library: Library) -> None:
    _ring(either_library)
    assert _claim(either_library) is not None
    assert _claim(either_library) is None


def test_a_dead_workers_job_is_claimed_again_when_its_lease_is_over(
    either_library: Library,
) -> None:
    _ring(either_library)
    lost = _claim(either_library)
    either_library.clock.move(LEASE + timedelta(seconds=1))  # type: ignore[attr-defined]
    again = _claim(either_library)
    assert lost is not None and again is not None
    assert (again.job_id, again.attempts) == (lost.job_id, 2)
    with either_library.database.unit_of_work() as session:
        assert not jobs.finish(session, lost, now=either_library.clock.now())
        assert jobs.finish(session, again, now=either_library.clock.now())


def test_a_failing_reaction_is_tried_again_later_and_then_set_aside(library: Library) -> None:
    tried = []

    def fail(_library: Library, payloads: object) -> None:
        tried.append(payloads)
        raise RuntimeError("no ears")

    worker = Worker(library, {"listen": Reaction(fail, lane="index")})
    _ring(library)
    for _ in range(20):
        worker.step()
        library.clock.move(timedelta(hours=2))  # type: ignore[attr-defined]
    assert len(tried) == library.settings.job_attempts
    with library.database.reading() as session:
        dead = jobs.listed(session, states=("dead",), limit=10)
    assert [job.last_error for job in dead] == ["RuntimeError: no ears"]
    with library.database.unit_of_work() as session:
        assert jobs.retry_dead(session, dead[0].id, now=library.clock.now())
    worker.step()
    assert len(tried) == library.settings.job_attempts + 1


def test_a_batch_is_given_to_the_reaction_at_once(library: Library) -> None:
    batches: list[int] = []

    def listen(_library: Library, payloads: object) -> None:
        batches.append(len(payloads))  # type: ignore[arg-type]

    for _ in range(5):
        _ring(library)
    Worker(library, {"listen": Reaction(listen, lane="index", batch=3)}).drain(periodic=False)
    assert batches == [3, 2]


def test_an_idle_worker_asks_with_one_reading_statement(library: Library) -> None:
    worker = Worker(library)
    with statements(library) as seen:
        assert worker.step() == 0
    assert len(seen) == 1


def test_work_that_outlasts_its_lease_keeps_it(tmp_path, new_sqlite) -> None:  # type: ignore[no-untyped-def]
    import time

    from tests.factories import make_library

    new_sqlite(tmp_path)
    library = make_library(tmp_path, job_lease_seconds=30)
    held = []

    def listen(_library: Library, _payloads: object) -> None:
        # the clock of the library passes ten minutes while the machine's passes a moment
        library.clock.move(timedelta(minutes=10))  # type: ignore[attr-defined]
        worker._renew(claims, timedelta(seconds=30))
        time.sleep(0.01)
        held.append(_claim(library))

    worker = Worker(library, {"listen": Reaction(listen, lane="index")})
    claims: list[jobs.Claim] = []
    claim_one = worker._claim
    worker._claim = lambda names: claims.extend(claim_one(names)) or claims  # type: ignore[method-assign,func-returns-value]
    _ring(library)
    worker.step()
    assert held == [None]
    library.close()
