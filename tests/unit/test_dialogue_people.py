"""Buttons, and customers who wait for a person or talk with one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.conversations import Mode, Reason, Say
from bot.engine_protocol import BACK_TO_BOT, Answer
from bot.errors import NotFound
from bot.faq import Candidate
from tests.fakes import NEVER_OPEN, FakeEngine, FakeFaqIndex
from tests.unit.talk import OMID, SARA, GatedEngine, Talk, UnsteadyStore

Make = Callable[..., Talk]

OFFER = Answer((Say("menu", buttons=(("button_order", "/order_status"), ("button_human", "/request_human"))),))


async def test_a_pressed_button_gives_the_engine_its_payload_and_the_customer_its_title(make: Make) -> None:
    engine, nearest = FakeEngine(OFFER), FakeFaqIndex({"button_order": [Candidate("delivery-time", 0.8)]})
    talk = make(engine=engine, faq_index=nearest)
    await talk.ask("hello")
    await talk.ask("ignored", press=(2, 0))
    assert [turn.text for turn in engine.turns] == ["hello", "/order_status"]
    assert engine.turns[1].candidates == ()
    assert (await talk.services.conversations.messages(talk.id))[2].text == "button_order"


@pytest.mark.parametrize("typed", ["button_order", "Button_Order", " button order! ", "BUTTON_ORDER."])
async def test_typing_the_words_of_a_button_presses_it(make: Make, typed: str) -> None:
    engine = FakeEngine(OFFER)
    talk = make(engine=engine)
    await talk.ask("hello")
    await talk.ask(typed)
    assert engine.turns[1].text == "/order_status"


async def test_the_words_of_a_button_are_only_words_once_something_else_was_said(make: Make) -> None:
    engine = FakeEngine(OFFER)
    talk = make(engine=engine)
    await talk.ask("hello")
    await talk.ask("never mind")
    await talk.ask("button_order")
    assert engine.turns[2].text == "button_order"


async def test_words_written_before_the_offer_was_made_do_not_press_it(make: Make) -> None:
    engine = FakeEngine(OFFER)
    talk = make(engine=engine)
    await talk.write("hello")
    await talk.write("button_order")
    await talk.settle()
    assert engine.turns[1].text == "button_order"


async def test_an_older_button_can_still_be_pressed(make: Make) -> None:
    engine = FakeEngine(OFFER)
    talk = make(engine=engine)
    await talk.ask("hello")
    await talk.ask("never mind")
    await talk.ask("", press=(2, 0))
    assert engine.turns[2].text == "/order_status"


@pytest.mark.parametrize("press", [(2, 2), (2, -1), (1, 0), (99, 0), (0, 0), (-1, 0)])
async def test_a_button_that_was_not_offered_is_not_found(make: Make, press: tuple[int, int]) -> None:
    talk = make(engine=FakeEngine(OFFER))
    await talk.ask("hello")
    with pytest.raises(NotFound):
        await talk.write("", press=press)
    assert len(await talk.services.conversations.messages(talk.id)) == 2


async def test_a_button_of_another_customer_is_not_found(make: Make) -> None:
    talk = make(engine=FakeEngine(OFFER))
    await talk.ask("hello")
    with pytest.raises(NotFound):
        await Talk(talk.services, "visitor-2").write("", press=(2, 0))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("/request_human", Reason.ASKED),
        ('/request_human{"reason": "failure"}', Reason.FAILURE),
        ('/request_human{"reason": "not_helped"}', Reason.NOT_HELPED),
        ('/request_human{"reason": "attempts"}', Reason.ATTEMPTS),
        ('/request_human{"reason": "made up"}', Reason.ASKED),
    ],
)
async def test_the_button_for_a_person_queues_without_asking_the_engine(
    make: Make, payload: str, reason: Reason
) -> None:
    engine = FakeEngine(Answer((Say("offer", buttons=(("button_human", payload),)),)))
    talk = make(engine=engine)
    await talk.ask("hello")
    assert await talk.ask("", press=(2, 0)) == ["handoff_queued position=1"]
    assert (await talk.state()).reason is reason
    assert len(engine.turns) == 1


async def test_an_answer_can_end_in_the_queue(make: Make) -> None:
    talk = make(engine=FakeEngine(Answer((Say("sorry"),), handoff=Reason.NOT_HELPED)))
    assert await talk.ask("I want a person") == ["sorry", "handoff_queued position=1"]
    state = await talk.state()
    assert (state.mode, state.reason) == (Mode.WAITING, Reason.NOT_HELPED)


async def test_an_answer_may_be_nothing_but_the_queue(make: Make) -> None:
    talk = make(engine=FakeEngine(Answer(handoff=Reason.ASKED)))
    assert await talk.ask("I want a person") == ["handoff_queued position=1"]


async def test_while_a_customer_waits_the_engine_is_not_asked_and_nothing_is_lost(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    await talk.queue()
    assert await talk.ask("are you there?") == []
    assert await talk.ask("where is my order") == []
    assert len(engine.turns) == 1
    written = [m.text for m in await talk.services.conversations.messages(talk.id) if m.author.value == "customer"]
    assert written == ["hello", "are you there?", "where is my order"]


@pytest.mark.parametrize("how", ["pressed", "typed"])
async def test_a_customer_who_waits_can_go_back_to_the_bot(make: Make, how: str) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    await talk.queue()
    if how == "pressed":
        said = await talk.ask("", press=((await talk.said())[-1].sequence, 0))
    else:
        said = await talk.ask("button back to bot")
    assert said == ["handoff_withdrawn"]
    state = await talk.state()
    assert (state.mode, state.episode, state.queued_at) == (Mode.BOT, 1, None)
    assert await talk.ask("hello again") == ["echo text=hello again"]
    assert engine.turns[-1].session == f"{talk.id}.1"


async def test_other_buttons_do_nothing_while_a_customer_waits(make: Make) -> None:
    engine = FakeEngine(OFFER)
    talk = make(engine=engine)
    await talk.queue()
    assert await talk.ask("", press=(2, 0)) == []
    assert await talk.ask("", press=(2, 1)) == []
    assert (await talk.state()).mode is Mode.WAITING


async def test_the_way_back_to_the_bot_leads_nowhere_for_who_is_there_already(make: Make) -> None:
    engine = FakeEngine(Answer((Say("old", buttons=(("button_back_to_bot", BACK_TO_BOT),)),)))
    talk = make(engine=engine)
    await talk.ask("hello")
    assert await talk.ask("", press=(2, 0)) == ["button_expired"]
    assert len(engine.turns) == 1


async def test_after_hours_the_first_message_is_noted_on_the_ticket(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine, hours=NEVER_OPEN)
    ticket = (await talk.queue()).ticket
    assert await talk.ask("the screen is black") == [f"ticket_noted ticket={ticket}"]
    assert await talk.ask("since yesterday") == []
    assert len(engine.turns) == 1


async def test_while_an_agent_is_in_charge_the_bot_is_silent(make: Make) -> None:
    engine = FakeEngine()
    talk = make(engine=engine)
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    assert await talk.ask("button back to bot") == []
    assert await talk.ask("hello Sara") == []
    assert len(engine.turns) == 1


async def test_an_agent_who_takes_over_while_the_engine_thinks_is_not_talked_over(make: Make) -> None:
    engine = GatedEngine("where is it?")
    talk = make(engine=engine)
    await talk.write("where is it?")
    await engine.asked.wait()
    await talk.queue()
    await talk.services.handoff.take(talk.id, OMID)
    engine.gates["where is it?"].set()
    await talk.settle()
    assert await talk.texts() == ["handoff_queued position=1", "handoff_taken agent=Omid"]
    assert len(engine.turns) == 1


async def test_a_message_in_the_moment_of_handing_back_is_answered_by_the_bot(make: Make) -> None:
    store, engine = UnsteadyStore(), FakeEngine()
    talk = make(conversations=store, engine=engine)
    await talk.queue()

    async def withdraw() -> None:
        change = await talk.services.handoff.withdraw(await talk.state())
        await talk.services.outbox.commit(talk.id, change)

    store.meanwhile = withdraw
    assert await talk.ask("are you there?") == ["handoff_withdrawn", "echo text=are you there?"]


async def test_messages_that_follow_a_request_for_a_person_are_left_for_that_person(make: Make) -> None:
    engine = FakeEngine(Answer(handoff=Reason.ASKED))
    talk = make(engine=engine)
    await talk.write("a person please")
    await talk.write("hello?")
    await talk.settle()
    assert [turn.text for turn in engine.turns] == ["a person please"]
    assert await talk.texts() == ["handoff_queued position=1"]
