"""Processes that belong together end together."""

import os
import threading
import time

_LOOK_EVERY_S = 0.5


def end_with_parent() -> None:
    """Ends this process soon after its parent is gone.

    `kill -9` of the server leaves its children no signal; without this they would hold the
    port and the index lock, and the next start would meet them.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
