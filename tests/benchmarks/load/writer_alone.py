"""The hit writer without any web: threads that each wait for their event, in two ways.

Run as a module with a library's folder; prints as JSON how many events a second each way took.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from contentlib.engagement import service as engagement
from contentlib.engagement.models import Hit
from contentlib.library import Library
from contentlib.settings import load_settings
from web.wiring import open_for_buyers

THREADS = 8
EVENTS = 60
ROUNDS = 5


def _row(library: Library) -> dict[str, Any]:
    return engagement.hit_row(
        share_id=1,
        kind="page",
        method="GET",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        network="203.0.113.0/24",
        visitor_key="k" * 64,
        by_colleague=False,
        now=library.clock.now(),
    )


def _through_the_writer(library: Library) -> None:
    engagement.record_hits(library.hits, [_row(library)]).result(timeout=30)


def _one_commit_each(library: Library) -> None:
    with library.database.unit_of_work() as session:
        session.execute(insert(Hit), [_row(library)])


def _per_second(library: Library, way: Callable[[Library], None]) -> float:
    def visitor(_: int) -> None:
        for _ in range(EVENTS):
            way(library)

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(visitor, range(THREADS)))
    return THREADS * EVENTS / (time.perf_counter() - begun)


def main(data_dir: Path) -> None:
    library = open_for_buyers(load_settings(data_dir=data_dir))
    _through_the_writer(library)
    told: dict[str, list[float]] = {"writer": [], "each": []}
    for _ in range(ROUNDS):
        told["writer"].append(_per_second(library, _through_the_writer))
        told["each"].append(_per_second(library, _one_commit_each))
    library.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
