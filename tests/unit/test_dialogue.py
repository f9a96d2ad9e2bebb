"""The path of a customer's message: what is accepted, and what is answered, in which order and language."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

import pytest

from bot.conversations import Button, Mode, Say
from bot.dialogue import MAXIMUM_CHARACTERS
from bot.engine_protocol import Answer, Spoken, Turn
from bot.errors import BadData
from bot.faq import Candidate
from tests.fake_conversations import FakeConversations
from tests.fakes import NOON, FakeEngine, FakeFaqIndex, FakePubSub, FixedClock
from tests.unit.talk import GatedEngine, Talk

Make = Callable[..., Talk]

OFFER = Answer((Say("menu", buttons=(("button_order", "/order_status"), ("button_human", "/request_human"))),))


class MovingEngine(FakeEngine):
    """Takes a different time for each turn, and counts how many turns of a conversation it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once: dict[str, int] = {}
        self.most_at_once = 0

    async def reply(self, turn: Turn) -> Answer:
        self.at_once[turn.conversation] = self.at_once.get(turn.conversation, 0) + 1
        self.most_at_once = max(self.most_at_once, *self.at_once.values())
        await asyncio.sleep(random.Random(turn.text).random() / 100)
        self.at_once[turn.conversation] -= 1
        return await super().reply(turn)


async def test_a_message_is_answered(make: Make) -> None:
    assert await make().ask("where is my order?") == ["echo text=where is my order?"]


async def test_the_engine_is_told_the_turn_the_session_the_language_and_the_nearest_entries(make: Make) -> None:
    engine, nearest = FakeEngine(), [Candidate("delivery-time", 0.8)]
    talk = make(engine=engine, faq_index=FakeFaqIndex({"كم يستغرق التوصيل؟": nearest}))
    await talk.ask("كم يستغرق التوصيل؟")
    assert engine.turns == [
        Turn(f"{talk.id}-1", talk.id, f"{talk.id}.0", "كم يستغرق التوصيل؟", "ar", (Candidate("delivery-time", 0.8),))
    ]


async def test_an_answer_of_several_sentences_keeps_their_order(make: Make) -> None:
    spoken = Spoken("written out", (Button("Yes", "/affirm"),))
    talk = make(engine=FakeEngine(Answer((Say("one"), spoken, Say("three")))))
    assert await talk.ask("hello") == ["one", "written out", "three"]
    assert (await talk.said())[1].buttons == (Button("Yes", "/affirm"),)
    assert [message.sequence for message in await talk.said()] == [2, 3, 4]


async def test_five_quick_messages_are_answered_one_by_one_in_order(make: Make) -> None:
    engine = MovingEngine()
    talk = make(engine=engine)
    for n in range(5):
        await talk.write(f"message {n}")
    await talk.settle()
    assert await talk.texts() == [f"echo text=message {n}" for n in range(5)]
    assert engine.most_at_once == 1


async def test_messages_that_arrive_at_once_on_two_replicas_are_answered_once_and_in_their_order(make: Make) -> None:
    engine, store = MovingEngine(), FakeConversations()
    talks = [make(engine=engine, conversations=store) for _ in range(2)]
    await asyncio.gather(*(talks[n % 2].write(f"message {n}", message_id=f"id{n}") for n in range(12)))
    await talks[0].settle()
    written = [m.text for m in await store.messages(talks[0].id) if m.author.value == "customer"]
    assert sorted(written) == sorted(f"message {n}" for n in range(12))
    assert [turn.text for turn in engine.turns] == written
    assert await talks[0].texts() == [f"echo text={text}" for text in written]
    assert engine.most_at_once == 1


async def test_conversations_do_not_wait_for_each_other(make: Make) -> None:
    engine = GatedEngine("slow")
    talk = make(engine=engine)
    await talk.write("slow")
    other = Talk(talk.services, "visitor-2")
    await other.write("quick")
    while not await other.texts():
        await asyncio.sleep(0.001)
    assert await talk.texts() == []
    engine.gates["slow"].set()
    await talk.settle()
    assert await talk.texts() == ["echo text=slow"]


