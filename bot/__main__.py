"""The command line: `python -m bot COMMAND`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PYTHON = Path(__file__).parent.parent / ".venv" / "bin" / "python"


def _go_into_the_environment() -> None:
    """Let any Python be typed: outside of every environment, go on with the one that `make setup` made."""
    if sys.prefix == sys.base_prefix and _PYTHON.exists():
        os.execv(_PYTHON, [str(_PYTHON), "-m", "bot", *sys.argv[1:]])  # noqa: S606 - it is ours


def _run() -> None:
    try:
        from bot.commands import main
    except ModuleNotFoundError as error:
        sys.exit(f"Error: {error.name} is not installed; run `make setup` first")
    main(prog_name="python -m bot")


if __name__ == "__main__":
    _go_into_the_environment()
    _run()
