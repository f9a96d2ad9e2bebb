"""Runs the service's two web applications in one process: the public one, and the action webhook on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from bot.errors import BadData, CannotStart
from bot.services import Services
from bot.settings import Settings

LOOPBACK = "127.0.0.1"
_SECONDS_TO_FINISH = 5.0
_BACKLOG = 128


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Take a port; raises `CannotStart` that says which setting to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise CannotStart(_why_not(error, host, port, setting)) from error


def _why_not(error: OSError, host: str, port: int, setting: str) -> str:
    another = f"set {setting} to another port (0 takes any that is free)"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program: stop that one, or {another}"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be used by this account: {another}"
    if error.errno == errno.EADDRNOTAVAIL or (error.errno or 0) < 0:  # the resolver's numbers are negative
        return f"MADAD_HOST is {host!r}, which is not an address of this machine"
    return f"port {port} on {host} cannot be used ({error.strerror}): {another}"


@contextlib.asynccontextmanager
async def serving_actions(services: Services, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the webhook that the engine calls."""
    from actions.server import make_app

    async with serving(make_app(services), listener):
        yield


@contextlib.asynccontextmanager
async def serving_public(services: Services, settings: Settings, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the connectors and the console."""
    from connectors.gateway import make_app

    async with serving(make_app(services, settings), listener):
        yield


@contextlib.asynccontextmanager
async def serving(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an application until the block ends; requests that have begun come to their end."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SECONDS_TO_FINISH)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield
    finally:
        await runner.cleanup()


async def serve(settings: Settings, tell: Callable[[str], None]) -> None:
    """Run the service by itself, until cancelled; an engine that runs elsewhere shares its token."""
    if not settings.engine_token.get_secret_value():
        raise BadData("MADAD_ENGINE_TOKEN is not set: give the service and the engine the same secret")
    from bot.bootstrap import open_services

    with (
        listen(settings.host, settings.port, "MADAD_PORT") as public,
        listen(LOOPBACK, settings.action_port, "MADAD_ACTION_PORT") as loopback,
    ):
        # The webhook ends last: turns that have begun still call it.
        async with (
            open_services(settings, tell) as services,
            serving_actions(services, loopback),
            serving_public(services, settings, public),
        ):
            tell(f"Serving on {address(settings.host, public)}")
            await asyncio.Event().wait()


def address(host: str, listener: socket.socket) -> str:
    """Return the URL at which a browser on this machine finds what listens there."""
    name = {"0.0.0.0": LOOPBACK, "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{listener.getsockname()[1]}/"