async def test_a_message_that_is_sent_again_is_answered_once(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    first = await talk.write("hello", message_id="same")
    again = await talk.write("hello", message_id="same")
    await talk.settle()
    late = await talk.write("hello", message_id="same")
    assert (first.duplicate, again.duplicate, late.duplicate) == (False, True, True)
    assert first.message == again.message == late.message
    assert len(engine.turns) == 1
    assert await talk.texts() == ["echo text=hello"]


async def test_the_same_message_id_of_another_customer_is_another_message(make: Make) -> None:
    talk = make()
    await talk.write("hello", message_id="same")
    other = Talk(talk.services, "visitor-2")
    assert not (await other.write("hello", message_id="same")).duplicate
    assert other.id != talk.id


async def test_the_console_is_told_of_a_message_before_it_is_answered(make: Make) -> None:
    pubsub = FakePubSub()
    talk = make(pubsub=pubsub, engine=GatedEngine("hello"))
    await talk.write("hello")
    assert pubsub.published == [("console", {"type": "conversation", "id": talk.id, "mode": "bot"})]
    talk.services.engine.gates["hello"].set()  # type: ignore[attr-defined]


async def test_messages_carry_the_time_of_the_clock(make: Make) -> None:
    clock = FixedClock()
    talk = make(clock=clock)
    await talk.ask("hello")
    times: set[datetime] = {message.at for message in await talk.services.conversations.messages(talk.id)}
    assert times == {NOON}


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200c", "\u202e", "/", " // ", "\ud800", "\x00"])
async def test_a_blank_message_is_refused_and_not_kept(make: Make, text: str) -> None:
    talk = make()
    with pytest.raises(BadData, match="blank"):
        await talk.write(text)
    assert await talk.services.conversations.current("web", talk.user) is None


async def test_a_message_that_is_too_long_is_refused_and_not_kept(make: Make) -> None:
    talk = make()
    with pytest.raises(BadData, match=f"longer than {MAXIMUM_CHARACTERS}"):
        await talk.write("x" * (MAXIMUM_CHARACTERS + 1))
    assert await talk.services.conversations.current("web", talk.user) is None
    await talk.ask(" " * 50 + "x" * MAXIMUM_CHARACTERS)


@pytest.mark.parametrize(
    "command", ["/restart", "//restart", "／restart", "\u200c/restart", '/request_human{"a": "b"}']
)
async def test_a_customer_cannot_give_the_engine_commands(make: Make, command: str) -> None:
    engine = FakeEngine()
    await make(engine=engine).ask(command)
    assert not engine.turns[0].text.startswith("/")


async def test_digits_of_every_script_reach_the_engine_as_ascii(make: Make) -> None:
    engine = FakeEngine()
    await make(engine=engine).ask("طلبي رقم ١٠٠٢٤٥")
    assert engine.turns[0].text == "طلبي رقم 100245"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello", "en"),
        ("أين طلبي", "ar"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("میرا آرڈر کہاں ہے", "ur"),
        ("سفارشم کجاست؟", "fa"),
    ],
)
async def test_a_conversation_begins_in_the_language_of_its_first_message(make: Make, text: str, language: str) -> None:
    talk = make()
    await talk.ask(text)
    assert (await talk.state()).language == language


async def test_where_the_first_message_leaves_doubt_the_hint_decides(make: Make) -> None:
    talk = make()
    await talk.ask("سلام", hint="ur")
    assert (await talk.state()).language == "ur"


async def test_the_conversation_follows_a_clear_change_of_language(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    await talk.ask("where is my order")
    await talk.ask("أين طلبي؟ لم يصل حتى الآن")
    await talk.ask("MD-100245")
    assert [turn.language for turn in engine.turns] == ["en", "ar", "ar"]
    assert [message.language for message in await talk.said()] == ["en", "ar", "ar"]


async def test_a_language_that_was_asked_for_stays(make: Make) -> None:
    engine = FakeEngine(Answer((Say("language_changed"),), language="ur"))
    talk = make(engine=engine)
    await talk.ask("Urdu please")
    await talk.ask("where is my order and when will it come")
    assert [turn.language for turn in engine.turns] == ["en", "ur"]
    state = await talk.state()
    assert (state.language, state.language_chosen) == ("ur", True)


async def test_a_language_that_was_chosen_beside_the_talk_stays(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    await talk.ask("where is my order")
    await talk.services.dialogue.choose_language("web", talk.user, "fa")
    await talk.ask("where is my order and when will it come")
    assert [turn.language for turn in engine.turns] == ["en", "fa"]


async def test_choosing_a_language_before_the_first_message_does_nothing(make: Make) -> None:
    talk = make()
    await talk.services.dialogue.choose_language("web", talk.user, "fa")
    assert await talk.services.conversations.current("web", talk.user) is None


async def test_a_language_can_be_chosen_while_waiting_for_a_person(make: Make) -> None:
    talk = make()
    await talk.queue()
    await talk.services.dialogue.choose_language("web", talk.user, "fa")
    state = await talk.state()
    assert (state.mode, state.language, state.language_chosen) == (Mode.WAITING, "fa", True)


async def test_pressing_a_button_does_not_change_the_language(make: Make) -> None:
    engine = FakeEngine(OFFER)
    talk = make(engine=engine)
    await talk.ask("أين طلبي")
    await talk.ask("", press=(2, 0))
    assert engine.turns[1].language == "ar"


async def test_a_language_that_was_chosen_outside_the_talk_stays(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    await talk.ask("hello")
    await talk.services.dialogue.choose_language("web", talk.user, "fa")
    await talk.ask("where is my order, please tell me")
    assert engine.turns[-1].language == "fa"


async def test_a_language_chosen_before_the_first_message_is_not_kept(make: Make) -> None:
    talk = make()
    await talk.services.dialogue.choose_language("web", talk.user, "fa")
    await talk.ask("where is my order?")
    assert (await talk.state()).language == "en"
