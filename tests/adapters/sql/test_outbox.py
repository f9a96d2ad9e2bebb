"""What every `OutboxStore` promises, together with the `ConversationStore` that fills it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.conversations import Author, Change, Delivery, Draft, Inbound, Mode
from tests.adapters.sql.conftest import Stores
from tests.fakes import NOON

ANY = frozenset(Mode)
CHANNELS = frozenset({"web"})


def seconds(number: float) -> datetime:
    return NOON + timedelta(seconds=number)


async def begin(stores: Stores, user: str = "u") -> str:
    return (await stores.conversations.receive(Inbound("web", user, "hello", "m1"), "en", NOON)).conversation.id


async def commit(stores: Stores, conversation: str, *texts: str, at: datetime = NOON) -> Sequence[Delivery]:
    change = Change(ANY, tuple(Draft(Author.BOT, text) for text in texts))
    return (await stores.conversations.commit(conversation, change, at))[2]


def texts(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.message.text for delivery in deliveries]


async def test_what_is_committed_is_the_callers_to_deliver_in_order(stores: Stores) -> None:
    conversation = await begin(stores)
    deliveries = await commit(stores, conversation, "a", "b")
    assert [(d.channel, d.user, d.attempts, d.message.text) for d in deliveries] == [
        ("web", "u", 0, "a"),
        ("web", "u", 0, "b"),
    ]
    assert await stores.outbox.due(seconds(29), CHANNELS) == []
    assert await stores.outbox.claim(conversation, seconds(29)) == []


async def test_what_the_customer_wrote_is_not_sent_to_the_customer(stores: Stores) -> None:
    conversation = await begin(stores)
    change = Change(ANY, (Draft(Author.CUSTOMER, "mine"), Draft(Author.SYSTEM, "yours")))
    _, written, deliveries = await stores.conversations.commit(conversation, change, NOON)
    assert [message.text for message in written] == ["mine", "yours"]
    assert texts(deliveries) == ["yours"]


async def test_a_claim_of_a_process_that_died_expires(stores: Stores) -> None:
    conversation = await begin(stores)
    first = await commit(stores, conversation, "a", "b")
    assert await stores.outbox.due(seconds(30), CHANNELS) == [conversation]
    again = await stores.outbox.claim(conversation, seconds(30))
    assert again == first
    assert await stores.outbox.due(seconds(59), CHANNELS) == []
    assert await stores.outbox.due(seconds(60), CHANNELS) == [conversation]


async def test_what_is_delivered_is_not_due_again(stores: Stores) -> None:
    conversation = await begin(stores)
    for delivery in await commit(stores, conversation, "a", "b"):
        await stores.outbox.delivered(delivery, "provider-1", NOON)
    assert await stores.outbox.due(seconds(1000), CHANNELS) == []
    assert await stores.outbox.claim(conversation, seconds(1000)) == []
    assert texts(await commit(stores, conversation, "c")) == ["c"]


async def test_a_message_behind_one_that_is_on_its_way_is_not_claimed(stores: Stores) -> None:
    conversation = await begin(stores)
    [first] = await commit(stores, conversation, "a")
    assert await commit(stores, conversation, "b") == []
    assert await stores.outbox.due(seconds(1), CHANNELS) == []
    await stores.outbox.delivered(first, None, seconds(1))
    assert await stores.outbox.due(seconds(1), CHANNELS) == [conversation]
    assert texts(await stores.outbox.claim(conversation, seconds(1))) == ["b"]


async def test_a_delivery_prolongs_the_claims_on_the_ones_behind_it(stores: Stores) -> None:
    conversation = await begin(stores)
    slow, _, _ = await commit(stores, conversation, "a", "b", "c")
    await stores.outbox.delivered(slow, None, seconds(25))
    assert await stores.outbox.due(seconds(54), CHANNELS) == []
    assert texts(await stores.outbox.claim(conversation, seconds(55))) == ["b", "c"]


async def test_a_postponed_one_holds_up_those_behind_it_and_is_due_at_its_time(stores: Stores) -> None:
    conversation = await begin(stores)
    first, _ = await commit(stores, conversation, "a", "b")
    await stores.outbox.postpone(first, seconds(10))
    assert await stores.outbox.due(seconds(9), CHANNELS) == []
    assert await stores.outbox.claim(conversation, seconds(9)) == []
    assert await stores.outbox.due(seconds(10), CHANNELS) == [conversation]
    deliveries = await stores.outbox.claim(conversation, seconds(10))
    assert [(d.message.text, d.attempts) for d in deliveries] == [("a", 1), ("b", 0)]


async def test_an_undeliverable_one_is_shown_as_such_and_lets_the_others_pass(stores: Stores) -> None:
    conversation = await begin(stores)
    first, second = await commit(stores, conversation, "a", "b")
    await stores.outbox.undeliverable(first, seconds(1))
    await stores.outbox.postpone(second, seconds(2))
    assert texts(await stores.outbox.claim(conversation, seconds(2))) == ["b"]
    found = await stores.conversations.messages(conversation)
    assert [(message.text, message.undelivered) for message in found] == [
        ("hello", False),
        ("a", True),
        ("b", False),
    ]


async def test_one_of_twenty_claims_everything_and_the_others_nothing(stores: Stores) -> None:
    conversation = await begin(stores)
    await commit(stores, conversation, "a", "b", "c")
    # So that all of them have a connection and begin together.
    assert not any(await asyncio.gather(*(stores.outbox.claim(conversation, NOON) for _ in range(20))))
    claims = await asyncio.gather(*(stores.outbox.claim(conversation, seconds(31)) for _ in range(20)))
    assert sorted(texts(claim) for claim in claims) == [[]] * 19 + [["a", "b", "c"]]


async def test_conversations_do_not_wait_for_each_other(stores: Stores) -> None:
    stuck, other, third = [await begin(stores, user) for user in ("stuck", "other", "third")]
    [postponed] = await commit(stores, stuck, "a")
    await stores.outbox.postpone(postponed, seconds(500))
    for conversation in (other, third):
        await commit(stores, conversation, "a")
    assert set(await stores.outbox.due(seconds(30), CHANNELS)) == {other, third}
    assert len(await stores.outbox.due(seconds(30), CHANNELS, limit=1)) == 1


async def test_commits_at_once_are_delivered_in_the_order_of_their_numbers(stores: Stores) -> None:
    conversation = await begin(stores)
    claimed = await asyncio.gather(*(commit(stores, conversation, f"{n}") for n in range(20)))
    firsts = [deliveries for deliveries in claimed if deliveries]
    assert len(firsts) == 1
    assert firsts[0][0].message.sequence == 2
    everything = await stores.outbox.claim(conversation, seconds(31))
    assert [delivery.message.sequence for delivery in everything] == list(range(2, 22))


async def test_only_the_channels_that_are_asked_for_are_due(stores: Stores) -> None:
    conversation = await begin(stores)
    await commit(stores, conversation, "a")
    assert await stores.outbox.due(seconds(30), {"terminal"}) == []
    assert await stores.outbox.due(seconds(30), {"terminal", "web"}) == [conversation]
