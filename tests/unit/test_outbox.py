"""What is said reaches its destination: in order, after failures, and after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from bot import outbox as module
from bot.conversations import Author, Change, Delivery, Draft, Inbound, Mode, Receipt
from bot.errors import Conflict, DeliveryFailed
from bot.outbox import CONSOLE_TOPIC, MAXIMUM_ATTEMPTS, Outbox
from tests.fake_conversations import FakeConversations
from tests.fakes import FakePubSub, FixedClock

BOT = frozenset({Mode.BOT})


class Channel:
    """A channel that fails as it is told to, then takes everything."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.tried: list[str] = []
        self.taken: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, delivery: Delivery) -> Receipt:
        self.tried.append(delivery.message.text)
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(delivery.message.text)
        return Receipt(f"id of {delivery.message.text}")


class Process:
    """A replica: an outbox over a store that others share, and the channel that it delivers to."""

    def __init__(self, store: FakeConversations, clock: FixedClock, *failures: Exception) -> None:
        self.store, self.clock, self.pubsub = store, clock, FakePubSub()
        self.outbox = Outbox(store, store, self.pubsub, clock)
        self.channel = Channel(*failures)
        self.outbox.connect("web", self.channel.send)

    async def begin(self, user: str = "u") -> str:
        received = await self.store.receive(Inbound("web", user, "hello", "m1"), "en", self.clock())
        return received.conversation.id

    async def say(self, conversation: str, *texts: str) -> None:
        drafts = tuple(Draft(Author.BOT, text) for text in texts)
        await self.outbox.commit(conversation, Change(BOT, drafts))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.outbox.run())
        yield
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Process:
    monkeypatch.setattr(module, "_POLL_SECONDS", 0)
    return Process(FakeConversations(), FixedClock())


async def until(condition: Callable[[], object]) -> None:
    async def comes_true() -> None:
        while not condition():
            await asyncio.sleep(0)

    await asyncio.wait_for(comes_true(), 2)


