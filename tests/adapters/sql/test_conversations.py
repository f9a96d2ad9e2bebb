"""What every `ConversationStore` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversations import Author, Button, Change, Conversation, Draft, Inbound, Message, Mode, Press, Reason
from bot.errors import Conflict, LeaseLost, NotFound
from tests.adapters.sql.conftest import Stores
from tests.fakes import NOON

ANY = frozenset(Mode)
BOT = frozenset({Mode.BOT})
WAITING = frozenset({Mode.WAITING})
AGENT = frozenset({Mode.AGENT})
HELLO = Inbound("web", "visitor-1", "hello", "m1", address="192.0.2.1")
LATER = NOON + timedelta(seconds=1)


def say(*texts: str, author: Author = Author.BOT) -> tuple[Draft, ...]:
    return tuple(Draft(author, text) for text in texts)


async def begin(stores: Stores, inbound: Inbound = HELLO) -> Conversation:
    return (await stores.conversations.receive(inbound, "en", NOON)).conversation


async def commit(stores: Stores, conversation: str, change: Change) -> Conversation:
    return (await stores.conversations.commit(conversation, change, LATER))[0]


async def texts(stores: Stores, conversation: str) -> list[str]:
    return [message.text for message in await stores.conversations.messages(conversation)]


async def outcomes(*attempts: Any) -> tuple[list[Any], list[BaseException]]:
    """Run everything at once; return the results, and the failures."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    return [result for result in results if not isinstance(result, BaseException)], failures


class TestReceive:
    async def test_the_first_message_opens_a_conversation(self, stores: Stores) -> None:
        received = await stores.conversations.receive(HELLO, "ar", NOON)
        conversation = received.conversation
        assert (conversation.channel, conversation.user, conversation.address) == ("web", "visitor-1", "192.0.2.1")
        assert (conversation.mode, conversation.language, conversation.created) == (Mode.BOT, "ar", NOON)
        assert received.message == Message(conversation.id, 1, Author.CUSTOMER, "hello", NOON, "ar", message_id="m1")
        assert not received.duplicate
        assert await stores.conversations.conversation(conversation.id) == conversation

    async def test_the_next_message_gets_the_next_number_in_the_conversations_language(self, stores: Stores) -> None:
        first = await begin(stores)
        received = await stores.conversations.receive(replace(HELLO, message_id="m2", address="192.0.2.9"), "fa", LATER)
        assert received.conversation == replace(first, last_sequence=2, address="192.0.2.9")
        assert (received.message.sequence, received.message.language, received.message.at) == (2, "en", LATER)

    async def test_a_message_that_comes_again_is_not_written_again(self, stores: Stores) -> None:
        first = await stores.conversations.receive(HELLO, "en", NOON)
        await commit(stores, first.conversation.id, Change(BOT, say("hi")))
        again = await stores.conversations.receive(replace(HELLO, text="other"), "en", LATER)
        assert again.duplicate
        assert again.message == first.message
        assert again.conversation.last_sequence == 2
        assert await texts(stores, first.conversation.id) == ["hello", "hi"]

    async def test_two_users_and_two_channels_may_use_the_same_message_id(self, stores: Stores) -> None:
        ids = {
            (await begin(stores, inbound)).id
            for inbound in (HELLO, replace(HELLO, user="visitor-2"), replace(HELLO, channel="telegram"))
        }
        assert len(ids) == 3

    async def test_twenty_first_messages_at_once_open_one_conversation(self, stores: Stores) -> None:
        inbounds = [replace(HELLO, message_id=f"m{n}") for n in range(20)]
        received, failures = await outcomes(*(stores.conversations.receive(i, "en", NOON) for i in inbounds))
        assert not failures
        assert len({r.conversation.id for r in received}) == 1
        assert sorted(r.message.sequence for r in received) == list(range(1, 21))

    async def test_the_same_message_twenty_times_at_once_is_written_once(self, stores: Stores) -> None:
        received, failures = await outcomes(*(stores.conversations.receive(HELLO, "en", NOON) for _ in range(20)))
        assert not failures
        assert sum(not r.duplicate for r in received) == 1
        assert await texts(stores, received[0].conversation.id) == ["hello"]

    async def test_a_message_after_the_end_opens_a_conversation_that_names_the_closed_one(self, stores: Stores) -> None:
        ids: list[str] = []
        for n in range(3):
            opened = await begin(stores, replace(HELLO, message_id=f"m{n}"))
            assert opened.previous == (ids[-1] if ids else None)
            ids.append((await commit(stores, opened.id, Change(ANY, mode=Mode.CLOSED))).id)
        assert len(set(ids)) == 3

    async def test_a_message_of_a_closed_conversation_that_comes_again_opens_nothing(self, stores: Stores) -> None:
        first = await begin(stores)
        await commit(stores, first.id, Change(ANY, mode=Mode.CLOSED))
        again = await stores.conversations.receive(HELLO, "en", LATER)
        assert again.duplicate
        assert (again.conversation.id, again.conversation.mode) == (first.id, Mode.CLOSED)
        assert await stores.conversations.current("web", "visitor-1") == again.conversation

    @pytest.mark.parametrize(
        "text", ["أين طلبي؟", "میں کہاں ہوں", "می‌کنند", "मेरा ऑर्डर", "👩‍🔧 'quoted' \"--;\\ \n line", "x" * 2000]
    )
    async def test_text_comes_back_as_it_was(self, stores: Stores, text: str) -> None:
        conversation = await begin(stores, replace(HELLO, text=text))
        assert await texts(stores, conversation.id) == [text]


