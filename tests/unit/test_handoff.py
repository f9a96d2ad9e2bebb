"""From the bot to a person and back: every step, and every step that is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta, timezone

import pytest

from bot.agents import Agent
from bot.conversations import Author, Conversation, Mode, Reason
from bot.engine_protocol import BACK_TO_BOT
from bot.errors import Conflict, NotFound
from bot.handoff import Handoff
from bot.hours import BusinessHours
from tests.fakes import NEVER_OPEN, NOON, FixedClock
from tests.unit.talk import OMID, SARA, Talk

NINE_TO_TEN = BusinessHours(timezone.utc, {day: [(time(9), time(10))] for day in range(7)})


async def test_a_queued_conversation_waits_with_its_reason_and_place(make: Callable[..., Talk]) -> None:
    talk = make()
    conversation = await talk.queue(Reason.NOT_HELPED)
    assert (conversation.mode, conversation.reason) == (Mode.WAITING, Reason.NOT_HELPED)
    notice = (await talk.said())[-1]
    assert (notice.author, notice.text) == (Author.SYSTEM, "handoff_queued position=1")
    assert [(button.title, button.payload) for button in notice.buttons] == [("button_back_to_bot", BACK_TO_BOT)]
    assert [waiting.id for waiting in await talk.services.conversations.waiting()] == [conversation.id]


async def test_the_place_in_the_queue_counts_those_who_wait(make: Callable[..., Talk]) -> None:
    talk = make()
    for place, user in enumerate(["one", "two", "three"], 1):
        other = Talk(talk.services, user)
        await other.queue()
        assert (await other.texts())[-1] == f"handoff_queued position={place}"


async def test_a_conversation_that_already_waits_is_not_queued_again(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    with pytest.raises(Conflict):
        await talk.queue()
    assert len(await talk.texts()) == 2


async def test_during_business_hours_no_ticket_is_opened(make: Callable[..., Talk]) -> None:
    talk = make()
    assert (await talk.queue()).ticket is None
    assert await talk.services.tickets.open_tickets() == []


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (NOON - timedelta(hours=4), "(opens_today time=09:00:00+00:00)"),
        (NOON, "(opens_tomorrow time=09:00:00+00:00)"),
    ],
)
async def test_after_hours_a_ticket_is_opened_and_the_next_opening_is_told(
    make: Callable[..., Talk], now: datetime, opens: str
) -> None:
    talk = make(clock=FixedClock(now), hours=NINE_TO_TEN)
    conversation = await talk.queue()
    assert (await talk.texts())[-1] == f"handoff_after_hours ticket={conversation.ticket} opens={opens}"
    (ticket,) = await talk.services.tickets.open_tickets()
    assert (ticket.number, ticket.conversation, ticket.opened) == (conversation.ticket, conversation.id, now)


async def test_without_a_next_opening_none_is_promised(make: Callable[..., Talk]) -> None:
    talk = make(hours=NEVER_OPEN)
    conversation = await talk.queue()
    assert (await talk.texts())[-1] == f"handoff_after_hours_no_date ticket={conversation.ticket}"


async def test_an_open_ticket_is_used_again(make: Callable[..., Talk]) -> None:
    talk = make(hours=NEVER_OPEN)
    first = await talk.queue()
    await talk.ask("button_back_to_bot")
    assert (await talk.texts())[-1] == f"handoff_withdrawn_ticket ticket={first.ticket}"
    assert (await talk.queue()).ticket == first.ticket
    assert len(await talk.services.tickets.open_tickets()) == 1


async def test_a_solved_ticket_is_not_used_again(make: Callable[..., Talk]) -> None:
    talk = make(hours=NEVER_OPEN)
    first = await talk.queue()
    assert first.ticket
    assert await talk.services.tickets.solve(first.ticket, SARA.id, NOON)
    assert not await talk.services.tickets.solve(first.ticket, SARA.id, NOON)
    await talk.ask("button_back_to_bot")
    assert (await talk.texts())[-1] == "handoff_withdrawn"
    assert (await talk.queue()).ticket not in (None, first.ticket)


async def test_an_agent_takes_over_and_the_customer_is_told(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    conversation = await talk.services.handoff.take(talk.id, SARA)
    assert (conversation.mode, conversation.agent_id, conversation.agent_name) == (Mode.AGENT, "a1", "Sara")
    assert (await talk.texts())[-1] == "handoff_taken agent=Sara"
    assert await talk.services.conversations.waiting() == []
    assert [mine.id for mine in await talk.services.conversations.of_agent("a1")] == [talk.id]


async def test_of_two_agents_the_first_one_wins(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    outcomes = await asyncio.gather(
        *(talk.services.handoff.take(talk.id, agent) for agent in (SARA, OMID)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Conversation"]
    assert (await talk.state()).agent_id == "a1"
    assert (await talk.texts()).count("handoff_taken agent=Sara") == 1


async def test_the_words_of_an_agent_reach_the_customer_under_the_agents_name(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    message = await talk.services.handoff.say(talk.id, SARA, "Hello, I'm Sara.")
    assert (message.author, message.agent, message.text) == (Author.AGENT, "Sara", "Hello, I'm Sara.")
    assert (await talk.said())[-1] == message


async def test_a_conversation_that_is_put_back_keeps_its_place(make: Callable[..., Talk]) -> None:
    clock = FixedClock()
    talk = make(clock=clock)
    queued = await talk.queue()
    clock.advance(60)
    other = Talk(talk.services, "other")
    await other.queue()
    await talk.services.handoff.take(talk.id, SARA)
    clock.advance(60)
    conversation = await talk.services.handoff.put_back(talk.id, SARA)
    assert (conversation.mode, conversation.agent_id, conversation.agent_name) == (Mode.WAITING, None, None)
    assert (conversation.queued_at, conversation.reason) == (queued.queued_at, Reason.ASKED)
    assert (await talk.texts())[-1] == "handoff_returned agent=Sara"
    assert [waiting.id for waiting in await talk.services.conversations.waiting()] == [talk.id, other.id]


async def test_another_agent_can_take_what_was_put_back(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    await talk.services.handoff.put_back(talk.id, SARA)
    assert (await talk.services.handoff.take(talk.id, OMID)).agent_name == "Omid"


async def test_after_handing_back_the_bot_answers_in_a_fresh_session(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    before = (await talk.services.handoff.take(talk.id, SARA)).session
    conversation = await talk.services.handoff.hand_back(talk.id, SARA)
    assert (conversation.mode, conversation.agent_id, conversation.queued_at) == (Mode.BOT, None, None)
    assert conversation.session != before
    assert (await talk.texts())[-1] == "handoff_closed agent=Sara"
    assert await talk.ask("hello again") == ["echo text=hello again"]


Step = Callable[[Handoff, str, Agent], Awaitable[object]]
STEPS: dict[str, Step] = {
    "take": lambda handoff, conversation, agent: handoff.take(conversation, agent),
    "say": lambda handoff, conversation, agent: handoff.say(conversation, agent, "hello"),
    "put back": lambda handoff, conversation, agent: handoff.put_back(conversation, agent),
    "hand back": lambda handoff, conversation, agent: handoff.hand_back(conversation, agent),
}


async def refused(talk: Talk, step: str, agent: Agent, error: type[Exception] = Conflict) -> None:
    """Check that a step is refused, and that nothing came of it."""
    before: Conversation = await talk.state()
    with pytest.raises(error):
        await STEPS[step](talk.services.handoff, talk.id, agent)
    assert await talk.state() == before


@pytest.mark.parametrize("step", STEPS)
async def test_no_agent_can_do_anything_while_the_bot_answers(make: Callable[..., Talk], step: str) -> None:
    talk = make()
    await talk.ask("hello")
    await refused(talk, step, SARA)


@pytest.mark.parametrize("step", ["say", "put back", "hand back"])
async def test_nobody_can_speak_for_or_release_a_customer_who_waits(make: Callable[..., Talk], step: str) -> None:
    talk = make()
    await talk.queue()
    await refused(talk, step, SARA)


@pytest.mark.parametrize("step", STEPS)
async def test_another_agent_can_do_nothing_while_one_is_in_charge(make: Callable[..., Talk], step: str) -> None:
    talk = make()
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    await refused(talk, step, OMID)


async def test_an_agent_does_not_take_the_same_conversation_twice(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    await refused(talk, "take", SARA)


@pytest.mark.parametrize("step", STEPS)
async def test_nothing_can_be_done_after_handing_back(make: Callable[..., Talk], step: str) -> None:
    talk = make()
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    await talk.services.handoff.hand_back(talk.id, SARA)
    await refused(talk, step, SARA)


@pytest.mark.parametrize("step", STEPS)
async def test_an_unknown_conversation_is_not_found(make: Callable[..., Talk], step: str) -> None:
    with pytest.raises(NotFound):
        await STEPS[step](make().services.handoff, "no-such-conversation", SARA)


async def test_a_customer_cannot_withdraw_from_an_agent_in_charge(make: Callable[..., Talk]) -> None:
    talk = make()
    waiting = await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    change = await talk.services.handoff.withdraw(waiting)
    with pytest.raises(Conflict):
        await talk.services.outbox.commit(talk.id, change)
    assert (await talk.state()).mode is Mode.AGENT


async def test_the_console_is_told_of_every_step(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    await talk.services.handoff.hand_back(talk.id, SARA)
    modes = [event["mode"] for _, event in talk.services.pubsub.published]  # type: ignore[attr-defined]
    assert modes[-3:] == ["waiting", "agent", "bot"]


async def test_notices_are_written_in_the_customers_language(make: Callable[..., Talk]) -> None:
    talk = make()
    await talk.ask("मेरा ऑर्डर कहाँ है")
    await talk.queue()
    await talk.services.handoff.take(talk.id, SARA)
    assert {message.language for message in await talk.said()} == {"hi"}
