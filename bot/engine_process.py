"""The engine as a child of this process: started, waited for, started again when it dies, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.errors import CannotStart
from bot.logs import last_lines
from bot.settings import ROOT, Settings, child_environment

ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
MODEL = ROOT / "models" / "rasa.tar.gz"
_POLL_SECONDS = 0.2
_SECONDS_TO_STOP = 5
_LONGEST_WAIT_SECONDS = 30.0
_STEADY_SECONDS = 60
"""An engine that ran for this long is restarted at once, whatever happened before."""


@dataclass(frozen=True)
class Launch:
    """How the engine is started and asked."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    url: str
    """Answers 200 when a model is loaded, and 503 when that failed."""
    seconds: float = 120
    """How long it may take to start; a slow disk may need a minute."""


def launch_from(settings: Settings) -> Launch:
    """Return how to start the engine; raises `CannotStart` when its environment is missing."""
    if not ENGINE_PYTHON.exists():
        raise CannotStart("the engine's environment is not there; run `make setup`")
    arguments = ("run", "-i", "127.0.0.1", "-p", str(settings.engine_port), "-m", str(MODEL))
    files = ("--credentials", "credentials.yml", "--endpoints", "endpoints.yml")
    return Launch(
        command=(str(ENGINE_PYTHON), "-m", "bot.engine", *arguments, *files),
        environment=child_environment(
            MADAD_ACTION_URL=f"http://127.0.0.1:{settings.action_port}/webhook",
            MADAD_ENGINE_TOKEN=settings.engine_token.get_secret_value(),
            MADAD_ENGINE_DATABASE_URL=settings.engine_database_url,
            MADAD_ENGINE_ENDS_WITH_PARENT="1",
        ),
        log=settings.folder / "logs" / "engine.log",
        url=f"http://127.0.0.1:{settings.engine_port}/webhooks/madad/",
    )


class EngineProcess:
    """A running engine; `running_engine` makes it and stops it."""

    def __init__(self, launch: Launch, process: Process) -> None:
        self._launch = launch
        self._process = process
        self._started = time.monotonic()

    async def until_ready(self) -> None:
        """Wait until a model is loaded; raises `CannotStart` when it ends before, cannot load it, or takes too long."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while (status := await _status(session, self._launch.url)) != 200:
                if self._process.returncode is not None:
                    raise self._failure(f"the engine ended with {_exit(self._process.returncode)} before it was ready")
                if status == 503:
                    raise self._failure("the engine could not load its model; `python -m bot train` makes it anew")
                if time.monotonic() - self._started > self._launch.seconds:
                    raise self._failure(f"the engine was not ready after {self._launch.seconds:.0f} s")
                await asyncio.sleep(_POLL_SECONDS)

    async def keep_running(self, tell: Callable[[str], None]) -> None:
        """Start the engine again whenever it ends, after waits that grow, until cancelled."""
        wait = 1.0
        while True:
            code = await self._process.wait()
            wait = 1.0 if time.monotonic() - self._started > _STEADY_SECONDS else wait
            tell(f"The engine ended with {_exit(code)}; starting it again in {wait:.0f} s. {self._ending()}")
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
            await self._start_again(tell)

    async def stop(self) -> None:
        """End the process and whatever it started."""
        await _end(self._process)

    async def _start_again(self, tell: Callable[[str], None]) -> None:
        self._process, self._started = await _start(self._launch, "ab"), time.monotonic()
        try:
            await self.until_ready()
            tell("The engine is back.")
        except CannotStart as failure:
            tell(f"{failure}")
            await _end(self._process)

    def _failure(self, what: str) -> CannotStart:
        return CannotStart(f"{what}. {self._ending()}")

    def _ending(self) -> str:
        return f"The end of {self._launch.log}:\n{last_lines(self._launch.log)}"


@contextlib.asynccontextmanager
async def running_engine(launch: Launch) -> AsyncIterator[EngineProcess]:
    """Start the engine, and stop it at the end of the block. It is not ready yet."""
    launch.log.parent.mkdir(parents=True, exist_ok=True)
    engine = EngineProcess(launch, await _start(launch, "wb"))
    try:
        yield engine
    finally:
        await engine.stop()


async def _start(launch: Launch, mode: str) -> Process:
    # A session of its own, so that Ctrl-C reaches us alone; the pipe tells the engine when we are gone.
    with launch.log.open(mode) as log:
        return await asyncio.create_subprocess_exec(
            *launch.command,
            cwd=ROOT,
            env=launch.environment,
            stdin=PIPE,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
        )


async def _end(process: Process) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), _SECONDS_TO_STOP)
            return


async def _status(session: aiohttp.ClientSession, url: str) -> int | None:
    try:
        async with session.get(url) as answer:
            return answer.status
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return None


def _exit(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
