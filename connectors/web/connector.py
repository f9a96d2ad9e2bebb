"""The website channel: a chat widget that any shop page embeds with one script tag, over a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from aiohttp import WSCloseCode, web

from bot.conversations import Delivery, Receipt
from bot.orders import DemoOrder
from bot.services import Services
from connectors.base import Connector, Receive
from connectors.web.limits import Buckets, Limits, Places, Rate
from connectors.web.origins import may_embed, network_address, read_origins
from connectors.web.pages import Asset, DemoShop, read_asset, widget_script
from connectors.web.session import Common, Session, topic
from connectors.web.transcript import CHANNEL
from connectors.web.visitors import Visitors

if TYPE_CHECKING:
    from bot.settings import Settings

# Above the protocol's limit, so that a frame that is somewhat too long gets an answer instead of a closed socket.
_HARD_LIMIT_BYTES = 64 * 1024
_CLOSING_SECONDS = 2.0


class WebConnector(Connector):
    """Talks with the widgets on shop pages, and serves the widget and the demonstration shop."""

    name = CHANNEL

    def __init__(
        self,
        services: Services,
        allowed_origins: Iterable[str] = (),
        trusted_proxies: int = 0,
        demo: DemoOrder | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._services = services
        self._origins = read_origins(allowed_origins)
        self._trusted_proxies = trusted_proxies
        self._demo = DemoShop(services, demo) if demo else None
        self._limits = limits or Limits()
        self._places = Places(self._limits.sockets_per_address)
        self._address_use = Buckets(self._limits.address)
        self._visitor_messages = Buckets(self._limits.messages)
        self._sockets: set[web.WebSocketResponse] = set()
        self._assets: dict[str, Asset] = {
            "/widget.js": widget_script(services),
            "/widget.css": read_asset("widget.css"),
            "/web/static/demo.css": read_asset("static/demo.css"),
            "/web/static/favicon.svg": read_asset("static/favicon.svg"),
        }

    @classmethod
    def from_settings(cls, settings: Settings, services: Services) -> Self:
        messages_per_second = settings.visitor_messages_per_minute / 60
        limits = Limits(
            messages=Rate(burst=8, per_second=messages_per_second),
            frames=Rate(burst=60, per_second=5 * messages_per_second),
            address=Rate(burst=120, per_second=settings.address_messages_per_minute / 60),
        )
        demo = DemoOrder() if settings.demo else None
        return cls(services, settings.allowed_origins, settings.trusted_proxies, demo, limits)

    def routes(self, receive: Receive) -> Iterable[web.AbstractRouteDef]:
        common = Common(
            self._services,
            receive,
            Visitors(self._services.keys, self._services.now),
            self._limits,
            self._visitor_messages,
            self._address_use,
        )

        async def socket(request: web.Request) -> web.StreamResponse:
            return await self._socket(request, common)

        yield web.get("/web/socket", socket)
        for path in self._assets:
            yield web.get(path, self._asset)
        if self._demo:
            yield web.get("/", self._shop)

    async def send(self, delivery: Delivery) -> Receipt:
        """Announce the message to the visitor's open sockets; any other one finds it in the store when it connects."""
        message = delivery.message
        news = {"conversation": message.conversation, "sequence": message.sequence}
        await self._services.pubsub.publish(topic(delivery.user), news)
        return Receipt()

    async def stop(self) -> None:
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in set(self._sockets)))

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return self._assets[request.path].respond(request)

    async def _shop(self, request: web.Request) -> web.StreamResponse:
        assert self._demo
        return self._demo.respond(request)

    async def _socket(self, request: web.Request, common: Common) -> web.StreamResponse:
        if not may_embed(request, self._origins):
            raise web.HTTPForbidden(
                text="This page may not open the chat: its origin is not one of the allowed origins."
            )
        address = network_address(request, self._trusted_proxies)
        with self._places.place(address) as free:
            if not free or self._address_use.take(address):
                raise web.HTTPTooManyRequests(text="There are too many connections from this network address.")
            socket = web.WebSocketResponse(
                heartbeat=self._limits.heartbeat_seconds,
                max_msg_size=_HARD_LIMIT_BYTES,
                timeout=_CLOSING_SECONDS,
                compress=False,
            )
            if not socket.can_prepare(request):
                raise web.HTTPUpgradeRequired(text="This address speaks WebSocket only.")
            await self._open(request, socket, Session(socket, common, address))
        return socket

    async def _open(self, request: web.Request, socket: web.WebSocketResponse, session: Session) -> None:
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await session.run()
        finally:
            self._sockets.discard(socket)
