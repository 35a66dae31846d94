"""Events that reached neither the database nor the spool: how many, and how lately."""

import threading
import time

# Long enough for a balancer's and an operator's next look, short enough to return by itself.
_RECENT_S = 300.0


class Losses:
    """Counts for one process, since its start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_at: float | None = None
        self.events = 0

    def count(self, events: int) -> None:
        """Adds so many; none changes nothing."""
        if events:
            with self._lock:
                self.events += events
                self._last_at = time.monotonic()

    @property
    def are_recent(self) -> bool:
        """Whether something was lost within the last five minutes."""
        return self._last_at is not None and time.monotonic() - self._last_at < _RECENT_S