class TestReading:
    async def test_an_unknown_conversation_is_not_found(self, stores: Stores) -> None:
        with pytest.raises(NotFound):
            await stores.conversations.conversation("nothing")
        with pytest.raises(NotFound):
            await commit(stores, "nothing", Change(ANY))
        assert await stores.conversations.message("nothing", 1) is None
        assert await stores.conversations.messages("nothing") == []
        assert await stores.conversations.current("web", "nobody") is None
        assert await stores.conversations.acquire("nothing", "a", NOON, 30) is None

    async def test_the_current_conversation_is_the_newest(self, stores: Stores) -> None:
        first = await begin(stores)
        assert await stores.conversations.current("web", "visitor-1") == first
        await commit(stores, first.id, Change(ANY, mode=Mode.CLOSED))
        second = await begin(stores, replace(HELLO, message_id="m2"))
        assert await stores.conversations.current("web", "visitor-1") == second

    async def test_messages_come_in_order_after_a_number_and_up_to_a_limit(self, stores: Stores) -> None:
        conversation = await begin(stores)
        await commit(stores, conversation.id, Change(BOT, say("2", "3", "4")))
        found = await stores.conversations.messages(conversation.id, after=1, limit=2)
        assert [(m.sequence, m.text) for m in found] == [(2, "2"), (3, "3")]

    async def test_a_message_keeps_its_buttons_its_author_and_its_press(self, stores: Stores) -> None:
        conversation = await begin(stores)
        buttons = (Button("نعم", '/yes{"a": 1}'), Button("no", "/no"))
        draft = Draft(Author.AGENT, "which?", buttons, agent="Sara")
        _, written, _ = await stores.conversations.commit(conversation.id, Change(BOT, (draft,)), LATER)
        assert written == [Message(conversation.id, 2, Author.AGENT, "which?", LATER, "en", buttons, "Sara")]
        assert await stores.conversations.message(conversation.id, 2) == written[0]
        pressed = replace(HELLO, message_id="m2", press=Press(2, 1))
        received = await stores.conversations.receive(pressed, "en", LATER)
        assert await stores.conversations.message(conversation.id, 3) == received.message
        assert received.message.press == Press(2, 1)

    async def test_the_last_offer_is_of_the_newest_message_that_is_not_the_customers(self, stores: Stores) -> None:
        conversation = await begin(stores)
        offer = Draft(Author.BOT, "sure?", (Button("yes", "/yes"),))
        await commit(stores, conversation.id, Change(BOT, (offer,)))
        await begin(stores, replace(HELLO, message_id="m2"))
        found = await stores.conversations.last_offer(conversation.id, before=3)
        assert found
        assert found.sequence == 2
        assert await stores.conversations.last_offer(conversation.id, before=2) is None
        await commit(stores, conversation.id, Change(BOT, say("no buttons")))
        assert await stores.conversations.last_offer(conversation.id, before=5) is None

    async def test_unhandled_messages_come_one_after_the_other(self, stores: Stores) -> None:
        conversation = await begin(stores)
        await begin(stores, replace(HELLO, message_id="m2", text="second"))
        other = await begin(stores, replace(HELLO, user="visitor-2"))
        assert set(await stores.conversations.with_unhandled()) == {conversation.id, other.id}
        handled = []
        while message := await stores.conversations.next_unhandled(conversation.id):
            handled.append(message.text)
            await commit(stores, conversation.id, Change(BOT, say("answer"), handled=message.sequence))
        assert handled == ["hello", "second"]
        assert await stores.conversations.with_unhandled() == [other.id]


