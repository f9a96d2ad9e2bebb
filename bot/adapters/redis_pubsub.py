"""Events between replicas, by way of Redis."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.errors import BadData

_PREFIX = "madad:"
_PATIENCE_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 5.0

log = logging.getLogger(__name__)

Event = Mapping[str, object]


class RedisPubSub:
    """`bot.ports.PubSub` between processes.

    What cannot be published is lost, with a line in the log: an event is only a hint, and what it hints at is in the
    database. A subscriber whose connection is lost connects anew, and hears what is published from then on.
    """

    def __init__(self, url: str) -> None:
        try:
            self._publisher = _client(url, _PATIENCE_SECONDS)
            # A listener waits for as long as nothing happens.
            self._listener = _client(url, None)
        except ValueError as error:
            raise BadData("the address of Redis must be like redis://host:6379/0") from error

    async def publish(self, topic: str, event: Event) -> None:
        try:
            await self._publisher.publish(_PREFIX + topic, json.dumps(event, ensure_ascii=False))
        except (RedisError, OSError) as failure:
            log.warning("an event was not published: %s", failure, extra={"topic": topic})

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[Event]]:
        async with self._listener.pubsub() as subscription:
            await self._join(subscription, topic)
            async with aclosing(self._events(subscription, topic)) as events:
                yield events

    async def close(self) -> None:
        """Close every connection."""
        await self._publisher.aclose()
        await self._listener.aclose()

    async def _join(self, subscription: PubSub, topic: str) -> bool:
        """Subscribe, and wait until Redis has confirmed it; say whether it did."""
        try:
            await subscription.subscribe(_PREFIX + topic)
            await subscription.get_message(timeout=_PATIENCE_SECONDS)
        except (RedisError, OSError) as failure:
            log.warning("events cannot be heard: %s", failure, extra={"topic": topic})
            return False
        return True

    async def _events(self, subscription: PubSub, topic: str) -> AsyncGenerator[Event]:
        wait = 0.1
        while True:
            try:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=None)
                wait = 0.1
            except (RedisError, OSError, RuntimeError) as failure:
                log.warning("events cannot be heard: %s", failure, extra={"topic": topic})
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
                await self._join(subscription, topic)
                continue
            if message and (event := _event(message)) is not None:
                yield event


def _client(url: str, timeout: float | None) -> Redis:
    return Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=timeout,
        socket_connect_timeout=_PATIENCE_SECONDS,
        socket_keepalive=True,
    )


def _event(message: Mapping[str, Any]) -> Event | None:
    try:
        event = json.loads(message["data"])
    except ValueError:
        event = None
    if isinstance(event, dict):
        return event
    log.warning("something that is not an event was published", extra={"topic": message["channel"]})
    return None
