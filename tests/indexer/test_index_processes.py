"""One writer, many readers: threads, processes, and writers that are killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from indexer.index import EmbeddedIndex
from tests.indexer.hashing import HashingEmbedder, among, an_asset

# processes, models and programs of their own
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("alpha", "beta")
SIZE = 30
EVERYTHING = among(*range(1, SIZE + 1))


def version_of_library(word):
    return [
        an_asset(n, f"{word} title", *[f"{word} body {n} {m}" for m in range(3)])
        for n in range(1, SIZE + 1)
    ]


def words_found(index):
    """How many assets each version's word finds: one version all of them, the other none."""
    return tuple(
        len(index.search(f"{word} ", among=EVERYTHING, limit=SIZE, mode="keyword"))
        for word in VERSIONS
    )


def python(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_reader_in_another_process_follows_each_generation(tmp_path):
    code = """
import sys
from pathlib import Path
from indexer.index import EmbeddedIndex
from tests.indexer.hashing import HashingEmbedder
from tests.indexer.test_index_processes import words_found

index = EmbeddedIndex(Path(sys.argv[1]), HashingEmbedder())
for line in sys.stdin:
    print(*words_found(index), flush=True)
"""
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def asked():
        reader.stdin.write("\n")
        reader.stdin.flush()
        return tuple(map(int, reader.stdout.readline().split()))

    with reader:
        writer = EmbeddedIndex(tmp_path, HashingEmbedder())
        assert asked() == (0, 0)
        writer.replace(version_of_library("alpha"))
        assert asked() == (SIZE, 0)
        writer.replace(version_of_library("beta")[:10])
        assert asked() == (SIZE - 10, 10)
        writer.remove(range(1, 6))
        assert asked() == (SIZE - 10, 5)
        writer.rebuild(version_of_library("beta"))
        assert asked() == (0, SIZE)
        reader.stdin.close()
    assert reader.returncode == 0


def test_threads_that_search_during_writes_see_one_generation_or_the_next(tmp_path):
    """One query names both versions: an answer that mixed generations would show both."""
    index = EmbeddedIndex(tmp_path, HashingEmbedder())
    index.replace(version_of_library("alpha"))
    held = {word: {a.asset_id: a for a in version_of_library(word)} for word in VERSIONS}
    stop = threading.Event()
    failures, answers = [], []

    def search():
        try:
            while not stop.is_set():
                hits = index.search("alpha title", among=EVERYTHING, limit=SIZE)
                matched = sum(hit.asset_bm25 > 0 and hit.passage_bm25 > 0 for hit in hits)
                near = sum(hit.cosine > 0.6 for hit in hits)
                # In alpha's generations all match and all are near, in beta's (by title) none.
                answers.append((len(hits), matched, near))
        except Exception as problem:
            failures.append(problem)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        word = VERSIONS[(turn + 1) % 2]
        library = list(held[word].values())
        (index.rebuild if turn % 3 == 0 else index.replace)(library)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(answers) <= {(SIZE, SIZE, SIZE), (SIZE, 0, 0)}
    assert (SIZE, SIZE, SIZE) in answers


def test_writers_in_two_processes_lose_nothing(tmp_path):
    code = """
import sys
from pathlib import Path
from indexer.index import EmbeddedIndex
from tests.indexer.hashing import HashingEmbedder, an_asset
index = EmbeddedIndex(Path(sys.argv[1]), HashingEmbedder())
for n in range(int(sys.argv[2]), int(sys.argv[2]) + 8):
    index.replace([an_asset(n, f"title {n}", f"body {n}")])
"""
    writers = [python(code, tmp_path, first) for first in (1, 101)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    index = EmbeddedIndex(tmp_path, HashingEmbedder())
    assert sorted(index.revisions()) == [*range(1, 9), *range(101, 109)]
    assert index.state().problem is None


ENDLESS = """
import sys
from pathlib import Path
from indexer.index import EmbeddedIndex
from tests.indexer.hashing import HashingEmbedder
from tests.indexer.test_index_processes import VERSIONS, version_of_library
index = EmbeddedIndex(Path(sys.argv[1]), HashingEmbedder())
turn = 0
while True:
    library = version_of_library(VERSIONS[turn % 2])
    (index.rebuild if turn % 3 == 0 else index.replace)(library)
    turn += 1
    print(turn, flush=True)
"""


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_generation(tmp_path):
    for kill in range(12):
        writer = python(ENDLESS, tmp_path)
        writer.stdout.readline()
        # Spread over the length of a write, a few hundredths of a second.
        time.sleep(0.004 * kill)
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        reader = EmbeddedIndex(tmp_path, HashingEmbedder())
        assert reader.state().problem is None
        assert words_found(reader) in {(SIZE, 0), (0, SIZE)}
    survivor = EmbeddedIndex(tmp_path, HashingEmbedder())
    survivor.replace([an_asset(SIZE + 1, "gamma")])
    segments = [path for path in tmp_path.iterdir() if path.name.startswith(("segment-", "key"))]
    assert len([path for path in segments if path.is_dir()]) == 1
    assert survivor.state().assets == SIZE + 1


STEPS = [
    ("indexer.vectors.segments.Segment", "save"),
    ("indexer.keywords.tantivy.KeywordWriter", "__exit__"),
    ("indexer.keywords.tantivy", "continue_from"),
    ("indexer.generation", "described"),
    ("indexer.generation", "publish"),
    ("indexer.generation", "sweep"),
    ("indexer.index", "sweep"),
]
KILLED_AT = """
import importlib, os, signal, sys
from pathlib import Path
from indexer.index import EmbeddedIndex
from tests.indexer.hashing import HashingEmbedder
from tests.indexer.test_index_processes import version_of_library
import indexer.generation
folder, place, name, when, write = sys.argv[1:]
module, _, rest = place.rpartition(".")
owner = getattr(importlib.import_module(module), rest, None) or importlib.import_module(place)
if place.endswith("tantivy"):
    owner = indexer.generation
real = getattr(owner, name)
def dying(*args, **kwargs):
    if when == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, dying)
getattr(EmbeddedIndex(Path(folder), HashingEmbedder()), write)(version_of_library("beta"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("write", ["replace", "rebuild"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("place", "name"), STEPS)
def test_a_writer_killed_around_each_step_leaves_a_whole_generation(
    tmp_path, place, name, when, write
):
    EmbeddedIndex(tmp_path, HashingEmbedder()).replace(version_of_library("alpha"))
    reader = EmbeddedIndex(tmp_path, HashingEmbedder())
    assert words_found(reader) == (SIZE, 0)
    writer = python(KILLED_AT, tmp_path, place, name, when, write)
    writer.communicate()
    never_reached = write == "rebuild" and (place, name) in {
        ("indexer.keywords.tantivy", "continue_from"),
        ("indexer.index", "sweep"),
    }
    assert writer.returncode == (0 if never_reached else -signal.SIGKILL)
    published = (
        never_reached
        or (name, when) == ("publish", "after")
        or (place == STEPS[5][0] and (name == "sweep"))
    )
    expected = (0, SIZE) if published else (SIZE, 0)
    assert words_found(reader) == expected
    after = EmbeddedIndex(tmp_path, HashingEmbedder())
    assert after.state().problem is None
    assert words_found(after) == expected
    after.replace(version_of_library("beta"))
    assert words_found(reader) == (0, SIZE)
