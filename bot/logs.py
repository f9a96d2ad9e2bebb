"""Where the log goes, and what of a log is worth showing to a person."""

from __future__ import annotations

import logging
import re
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s  %(message)s"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_NOISE = re.compile(r"Warning|^Implementing implicit|^\s|^More info|\d+%\||it/s| DEBUG | rasa.telemetry ")


def log_to_stderr() -> None:
    """Write the service's log to standard error, as containers want it."""
    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    _hush()


def log_to_file(path: Path) -> None:
    """Write the service's log to a file, and what needs attention to standard error too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    attention = logging.StreamHandler()
    attention.setLevel(logging.ERROR)
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=[logging.FileHandler(path), attention])
    _hush()


def _hush() -> None:
    for library in ("alembic", "rasa_sdk", "httpx"):
        logging.getLogger(library).setLevel(logging.WARNING)


def last_lines(path: Path, count: int = 6) -> str:
    """Return the last lines of a log that say something: no warnings, progress bars or colours."""
    lines = _COLOURS.sub("", path.read_text(errors="replace")).replace("\r", "\n").splitlines()
    telling = [line.rstrip() for line in lines if line.strip() and not _NOISE.search(line)]
    return "\n".join(telling[-count:]) or "(nothing)"
