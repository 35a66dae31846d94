"""Servers for tests: the real command in a process, or the real application in a thread."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from werkzeug.serving import make_server

from contentlib.library import Library
from contentlib.worker import Worker
from web import create_app

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServeProcess:
    """`contentlib serve` with its worker, killable like any process."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "web.cli",
                "--data-dir",
                str(data_dir),
                "serve",
                "--port",
                str(self.port),
                *options,
            ],
            cwd=ROOT,
            env={**os.environ, "CONTENTLIB_BASE_URL": self.url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> "ServeProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.stop()

    def wait_until_it_answers(self, *, timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            with (
                suppress(OSError, urllib.error.URLError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2),
            ):
                return
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended with {self._process.returncode}")
            time.sleep(0.2)
        raise AssertionError("the server did not answer in time")

    def kill(self) -> None:
        """kill -9: no handler runs, no child is told."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=20)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def serving(library: Library, *, port: int, worker: bool = True) -> Iterator[str]:
    """The application in this process on a real socket, so that a test can move its clock."""
    server = make_server("127.0.0.1", port, create_app(library), threaded=True)
    threads = [threading.Thread(target=server.serve_forever, name="test-server", daemon=True)]
    runner = Worker(library)
    if worker:
        threads.append(threading.Thread(target=runner.run, name="test-worker", daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        runner.stop()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join(timeout=30)
