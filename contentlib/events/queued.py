"""Events that requests handed over and nobody has taken yet."""

import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from contentlib.errors import Unavailable
from contentlib.events.rows import Event


@dataclass(slots=True)
class Queued:
    """An event and the promise that it will be on disk."""

    event: Event
    since: float = field(default_factory=time.monotonic)
    written: "Future[None]" = field(default_factory=Future)

    def __post_init__(self) -> None:
        # from here on nobody can cancel it: the rows are as good as under way
        self.written.set_running_or_notify_cancel()


class Queue:
    """First in, first out; taken in groups, by either of two threads."""

    def __init__(self) -> None:
        self._entries: deque[Queued] = deque()
        self._bell = threading.Condition()
        self._is_closed = False

    def put(self, entry: Queued) -> None:
        """Raises Unavailable after `close`."""
        with self._bell:
            if self._is_closed:
                raise Unavailable("The service is stopping; nothing more is recorded.")
            self._entries.append(entry)
            self._bell.notify()

    def close(self) -> None:
        """From now on nothing more comes; what is queued can still be taken."""
        with self._bell:
            self._is_closed = True
            self._bell.notify_all()

    def wait_for_one(self) -> bool:
        """Blocks until something is queued; False once there will be no more. Takes nothing."""
        with self._bell:
            while not self._entries and not self._is_closed:
                self._bell.wait()
            return bool(self._entries)

    def taken(self, largest: int | None = None, *, older_than_s: float = 0.0) -> list[Queued]:
        """Takes the entries that are so old, oldest first and no more than `largest`."""
        until = time.monotonic() - older_than_s
        taken: list[Queued] = []
        with self._bell:
            while self._entries and self._entries[0].since <= until and len(taken) != largest:
                taken.append(self._entries.popleft())
        return taken
