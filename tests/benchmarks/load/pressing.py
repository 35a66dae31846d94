"""Servers under wrk on loopback: started from the project's own code, pressed in turns."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ROOT, free_port

HERE = Path(__file__).parent
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Pressed:
    """What wrk saw: answers a second, the 99th percentile in ms, and how many answers in all."""

    per_s: float
    p99_ms: float
    answers: int


class Server:
    """One variant of the share path, its fsyncs counted and slowed by so many microseconds."""

    def __init__(self, variant: str, data_dir: Path, *, shim: Path, fsync_delay_us: int) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._count = data_dir / "fsyncs"
        environment = {
            "CONTENTLIB_DATA_DIR": str(data_dir),
            "LD_PRELOAD": str(shim),
            "FSYNC_COUNT": str(self._count),
            "FSYNC_DELAY_US": str(fsync_delay_us),
        }
        module = "tests.benchmarks.load.share_server"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, variant, str(self.port)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "the server ended"
            with (
                suppress(OSError, urllib.error.URLError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2),
            ):
                return
            time.sleep(0.1)
        raise AssertionError("the server did not answer")

    @property
    def fsyncs(self) -> int:
        """How many this server made so far."""
        return int.from_bytes(self._count.read_bytes()[:8], sys.byteorder)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=20)


def build_shim(folder: Path) -> Path:
    """Compiles the library that counts and slows fsyncs."""
    compiler = shutil.which("cc")
    assert compiler is not None, "a C compiler is needed (Debian: apt-get install gcc libc6-dev)"
    made = folder / "fsync.so"
    source = HERE / "fsync.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", made, source, "-ldl"], check=True)
    return made


def press(url: str, *, seconds: int, told: tuple[str, int] | None = None) -> Pressed:
    """Presses an address with GET, or with beats of a view from an ordinal on."""
    wrk = shutil.which("wrk")
    assert wrk is not None, "wrk is needed (tests/install-parts.sh)"
    script = () if told is None else ("-s", str(HERE / "beat.lua"))
    arguments = () if told is None else ("--", told[0], str(told[1]))
    done = subprocess.run(
        [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *script, url, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    )
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
    return Pressed(
        float(_found(r"Requests/sec:\s+([\d.]+)", done.stdout)),
        _milliseconds(_found(r"99%\s+([\d.]+\w+)", done.stdout)),
        int(_found(r"(\d+) requests in", done.stdout)),
    )


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found.group(1)


def _milliseconds(text: str) -> float:
    """
    >>> _milliseconds("48.60ms"), _milliseconds("1.02s"), _milliseconds("870.00us")
    (48.6, 1020.0, 0.87)
    """
    for unit, scale in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * scale
    raise ValueError(text)
