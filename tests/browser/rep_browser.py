"""A rep's browser: real Chromium with the real extension in it, and the library it is paired with.

The one change to the extension is a line in a copy of its manifest: the browser's own question,
whether it may reach the library, cannot be answered in a browser without a window.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, Worker

SOURCE = Path(__file__).parents[2] / "web" / "extension"
_QUIET = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-quic"
)
# Short enough for a test, long enough to act within: nothing waits for half a minute.
SHORT = {"hold_ms": 1500, "intent_patience_ms": 1200, "back_off_first_ms": 300}


def unpacked(folder: Path, *, reaches: str) -> Path:
    """A copy of the extension that may reach the origin without being asked."""
    copy = folder / "extension"
    shutil.copytree(SOURCE, copy)
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    manifest["host_permissions"] = [f"{reaches.rsplit(':', 1)[0]}/*"]
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return copy


class RepBrowser:
    """The browser, its extension's background, and what the extension keeps."""

    def __init__(self, context: BrowserContext, library_url: str) -> None:
        self.context, self.library_url = context, library_url
        self.extension = self.worker.url.removesuffix("background.js")

    @property
    def worker(self) -> Worker:
        """The background, which the browser stops and starts as it likes."""
        running = self.context.service_workers
        return running[0] if running else self.context.wait_for_event("serviceworker")

    def kept(self, key: str) -> Any:
        script = "async (key) => (await chrome.storage.local.get(key))[key] ?? null"
        return self.worker.evaluate(script, key)

    def keep(self, key: str, value: object) -> None:
        script = "([key, value]) => chrome.storage.local.set({ [key]: value })"
        self.worker.evaluate(script, [key, value])

    def set_up(self, **timing: int) -> None:
        """Shortens what is waited for, and opens our parts in pages to the test."""
        self.keep("testing", {"timing": {**SHORT, **timing}, "opens_shadow": True})

    def popup(self) -> Page:
        page = self.context.new_page()
        page.set_viewport_size({"width": 340, "height": 560})
        page.goto(f"{self.extension}popup/popup.html")
        return page

    def pair(self, code: str) -> Page:
        page = self.popup()
        page.get_by_label("Address of the library").fill(self.library_url)
        page.get_by_label("Code", exact=True).fill(code)
        page.get_by_role("button", name="Pair this browser").click()
        return page

    def until(self, holds: Callable[[], Any], *, patience_s: float = 45) -> Any:
        """Waits until it holds, while the browser goes on; returns what it gave."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if found := holds():
                return found
            self.pause(0.05)
        raise AssertionError(f"did not come to hold: {holds()!r}")

    def pause(self, seconds: float) -> None:
        # by the browser's own clock: what its pages ask is answered meanwhile
        self.context.pages[0].wait_for_timeout(seconds * 1000)

    def wait_out_the_hold(self) -> None:
        """Long enough for whatever is to be told to have been told."""
        self.pause(SHORT["hold_ms"] / 1000 + 1)
        self.until(lambda: not self.waiting())

    def waiting(self) -> list[dict[str, Any]]:
        return (self.kept("queue") or {}).get("waiting", [])


@contextmanager
def rep_browser(
    playwright: Playwright, folder: Path, library_url: str, **options: Any
) -> Iterator[RepBrowser]:
    """Started in the folder; started there again it is the same browser, and remembers."""
    copy = folder / "extension"
    if not copy.exists():
        unpacked(folder, reaches=library_url)
    context = playwright.chromium.launch_persistent_context(
        folder / "profile",
        executable_path="/usr/bin/chromium",
        headless=True,
        args=[
            *_QUIET.split(),
            f"--disable-extensions-except={copy}",
            f"--load-extension={copy}",
        ],
        ignore_default_args=["--disable-extensions"],
        viewport={"width": 1280, "height": 800},
        **options,
    )
    context.set_default_timeout(30_000)
    try:
        browser = RepBrowser(context, library_url)
        browser.set_up()
        yield browser
    finally:
        context.close()
