"""The stores of conversations, outbox rows and tickets in memory, over one state, as the databases keep them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversations import (
    Author,
    Change,
    Conversation,
    Delivery,
    Inbound,
    Lease,
    Message,
    Mode,
    Received,
)
from bot.errors import NotFound
from bot.tickets import Ticket
from tests.fake_state import NEVER, Held, Row, changed, check, written

_CLAIMED = timedelta(seconds=30)


class FakeConversations:
    """`ConversationStore` and `OutboxStore` in memory. Nothing is awaited, so every call is a transaction."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.rows: list[Row] = []
        self.tickets: dict[str, Ticket] = {}

    # ConversationStore

    async def receive(self, inbound: Inbound, language: str, now: datetime) -> Received:
        for held in self._of_user(inbound.channel, inbound.user):
            for message in held.messages:
                if message.message_id == inbound.message_id:
                    return Received(held.conversation, message, duplicate=True)
        held = self._open(inbound, language, now)
        conversation = replace(
            held.conversation,
            address=inbound.address or held.conversation.address,
            last_sequence=held.conversation.last_sequence + 1,
        )
        message = Message(
            conversation.id, conversation.last_sequence, Author.CUSTOMER, inbound.text, now, conversation.language,
            message_id=inbound.message_id, press=inbound.press,
        )  # fmt: skip
        held.conversation = conversation
        held.messages.append(message)
        return Received(conversation, message)

    def _open(self, inbound: Inbound, language: str, now: datetime) -> Held:
        newest = next(iter(self._of_user(inbound.channel, inbound.user)), None)
        if newest and newest.conversation.mode is not Mode.CLOSED:
            return newest
        previous = newest.conversation.id if newest else None
        new = Conversation(
            secrets.token_hex(12), inbound.channel, inbound.user, inbound.address, Mode.BOT, language, now, 0,
            previous=previous,
        )  # fmt: skip
        self.held[new.id] = Held(new)
        return self.held[new.id]

    async def conversation(self, conversation: str) -> Conversation:
        return self._get(conversation).conversation

    async def current(self, channel: str, user: str) -> Conversation | None:
        return next((held.conversation for held in self._of_user(channel, user)), None)

    async def message(self, conversation: str, sequence: int) -> Message | None:
        return next((m for m in self._messages(conversation) if m.sequence == sequence), None)

    async def messages(self, conversation: str, after: int = 0, limit: int = 500) -> Sequence[Message]:
        return [m for m in self._messages(conversation) if m.sequence > after][:limit]

    async def last_offer(self, conversation: str, before: int) -> Message | None:
        ours = [m for m in self._messages(conversation) if m.sequence < before and m.author is not Author.CUSTOMER]
        return ours[-1] if ours and ours[-1].buttons else None

    async def next_unhandled(self, conversation: str) -> Message | None:
        return next(iter(self._unhandled(conversation)), None)

    async def with_unhandled(self) -> Sequence[str]:
        return [conversation for conversation in self.held if self._unhandled(conversation)]

    async def acquire(self, conversation: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        held = self.held.get(conversation)
        if held is None or (held.owner not in (None, owner) and held.expires > now):
            return None
        held.owner, held.fence, held.expires = owner, held.fence + 1, now + timedelta(seconds=seconds)
        return Lease(conversation, owner, held.fence, held.expires)

    async def release(self, lease: Lease) -> None:
        held = self._get(lease.conversation)
        if held.fence == lease.fence:
            held.owner = None

    async def commit(
        self, conversation: str, change: Change, now: datetime
    ) -> tuple[Conversation, Sequence[Message], Sequence[Delivery]]:
        held = self._get(conversation)
        check(held, change)
        behind = any(row.pending for row in self.rows if row.conversation == conversation)
        held.conversation = changed(held.conversation, change, now)
        first = held.conversation.last_sequence - len(change.messages) + 1
        messages = [written(held.conversation, first + n, draft, now) for n, draft in enumerate(change.messages)]
        held.messages += messages
        if change.handled is not None:
            held.handled.add(change.handled)
        if change.ticket:
            self.tickets.setdefault(change.ticket, Ticket(change.ticket, conversation, now))
        outgoing = [message for message in messages if message.author is not Author.CUSTOMER]
        rows = [self._add_row(message, now, claimed=not behind) for message in outgoing]
        deliveries = [] if behind else [self._delivery(row) for row in rows]
        return held.conversation, messages, deliveries

    async def waiting(self) -> Sequence[Conversation]:
        queue = [held.conversation for held in self.held.values() if held.conversation.mode is Mode.WAITING]
        return sorted(queue, key=lambda conversation: conversation.queued_at or conversation.created)

    async def of_agent(self, agent_id: str) -> Sequence[Conversation]:
        return [held.conversation for held in self.held.values() if held.conversation.agent_id == agent_id]

    # OutboxStore

    async def due(self, now: datetime, channels: Collection[str], limit: int = 100) -> Sequence[str]:
        firsts: dict[str, Row] = {}
        for row in self.rows:
            if row.pending and self._delivery(row).channel in channels:
                firsts.setdefault(row.conversation, row)
        return [row.conversation for row in firsts.values() if max(row.next_try, row.claimed_until) <= now][:limit]

    async def claim(self, conversation: str, now: datetime) -> Sequence[Delivery]:
        rows = self._pending(conversation)
        if not rows or rows[0].next_try > now or any(row.claimed_until > now for row in rows):
            return []
        for row in rows:
            row.claimed_until = now + _CLAIMED
        return [self._delivery(row) for row in rows]

    async def delivered(self, delivery: Delivery, provider_id: str | None, now: datetime) -> None:
        self.rows[delivery.id - 1].delivered_at = now
        self.rows[delivery.id - 1].provider_id = provider_id
        self._prolong(delivery, now)

    async def postpone(self, delivery: Delivery, next_try: datetime) -> None:
        self.rows[delivery.id - 1].attempts = delivery.attempts + 1
        self.rows[delivery.id - 1].next_try = next_try
        for row in self._pending(delivery.message.conversation):
            row.claimed_until = NEVER

    async def undeliverable(self, delivery: Delivery, now: datetime) -> None:
        self.rows[delivery.id - 1].undeliverable = True
        self._prolong(delivery, now)

    def _prolong(self, delivery: Delivery, now: datetime) -> None:
        for row in self._pending(delivery.message.conversation):
            if row.claimed_until != NEVER:
                row.claimed_until = now + _CLAIMED

    # The state

    def _get(self, conversation: str) -> Held:
        if conversation not in self.held:
            raise NotFound(f"no conversation {conversation!r}")
        return self.held[conversation]

    def _of_user(self, channel: str, user: str) -> list[Held]:
        """Return the conversations of a user, newest first."""
        mine = [h for h in self.held.values() if (h.conversation.channel, h.conversation.user) == (channel, user)]
        return mine[::-1]

    def _messages(self, conversation: str) -> list[Message]:
        if conversation not in self.held:
            return []
        lost = {row.sequence for row in self.rows if row.conversation == conversation and row.undeliverable}
        return [replace(m, undelivered=m.sequence in lost) for m in self.held[conversation].messages]

    def _unhandled(self, conversation: str) -> list[Message]:
        handled = self.held[conversation].handled if conversation in self.held else set()
        return [m for m in self._messages(conversation) if m.author is Author.CUSTOMER and m.sequence not in handled]

    def _pending(self, conversation: str) -> list[Row]:
        return [row for row in self.rows if row.conversation == conversation and row.pending]

    def _add_row(self, message: Message, now: datetime, claimed: bool) -> Row:
        until = now + _CLAIMED if claimed else NEVER
        row = Row(len(self.rows) + 1, message.conversation, message.sequence, now, claimed_until=until)
        self.rows.append(row)
        return row

    def _delivery(self, row: Row) -> Delivery:
        held = self.held[row.conversation]
        message = held.messages[row.sequence - 1]
        return Delivery(row.id, held.conversation.channel, held.conversation.user, message, row.attempts)


class FakeTickets:
    """`TicketStore` in memory, over the tickets that the conversations' changes opened."""

    def __init__(self, conversations: FakeConversations) -> None:
        self._conversations = conversations

    async def ticket(self, number: str) -> Ticket | None:
        return self._conversations.tickets.get(number)

    async def open_tickets(self) -> Sequence[Ticket]:
        return [ticket for ticket in self._conversations.tickets.values() if ticket.solved is None]

    async def solve(self, number: str, agent_id: str, now: datetime) -> bool:
        ticket = self._conversations.tickets.get(number)
        if ticket is None or ticket.solved:
            return False
        self._conversations.tickets[number] = replace(ticket, solved=now)
        for held in self._conversations.held.values():
            if held.conversation.ticket == number:
                held.conversation = replace(held.conversation, ticket=None)
        return True
