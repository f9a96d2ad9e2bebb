"""The engine as a child process, with a program of ours in its place."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.engine_process import Launch, launch_from, running_engine
from bot.errors import CannotStart
from bot.settings import load_settings
from tests.servers import free_port

FAKE = Path(__file__).parent / "fake_engine.py"


def fake(behaviour: str, folder: Path, seconds: float = 20) -> Launch:
    """Return how to start the program that behaves as told."""
    port = free_port()
    return Launch(
        command=(sys.executable, str(FAKE), str(port), behaviour),
        environment=dict(os.environ),
        log=folder / "logs" / "engine.log",
        url=f"http://127.0.0.1:{port}/",
        seconds=seconds,
    )


def started(folder: Path) -> list[int]:
    """Return the process ids of every engine that was started with its log in this folder."""
    log = folder / "logs" / "engine.log"
    return [int(found) for found in re.findall(r"pid (\d+)\n", log.read_text())] if log.exists() else []


def runs(pid: int) -> bool:
    """Say whether a process is running."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def until_gone(pid: int) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(10):
        while runs(pid):
            await asyncio.sleep(0.05)


async def test_an_engine_that_answers_is_ready_and_ends_with_the_block(tmp_path: Path) -> None:
    launch = fake("ready", tmp_path)
    async with running_engine(launch) as engine:
        await engine.until_ready()
        (pid,) = started(tmp_path)
        assert runs(pid)
    assert not runs(pid)


async def test_an_engine_that_ignores_the_request_to_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine_process._SECONDS_TO_STOP", 0.3)
    launch = fake("stubborn", tmp_path)
    async with running_engine(launch) as engine:
        await engine.until_ready()
    assert not runs(started(tmp_path)[0])


async def test_an_engine_that_ends_before_it_is_ready_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    launch = fake("dies", tmp_path)
    async with running_engine(launch) as engine:
        with pytest.raises(CannotStart, match=r"ended with exit code 1 before(.|\n)*ModuleNotFoundError: no module"):
            await engine.until_ready()


async def test_an_engine_without_a_model_is_reported_at_once(tmp_path: Path) -> None:
    async with running_engine(fake("no model", tmp_path)) as engine:
        with pytest.raises(CannotStart, match=r"could not load its model; `python -m bot train`"):
            await engine.until_ready()


async def test_an_engine_that_takes_too_long_is_reported_and_ended(tmp_path: Path) -> None:
    launch = fake("hangs", tmp_path, seconds=1)
    with pytest.raises(CannotStart, match="not ready after 1 s"):
        async with running_engine(launch) as engine:
            await engine.until_ready()
    assert not runs(started(tmp_path)[0])


async def test_an_engine_that_dies_is_started_again_and_somebody_is_told_why(tmp_path: Path) -> None:
    launch = fake("dies when asked", tmp_path)
    told: list[str] = []
    async with running_engine(launch) as engine:
        await engine.until_ready()
        keeping = asyncio.create_task(engine.keep_running(told.append))
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.post(launch.url)
        async with asyncio.timeout(15):
            while "The engine is back." not in told:
                await asyncio.sleep(0.05)
        first, second = started(tmp_path)
        assert "exit code 3; starting it again in 1 s" in told[0]
        assert "out of memory" in told[0]
        assert not runs(first)
        assert runs(second)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert not runs(second)


async def test_the_waits_before_a_restart_grow_while_the_engine_keeps_failing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def short(seconds: float) -> None:
        if seconds >= 1:
            waits.append(seconds)
        await sleep(0.01)

    monkeypatch.setattr("bot.engine_process.asyncio.sleep", short)
    async with running_engine(fake("dies", tmp_path)) as engine:
        keeping = asyncio.create_task(engine.keep_running(lambda text: None))
        async with asyncio.timeout(20):
            while len(waits) < 4:
                await sleep(0.05)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert waits[:4] == [1, 2, 4, 8]


async def test_the_engine_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    launch = fake("ready", tmp_path)
    parent = f"""
import asyncio
from pathlib import Path
from bot.engine_process import Launch, running_engine

async def main():
    launch = Launch({list(launch.command)!r}, {{}}, Path({str(launch.log)!r}), {launch.url!r})
    async with running_engine(launch) as engine:
        await engine.until_ready()
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=FAKE.parent.parent)
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        (pid,) = started(tmp_path)
        process.send_signal(signal.SIGKILL)
    await until_gone(pid)


def test_the_launch_hands_the_engine_what_it_needs_and_lets_it_keep_what_it_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr("bot.engine_process.ENGINE_PYTHON", Path(sys.executable))
    launch = launch_from(load_settings(folder=tmp_path, action_port=11, engine_port=12, engine_token="secret"))
    assert launch.environment["MADAD_ACTION_URL"] == "http://127.0.0.1:11/webhook"
    assert launch.environment["MADAD_ENGINE_TOKEN"] == "secret"
    assert launch.environment["MADAD_ENGINE_DATABASE_URL"] == f"sqlite:///{tmp_path}/engine.db"
    assert "PYTHONDONTWRITEBYTECODE" not in launch.environment
    assert launch.url == "http://127.0.0.1:12/webhooks/madad/"
    assert "secret" not in " ".join(launch.command)


def test_a_missing_environment_of_the_engine_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine_process.ENGINE_PYTHON", tmp_path / "python")
    with pytest.raises(CannotStart, match="run `make setup`"):
        launch_from(load_settings(folder=tmp_path))
