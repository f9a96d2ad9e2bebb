"""What becomes of a customer's message when something fails, stops, restarts, or is done twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from bot.conversations import Change, Inbound, Mode, Reason, Say
from bot.dialogue import LEASE_SECONDS
from bot.engine_protocol import Answer, Turn
from bot.faq import Candidate
from tests.fake_conversations import FakeConversations
from tests.fakes import NOON, FakeEngine, FakeFaqIndex, FakePubSub, FakeResponses, FixedClock
from tests.unit.talk import GatedEngine, Talk, UnsteadyStore

Make = Callable[..., Talk]

APOLOGY = "engine_down"


async def test_when_the_engine_is_down_there_is_an_apology_with_the_offer_of_a_person(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    engine = FakeEngine()
    engine.failing = True
    talk = make(engine=engine)
    with caplog.at_level(logging.INFO):
        assert await talk.ask("my address is 5 Palm Street") == [APOLOGY]
    titles = [button.title for button in (await talk.said())[0].buttons]
    assert titles == ["button_yes_person", "button_no_thanks"]
    assert (await talk.services.conversations.messages(talk.id))[0].text == "my address is 5 Palm Street"
    assert "gave no answer" in caplog.text
    assert "Palm" not in caplog.text


async def test_who_accepts_the_offer_after_a_failure_is_queued_because_of_it(make: Make) -> None:
    engine = FakeEngine()
    engine.failing = True
    talk = make(engine=engine)
    await talk.ask("hello")
    await talk.ask("", press=(2, 0))
    state = await talk.state()
    assert (state.mode, state.reason) == (Mode.WAITING, Reason.FAILURE)


async def test_when_the_engine_is_back_the_conversation_goes_on(make: Make) -> None:
    engine = FakeEngine()
    engine.failing = True
    talk = make(engine=engine)
    await talk.ask("hello")
    engine.failing = False
    assert await talk.ask("hello again") == ["echo text=hello again"]


@pytest.mark.parametrize("empty", [Answer(), Answer(language="ar")])
async def test_an_empty_answer_becomes_an_apology(make: Make, empty: Answer) -> None:
    assert await make(engine=FakeEngine(empty)).ask("hello") == [APOLOGY]


async def test_an_apology_is_in_the_language_of_the_message(make: Make) -> None:
    engine = FakeEngine()
    engine.failing = True
    talk = make(engine=engine)
    await talk.ask("hello")
    await talk.ask("मेरा ऑर्डर कहाँ है")
    assert [message.language for message in await talk.said()] == ["en", "hi"]


async def test_a_broken_index_of_the_faq_becomes_an_apology_and_not_silence(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(FakeFaqIndex):
        async def search(self, text: str, language: str, limit: int = 4) -> list[Candidate]:
            raise RuntimeError("the index is corrupt")

    talk = make(faq_index=Broken())
    assert await talk.ask("hello") == [APOLOGY]
    assert "a turn failed" in caplog.text


async def test_an_answer_that_cannot_be_written_out_does_not_stop_the_conversation(make: Make) -> None:
    class Strict(FakeResponses):
        def text(self, say: Say, language: str) -> str:
            if say.key == "no_such_sentence":
                raise KeyError(say.key)
            return super().text(say, language)

    talk = make(responses=Strict(), engine=FakeEngine(Answer((Say("no_such_sentence"),))))
    assert await talk.ask("hello") == [APOLOGY]
    assert await talk.ask("and now?") == ["echo text=and now?"]


@pytest.mark.parametrize("failures", [1, 2])
async def test_a_crash_of_the_worker_loses_neither_the_message_nor_later_ones(
    make: Make, failures: int, caplog: pytest.LogCaptureFixture
) -> None:
    store = UnsteadyStore()
    talk = make(conversations=store)
    store.failures = failures
    await talk.write("first")
    await talk.write("second")
    await talk.settle()
    assert await talk.texts() == ["echo text=first", "echo text=second"]
    assert "tried again" in caplog.text


async def test_a_database_that_stays_away_does_not_keep_the_service_from_stopping(make: Make) -> None:
    store = UnsteadyStore()
    talk = make(conversations=store)
    store.failures = 1_000_000
    await talk.write("hello")
    await asyncio.sleep(0)
    await asyncio.wait_for(talk.services.dialogue.stop(), 2)
    store.failures = 0
    assert await store.with_unhandled() == [talk.id]


async def test_a_message_is_answered_even_if_the_console_cannot_be_told(make: Make) -> None:
    class Silent(FakePubSub):
        async def publish(self, topic: str, event: Mapping[str, object]) -> None:
            raise OSError("no connection")

    talk = make(pubsub=Silent())
    with pytest.raises(OSError, match="no connection"):
        await talk.write("hello")
    conversation = await talk.services.conversations.current("web", talk.user)
    assert conversation
    talk.id = conversation.id
    await talk.settle()
    assert await talk.texts() == ["echo text=hello"]


async def test_what_was_not_answered_when_a_process_ended_is_answered_by_the_next(make: Make) -> None:
    store = FakeConversations()
    for n, user in enumerate(["one", "one", "two"]):
        await store.receive(Inbound("web", user, f"message {n}", f"id{n}"), "en", NOON)
    talk = make(conversations=store)
    await talk.services.dialogue.resume()
    await talk.settle()
    answers = [[m.text for m in held.messages if m.author.value == "bot"] for held in store.held.values()]
    assert answers == [["echo text=message 0", "echo text=message 1"], ["echo text=message 2"]]


async def test_stopping_waits_for_the_turn_that_has_begun(make: Make) -> None:
    engine = GatedEngine("hello")
    talk = make(engine=engine)
    await talk.write("hello")
    await engine.asked.wait()
    stopping = asyncio.create_task(talk.services.dialogue.stop())
    await asyncio.sleep(0.01)
    assert not stopping.done()
    engine.gates["hello"].set()
    await stopping
    assert await talk.texts() == ["echo text=hello"]


async def test_a_conversation_that_another_replica_holds_is_left_to_it(make: Make) -> None:
    store, engine = FakeConversations(), FakeEngine()
    talk = make(conversations=store, engine=engine)
    await talk.ask("hello")
    lease = await store.acquire(talk.id, "another replica", NOON, LEASE_SECONDS)
    assert lease
    await talk.write("are you there?")
    await asyncio.sleep(0.3)
    assert len(engine.turns) == 1
    await store.release(lease)
    await talk.settle()
    assert await talk.texts() == ["echo text=hello", "echo text=are you there?"]


async def test_a_service_that_stops_leaves_what_another_replica_holds(make: Make) -> None:
    store = FakeConversations()
    talk = make(conversations=store)
    await talk.ask("hello")
    await store.acquire(talk.id, "another replica", NOON, LEASE_SECONDS)
    await talk.write("are you there?")
    await asyncio.wait_for(talk.services.dialogue.stop(), 2)
    assert await store.with_unhandled() == [talk.id]


async def test_the_lease_of_a_replica_that_died_expires(make: Make) -> None:
    store, clock = FakeConversations(), FixedClock()
    talk = make(conversations=store, clock=clock)
    await talk.ask("hello")
    await store.acquire(talk.id, "a replica that died", NOON, LEASE_SECONDS)
    await talk.write("are you there?")
    clock.advance(LEASE_SECONDS)
    await talk.settle()
    assert (await talk.texts())[-1] == "echo text=are you there?"


async def test_who_lost_the_lease_while_the_engine_was_thinking_does_not_speak(make: Make) -> None:
    store, clock, engine = FakeConversations(), FixedClock(), GatedEngine("hello")
    talk = make(conversations=store, clock=clock, engine=engine)
    received = await talk.write("hello")
    await engine.asked.wait()
    clock.advance(LEASE_SECONDS)
    lease = await store.acquire(talk.id, "another replica", clock.now, LEASE_SECONDS)
    assert lease
    engine.gates["hello"].set()
    await asyncio.sleep(0.05)
    assert await talk.texts() == []
    change = Change(frozenset({Mode.BOT}), handled=received.message.sequence, lease=lease)
    await store.commit(talk.id, change, clock.now)
    await store.release(lease)
    await asyncio.sleep(0.25)
    assert await talk.texts() == []
    assert len(engine.turns) == 1


async def test_a_lease_that_was_lost_and_is_free_again_is_taken_again(make: Make) -> None:
    store, engine = FakeConversations(), GatedEngine("hello")
    talk = make(conversations=store, engine=engine)
    await talk.write("hello")
    await engine.asked.wait()
    clock_that_is_fast = NOON + timedelta(seconds=LEASE_SECONDS)
    lease = await store.acquire(talk.id, "a replica that stops", clock_that_is_fast, LEASE_SECONDS)
    assert lease
    await store.release(lease)
    engine.gates["hello"].set()
    await talk.settle()
    assert await talk.texts() == ["echo text=hello"]
    assert [turn.id for turn in engine.turns] == [f"{talk.id}-1"] * 2


async def test_a_long_queue_of_messages_is_worked_on_under_a_lease_that_is_prolonged(make: Make) -> None:
    store, clock = FakeConversations(), FixedClock()

    class Slow(FakeEngine):
        async def reply(self, turn: Turn) -> Answer:
            clock.advance(10)
            assert await store.acquire(turn.conversation, "another replica", clock.now, 1) is None
            return await super().reply(turn)

    talk = make(conversations=store, clock=clock, engine=Slow())
    for n in range(10):
        await talk.write(f"message {n}")
    await talk.settle()
    assert await talk.texts() == [f"echo text=message {n}" for n in range(10)]
