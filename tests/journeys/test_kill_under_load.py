"""The share server is killed under load, again and again: what it acknowledged is there, once."""

import http.client
import json
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from contentlib.engagement.models import Beat, Hit
from contentlib.library import Library
from contentlib.settings import load_settings
from tests.cast import hire
from tests.servers import ServeProcess
from tests.web.viewing import Shared, share_of
from web.viewer.tokens import read_view
from web.wiring import open_library

pytestmark = pytest.mark.slow
ROUNDS = 20
BUYERS = 6
# From the first request of a round to its end.
KILLED_AFTER_S = (0.05, 0.9)


class Buyers:
    """Threads that ask for pages and tell beats, and remember what was answered."""

    def __init__(self, share: Shared, views: list[str]) -> None:
        self._share = share
        self.views = views
        self.hits: list[str] = []
        self.beats: list[tuple[int, int]] = []
        self._ordinals = [0] * BUYERS

    def press(self, port: int, *, round_: int) -> list[threading.Thread]:
        """Presses the server until it is gone."""
        threads = [
            threading.Thread(target=self._press, args=(port, round_, number), daemon=True)
            for number in range(BUYERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _press(self, port: int, round_: int, number: int) -> None:
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        turn = 0
        try:
            while True:
                turn += 1
                self._look(server, f"buyer {round_}-{number}-{turn}")
                self._tell(server, number)
        except (OSError, http.client.HTTPException):
            server.close()

    def _look(self, server: http.client.HTTPConnection, agent: str) -> None:
        server.request("GET", self._share.path, headers={"User-Agent": agent})
        answer = server.getresponse()
        # the head of the answer is the acknowledgement: the rest may be cut off
        if answer.status == 200:
            self.hits.append(agent)
        answer.read()

    def _tell(self, server: http.client.HTTPConnection, number: int) -> None:
        self._ordinals[number] += 1
        told = {
            "token": self.views[number],
            "ordinal": self._ordinals[number],
            "pages": {"1": 1000},
            "input": True,
        }
        server.request("POST", f"{self._share.path}/beat", json.dumps(told))
        answer = server.getresponse()
        if answer.status == 204:
            self.beats.append((number, told["ordinal"]))  # type: ignore[arg-type]
        answer.read()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(load_settings(data_dir=tmp_path / "data"), migrate=True)
    yield opened
    opened.close()


@contextmanager
def _serving(library: Library) -> Iterator[ServeProcess]:
    with ServeProcess(library.settings.data_dir, "--only", "viewer") as server:
        server.wait_until_it_answers()
        yield server


def _views(server: ServeProcess, share: Shared) -> list[str]:
    """A view token for each buyer, old enough for a second's attention to be believed."""
    tokens = []
    for _ in range(BUYERS):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", share.path, headers={"User-Agent": "before"})
        found = re.search(r'data-view="([^"]+)"', connection.getresponse().read().decode())
        connection.close()
        assert found is not None
        tokens.append(found.group(1))
    time.sleep(1.1)
    return tokens


def _kill(server: ServeProcess) -> None:
    """kill -9 of the process that answers and of the one that would start it again."""
    family = [
        process
        for process in psutil.Process().children(recursive=True)
        if any(str(server.port) in one.cmdline() for one in [process, *process.parents()])
    ]
    assert len(family) >= 2
    for process in reversed(family):
        process.kill()
    psutil.wait_procs(family, timeout=10)
    server.kill()


@contextmanager
def _held_now_and_then(library: Library) -> Iterator[None]:
    """Somebody takes the database for long enough that events go to the spool."""
    held = threading.Event()
    over = threading.Event()

    def hold() -> None:
        other = sqlite3.connect(library.settings.data_dir / "contentlib.db", isolation_level=None)
        other.execute("PRAGMA busy_timeout=5000")
        other.execute("BEGIN IMMEDIATE")
        held.set()
        over.wait(10)
        other.rollback()
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        yield
    finally:
        over.set()
        thread.join()


def _is_intact(library: Library) -> bool:
    with library.database.engine.connect() as connection:
        told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return told == ["ok"]


def _spooled_files(library: Library) -> list[Path]:
    return sorted((library.settings.data_dir / "spool").glob("*"))


def test_a_server_killed_twenty_times_under_load_has_each_acknowledged_event_once(
    library: Library,
) -> None:
    share = share_of(library, hire(library).rosa)
    with _serving(library) as server:
        buyers = Buyers(share, _views(server, share))
    moments = random.Random()
    spools_left = 0
    for round_ in range(ROUNDS):
        with _serving(library) as server:
            threads = buyers.press(server.port, round_=round_)
            time.sleep(moments.uniform(*KILLED_AFTER_S))
            if round_ % 2:
                with _held_now_and_then(library):
                    time.sleep(moments.uniform(0.6, 1.2))
                    _kill(server)
            else:
                _kill(server)
            for thread in threads:
                thread.join(timeout=20)
        spools_left += bool(_spooled_files(library))
        assert _is_intact(library), f"after round {round_}"

    with _serving(library):
        deadline = time.monotonic() + 20
        while _spooled_files(library):
            assert time.monotonic() < deadline, "the spool was not drained"
            time.sleep(0.1)
    print(
        f"\n{ROUNDS} kills: {len(buyers.hits)} hits and {len(buyers.beats)} beats acknowledged, "
        f"{spools_left} times a spool was left behind"
    )
    assert spools_left >= 3, "the kills never met the spool"
    assert len(buyers.hits) > 20 * ROUNDS and len(buyers.beats) > 20 * ROUNDS
    _each_is_there_once(library, buyers)
    assert _is_intact(library)


def _each_is_there_once(library: Library, buyers: Buyers) -> None:
    with library.database.reading() as session:
        hits = Counter(session.scalars(select(Hit.user_agent).where(Hit.user_agent != "before")))
    missing = [agent for agent in buyers.hits if agent not in hits]
    twice = [agent for agent, times in hits.items() if times > 1]
    assert (missing, twice) == ([], [])
    _each_beat_is_there_once(library, buyers)


def _each_beat_is_there_once(library: Library, buyers: Buyers) -> None:
    with library.database.reading() as session:
        written = Counter(map(tuple, session.execute(select(Beat.view_key, Beat.ordinal))))
    assert set(written.values()) == {1}
    now = library.clock.now()
    keys = [read_view(token, key=library.signing_key, now=now) for token in buyers.views]
    told = {(keys[number].view_key, ordinal) for number, ordinal in buyers.beats}  # type: ignore[union-attr]
    assert told - set(written) == set()