async def polls() -> None:
    """Let a running outbox look several times."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_what_is_committed_is_delivered_at_once_and_in_order(process: Process) -> None:
    conversation = await process.begin()
    await process.say(conversation, "one", "two", "three")
    await process.outbox.stop()
    assert process.channel.taken == ["one", "two", "three"]
    assert [row.provider_id for row in process.store.rows] == ["id of one", "id of two", "id of three"]
    async with process.running():
        process.clock.advance(3600)
        await polls()
    assert process.channel.tried == ["one", "two", "three"]


async def test_who_commits_does_not_wait_for_the_channel(process: Process) -> None:
    process.channel.gate.clear()
    await asyncio.wait_for(process.say(await process.begin(), "one"), 1)
    await until(lambda: process.channel.tried)
    assert process.channel.taken == []
    process.channel.gate.set()
    await process.outbox.stop()
    assert process.channel.taken == ["one"]


async def test_the_console_hears_of_every_change(process: Process) -> None:
    conversation = await process.begin()
    await process.outbox.commit(conversation, Change(BOT, mode=Mode.WAITING))
    assert process.pubsub.published == [
        (CONSOLE_TOPIC, {"type": "conversation", "id": conversation, "mode": "waiting"})
    ]


async def test_a_change_that_is_refused_says_nothing_to_anybody(process: Process) -> None:
    conversation = await process.begin()
    with pytest.raises(Conflict):
        await process.outbox.commit(conversation, Change(frozenset({Mode.AGENT}), (Draft(Author.AGENT, "no"),)))
    await process.outbox.stop()
    assert process.channel.tried == []
    assert process.pubsub.published == []


async def test_what_is_said_meanwhile_does_not_overtake(process: Process) -> None:
    conversation = await process.begin()
    process.channel.gate.clear()
    await process.say(conversation, "one")
    await until(lambda: process.channel.tried)
    await process.say(conversation, "two")
    async with process.running():
        await polls()
        assert process.channel.tried == ["one"]
        process.channel.gate.set()
        await until(lambda: len(process.channel.taken) == 2)
    assert process.channel.taken == ["one", "two"]


async def test_a_failure_is_tried_again_when_the_channel_asks_for_it_and_holds_up_what_is_behind(
    process: Process,
) -> None:
    process.channel.failures = [DeliveryFailed("too fast", retry_after=5)]
    await process.say(await process.begin(), "one", "two")
    await process.outbox.stop()
    async with process.running():
        process.clock.advance(4.9)
        await polls()
        assert process.channel.tried == ["one"]
        process.clock.advance(0.1)
        await until(lambda: len(process.channel.taken) == 2)
    assert process.channel.tried == ["one", "one", "two"]


async def test_one_conversation_does_not_hold_up_another(process: Process) -> None:
    process.channel.failures = [DeliveryFailed("too fast", retry_after=500)]
    await process.say(await process.begin("first"), "one")
    await process.outbox.stop()
    await process.say(await process.begin("second"), "two")
    await process.outbox.stop()
    assert process.channel.taken == ["two"]


async def test_the_waits_grow_and_after_the_last_try_the_message_is_shown_as_not_delivered(process: Process) -> None:
    process.channel.failures = [DeliveryFailed("down", retry_after=0) for _ in range(MAXIMUM_ATTEMPTS)]
    conversation = await process.begin()
    await process.say(conversation, "one", "two")
    await process.outbox.stop()
    waits = await _waits(process)
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert process.channel.tried == ["one"] * MAXIMUM_ATTEMPTS + ["two"]
    assert [m.undelivered for m in await process.store.messages(conversation)] == [False, True, False]


async def _waits(process: Process) -> list[float]:
    """Go on in time from one try to the next until everything is delivered or given up; return the waits in seconds."""
    waits = []
    async with process.running():
        while pending := [row for row in process.store.rows if row.pending]:
            tries, wait = len(process.channel.tried), (pending[0].next_try - process.clock()).total_seconds()
            waits.append(wait)
            process.clock.advance(wait)
            await until(lambda tries=tries: len(process.channel.tried) > tries)  # type: ignore[misc]
            await polls()
    return waits


async def test_no_wait_is_longer_than_ten_minutes(process: Process) -> None:
    process.channel.failures = [DeliveryFailed("come back tomorrow", retry_after=86400)]
    await process.say(await process.begin(), "one")
    await process.outbox.stop()
    assert (process.store.rows[0].next_try - process.clock()).total_seconds() == 600


async def test_what_can_never_be_delivered_is_given_up_at_once_and_the_console_hears_of_it(process: Process) -> None:
    process.channel.failures = [DeliveryFailed("blocked by the customer")]
    conversation = await process.begin()
    await process.say(conversation, "one", "two")
    await process.outbox.stop()
    assert process.channel.taken == ["two"]
    assert [m.undelivered for m in await process.store.messages(conversation)] == [False, True, False]
    assert len(process.pubsub.published) == 2


async def test_an_error_in_a_connector_is_tried_again_and_logged_without_the_message(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    process.channel.failures = [KeyError("bug")]
    await process.say(await process.begin(), "the order is at Main Street 1")
    await process.outbox.stop()
    assert "a connector failed to send" in caplog.text
    assert "Main Street" not in caplog.text
    async with process.running():
        process.clock.advance(1)
        await until(lambda: process.channel.taken)


async def test_a_channel_that_is_switched_off_gets_it_when_it_is_on_again(process: Process) -> None:
    other = Outbox(process.store, process.store, FakePubSub(), process.clock)
    await other.commit(await process.begin(), Change(BOT, (Draft(Author.BOT, "one"),)))
    await other.stop()
    async with process.running():
        process.clock.advance(60)
        await until(lambda: process.channel.taken == ["one"])


async def test_what_a_process_had_claimed_when_it_died_is_delivered_by_another_in_order(process: Process) -> None:
    conversation = await process.begin()
    drafts = (Draft(Author.BOT, "one"), Draft(Author.BOT, "two"))
    _, _, claimed = await process.store.commit(conversation, Change(BOT, drafts), process.clock())
    await process.store.delivered(claimed[0], None, process.clock())
    async with process.running():
        process.clock.advance(29)
        await polls()
        assert process.channel.tried == []
        process.clock.advance(1)
        await until(lambda: process.channel.taken == ["two"])


async def test_two_processes_deliver_everything_once(process: Process) -> None:
    other = Process(process.store, process.clock)
    conversations = [await process.begin(f"u{n}") for n in range(20)]
    for conversation in conversations:
        drafts = (Draft(Author.BOT, f"{conversation} 1"), Draft(Author.BOT, f"{conversation} 2"))
        await process.store.commit(conversation, Change(BOT, drafts), process.clock())
    process.clock.advance(30)
    async with process.running(), other.running():
        await until(lambda: not any(row.pending for row in process.store.rows))
        await polls()
    taken = process.channel.taken + other.channel.taken
    assert sorted(taken) == sorted(f"{conversation} {n}" for conversation in conversations for n in (1, 2))


class Failing(FakeConversations):
    """A store that is out of order once."""

    failures = 1

    async def due(self, now: datetime, channels: Collection[str], limit: int = 100) -> Sequence[str]:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        return await super().due(now, channels, limit)


async def test_a_store_that_is_out_of_order_does_not_end_the_outbox(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    shaky = Process(Failing(), process.clock)
    conversation = await shaky.begin()
    await shaky.store.commit(conversation, Change(BOT, (Draft(Author.BOT, "one"),)), shaky.clock())
    shaky.clock.advance(30)
    async with shaky.running():
        await until(lambda: shaky.channel.taken == ["one"])
    assert "the outbox could not be read" in caplog.text
