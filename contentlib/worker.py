"""The worker: claims jobs and runs their reactions, one thread a lane."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from contentlib.errors import ContentlibError
from contentlib.events import jobs
from contentlib.library import Library
from contentlib.reactions import PERIODIC, REACTIONS, Reaction

_POLL_S = 0.5

log = logging.getLogger(__name__)


class Worker:
    """Runs reactions until it is stopped, or until nothing is due (`drain`)."""

    def __init__(self, library: Library, reactions: Mapping[str, Reaction] | None = None) -> None:
        self._library = library
        self._reactions = dict(REACTIONS if reactions is None else reactions)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Works until `stop`. Blocks."""
        lanes = sorted({reaction.lane for reaction in self._reactions.values()})
        threads = [
            threading.Thread(target=self._run_lane, args=(lane,), name=f"worker-{lane}")
            for lane in lanes
        ]
        # a thread each: deriving the query model for half a minute must not hold up the visits
        threads += [
            threading.Thread(target=self._repeat, args=act, name=f"worker-{act[0].__name__}")
            for act in PERIODIC
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """Ends `run` after the jobs in hand."""
        self._stopping.set()

    def drain(self, *, periodic: bool = True) -> int:
        """Runs everything that is due now, and what that makes due; returns how many jobs."""
        done = 0
        while worked := self.step():
            done += worked
        if periodic:
            for act, _ in PERIODIC:
                act(self._library)
        return done

    def step(self, lane: str | None = None) -> int:
        """Claims and runs one job, or one batch of alike jobs; returns how many, 0 for none."""
        names = tuple(name for name, r in self._reactions.items() if lane is None or r.lane == lane)
        claimed = self._claim(names)
        if not claimed:
            return 0
        reaction = self._reactions[claimed[0].reaction]
        try:
            with self._holding(claimed):
                reaction.run(self._library, [claim.payload for claim in claimed])
        except Exception as error:
            self._failed(claimed, error)
        else:
            self._finished(claimed)
        return len(claimed)

    def _claim(self, names: tuple[str, ...]) -> list[jobs.Claim]:
        now = self._library.clock.now()
        lease = timedelta(seconds=self._library.settings.job_lease_seconds)
        with self._library.database.reading() as session:
            if not jobs.is_due(session, now=now, only=names):
                return []
        with self._library.database.unit_of_work() as session:
            first = jobs.claim(session, now=now, lease_for=lease, only=names)
            if first is None:
                return []
            claimed = [first]
            while len(claimed) < self._reactions[first.reaction].batch:
                another = jobs.claim(session, now=now, lease_for=lease, only=(first.reaction,))
                if another is None:
                    break
                claimed.append(another)
        return claimed

    @contextmanager
    def _holding(self, claimed: list[jobs.Claim]) -> Iterator[None]:
        """Prolongs the leases while the work goes on: a long document outlives one lease."""
        lease = timedelta(seconds=self._library.settings.job_lease_seconds)
        done = threading.Event()

        def renew() -> None:
            while not done.wait(lease.total_seconds() / 3):
                self._survive(lambda: self._renew(claimed, lease))

        keeper = threading.Thread(target=renew, name="lease-keeper", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _renew(self, claimed: list[jobs.Claim], lease: timedelta) -> None:
        with self._library.database.unit_of_work() as session:
            for claim in claimed:
                jobs.renew(session, claim, now=self._library.clock.now(), lease_for=lease)

    def _finished(self, claimed: list[jobs.Claim]) -> None:
        with self._library.database.unit_of_work() as session:
            for claim in claimed:
                jobs.finish(session, claim, now=self._library.clock.now())

    def _failed(self, claimed: list[jobs.Claim], error: Exception) -> None:
        known = isinstance(error, ContentlibError)
        if not known:
            log.exception("job %s failed", claimed[0].reaction)
        sentence = str(error) if known else f"{type(error).__name__}: {error}"
        with self._library.database.unit_of_work() as session:
            for claim in claimed:
                jobs.fail(
                    session,
                    claim,
                    error=sentence[:2000],
                    now=self._library.clock.now(),
                    attempts_allowed=self._library.settings.job_attempts,
                    retryable=error.retryable if isinstance(error, ContentlibError) else True,
                )

    def _run_lane(self, lane: str) -> None:
        while not self._stopping.is_set():
            if not self._survive(lambda: self.step(lane)):
                self._stopping.wait(_POLL_S)

    def _repeat(self, act: Callable[[Library], None], every_s: float) -> None:
        while not self._stopping.is_set():
            self._survive(lambda: act(self._library))
            self._stopping.wait(every_s)

    def _survive(self, act: Callable[[], object]) -> object:
        # A database that is away for a minute must not end the worker.
        try:
            return act()
        except Exception:
            log.exception("the worker stumbled and goes on")
            self._stopping.wait(_POLL_S)
            return None
