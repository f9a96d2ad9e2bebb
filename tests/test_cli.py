"""The command line, run as a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.commands import main
from bot.settings import ROOT


def madad(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` with its data in `folder`."""
    environment = {**os.environ, "MADAD_FOLDER": str(folder), **{f"MADAD_{k.upper()}": v for k, v in settings.items()}}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return every command below a group, with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands(main))


def test_the_commands_are_these() -> None:
    assert {" ".join(path) for path in ALL} == {
        "up", "serve", "chat", "train", "doctor", "faq", "faq ask", "faq build", "faq check",
        "db", "db upgrade", "db seed", "agent", "agent add",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_help_of_a_command_has_an_example(path: tuple[str, ...]) -> None:
    help_text = ALL[path].get_help(click.Context(ALL[path], info_name=" ".join(path)))
    assert f"python -m bot {path[0]}" in help_text


def test_help_is_there_at_once_because_nothing_slow_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from bot.commands import main; main(['--help'], standalone_mode=False);"
        "slow = {'torch', 'sqlalchemy', 'aiohttp', 'pydantic', 'rich.table', 'bot.bootstrap'} & set(sys.modules);"
        "sys.exit(f'imported {slow}' if slow else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "python -m bot up" in done.stdout


def test_a_wrong_setting_is_one_clear_sentence(tmp_path: Path) -> None:
    done = madad("up", folder=tmp_path, port="eighty")
    assert done.returncode == 1
    assert "MADAD_PORT: Input should be a valid integer" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_named(tmp_path: Path) -> None:
    done = madad("fly", folder=tmp_path)
    assert done.returncode == 2
    assert "No such command 'fly'" in done.stderr


def test_the_database_can_be_prepared_and_prepared_again(tmp_path: Path) -> None:
    for _ in range(2):
        done = madad("db", "upgrade", folder=tmp_path / "new")
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
    assert (tmp_path / "new" / "madad.db").exists()


def test_the_demo_orders_can_be_written_again(tmp_path: Path) -> None:
    for _ in range(2):
        done = madad("db", "seed", folder=tmp_path)
        assert (done.returncode, done.stdout) == (0, "The demo orders are in the database.\n"), done.stderr


def test_a_database_that_cannot_be_reached_is_one_clear_sentence(tmp_path: Path) -> None:
    done = madad("db", "upgrade", folder=tmp_path, database_url="mysql://localhost/madad")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database must be")


def test_an_agent_can_be_added_and_a_short_password_is_refused(tmp_path: Path) -> None:
    done = madad("agent", "add", "Sana Malik", "sana@shop.example", "--password", "long enough 1", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "sana@shop.example can sign in.\n"), done.stderr
    done = madad("agent", "add", "Sana Malik", "sana@shop.example", "--password", "short", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "Error: the password needs at least 10 characters\n")


FAQ = """
faq:
- id: warranty-length
  question: How long is the warranty?
  wordings: [how many years of warranty do I get, warranty period]
  answer: Two years.
- id: opening-hours
  question: When are you open?
  wordings: [what are your opening hours, are you open on sunday]
  answer: From nine to six.
"""


def test_what_is_doubtful_in_the_faq_is_listed(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text(FAQ)
    done = madad("faq", "check", folder=tmp_path, faq_folder=str(tmp_path))
    assert done.returncode == 0
    assert "warranty-length (hi): missing in this language" in done.stdout
    assert "2 entries in en; " in done.stdout


def test_a_broken_faq_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("faq: [")
    done = madad("faq", "check", folder=tmp_path, faq_folder=str(tmp_path))
    assert done.returncode == 1
    assert "en.yml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_question_shows_the_nearest_entries(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text(FAQ)
    done = madad("faq", "ask", "how long is the warranty?", folder=tmp_path, faq_folder=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "language: en" in done.stdout
    assert done.stdout.index("warranty-length") < done.stdout.index("opening-hours")
    assert done.stdout.endswith("What the customer gets: answer\n")


@pytest.mark.parametrize(("sign", "code"), [("SIGINT", 130), ("SIGTERM", 0)])
def test_a_signal_ends_a_command_quietly_after_it_has_cleaned_up(sign: str, code: int, tmp_path: Path) -> None:
    program = """
import asyncio, click, sys
from bot.commands import main, run

async def wait():
    try:
        print("waiting", flush=True)
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0.1)
        print("cleaned up", flush=True)

@main.command()
def endless():
    run(wait())

main(["endless"])
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "waiting\n"
        started = time.monotonic()
        process.send_signal(getattr(signal, sign))
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (code, "cleaned up\n", "")
    assert time.monotonic() - started < 5


def test_any_python_will_do_once_the_environment_is_there(tmp_path: Path) -> None:
    outside = Path(sys.base_prefix) / "bin" / "python3"
    environment = {**os.environ, "MADAD_FOLDER": str(tmp_path)}
    command = [outside, "-m", "bot", "db", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_an_environment_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    copy = tmp_path / "bot"
    copy.mkdir()
    (copy / "__init__.py").touch()
    (copy / "__main__.py").write_text((ROOT / "bot" / "__main__.py").read_text())
    (copy / "commands").mkdir()
    (copy / "commands" / "__init__.py").write_text("import no_such_library")
    done = subprocess.run([sys.executable, "-m", "bot"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "Error: no_such_library is not installed; run `make setup` first\n")
