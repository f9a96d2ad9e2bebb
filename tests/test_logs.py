"""What of a log is worth showing."""

from __future__ import annotations

from pathlib import Path

from bot.logs import last_lines


def test_the_last_lines_leave_out_warnings_progress_and_colours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "first\nlib.py:3: DeprecationWarning: old\n  import old\n"
        "rules: 1%|  | 1/9\rrules: 9it [00:00, 99.9it/s]\n\n\x1b[91mERROR it broke\x1b[0m\n"
    )
    assert last_lines(log) == "first\nERROR it broke"
    assert last_lines(log, 1) == "ERROR it broke"


def test_a_log_without_a_word_is_said_to_be_one(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    assert last_lines(log) == "(nothing)"
