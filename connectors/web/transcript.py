"""What one socket shows of its visitor's conversation: everything, in order and once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Protocol

from bot.conversations import Conversation
from bot.ports import ConversationStore
from connectors.web.protocol import describe_conversation, describe_message

CHANNEL = "web"
HISTORY = 100
_PAGE = 100


class SendFrame(Protocol):
    """Sends a frame to the client."""

    def __call__(self, type_: str, **fields: object) -> Awaitable[None]: ...


class Transcript:
    """Remembers how far a socket has been told, and tells the rest.

    Announcements only say that there is something new; what it is, is read from the store after the last message that
    was sent. So nothing is lost or shown twice, whatever arrives when, and messages of other tabs arrive too.
    """

    def __init__(self, store: ConversationStore, visitor: str, send: SendFrame) -> None:
        self._store = store
        self._visitor = visitor
        self._send = send
        self._telling = asyncio.Lock()
        self._state = describe_conversation(None)
        self._last = 0
        self.conversation: str | None = None

    async def begin(
        self, conversation: Conversation | None, known: str | None, after: int
    ) -> tuple[dict[str, object], list[dict[str, object]]]:
        """Return the state and the first messages for a client that has conversation `known` up to `after`."""
        self._state = describe_conversation(conversation)
        if conversation is None:
            return self._state, []
        self.conversation = conversation.id
        self._last = max(0, conversation.last_sequence - HISTORY)
        if known == conversation.id and after:
            self._last = min(after, conversation.last_sequence)
        messages = await self._store.messages(conversation.id, self._last, _PAGE)
        self._last = messages[-1].sequence if messages else self._last
        return self._state, [describe_message(message) for message in messages]

    async def follow(self, event: Mapping[str, object]) -> None:
        """Tell what an announcement is about, unless it was told already."""
        sequence = event.get("sequence")
        if event.get("conversation") == self.conversation and isinstance(sequence, int) and sequence <= self._last:
            return
        await self.catch_up()

    async def resume(self, conversation: str | None, after: int) -> None:
        """Tell everything after `after`, again if need be."""
        async with self._telling:
            if conversation in (None, self.conversation):
                self._last = min(self._last, after)
        await self.catch_up()

    async def catch_up(self) -> None:
        """Tell what has not been told yet."""
        async with self._telling:
            conversation = await self._store.current(CHANNEL, self._visitor)
            if conversation is None:
                return
            if conversation.id != self.conversation:
                await self._tell_rest()
                self.conversation, self._last = conversation.id, 0
            await self._tell_state(conversation)
            if conversation.last_sequence > self._last:
                await self._tell_rest()

    async def _tell_state(self, conversation: Conversation) -> None:
        state = describe_conversation(conversation)
        if state != self._state:
            self._state = state
            await self._send("state", **state)

    async def _tell_rest(self) -> None:
        while self.conversation:
            messages = await self._store.messages(self.conversation, self._last, _PAGE)
            for message in messages:
                await self._send("message", **describe_message(message))
                self._last = message.sequence
            if len(messages) < _PAGE:
                return
