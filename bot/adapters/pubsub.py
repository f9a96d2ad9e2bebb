"""Events within one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

log = logging.getLogger(__name__)

Event = Mapping[str, object]


class _Subscriber:
    """A queue of events that are not yet listened to."""

    def __init__(self, limit: int) -> None:
        self.queue: asyncio.Queue[Event] = asyncio.Queue(limit)
        self.dropped = False

    async def events(self) -> AsyncGenerator[Event]:
        while not (self.dropped and self.queue.empty()):
            yield await self.queue.get()


class InProcessPubSub:
    """`bot.ports.PubSub` for a single process.

    Publishing never waits: a subscriber who lets `limit` events pile up is dropped, and its events end after those.
    """

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._subscribers: dict[str, list[_Subscriber]] = {}

    async def publish(self, topic: str, event: Event) -> None:
        for subscriber in list(self._subscribers.get(topic, ())):
            try:
                subscriber.queue.put_nowait(event)
            except asyncio.QueueFull:
                log.warning("a subscriber is too slow and was dropped", extra={"topic": topic})
                subscriber.dropped = True
                self._remove(topic, subscriber)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[Event]]:
        subscriber = _Subscriber(self._limit)
        self._subscribers.setdefault(topic, []).append(subscriber)
        try:
            async with aclosing(subscriber.events()) as events:
                yield events
        finally:
            self._remove(topic, subscriber)

    def _remove(self, topic: str, subscriber: _Subscriber) -> None:
        others = [other for other in self._subscribers.get(topic, ()) if other is not subscriber]
        if others:
            self._subscribers[topic] = others
        else:
            self._subscribers.pop(topic, None)
