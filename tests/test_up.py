"""Everything on one machine: started, told about, and stopped, with a program of ours in the engine's place."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from bot.errors import BadData, CannotStart
from bot.progress import Say
from bot.services import Services
from bot.settings import ROOT, Settings, load_settings
from bot.training import SOURCES, Training
from bot.up import Programs, running
from tests.fakes import make_services
from tests.test_engine_process import fake, runs, started, until_gone

TRIAL = """
import sys
from pathlib import Path
from rich.console import Console
from bot.commands import main, run
from bot.settings import load_settings
from bot.up import chat, up
from tests.test_up import programs

command, folder, behaviour = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
settings = load_settings(folder=folder, port=0, action_port=0, engine_port=0, _env_file=None)
plan = programs(folder, behaviour)

@main.command()
def trial():
    run(up(settings, Console(), plan) if command == "up" else chat(settings, Console(), "en", plan))

main(["trial"])
"""


def trained(folder: Path) -> Training:
    """Return a training that has been done."""
    for pattern in SOURCES:
        (folder / pattern.replace("*", "one")).parent.mkdir(parents=True, exist_ok=True)
    training = Training(root=folder, log=folder / "training.log")
    training.model.parent.mkdir(exist_ok=True)
    training.model.touch()
    training.stamp.write_text(training.fingerprint())
    return training


@asynccontextmanager
async def open_services(settings: Settings, say: Say) -> AsyncIterator[Services]:
    """Open services that keep nothing; raises what a broken file raises when the FAQ's folder is not there."""
    say("opening")
    if not settings.faq_folder.exists():
        raise BadData(f"{settings.faq_folder}: there is no such folder")
    yield make_services()


def programs(folder: Path, behaviour: str) -> Programs:
    """Return a trained model, an engine that behaves as told, and services that keep nothing."""
    launch = fake(behaviour, folder)
    return Programs(trained(folder), lambda settings: launch, open_services)


def settings(folder: Path, **changed: object) -> Settings:
    """Return settings that take free ports."""
    chosen: dict[str, object] = {"folder": folder, "port": 0, "action_port": 0, "engine_port": 0, "_env_file": None}
    return load_settings(**(chosen | changed))


@contextmanager
def trial(
    folder: Path, behaviour: str = "ready", command: str = "up", last: str = "Sign in with"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `up` or `chat` as a process; yields it with what it printed until the last line that it prints when ready."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    arguments = [sys.executable, "-c", TRIAL, command, str(folder), behaviour]
    with subprocess.Popen(
        arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, **pipes
    ) as process:
        try:
            yield process, _until(process, last)
        finally:
            process.kill()


def _until(process: subprocess.Popen[str], last: str) -> str:
    assert process.stdout
    text = ""
    for line in process.stdout:
        text += line
        if last in line:
            break
    return text


async def test_up_prints_addresses_and_a_sign_in_that_work_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    with trial(tmp_path) as (process, told):
        shop = re.search(r"Demo shop +(http\S+)", told)
        console = re.search(r"Agent console +(http\S+)", told)
        agent = re.search(r"Sign in with +(\S+) +(\S+)", told)
        assert shop, told
        assert console, told
        assert agent, told
        for address in (shop[1], console[1]):
            with urllib.request.urlopen(address) as answer:
                assert "<html" in answer.read().decode()
        body = json.dumps({"email": agent[1], "password": agent[2]}).encode()
        headers = {"Content-Type": "application/json", "Origin": shop[1].rstrip("/")}
        request = urllib.request.Request(f"{console[1]}/api/session", body, headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.status in (200, 201)
        (engine,) = started(tmp_path)
        assert runs(engine)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (130, "")
    assert not runs(engine)


async def test_a_request_to_end_is_no_error(tmp_path: Path) -> None:
    with trial(tmp_path) as (process, _):
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")
    assert not runs(started(tmp_path)[0])


async def test_nothing_is_left_when_up_is_killed(tmp_path: Path) -> None:
    with trial(tmp_path) as (process, _):
        process.send_signal(signal.SIGKILL)
    await until_gone(started(tmp_path)[0])


async def test_an_engine_that_does_not_start_ends_up_with_a_clear_error(tmp_path: Path) -> None:
    with trial(tmp_path, "dies") as (process, told):
        _, errors = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "Madad is ready" not in told
    assert errors.startswith("Error: the engine ended with exit code 1 before it was ready.")
    assert "no module named 'rasa'" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("port", ["action_port", "engine_port"])
async def test_a_taken_port_is_reported_before_anything_is_started(port: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        chosen = settings(tmp_path, **{port: other.getsockname()[1]})
        with pytest.raises(CannotStart, match=f"set MADAD_{port.upper()} to another port"):
            async with running(chosen, Console(file=io.StringIO()), programs(tmp_path, "ready")):
                pass
    assert not (tmp_path / "logs" / "engine.log").exists()


async def test_a_service_that_cannot_open_ends_the_engine_too(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no such folder"):
        async with running(
            settings(tmp_path, faq_folder=tmp_path / "faq"),
            Console(file=io.StringIO()),
            programs(tmp_path, "hangs"),
        ):
            pass
    assert not any(runs(pid) for pid in started(tmp_path))


async def test_each_run_has_a_secret_and_ports_of_its_own(tmp_path: Path) -> None:
    seen: list[Settings] = []
    for _ in range(2):
        launch = fake("dies", tmp_path)
        plan = Programs(
            trained(tmp_path), lambda chosen, launch=launch: (seen.append(chosen), launch)[1], open_services
        )
        with pytest.raises(CannotStart):
            async with running(settings(tmp_path), Console(file=io.StringIO()), plan):
                pass
    first, second = seen
    assert first.engine_token != second.engine_token
    assert len(first.engine_token.get_secret_value()) >= 32
    assert 0 not in (first.engine_port, first.action_port)


async def test_ctrl_c_while_the_engine_is_loading_leaves_nothing(tmp_path: Path) -> None:
    task = asyncio.create_task(_enter(tmp_path))
    async with asyncio.timeout(20):
        while not started(tmp_path):
            await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not runs(started(tmp_path)[0])


async def _enter(folder: Path) -> None:
    async with running(settings(folder), Console(file=io.StringIO()), programs(folder, "hangs")):
        raise AssertionError("an engine that hangs is not ready")


async def test_a_chat_ends_with_its_input(tmp_path: Path) -> None:
    with trial(tmp_path, command="chat", last="Say something") as (process, told):
        assert "Engine: ready" in told
        _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")
    assert not runs(started(tmp_path)[0])


async def test_ctrl_c_ends_a_chat_that_waits_for_a_line(tmp_path: Path) -> None:
    with trial(tmp_path, command="chat", last="Say something") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 130
    assert not runs(started(tmp_path)[0])
