"""A customer's side of a conversation, and an engine and a store that can be made to cause trouble in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from bot.agents import Agent
from bot.conversations import Conversation, Inbound, Message, Press, Reason, Received
from bot.engine_protocol import Answer, Turn
from bot.errors import StoreUnavailable
from bot.services import Services
from tests.fake_conversations import FakeConversations
from tests.fakes import FakeEngine

SARA, OMID = Agent("a1", "sara@example.com", "Sara"), Agent("a2", "omid@example.com", "Omid")


class Talk:
    """One customer, who writes, and sees what is said."""

    def __init__(self, services: Services, user: str = "visitor-1") -> None:
        self.services = services
        self.user = user
        self.id = ""
        self._ids = count(1)

    async def write(
        self, text: str, *, message_id: str = "", hint: str | None = None, press: tuple[int, int] | None = None
    ) -> Received:
        """Send a message, without waiting for the answer."""
        name = message_id or f"m{next(self._ids)}"
        pressed = Press(*press) if press else None
        received = await self.services.dialogue.receive(
            Inbound("web", self.user, text, name, hint, "192.0.2.1", press=pressed)
        )
        self.id = received.conversation.id
        return received

    async def ask(self, text: str, *, hint: str | None = None, press: tuple[int, int] | None = None) -> list[str]:
        """Send a message, and return what was said after it."""
        received = await self.write(text, hint=hint, press=press)
        await self.settle()
        return [message.text for message in await self.said() if message.sequence > received.message.sequence]

    async def settle(self) -> None:
        """Wait until every message was looked at."""
        while await self.services.conversations.with_unhandled():
            await asyncio.sleep(0.001)

    async def said(self) -> list[Message]:
        """Return all that the customer did not write."""
        return [m for m in await self.services.conversations.messages(self.id) if m.author.value != "customer"]

    async def texts(self) -> list[str]:
        return [message.text for message in await self.said()]

    async def state(self) -> Conversation:
        return await self.services.conversations.conversation(self.id)

    async def queue(self, reason: Reason = Reason.ASKED) -> Conversation:
        """Put the conversation, begun here if need be, into the queue."""
        if not self.id:
            await self.ask("hello")
        change = await self.services.handoff.request(await self.state(), reason)
        return (await self.services.outbox.commit(self.id, change))[0]


class GatedEngine(FakeEngine):
    """Thinks about the texts in `gates` until their gates open."""

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.gates = {text: asyncio.Event() for text in texts}
        self.asked = asyncio.Event()

    async def reply(self, turn: Turn) -> Answer:
        answer = await super().reply(turn)
        if turn.text in self.gates:
            self.asked.set()
            await self.gates[turn.text].wait()
        return answer


class UnsteadyStore(FakeConversations):
    """Fails as often as it is told to, and lets something happen while it is asked for the last offer."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def next_unhandled(self, conversation: str) -> Message | None:
        self._fail()
        return await super().next_unhandled(conversation)

    async def last_offer(self, conversation: str, before: int) -> Message | None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return await super().last_offer(conversation, before)

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the database is restarting")
