"""Runs one piece of work on one untrusted file in a process of its own, within bounds.

The process is held by the kernel: address space, processor seconds, size of any file it
writes, wall time (it is killed with everything it started). It gets none of our
environment, and no network where the kernel lets us take it away. What it finds comes
back as lines of JSON through a file of bounded size, never as pickled objects, so that a
parser that was taken over can lie about its file and do no more.
"""

import errno
import json
import logging
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from contentlib.errors import FileRefused
from contentlib.ports import Limits

log = logging.getLogger(__name__)

_BOOT = (
    "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); "
    "from indexer.sandbox import serve; serve()"
)
_OUT_OF_MEMORY_STATUS = 71
_TOO_MUCH_STATUS = 72
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True, slots=True)
class Ended:
    """How the work ended: the values it gave before that, and why it did not finish, if so."""

    values: tuple[Any, ...] = ()
    refusal: FileRefused | None = None


def call(
    function: str,
    arguments: Mapping[str, Any],
    *,
    limits: Limits,
    output_mb: int,
) -> Ended:
    """Calls `function` ("module:name"), which yields JSON values, in a bounded process.

    `arguments` are JSON values. `output_mb` bounds every file the process writes, the one
    with its values included. Raises nothing for what the file does; `Ended.refusal` says it.
    """
    with tempfile.TemporaryDirectory(prefix="contentlib-") as private:
        result = Path(private) / "values.jsonl"
        job = {"function": function, "arguments": dict(arguments), "result": str(result)}
        refusal = _run(job, limits, output_mb, Path(private))
        try:
            values = _values(result, output_mb)
        except (ValueError, RecursionError) as malformed:
            log.warning("unreadable answer from the parser: %s", malformed)
            return Ended((), refusal or _crashed())
    if values and isinstance(values[-1], dict) and "refused" in values[-1]:
        code, sentence = values[-1]["refused"]
        return Ended(values[:-1], FileRefused(str(code), str(sentence)))
    return Ended(values, refusal)


def execute(command: Sequence[str], *, limits: Limits, output_mb: int, folder: Path) -> Ended:
    """Runs a program the same way, its home and temporary files in `folder`. No values."""
    job = {"command": list(command)}
    return Ended((), _run(job, limits, output_mb, folder))


def _run(job: dict[str, Any], limits: Limits, output_mb: int, folder: Path) -> FileRefused | None:
    job["bounds"] = {
        "memory_mb": limits.memory_mb,
        "seconds": math.ceil(limits.seconds),
        "output_mb": output_mb,
    }
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-c", _BOOT, str(Path(__file__).resolve().parents[1])],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(folder),
        cwd=folder,
        start_new_session=True,
    )
    try:
        process.communicate(json.dumps(job).encode(), timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return _timed_out(limits)
    finally:
        _kill_all(process)
    return _refusal_of(process.returncode, limits)


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(home),
        "TMPDIR": str(home),
    }


def _kill_all(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _values(result: Path, output_mb: int) -> tuple[Any, ...]:
    if not result.exists() or result.stat().st_size > output_mb << 20:
        return ()
    lines = result.read_bytes().split(b"\n")
    # A process killed while writing leaves half a line: only what ends in a newline counts.
    return tuple(json.loads(line) for line in lines[:-1])


def _refusal_of(status: int, limits: Limits) -> FileRefused | None:
    if status == 0:
        return None
    # The kernel kills the largest process when the whole machine runs out of memory; and a
    # process without any left may fail at saying so, when Python ends it with 1.
    if status in (_OUT_OF_MEMORY_STATUS, 1, -signal.SIGKILL):
        return FileRefused(
            "out_of_memory",
            f"Opening this file needs more than {limits.memory_mb} MB of memory; "
            "save it in a smaller or simpler form and upload it again.",
        )
    if status in (_TOO_MUCH_STATUS, -signal.SIGXFSZ):
        return FileRefused(
            "too_large",
            "This file holds more than can be read; split it and upload the parts.",
        )
    if status == -signal.SIGXCPU:
        return _timed_out(limits)
    return _crashed()


def _timed_out(limits: Limits) -> FileRefused:
    return FileRefused(
        "timed_out",
        f"Opening this file took longer than {limits.seconds:g} seconds and was stopped; "
        "save it in a smaller or simpler form and upload it again.",
    )


def _crashed() -> FileRefused:
    return FileRefused(
        "damaged",
        "This file is damaged and cannot be opened; save it again in the program "
        "that made it and upload the new copy.",
    )


# --- inside the bounded process ------------------------------------------------------------


def serve() -> None:
    """The whole life of the bounded process: reads its job from stdin, does it, exits."""
    job = json.loads(sys.stdin.buffer.read())
    _bind(**job["bounds"])
    _leave_the_network()
    if "command" in job:
        os.execvp(job["command"][0], job["command"])  # noqa: S606
    module, _, name = job["function"].partition(":")
    with Path(job["result"]).open("w", encoding="utf-8") as out:
        try:
            _write(getattr(import_module(module), name)(**job["arguments"]), out)
        except FileRefused as refused:
            _write([{"refused": [refused.code, refused.sentence]}], out)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY_STATUS)
        except OSError as failure:
            if failure.errno == errno.EFBIG:
                os._exit(_TOO_MUCH_STATUS)
            _write([{"refused": ["damaged", _sentence_for(failure)]}], out)
        except Exception as failure:
            _write([{"refused": ["damaged", _sentence_for(failure)]}], out)


def _write(values: Iterable[Any], out: Any) -> None:
    for value in values:
        out.write(json.dumps(value, ensure_ascii=False) + "\n")
        out.flush()


def _sentence_for(failure: Exception) -> str:
    if isinstance(failure, RecursionError):
        return (
            "This file is nested too deeply to be read; "
            "save it in a simpler form and upload it again."
        )
    return (
        f"This file is damaged and cannot be opened ({type(failure).__name__}); save it again "
        "in the program that made it and upload the new copy."
    )


def _bind(*, memory_mb: int, seconds: int, output_mb: int) -> None:
    import resource

    bounds = {
        resource.RLIMIT_AS: memory_mb << 20,
        resource.RLIMIT_FSIZE: output_mb << 20,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 512,
    }
    for name, bound in bounds.items():
        _, hard = resource.getrlimit(name)
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(name, (bound, bound))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _leave_the_network() -> None:
    """Best effort: a container may forbid it, and only Linux has it."""
    import ctypes

    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
