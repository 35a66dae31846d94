"""What making a write durable costs here, and how commits are grouped because of it."""

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

# Two kinds of disk were measured: virtual ones answer an fsync in 0.05 to 0.2 ms, real ones in
# 2 to 10 ms. Half a millisecond lies in the geometric middle: either kind is well away from it.
DEAR_FSYNC_S = 0.0005
# However slow a disk is, nobody shall wait longer than this for company.
_LONGEST_WAIT_S = 0.005
_LARGEST_GROUP = 512
_PROBES = 20


@dataclass(frozen=True, slots=True)
class Grouping:
    """How events share a commit: up to `largest` of them, `wait_s` after the first has come."""

    wait_s: float
    largest: int = _LARGEST_GROUP

    @property
    def waits_for_company(self) -> bool:
        return self.wait_s > 0


def grouping_for(fsync_s: float) -> Grouping:
    """How to commit where an fsync takes so long (seconds).

    Where it is cheap, whatever is queued is committed at once: waiting would cost more than the
    saved fsync. Where it is dear, a group is gathered for half of its time, as PostgreSQL's manual
    advises for `commit_delay` ("half of the average flush time").
    """
    if fsync_s < DEAR_FSYNC_S:
        return Grouping(wait_s=0.0)
    return Grouping(wait_s=min(fsync_s / 2, _LONGEST_WAIT_S))


def measured_fsync_s(folder: Path) -> float:
    """The median of twenty fsyncs of a small file in this folder, in seconds.

    Takes twenty times as long. Raises OSError where nothing can be written.
    """
    path = folder / f".fsync-{os.getpid()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        return statistics.median(_one_fsync_s(handle, at=4096 * n) for n in range(_PROBES))
    finally:
        os.close(handle)
        path.unlink(missing_ok=True)


def _one_fsync_s(handle: int, *, at: int) -> float:
    # the file grows, as a write-ahead log does: that makes an fsync write metadata as well
    os.pwrite(handle, b"x" * 4096, at)
    begun = time.perf_counter()
    os.fsync(handle)
    return time.perf_counter() - begun
