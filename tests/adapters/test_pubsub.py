"""What every `PubSub` promises, in one process and over Redis."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.adapters.pubsub import InProcessPubSub
from bot.adapters.redis_pubsub import RedisPubSub
from bot.errors import BadData
from bot.ports import PubSub
from tests.adapters.proxy import Proxy
from tests.fakes import FakePubSub
from tests.servers import free_port

REDIS = os.environ.get("MADAD_TEST_REDIS", "redis://127.0.0.1:6379/0")
TOPIC = f"console-{secrets.token_hex(4)}"
Events = AsyncIterator[Mapping[str, object]]


async def soon(events: Events) -> Mapping[str, object]:
    return await asyncio.wait_for(anext(events), 5)


def through(port: int) -> Proxy:
    """Return a way to Redis that can be cut."""
    address = urlsplit(REDIS)
    return Proxy(port, str(address.hostname), address.port or 6379)


async def published_until(waiting: asyncio.Task[Mapping[str, object]], pubsub: PubSub) -> Mapping[str, object]:
    """Publish until somebody has heard it."""
    while not waiting.done():
        await pubsub.publish(TOPIC, {"n": 1})
        await asyncio.sleep(0.02)
    return await waiting


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    redis = Redis.from_url(REDIS)
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        await redis.aclose()
        message = f"no Redis: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    yield redis
    await redis.aclose()


@pytest.fixture
async def over_redis(redis: Redis) -> AsyncIterator[RedisPubSub]:
    pubsub = RedisPubSub(REDIS)
    yield pubsub
    await pubsub.close()


@pytest.fixture
def in_process() -> InProcessPubSub:
    return InProcessPubSub(limit=3)


class Contract:
    """The tests that each implementation passes."""

    async def test_a_subscriber_hears_what_is_published_in_order(self, pubsub: PubSub) -> None:
        async with pubsub.subscribe(TOPIC) as events:
            for event in ({"n": 1, "text": "سلام"}, {"n": 2, "nested": {"a": [1, None]}}):
                await pubsub.publish(TOPIC, event)
            assert await soon(events) == {"n": 1, "text": "سلام"}
            assert await soon(events) == {"n": 2, "nested": {"a": [1, None]}}

    async def test_every_subscriber_hears_it(self, pubsub: PubSub) -> None:
        async with pubsub.subscribe(TOPIC) as one, pubsub.subscribe(TOPIC) as two:
            await pubsub.publish(TOPIC, {"n": 1})
            assert await soon(one) == await soon(two) == {"n": 1}

    async def test_topics_are_apart(self, pubsub: PubSub) -> None:
        async with pubsub.subscribe(TOPIC) as events, pubsub.subscribe("visitor:1") as others:
            await pubsub.publish("visitor:1", {"n": 1})
            await pubsub.publish(TOPIC, {"n": 2})
            assert await soon(events) == {"n": 2}
            assert await soon(others) == {"n": 1}

    async def test_what_nobody_listens_to_is_gone(self, pubsub: PubSub) -> None:
        await pubsub.publish(TOPIC, {"n": 1})
        async with pubsub.subscribe(TOPIC) as events:
            await pubsub.publish(TOPIC, {"n": 2})
            assert await soon(events) == {"n": 2}

    async def test_who_has_left_disturbs_nobody(self, pubsub: PubSub) -> None:
        async with pubsub.subscribe(TOPIC) as events:
            async with pubsub.subscribe(TOPIC):
                pass
            await pubsub.publish(TOPIC, {"n": 1})
            assert await soon(events) == {"n": 1}

    async def test_waiting_for_an_event_can_be_cancelled(self, pubsub: PubSub) -> None:
        async def listen() -> None:
            async with pubsub.subscribe(TOPIC) as events:
                await anext(events)

        task = asyncio.create_task(listen())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await pubsub.publish(TOPIC, {"n": 1})


class TestFake(Contract):
    @pytest.fixture
    def pubsub(self) -> PubSub:
        return FakePubSub()


class TestInProcess(Contract):
    @pytest.fixture
    def pubsub(self, in_process: InProcessPubSub) -> PubSub:
        return in_process

    async def test_a_slow_subscriber_is_dropped_and_holds_up_nobody(
        self, in_process: InProcessPubSub, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with in_process.subscribe(TOPIC) as slow, in_process.subscribe(TOPIC) as quick:
            for n in range(6):
                await asyncio.wait_for(in_process.publish(TOPIC, {"n": n}), 1)
                assert await soon(quick) == {"n": n}
            assert [event["n"] async for event in slow] == [0, 1, 2]
        assert caplog.messages == ["a subscriber is too slow and was dropped"]

    async def test_nothing_is_kept_of_those_who_have_left(self, in_process: InProcessPubSub) -> None:
        for n in range(10):
            async with in_process.subscribe(f"visitor:{n}"):
                pass
        assert in_process._subscribers == {}


class TestOverRedis(Contract):
    @pytest.fixture
    def pubsub(self, over_redis: RedisPubSub) -> PubSub:
        return over_redis

    async def test_another_process_hears_it(self, over_redis: RedisPubSub) -> None:
        other = RedisPubSub(REDIS)
        async with over_redis.subscribe(TOPIC) as events:
            await other.publish(TOPIC, {"n": 1})
            assert await soon(events) == {"n": 1}
        await other.close()

    async def test_a_subscriber_whose_connection_was_cut_hears_what_comes_later(self, over_redis: RedisPubSub) -> None:
        async with through(free_port()) as proxy:
            pubsub = RedisPubSub(f"redis://127.0.0.1:{proxy.port}")
            async with pubsub.subscribe(TOPIC) as events:
                waiting = asyncio.create_task(soon(events))
                await asyncio.sleep(0.05)
                proxy.cut()
                assert await published_until(waiting, over_redis) == {"n": 1}
            await pubsub.close()

    @pytest.mark.parametrize("data", ["not JSON", "[1]", b"\xff"])
    async def test_what_is_no_event_is_passed_over(self, over_redis: RedisPubSub, redis: Redis, data: Any) -> None:
        async with over_redis.subscribe(TOPIC) as events:
            await redis.publish(f"madad:{TOPIC}", data)
            await over_redis.publish(TOPIC, {"n": 1})
            assert await soon(events) == {"n": 1}

    async def test_without_redis_publishing_says_so_in_the_log_and_goes_on(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        pubsub = RedisPubSub(f"redis://127.0.0.1:{free_port()}")
        await asyncio.wait_for(pubsub.publish(TOPIC, {"n": 1}), 2)
        assert "an event was not published" in caplog.text
        await pubsub.close()

    async def test_a_subscriber_who_came_before_redis_hears_it_once_it_is_there(self, over_redis: RedisPubSub) -> None:
        port = free_port()
        pubsub = RedisPubSub(f"redis://127.0.0.1:{port}")
        async with pubsub.subscribe(TOPIC) as events:
            waiting = asyncio.create_task(soon(events))
            await asyncio.sleep(0.05)
            async with through(port):
                assert await published_until(waiting, over_redis) == {"n": 1}
                await pubsub.close()

    def test_an_address_that_is_not_one_is_refused(self) -> None:
        with pytest.raises(BadData, match="redis://"):
            RedisPubSub("localhost:6379")
