"""The server answers soon after it is started, and loads no torch to do so."""

import json
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from contentlib.settings import load_settings
from tests.benchmarks.machine import report
from tests.servers import ServeProcess
from web.wiring import open_library

pytestmark = pytest.mark.slow
WITHIN_S = 3.0
STARTS = 3


def _ready_after(server: ServeProcess, *, begun: float) -> float:
    while time.perf_counter() - begun < 30:
        with (
            suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"{server.url}/readyz", timeout=2) as answer,
        ):
            assert json.load(answer)["ready"]
            return time.perf_counter() - begun
        time.sleep(0.02)
    raise AssertionError("the server did not become ready")


def _processes_with_torch(server: ServeProcess) -> list[int]:
    """Of the processes that serve: whoever maps a library of torch has loaded it."""
    me = psutil.Process()
    serving = [child for child in me.children(recursive=True) if _serves(child, server.port)]
    assert serving
    return [
        process.pid
        for process in serving
        if any(Path(mapped.path).name.startswith("libtorch") for mapped in process.memory_maps())
    ]


def _serves(process: psutil.Process, port: int) -> bool:
    family = [process, *process.parents()]
    return any(str(port) in relative.cmdline() for relative in family)


def test_a_warm_server_is_ready_within_three_seconds_and_without_torch(tmp_path: Path) -> None:
    library = open_library(load_settings(data_dir=tmp_path), migrate=True)
    library.index.prepare()
    library.close()
    seconds = []
    for _ in range(1 + STARTS):
        begun = time.perf_counter()
        with ServeProcess(tmp_path, "--no-worker") as server:
            seconds.append(_ready_after(server, begun=begun))
            assert _processes_with_torch(server) == []
    # The first start warms the file cache.
    warm = sorted(seconds[1:])
    report(
        "start of the web process",
        f"/readyz after {warm[STARTS // 2]:.2f} s (of {STARTS} warm starts: "
        f"{warm[0]:.2f} to {warm[-1]:.2f} s); torch is not loaded",
    )
    assert warm[STARTS // 2] <= WITHIN_S
