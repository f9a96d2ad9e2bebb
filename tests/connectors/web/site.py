"""The website channel on a free port, with fakes behind it, and a client that checks every frame against the schema."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from jsonschema import Draft202012Validator

from bot.conversations import Inbound, Received
from bot.services import Services
from connectors.web.connector import WebConnector
from tests.fakes import make_services
from tests.servers import serve

SCHEMA: dict[str, Any] = json.loads(files("connectors.web").joinpath("protocol.schema.json").read_text("utf-8"))
CLIENT = Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/client"}]})
SERVER = Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/server"}]})


class Client:
    """A widget's end of the socket. What it sends and gets must keep to the schema."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, type_: str, **fields: object) -> None:
        frame = {"v": 1, "type": type_, **fields}
        CLIENT.validate(frame)
        await self.socket.send_json(frame)

    async def hear(self, type_: str | None = None) -> dict[str, Any]:
        """Return the next frame, which must be of this type."""
        received = await self.socket.receive(timeout=5)
        assert received.type is WSMsgType.TEXT, received
        frame: dict[str, Any] = json.loads(received.data)
        SERVER.validate(frame)
        assert type_ in (None, frame["type"]), frame
        return frame

    async def hear_until(self, type_: str) -> dict[str, Any]:
        """Return the next frame of this type, and pass over others."""
        while (frame := await self.hear())["type"] != type_:
            pass
        return frame

    async def hello(self, **fields: object) -> dict[str, Any]:
        await self.say("hello", **fields)
        return await self.hear("welcome")

    async def write(self, text: str, client_id: str | None = None) -> str:
        client_id = client_id or secrets.token_hex(8)
        await self.say("message", client_id=client_id, text=text)
        return client_id

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """Return the next messages, and pass over other frames."""
        return [await self.hear_until("message") for _ in range(count)]

    async def closed(self) -> int | None:
        """Wait until the server has closed the socket; return the code."""
        received = await self.socket.receive(timeout=5)
        assert received.type in (WSMsgType.CLOSE, WSMsgType.CLOSED), received
        return self.socket.close_code

    async def silent(self, seconds: float = 0.1) -> bool:
        """Say whether nothing comes for a while. The socket cannot be used afterwards."""
        try:
            await self.socket.receive(timeout=seconds)
        except TimeoutError:
            return True
        return False


class Site:
    """A running website channel."""

    def __init__(self, services: Services, connector: WebConnector, address: str, http: ClientSession) -> None:
        self.services = services
        self.connector = connector
        self.address = address
        self.http = http

    @asynccontextmanager
    async def open(self, headers: Mapping[str, str] | None = None) -> AsyncIterator[Client]:
        """Open a socket without a word."""
        async with self.http.ws_connect(f"{self.address}/web/socket", headers=headers) as socket:
            yield Client(socket)

    @asynccontextmanager
    async def visit(self, **hello: object) -> AsyncIterator[tuple[Client, dict[str, Any]]]:
        """Open a socket and say hello; gives the welcome too."""
        async with self.open() as client:
            yield client, await client.hello(**hello)


@asynccontextmanager
async def running(
    services: Services | None = None,
    receive: Callable[[Inbound], Awaitable[Received]] | None = None,
    port: int = 0,
    **options: Any,
) -> AsyncIterator[Site]:
    """Start the website channel with fakes; `options` are the connector's."""
    services = services or make_services()
    connector = WebConnector(services, **options)
    services.outbox.connect(connector.name, connector.send)
    app = web.Application()
    app.add_routes(connector.routes(receive or services.dialogue.receive))
    async with serve(app, port) as address, ClientSession() as http:
        try:
            yield Site(services, connector, address, http)
        finally:
            await connector.stop()
            await services.dialogue.stop()
            await services.outbox.stop()
