"""Tells the open console pages, as it happens, which conversations have changed. What changed, they ask for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from weakref import WeakSet

from aiohttp import WSCloseCode, web

from bot.outbox import CONSOLE_TOPIC
from bot.ports import PubSub
from connectors.console.session import Sessions
from connectors.until_one_ends import until_one_ends

SESSION_ENDED = 4401
"""The code with which a feed is closed when its agent is no longer signed in."""
_HEARTBEAT_SECONDS = 20.0

log = logging.getLogger(__name__)


class Feed:
    """The feeds of all open pages of this process."""

    def __init__(self, pubsub: PubSub, sessions: Sessions, *, beat_seconds: float = 20.0) -> None:
        self._pubsub = pubsub
        self._sessions = sessions
        self._beat_seconds = beat_seconds
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Send events until the page goes, the session ends or the process stops.

        `ready` is sent once nothing can be missed any more: the page then asks for the present state.
        """
        await self._sessions.agent(request)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=1024)
        async with self._pubsub.subscribe(CONSOLE_TOPIC) as events:
            await socket.prepare(request)
            self._sockets.add(socket)
            await socket.close(code=await self._converse(request, socket, events))
        return socket

    async def stop(self) -> None:
        """Close the feeds; the pages will look for another process."""
        for socket in set(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _converse(
        self, request: web.Request, socket: web.WebSocketResponse, events: AsyncIterator[Mapping[str, object]]
    ) -> int:
        """Return the code to close with."""
        try:
            await until_one_ends(_listen(socket), self._push(socket, events), self._watch(request, socket))
            return WSCloseCode.OK if await self._sessions.find(request) else SESSION_ENDED
        except Exception:
            log.exception("a feed failed; its page will open another")
            return WSCloseCode.INTERNAL_ERROR

    async def _push(self, socket: web.WebSocketResponse, events: AsyncIterator[Mapping[str, object]]) -> None:
        with suppress(ConnectionError):
            await socket.send_json({"type": "ready"})
            async for event in events:
                await socket.send_json(event)

    async def _watch(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        """Return when the session has ended. The beats tell the page that the line is not dead."""
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(self._beat_seconds)
                if await self._sessions.find(request) is None:
                    return
                await socket.send_json({"type": "beat"})


async def _listen(socket: web.WebSocketResponse) -> None:
    """Wait until the page closes the feed. It has nothing to say."""
    async for _ in socket:
        pass
