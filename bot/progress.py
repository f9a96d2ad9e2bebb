"""Shows what is being done and for how long: a spinner for each task in a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Say = Callable[[str], None]
"""Takes what a task is doing now."""


_SECONDS_BETWEEN_COUNTS = 5
"""A line that differs from the last one in its numbers only is printed no more often than this."""


class Tasks:
    """The tasks that are shown; made by `tasks`."""

    def __init__(self, console: Console, spinners: Progress | None) -> None:
        self._console = console
        self._spinners = spinners

    @contextlib.contextmanager
    def task(self, name: str, text: str = "starting") -> Iterator[Say]:
        """Show a task while the block runs, and how long it took when it ends well."""
        started = time.monotonic()
        say, remove = self._lines(name) if self._spinners is None else self._spinner(self._spinners, name)
        say(text)
        try:
            yield say
        finally:
            remove()
        self._print(f"{name}: ready ({time.monotonic() - started:.0f} s)")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _lines(self, name: str) -> tuple[Say, Callable[[], None]]:
        kind, at = "", 0.0

        def say(text: str) -> None:
            nonlocal kind, at
            same = re.sub(r"\d+", "", text) == kind
            if not same or time.monotonic() - at > _SECONDS_BETWEEN_COUNTS:
                kind, at = re.sub(r"\d+", "", text), time.monotonic()
                self._print(f"{name}: {text}")

        return say, lambda: None

    def _spinner(self, spinners: Progress, name: str) -> tuple[Say, Callable[[], None]]:
        row = spinners.add_task(name, total=None)
        return lambda text: spinners.update(row, description=f"{name}: {text}"), lambda: spinners.remove_task(row)


@contextlib.contextmanager
def tasks(console: Console) -> Iterator[Tasks]:
    """Show tasks on the console while the block runs."""
    if not console.is_terminal:
        yield Tasks(console, None)
        return
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as spinners:
        yield Tasks(console, spinners)
