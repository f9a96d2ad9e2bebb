"""What is shown while something slow is done."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.progress import tasks


def test_elsewhere_than_in_a_terminal_each_step_is_a_line() -> None:
    output = io.StringIO()
    with tasks(Console(file=output, width=100)) as shown, shown.task("Engine", "loading [model]") as say:
        say("warming up")
    assert output.getvalue() == "Engine: loading [model]\nEngine: warming up\nEngine: ready (0 s)\n"


def test_a_count_does_not_fill_the_log() -> None:
    output = io.StringIO()
    with tasks(Console(file=output, width=100)) as shown, shown.task("FAQ", "reading") as say:
        for number in range(100):
            say(f"encoding, {number} of 100")
    assert output.getvalue() == "FAQ: reading\nFAQ: encoding, 0 of 100\nFAQ: ready (0 s)\n"


def test_in_a_terminal_a_task_leaves_one_line_behind() -> None:
    output = io.StringIO()
    console = Console(file=output, width=100, force_terminal=True)
    with tasks(console) as shown, shown.task("Engine", "loading") as say:
        say("warming up")
    assert "\x1b[?25l" in output.getvalue(), "a spinner hides the cursor"
    assert output.getvalue().count("Engine: ready (0 s)") == 1


def test_a_task_that_fails_does_not_claim_to_be_ready() -> None:
    output = io.StringIO()
    with (
        pytest.raises(OSError, match="broken"),
        tasks(Console(file=output, width=100)) as shown,
        shown.task("Engine", "loading"),
    ):
        raise OSError("broken")
    assert output.getvalue() == "Engine: loading\n"
