"""The hit writer alone beside one commit for each event, in the same run: a ratio, never a bound.

Eight threads wait for each of their events, as the server's do; five rounds in turns, of which the
median counts.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from contentlib.settings import load_settings
from tests.benchmarks.load.pressing import build_shim
from tests.benchmarks.load.writer_alone import THREADS
from tests.benchmarks.machine import report
from tests.cast import hire
from tests.servers import ROOT
from tests.web.viewing import share_of
from web.wiring import open_library

pytestmark = pytest.mark.slow


def _measured(folder: Path, *, fsync_delay_us: int) -> float:
    """The writer's events a second to those of one commit each."""
    library = open_library(load_settings(data_dir=folder / "data"), migrate=True)
    share_of(library, hire(library).rosa)
    library.close()
    preload = {"LD_PRELOAD": str(build_shim(folder)), "FSYNC_DELAY_US": str(fsync_delay_us)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load.writer_alone", str(folder / "data")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | preload,
        timeout=180,
    )
    told = json.loads(done.stdout)
    ratios = [w / e for w, e in zip(told["writer"], told["each"], strict=True)]
    medians = {way: statistics.median(rates) for way, rates in told.items()}
    report(
        f"the hit writer, an fsync {fsync_delay_us / 1000:.0f} ms slower, {THREADS} threads",
        f"{medians['writer']:.0f} events/s beside {medians['each']:.0f} with one commit each: "
        f"{statistics.median(ratios):.1f} times ({min(ratios):.1f} to {max(ratios):.1f})",
    )
    return statistics.median(ratios)


def test_where_an_fsync_is_dear_groups_are_three_times_as_fast(tmp_path: Path) -> None:
    assert _measured(tmp_path, fsync_delay_us=2000) >= 3


def test_where_an_fsync_is_cheap_the_writer_is_faster_too(tmp_path: Path) -> None:
    assert _measured(tmp_path, fsync_delay_us=0) >= 1.5
