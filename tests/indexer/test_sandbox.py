"""The bounded process: whatever a parser does in it, the service gets a sentence or a value."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from contentlib.ports import Limits
from indexer import sandbox

# processes, models and programs of their own
pytestmark = pytest.mark.slow

LIMITS = Limits(seconds=20, memory_mb=512)


def _call(
    function: str, limits: Limits = LIMITS, output_mb: int = 4, **arguments: object
) -> sandbox.Ended:
    return sandbox.call(function, arguments, limits=limits, output_mb=output_mb)


def _said(command: str) -> str:
    ended = _call("subprocess:getoutput", cmd=command)
    assert ended.refusal is None
    return "".join(ended.values)


def _code(ended: sandbox.Ended) -> str:
    assert ended.refusal is not None
    assert ended.refusal.sentence.endswith(".")
    return ended.refusal.code


def _is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_values_come_back_in_order() -> None:
    assert _call("builtins:dict", first=1, second=2).values == ("first", "second")


def test_a_process_over_its_time_is_killed_with_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = ["sh", "-c", f"sleep 300 & echo $! > {note}; wait"]
    ended = _call("subprocess:run", Limits(seconds=1.5, memory_mb=512), args=command)
    assert _code(ended) == "timed_out"
    grandchild = int(note.read_text())
    for _ in range(100):
        if not _is_alive(grandchild):
            return
        time.sleep(0.02)
    pytest.fail("what the process had started outlived it")


def test_what_a_finished_process_left_running_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    _call("subprocess:getoutput", cmd=f"sleep 300 >/dev/null 2>&1 & echo $! > {note}")
    grandchild = int(note.read_text())
    for _ in range(100):
        if not _is_alive(grandchild):
            return
        time.sleep(0.02)
    pytest.fail("what the process had started outlived it")


def test_a_busy_process_is_stopped_by_its_processor_time() -> None:
    command = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    assert _said(f"python3 -c '{command}'") == "20"


def test_memory_beyond_the_limit_is_out_of_memory() -> None:
    assert _code(_call("builtins:bytearray", source=2 << 30)) == "out_of_memory"


def test_memory_within_the_limit_is_given() -> None:
    ended = _call("subprocess:getoutput", cmd="python3 -c 'print(len(bytes(100 << 20)))'")
    assert "".join(ended.values) == str(100 << 20)


def test_a_crash_in_a_library_is_a_damaged_file() -> None:
    assert _code(_call("ctypes:string_at", ptr=1)) == "damaged"


def test_an_abort_is_a_damaged_file() -> None:
    assert _code(_call("os:abort")) == "damaged"


def test_an_unexpected_error_is_a_damaged_file_not_a_traceback() -> None:
    ended = _call("json:loads", s="{")
    assert _code(ended) == "damaged"
    assert "Traceback" not in str(ended.refusal)


def test_output_without_end_is_cut_off() -> None:
    ended = _call("subprocess:getoutput", output_mb=1, cmd="head -c 3000000 /dev/zero | tr '\\0' x")
    assert _code(ended) == "too_large"


def test_values_given_before_the_end_of_the_time_are_kept() -> None:
    ended = _call("itertools:count", Limits(seconds=1.0, memory_mb=512), output_mb=512, start=0)
    assert _code(ended) == "timed_out"
    assert len(ended.values) > 10
    assert ended.values == tuple(range(len(ended.values)))


def test_no_secret_of_ours_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTLIB_SECRET_KEY", "do-not-tell")
    told = _said("env")
    assert "PATH=" in told
    assert "do-not-tell" not in told and "CONTENTLIB" not in told


def test_the_working_folder_is_gone_afterwards() -> None:
    folder = Path(_said("pwd"))
    assert folder.name.startswith("contentlib-")
    assert not folder.exists()


def test_no_open_file_of_ours_reaches_the_process(tmp_path: Path) -> None:
    secret = (tmp_path / "secret").open("w")
    os.set_inheritable(secret.fileno(), True)
    try:
        assert "secret" not in _said("ls -l /proc/self/fd /proc/$PPID/fd")
    finally:
        secret.close()


def test_no_address_is_reached_where_the_kernel_lets_us_take_the_network_away() -> None:
    interfaces = [line for line in _said("tail -n +3 /proc/net/dev").split("\n") if line.strip()]
    is_alone = all(line.strip().startswith("lo:") for line in interfaces)
    asked = subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False)
    assert is_alone or asked.returncode != 0
    assert not is_alone or _said("cat /proc/net/route | tail -n +2") == ""
