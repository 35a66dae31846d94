"""The share path under load, side by side: as it is, without any write, one commit a request.

wrk presses the three in turns of a second, so that what else the machine does meets them alike;
three runs, of which the median counts. An fsync is measured as it is here, and slowed by 2 ms,
as on a disk that is no machine's memory.
"""

import re
import shutil
import statistics
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from contentlib.engagement.models import Beat, Hit
from contentlib.events.marks import WriterMark
from contentlib.library import Library
from contentlib.settings import load_settings
from tests.benchmarks.load.pressing import CONNECTIONS, Pressed, Server, build_shim, press
from tests.benchmarks.load.share_server import VARIANTS
from tests.benchmarks.machine import report
from tests.cast import hire
from tests.web.viewing import share_of
from web.wiring import open_for_buyers, open_library

pytestmark = pytest.mark.slow
RUNS = 3
TURNS = 3
TURN_S = 1
ROUTES = ("page and hit", "beacon")


@dataclass(slots=True)
class Load:
    """What was measured on one kind of disk: per route and variant, each run's turns."""

    turns: dict[tuple[str, str], list[list[Pressed]]] = field(default_factory=dict)
    events: int = 0
    acknowledged: int = 0
    groups: int = 0
    fsyncs: int = 0

    def ratio(self, route: str, other: str) -> float:
        """Answers a second of ours to those of the other variant: the median of the runs."""
        return statistics.median(
            _rate(ours) / _rate(theirs)
            for ours, theirs in zip(
                self.turns[route, "ours"], self.turns[route, other], strict=True
            )
        )


def _rate(turns: list[Pressed]) -> float:
    return sum(turn.per_s for turn in turns) / len(turns)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A library's folder, and the path of a link into it."""
    folder = tmp_path_factory.mktemp("shared") / "data"
    library = open_library(load_settings(data_dir=folder), migrate=True)
    path = share_of(library, hire(library).rosa).path
    library.close()
    return folder, path


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def here(shared: tuple[Path, str], shim: Path, tmp_path_factory: pytest.TempPathFactory) -> Load:
    """On this machine's disk as it is."""
    return _pressed("an fsync as it is here", shared, shim, tmp_path_factory.mktemp("here"), 0)


@pytest.fixture(scope="module")
def slow(shared: tuple[Path, str], shim: Path, tmp_path_factory: pytest.TempPathFactory) -> Load:
    """With 2 ms added to each fsync."""
    return _pressed("an fsync 2 ms slower", shared, shim, tmp_path_factory.mktemp("slow"), 2000)


def _pressed(title: str, shared: tuple[Path, str], shim: Path, into: Path, delay_us: int) -> Load:
    folder, path = shared
    load = Load()
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for variant in VARIANTS:
            data_dir = into / variant.replace(" ", "-")
            shutil.copytree(folder, data_dir)
            server = Server(variant, data_dir, shim=shim, fsync_delay_us=delay_us)
            stack.callback(server.stop)
            servers[variant] = server
        for server in servers.values():
            server.wait_until_it_answers()
            press(f"{server.url}{path}", seconds=TURN_S)
        ours = stack.enter_context(_opened(servers["ours"].data_dir))
        before, fsyncs_before = _counted(ours), servers["ours"].fsyncs
        for route in ROUTES:
            _press_in_turns(load, route, servers, path)
        after = _counted(ours)
        load.fsyncs = servers["ours"].fsyncs - fsyncs_before
    load.events, load.groups = after[0] - before[0], after[1] - before[1]
    load.acknowledged = sum(
        turn.answers for key, runs in load.turns.items() if key[1] == "ours" for run in runs
        for turn in run
    )  # fmt: skip
    _tell(title, load)
    return load


def _press_in_turns(load: Load, route: str, servers: dict[str, Server], path: str) -> None:
    views = {name: _view(server, path) for name, server in servers.items()}
    # a beat of a second is believed a second after its page was loaded
    time.sleep(1.1)
    for name in servers:
        load.turns[route, name] = [[] for _ in range(RUNS)]
    for run in range(RUNS):
        for turn in range(TURNS):
            # each begins a turn as often as the others
            order = list(servers)[turn % 3 :] + list(servers)[: turn % 3]
            for name in order:
                url = f"{servers[name].url}{path}"
                # far enough apart that no turn tells an ordinal of the one before
                told = (views[name], (run * TURNS + turn) * 10_000)
                pressed = (
                    press(f"{url}/beat", seconds=TURN_S, told=told)
                    if route == "beacon"
                    else press(url, seconds=TURN_S)
                )
                load.turns[route, name][run].append(pressed)


def _view(server: Server, path: str) -> str:
    with urllib.request.urlopen(f"{server.url}{path}") as answer:
        found = re.search(r'data-view="([^"]+)"', answer.read().decode())
    assert found is not None
    return found.group(1)


class _opened:
    """The library of a server, for counting."""

    def __init__(self, data_dir: Path) -> None:
        self._library = open_for_buyers(load_settings(data_dir=data_dir))

    def __enter__(self) -> Library:
        return self._library

    def __exit__(self, *_: object) -> None:
        self._library.close()


def _counted(library: Library) -> tuple[int, int]:
    """Hits and beats in the database, and the groups in which they came."""
    with library.database.reading() as session:
        events = [session.scalar(select(func.count()).select_from(m)) or 0 for m in (Hit, Beat)]
        groups = session.scalar(select(func.sum(WriterMark.direct))) or 0
    return sum(events), int(groups)


def _tell(title: str, load: Load) -> None:
    lines = []
    for route in ROUTES:
        for name in VARIANTS:
            runs = load.turns[route, name]
            rates = ", ".join(f"{_rate(run):.0f}" for run in runs)
            p99 = statistics.median(turn.p99_ms for run in runs for turn in run)
            lines.append(f"{route:13} {name:12} {rates} answers/s, p99 {p99:.0f} ms")
        lines.append(
            f"{route:13} {load.ratio(route, 'no write'):.2f} of no write, "
            f"{load.ratio(route, 'commit each'):.2f} times one commit a request"
        )
    shared_by = load.events / max(1, load.fsyncs)
    lines.append(
        f"{load.acknowledged} answered, {load.events} on disk in {load.groups} groups with "
        f"{load.fsyncs} fsyncs: {shared_by:.1f} events an fsync"
    )
    report(f"the share path, {title}, {CONNECTIONS} connections, {RUNS} runs", *lines)


@pytest.mark.parametrize("route", ROUTES)
def test_where_an_fsync_is_dear_it_answers_three_times_as_often_as_one_commit_a_request(
    slow: Load, route: str
) -> None:
    assert slow.ratio(route, "commit each") >= 3


@pytest.mark.parametrize("route", ROUTES)
def test_where_an_fsync_is_cheap_taking_note_costs_little_and_beats_one_commit_a_request(
    here: Load, route: str
) -> None:
    assert here.ratio(route, "no write") >= 0.4
    assert here.ratio(route, "commit each") >= 1.5


@pytest.mark.parametrize("disk", ["here", "slow"])
def test_what_was_answered_is_in_the_database_and_each_group_was_synced(
    disk: str, request: pytest.FixtureRequest
) -> None:
    load: Load = request.getfixturevalue(disk)
    assert load.events >= load.acknowledged
    assert load.fsyncs >= load.groups
