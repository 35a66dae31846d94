"""What a buyer waits for: the first page of a deck of forty, on a quick line and on a phone's.

Figures as Lighthouse tells them, measured in Chromium: first and largest contentful paint, bytes
and requests until the page stands. A phone is throttled as Lighthouse's "slow 4G" (1.6 Mbit/s,
150 ms there and back) with a processor four times slower.
"""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, sync_playwright
from reportlab.pdfgen.canvas import Canvas
from werkzeug.serving import make_server

from contentlib.asset import service as assets
from contentlib.clock import SystemClock
from contentlib.library import Library
from contentlib.worker import Worker
from indexer import Documents
from tests.cast import hire
from tests.factories import make_library
from tests.web.viewing import PHONE, share_of, viewer_app

_PAGES = 40
_PAINTS = """() => new Promise((tell) => {
  new PerformanceObserver((list) => {
    const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    tell({ first, largest: list.getEntries().at(-1).startTime });
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


def _deck(path: Path) -> Path:
    words = ("dock", "gate", "yard", "slot", "truck", "carrier", "waiting", "pallet", "hour", "fee")
    chance = random.Random(4)
    canvas = Canvas(str(path), pagesize=(960, 540))
    for number in range(1, _PAGES + 1):
        canvas.setFont("Helvetica-Bold", 30)
        canvas.drawString(50, 480, f"{number}. {' '.join(chance.choices(words, k=4))}")
        canvas.setFont("Helvetica", 18)
        for line in range(9):
            canvas.drawString(60, 420 - line * 36, " ".join(chance.choices(words, k=9)))
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture
def link(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[str]:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, clock=SystemClock())  # type: ignore[arg-type]
    path = share_of(library, hire(library).rosa, [_imported(library, tmp_path)]).path
    server = make_server("127.0.0.1", 0, viewer_app(library), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{path}"
    server.shutdown()
    thread.join(10)
    server.server_close()
    library.close()


def _imported(library: Library, folder: Path) -> str:
    pdf = _deck(folder / "deck.pdf")
    reader = Documents()
    document = reader.read(pdf, file_name=pdf.name, limits=library.settings.limits)
    with pdf.open("rb") as file:
        stored = library.files.put(file)
    content = assets.NewContent(pdf.name, stored, document, reader.split(document.pages))
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        asset = assets.create(session, title="Docks", owner_id=None, content=content, now=now)
        assets.publish(session, asset=asset, member_id=None, now=now)
        public_id = asset.public_id
    Worker(library).drain(periodic=False)
    return public_id


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


def _as_on_a_phone(session: CDPSession) -> None:
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    line = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8}
    session.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": 0.75e6 / 8})


@pytest.mark.parametrize("where", ["desk", "phone"])
def test_the_first_page_of_a_deck_is_one_page_one_picture_and_three_small_files(
    link: str, browser: Browser, where: str
) -> None:
    figures = []
    for _ in range(5):
        context = browser.new_context(
            viewport={"width": 375, "height": 812} if where == "phone" else None,
            user_agent=PHONE if where == "phone" else None,
        )
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        loaded: dict[str, float] = {}
        session.on(
            "Network.loadingFinished",
            lambda told, loaded=loaded: loaded.update(
                {told["requestId"]: told["encodedDataLength"]}
            ),
        )
        if where == "phone":
            _as_on_a_phone(session)
        page.goto(link, wait_until="load")
        at_load = dict(loaded)
        paints = page.evaluate(_PAINTS)
        figures.append((paints["first"], paints["largest"], len(at_load), sum(at_load.values())))
        context.close()
    first, largest, requests, size = (sorted(column)[2] for column in zip(*figures, strict=True))
    print(
        f"\n{where}: first paint {first:.0f} ms, largest {largest:.0f} ms,"
        f" {requests} requests, {size / 1000:.0f} kB"
    )
    assert requests <= 7
    assert size < 300_000