class TestLease:
    async def test_one_of_twenty_workers_gets_the_conversation(self, stores: Stores) -> None:
        conversation = await begin(stores)
        leases, failures = await outcomes(
            *(stores.conversations.acquire(conversation.id, f"worker-{n}", NOON, 30) for n in range(20))
        )
        assert not failures
        assert sum(lease is not None for lease in leases) == 1

    async def test_its_owner_prolongs_it_and_the_fence_grows(self, stores: Stores) -> None:
        conversation = await begin(stores)
        first = await stores.conversations.acquire(conversation.id, "a", NOON, 30)
        second = await stores.conversations.acquire(conversation.id, "a", LATER, 30)
        assert first
        assert second
        assert second.fence > first.fence
        assert second.expires == LATER + timedelta(seconds=30)
        assert await stores.conversations.acquire(conversation.id, "b", NOON + timedelta(seconds=30), 30) is None

    async def test_an_expired_one_goes_to_another_whose_predecessor_can_write_nothing(self, stores: Stores) -> None:
        conversation = await begin(stores)
        late = await stores.conversations.acquire(conversation.id, "a", NOON, 30)
        assert await stores.conversations.acquire(conversation.id, "b", NOON + timedelta(seconds=29), 30) is None
        held = await stores.conversations.acquire(conversation.id, "b", NOON + timedelta(seconds=30), 30)
        with pytest.raises(LeaseLost):
            await commit(stores, conversation.id, Change(BOT, say("late"), handled=1, lease=late))
        assert await stores.conversations.next_unhandled(conversation.id)
        await commit(stores, conversation.id, Change(BOT, say("in time"), handled=1, lease=held))
        assert await texts(stores, conversation.id) == ["hello", "in time"]

    async def test_a_released_one_is_free_and_no_longer_good_for_a_commit(self, stores: Stores) -> None:
        conversation = await begin(stores)
        lease = await stores.conversations.acquire(conversation.id, "a", NOON, 30)
        assert lease
        await stores.conversations.release(lease)
        with pytest.raises(LeaseLost):
            await commit(stores, conversation.id, Change(BOT, lease=lease))
        assert await stores.conversations.acquire(conversation.id, "b", NOON, 30)

    async def test_releasing_a_lost_one_does_not_free_the_others(self, stores: Stores) -> None:
        conversation = await begin(stores)
        lost = await stores.conversations.acquire(conversation.id, "a", NOON, 30)
        assert lost
        later = NOON + timedelta(minutes=1)
        assert await stores.conversations.acquire(conversation.id, "b", later, 30)
        await stores.conversations.release(lost)
        assert await stores.conversations.acquire(conversation.id, "c", later, 30) is None

    async def test_a_message_that_another_worker_has_answered_is_not_answered_again(self, stores: Stores) -> None:
        conversation = await begin(stores)
        lease = await stores.conversations.acquire(conversation.id, "a", NOON, 30)
        assert lease
        await commit(stores, conversation.id, Change(BOT, say("answer"), handled=1, lease=lease))
        await stores.conversations.release(lease)
        second = await stores.conversations.acquire(conversation.id, "b", NOON, 30)
        with pytest.raises(LeaseLost):
            await commit(stores, conversation.id, Change(ANY, say("again"), handled=1, lease=second))
        assert await texts(stores, conversation.id) == ["hello", "answer"]


