"""Starts everything on one machine: trains if needed, runs the engine beside the service, and stops both together."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from pydantic import SecretStr
from rich.console import Console

from bot.engine_process import EngineProcess, Launch, launch_from, running_engine
from bot.progress import Say, Tasks, tasks
from bot.services import Services
from bot.serving import LOOPBACK, address, listen, serving_actions, serving_public
from bot.settings import Settings
from bot.training import Training, train

DEMO_AGENT = "agent@example.com"


@contextlib.asynccontextmanager
async def _open_services(settings: Settings, say: Say) -> AsyncIterator[Services]:
    # Imported in a thread, because it takes seconds in which a Ctrl-C would not be heard.
    bootstrap = await asyncio.to_thread(importlib.import_module, "bot.bootstrap")
    async with bootstrap.open_services(settings, say) as services:
        yield services


@dataclass(frozen=True)
class Programs:
    """What is started, and how."""

    training: Training = field(default_factory=Training)
    launch: Callable[[Settings], Launch] = launch_from
    open_services: Callable[[Settings, Say], AbstractAsyncContextManager[Services]] = _open_services


@dataclass(frozen=True)
class Running:
    """A service whose engine is ready."""

    services: Services
    engine: EngineProcess


async def up(settings: Settings, console: Console, programs: Programs = Programs()) -> None:
    """Run everything until cancelled."""
    began = time.monotonic()
    with listen(settings.host, settings.port, "MADAD_PORT") as public:
        async with (
            running(settings, console, programs) as started,
            serving_public(started.services, settings, public),
        ):
            lines = await _what_to_know(settings, started.services, address(settings.host, public))
            tell(console, f"Madad is ready after {time.monotonic() - began:.0f} s. Ctrl-C stops it.", *lines)
            await started.engine.keep_running(lambda text: tell(console, text))


async def chat(settings: Settings, console: Console, language: str | None, programs: Programs = Programs()) -> None:
    """Talk to Madad in the terminal until the input ends. Takes free ports, so that it also works beside `up`."""
    from connectors.gateway import running as running_connectors
    from connectors.terminal import TerminalConnector

    settings = settings.model_copy(update={"action_port": 0, "engine_port": 0})
    async with running(settings, console, programs) as started:
        terminal = TerminalConnector(language=language)
        async with (
            _beside(started.engine.keep_running(lambda text: tell(console, text))),
            running_connectors(started.services, [terminal]),
        ):
            tell(console, "Say something; a number chooses a button; Ctrl-D ends the chat.")
            await terminal.finished()


@contextlib.asynccontextmanager
async def running(settings: Settings, console: Console, programs: Programs) -> AsyncIterator[Running]:
    """Open the services and start the engine, at the same time, and yield when the engine is ready.

    Raises:
        CannotStart: a port is taken, the model cannot be trained, or the engine does not start.
    """
    async with contextlib.AsyncExitStack() as stack:
        loopback = stack.enter_context(listen(LOOPBACK, settings.action_port, "MADAD_ACTION_PORT"))
        settings = _for_this_run(settings, loopback)
        with tasks(console) as shown:
            try:
                async with asyncio.TaskGroup() as both:
                    engine = both.create_task(_start_engine(settings, programs, stack, shown))
                    services = both.create_task(_start_service(settings, programs, stack, shown))
            except ExceptionGroup as failures:  # noqa: F821 - the service runs on Python 3.11
                raise failures.exceptions[0] from None
        await stack.enter_async_context(serving_actions(services.result(), loopback))
        yield Running(services.result(), engine.result())


def tell(console: Console, *lines: str) -> None:
    """Print lines as they are."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _for_this_run(settings: Settings, loopback: socket.socket) -> Settings:
    """Return the settings with the ports as they are, and with a secret that only this run's engine knows."""
    with listen(LOOPBACK, settings.engine_port, "MADAD_ENGINE_PORT") as engine:
        ports = {"action_port": loopback.getsockname()[1], "engine_port": engine.getsockname()[1]}
    return settings.model_copy(update={**ports, "engine_token": SecretStr(secrets.token_urlsafe(32))})


async def _start_engine(
    settings: Settings, programs: Programs, stack: contextlib.AsyncExitStack, shown: Tasks
) -> EngineProcess:
    launch = programs.launch(settings)
    if not programs.training.up_to_date():
        with shown.task("Dialogue model", "preparing to train, about a minute") as say:
            await train(programs.training, say)
    engine = await stack.enter_async_context(running_engine(launch))
    with shown.task("Engine", "loading Rasa and the model"):
        await engine.until_ready()
    return engine


async def _start_service(
    settings: Settings, programs: Programs, stack: contextlib.AsyncExitStack, shown: Tasks
) -> Services:
    with shown.task("Service", "loading libraries") as say:
        return await stack.enter_async_context(programs.open_services(settings, say))


async def _what_to_know(settings: Settings, services: Services, url: str) -> list[str]:
    lines = [f"  Agent console  {url}console"]
    if not settings.demo:
        return [*lines, "  Add an agent   python -m bot agent add NAME E-MAIL"]
    password = secrets.token_urlsafe(9)
    await services.sign_in.add(DEMO_AGENT, "Demo agent", password)
    shop = [f"  Demo shop      {url}"] if "web" in settings.connectors else []
    return [*shop, *lines, f"  Sign in with   {DEMO_AGENT}  {password}  (made for this run)"]


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run a coroutine while the block runs."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
