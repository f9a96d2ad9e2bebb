"""Ends the engine when the process that started it is gone, however that ended, so that none is left behind."""

from __future__ import annotations

import os
import signal
import threading
import time

_SECONDS_TO_FINISH = 5


def end_with_parent() -> None:
    """Watch standard input, a pipe which the parent holds open and never writes to, from a thread."""
    threading.Thread(target=_watch, daemon=True, name="parent").start()


def _watch() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_FINISH)
    os._exit(1)