class TestCommit:
    async def test_messages_are_numbered_and_written_in_the_new_language(self, stores: Stores) -> None:
        conversation = await begin(stores)
        change = Change(BOT, say("b", "c"), language="hi", language_chosen=True, handled=1)
        after, written, _ = await stores.conversations.commit(conversation.id, change, LATER)
        assert after == replace(conversation, last_sequence=3, language="hi", language_chosen=True)
        assert [(m.sequence, m.text, m.language, m.at) for m in written] == [
            (2, "b", "hi", LATER),
            (3, "c", "hi", LATER),
        ]
        assert await stores.conversations.conversation(conversation.id) == after
        assert await stores.conversations.messages(conversation.id, after=1) == written

    @pytest.mark.parametrize(
        "change",
        [
            Change(WAITING, say("no"), mode=Mode.AGENT, agent=("a1", "Sara"), ticket="T-1", handled=1),
            Change(BOT, say("no"), expect_agent="a1", language="ar", new_episode=True),
        ],
    )
    async def test_a_change_that_does_not_fit_changes_nothing(self, stores: Stores, change: Change) -> None:
        conversation = await begin(stores)
        with pytest.raises(Conflict):
            await commit(stores, conversation.id, change)
        assert await stores.conversations.conversation(conversation.id) == conversation
        assert await texts(stores, conversation.id) == ["hello"]
        assert await stores.conversations.next_unhandled(conversation.id)
        assert await stores.tickets.ticket("T-1") is None
        assert await stores.outbox.due(NOON + timedelta(days=1), {"web"}) == []

    async def test_one_of_twenty_agents_takes_a_waiting_customer(self, stores: Stores) -> None:
        conversation = await begin(stores)
        await commit(stores, conversation.id, Change(BOT, mode=Mode.WAITING))
        taken, refused = await outcomes(
            *(
                commit(
                    stores, conversation.id, Change(WAITING, say(f"a{n}"), Mode.AGENT, agent=(f"a{n}", f"Agent {n}"))
                )
                for n in range(20)
            )
        )
        assert len(taken) == 1
        assert len(refused) == 19
        assert all(isinstance(refusal, Conflict) for refusal in refused)
        after = await stores.conversations.conversation(conversation.id)
        assert after == taken[0]
        assert await texts(stores, conversation.id) == ["hello", after.agent_id]

    async def test_only_the_agent_in_charge_may_speak(self, stores: Stores) -> None:
        conversation = await begin(stores)
        await commit(stores, conversation.id, Change(BOT, mode=Mode.AGENT, agent=("a1", "Sara")))
        mine = Change(AGENT, say("mine", author=Author.AGENT), expect_agent="a1")
        after = await commit(stores, conversation.id, mine)
        assert (after.agent_id, after.agent_name) == ("a1", "Sara")
        with pytest.raises(Conflict):
            await commit(stores, conversation.id, replace(mine, expect_agent="a2"))
        assert await texts(stores, conversation.id) == ["hello", "mine"]

    async def test_customers_and_agents_write_at_once_without_gaps(self, stores: Stores) -> None:
        conversation = await begin(stores)
        _, failures = await outcomes(
            *(begin(stores, replace(HELLO, message_id=f"c{n}")) for n in range(10)),
            *(commit(stores, conversation.id, Change(BOT, say("x", "y"))) for _ in range(10)),
        )
        assert not failures
        found = await stores.conversations.messages(conversation.id)
        assert [message.sequence for message in found] == list(range(1, 32))
        assert (await stores.conversations.conversation(conversation.id)).last_sequence == 31


class TestQueue:
    async def test_who_waits_longest_is_first(self, stores: Stores) -> None:
        users = ["c", "a", "b"]
        for n, user in enumerate(users):
            conversation = await begin(stores, replace(HELLO, user=user))
            queued = Change(BOT, say("please wait"), Mode.WAITING, reason=Reason.ASKED)
            await stores.conversations.commit(conversation.id, queued, NOON + timedelta(minutes=n))
        queue = await stores.conversations.waiting()
        assert [c.user for c in queue] == users
        assert (queue[0].reason, queue[0].queued_at, queue[0].queued_sequence) == (Reason.ASKED, NOON, 1)

    async def test_what_the_bot_said_with_the_change_was_said_before_the_queue(self, stores: Stores) -> None:
        conversation = await begin(stores)
        after = await commit(stores, conversation.id, Change(BOT, say("sorry", "please wait"), Mode.WAITING))
        assert after.queued_sequence == 2

    async def test_who_is_put_back_keeps_the_place(self, stores: Stores) -> None:
        conversation = await begin(stores)
        queued = await commit(stores, conversation.id, Change(BOT, say("wait"), Mode.WAITING, reason=Reason.ASKED))
        taken = await commit(stores, queued.id, Change(WAITING, say("hi"), Mode.AGENT, agent=("a1", "Sara")))
        assert await stores.conversations.of_agent("a1") == [taken]
        assert await stores.conversations.waiting() == []
        back = Change(AGENT, say("back"), Mode.WAITING)
        after, _, _ = await stores.conversations.commit(queued.id, back, LATER + timedelta(hours=1))
        assert after == replace(queued, last_sequence=4)
        assert await stores.conversations.waiting() == [after]
        assert await stores.conversations.of_agent("a1") == []

    async def test_with_the_bot_nothing_of_the_queue_is_left(self, stores: Stores) -> None:
        conversation = await begin(stores)
        await commit(stores, conversation.id, Change(BOT, mode=Mode.WAITING, reason=Reason.NOT_HELPED))
        await commit(stores, conversation.id, Change(WAITING, mode=Mode.AGENT, agent=("a1", "Sara")))
        after = await commit(stores, conversation.id, Change(AGENT, mode=Mode.BOT, new_episode=True))
        assert (after.mode, after.episode, after.agent_id, after.agent_name) == (Mode.BOT, 1, None, None)
        assert (after.reason, after.queued_at) == (None, None)
        again = await stores.conversations.commit(conversation.id, Change(BOT, mode=Mode.WAITING), LATER)
        assert again[0].queued_at == LATER
