"""The public web application: every connector's paths, the agent console, and the life of what runs beside them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import BadData
from bot.services import Services
from connectors.base import Connector, find_connector
from connectors.console.routes import add_console
from connectors.lateness import Lateness

if TYPE_CHECKING:
    from bot.settings import Settings

CONNECTORS: web.AppKey[list[Connector]] = web.AppKey("connectors", list)


def make_connectors(services: Services, settings: Settings) -> list[Connector]:
    """Make the connectors that the settings name; raises `BadData` for an unknown or a repeated one."""
    connectors = [find_connector(name).from_settings(settings, services) for name in settings.connectors]
    names = [connector.name for connector in connectors]
    if len(set(names)) < len(names):
        raise BadData(f"two connectors have the same name: {', '.join(sorted(names))}")
    return connectors


def make_app(services: Services, settings: Settings) -> web.Application:
    """Return the application; what runs beside it starts and stops with it."""
    connectors = make_connectors(services, settings)
    app = web.Application(client_max_size=100_000)
    app[CONNECTORS] = connectors
    for connector in connectors:
        app.add_routes(connector.routes(services.dialogue.receive))
    add_console(app, services, secure_cookies=settings.secure_cookies)
    lateness = Lateness()

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "event_loop_late_ms": lateness.milliseconds()})

    async def ready(request: web.Request) -> web.Response:
        engine = await services.engine.ready()
        return web.json_response({"engine": engine}, status=200 if engine else 503)

    app.add_routes([web.get("/health", health), web.get("/ready", ready)])

    life = contextlib.AsyncExitStack()

    async def start(app: web.Application) -> None:
        watching = asyncio.create_task(lateness.watch())
        life.push_async_callback(_cancel, watching)
        await life.enter_async_context(running(services, connectors))

    async def stop(app: web.Application) -> None:
        # Before the server waits for open connections to end, for the connectors close theirs.
        await life.aclose()

    app.on_startup.append(start)
    app.on_shutdown.append(stop)
    return app


@contextlib.asynccontextmanager
async def running(services: Services, connectors: list[Connector]) -> AsyncIterator[None]:
    """Start the connectors, the outbox and what was left unanswered; stop them all, the newest first."""
    for connector in connectors:
        services.outbox.connect(connector.name, connector.send)
    async with contextlib.AsyncExitStack() as stack:
        outbox = asyncio.create_task(services.outbox.run())
        stack.push_async_callback(_cancel, outbox)
        stack.push_async_callback(services.outbox.stop)
        stack.push_async_callback(services.dialogue.stop)
        for connector in connectors:
            stack.push_async_callback(connector.stop)
            await connector.start(services.dialogue.receive)
        await services.dialogue.resume()
        yield


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
