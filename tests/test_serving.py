"""Taking ports and serving on them."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import pytest
from aiohttp import web

from bot.errors import BadData, CannotStart
from bot.serving import address, listen, serve, serving
from bot.settings import load_settings


def test_a_port_that_is_taken_is_reported_with_the_setting_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"port {port} on 127.0.0.1 is taken .* set MADAD_PORT to another port"):
            listen("127.0.0.1", port, "MADAD_PORT")


def test_port_0_takes_a_free_one() -> None:
    with listen("127.0.0.1", 0, "MADAD_PORT") as taken:
        assert taken.getsockname()[1] > 0


@pytest.mark.parametrize("host", ["not a host", "192.0.2.1"])
def test_a_host_that_is_not_here_is_reported(host: str) -> None:
    with pytest.raises(CannotStart, match=rf"MADAD_HOST is '{host}'"):
        listen(host, 0, "MADAD_PORT")


@pytest.mark.parametrize(
    ("host", "name"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("localhost", "localhost")]
)
def test_the_address_is_one_that_a_browser_can_open(host: str, name: str) -> None:
    with listen(host, 0, "MADAD_PORT") as taken:
        assert address(host, taken) == f"http://{name}:{taken.getsockname()[1]}/"


async def test_a_request_that_has_begun_comes_to_its_end() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        return web.Response(text="done")

    app = web.Application()
    app.add_routes([web.get("/", slow)])
    taken = listen("127.0.0.1", 0, "MADAD_PORT")
    async with aiohttp.ClientSession() as session:

        async def ask() -> str:
            async with session.get(address("127.0.0.1", taken)) as answer:
                return await answer.text()

        async with serving(app, taken):
            asking = asyncio.create_task(ask())
            await begun.wait()
            asyncio.get_running_loop().call_later(0.1, go_on.set)
        assert await asking == "done"


async def test_a_service_without_the_engines_secret_does_not_start() -> None:
    with pytest.raises(BadData, match="MADAD_ENGINE_TOKEN is not set"):
        await serve(load_settings(engine_token=""), lambda text: None)
