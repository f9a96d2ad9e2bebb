"""What every `TicketStore` promises, together with the changes that open tickets."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.conversations import Change, Inbound, Mode
from bot.tickets import Ticket
from tests.adapters.sql.conftest import Stores
from tests.fakes import NOON

ANY = frozenset(Mode)


async def open_ticket(stores: Stores, number: str, user: str = "u", minutes: int = 0) -> str:
    received = await stores.conversations.receive(Inbound("web", user, "hello", f"m{minutes}"), "en", NOON)
    at = NOON + timedelta(minutes=minutes)
    await stores.conversations.commit(received.conversation.id, Change(ANY, ticket=number), at)
    return received.conversation.id


async def test_a_ticket_belongs_to_its_conversation(stores: Stores) -> None:
    conversation = await open_ticket(stores, "T-1")
    assert await stores.tickets.ticket("T-1") == Ticket("T-1", conversation, NOON)
    assert (await stores.conversations.conversation(conversation)).ticket == "T-1"
    assert await stores.tickets.ticket("T-2") is None


async def test_a_ticket_that_is_open_already_stays_as_it_was_opened(stores: Stores) -> None:
    conversation = await open_ticket(stores, "T-1")
    assert await open_ticket(stores, "T-1", minutes=5) == conversation
    assert await stores.tickets.open_tickets() == [Ticket("T-1", conversation, NOON)]


async def test_the_oldest_open_ticket_is_first(stores: Stores) -> None:
    for n, number in enumerate(["T-3", "T-1", "T-2"]):
        await open_ticket(stores, number, f"u{n}", minutes=n)
    assert await stores.tickets.solve("T-1", "a1", NOON)
    assert [ticket.number for ticket in await stores.tickets.open_tickets()] == ["T-3", "T-2"]


async def test_a_solved_ticket_is_off_its_conversation(stores: Stores) -> None:
    conversation = await open_ticket(stores, "T-1")
    later = NOON + timedelta(hours=1)
    assert await stores.tickets.solve("T-1", "a1", later)
    assert await stores.tickets.ticket("T-1") == Ticket("T-1", conversation, NOON, solved=later)
    assert (await stores.conversations.conversation(conversation)).ticket is None


async def test_a_ticket_is_solved_once_however_many_try(stores: Stores) -> None:
    await open_ticket(stores, "T-1")
    solved = await asyncio.gather(*(stores.tickets.solve("T-1", f"a{n}", NOON) for n in range(10)))
    assert sorted(solved) == [False] * 9 + [True]
    assert not await stores.tickets.solve("T-9", "a1", NOON)
