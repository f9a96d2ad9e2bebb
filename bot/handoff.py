"""From the bot to a person and back: the state lives in our database, and the engine is not asked in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.agents import Agent
from bot.conversations import Author, Button, Change, Conversation, Draft, Message, Mode, Reason, Say
from bot.engine_protocol import BACK_TO_BOT
from bot.hours import BusinessHours, describe_opening
from bot.outbox import Outbox
from bot.ports import ConversationStore, Responses
from bot.tickets import new_ticket_number

BOT = frozenset({Mode.BOT})
WAITING = frozenset({Mode.WAITING})
AGENT = frozenset({Mode.AGENT})


@dataclass(frozen=True)
class Handoff:
    """Every step of a handoff, each one conditional change that at most one caller can make."""

    store: ConversationStore
    outbox: Outbox
    responses: Responses
    hours: BusinessHours
    now: Callable[[], datetime]

    async def request(self, conversation: Conversation, reason: Reason) -> Change:
        """Return the change, for the caller to commit, that queues a conversation and says what will happen."""
        now = self.now()
        back = Button(self.responses.text(Say("button_back_to_bot"), conversation.language), BACK_TO_BOT)
        ticket = None
        if self.hours.is_open(now):
            say = Say("handoff_queued", {"position": len(await self.store.waiting()) + 1})
        else:
            ticket = conversation.ticket or new_ticket_number()
            opens = self.hours.opens_next(now)
            say = (
                Say("handoff_after_hours", {"ticket": ticket, "opens": describe_opening(opens, now)})
                if opens
                else Say("handoff_after_hours_no_date", {"ticket": ticket})
            )
        draft = Draft(Author.SYSTEM, self.responses.text(say, conversation.language), (back,))
        return Change(expect=BOT, messages=(draft,), mode=Mode.WAITING, reason=reason, ticket=ticket)

    async def withdraw(self, conversation: Conversation) -> Change:
        """Return the change that gives a waiting customer back to the bot; an open ticket stays open."""
        say = (
            Say("handoff_withdrawn_ticket", {"ticket": conversation.ticket})
            if conversation.ticket
            else Say("handoff_withdrawn")
        )
        draft = self._notice(conversation, say)
        return Change(expect=WAITING, messages=(draft,), mode=Mode.BOT, new_episode=True)

    async def take(self, conversation_id: str, agent: Agent) -> Conversation:
        """Put an agent in charge; the first one wins, and the others get `Conflict`."""
        conversation = await self.store.conversation(conversation_id)
        draft = self._notice(conversation, Say("handoff_taken", {"agent": agent.name}))
        change = Change(expect=WAITING, messages=(draft,), mode=Mode.AGENT, agent=(agent.id, agent.name))
        return (await self.outbox.commit(conversation_id, change))[0]

    async def say(self, conversation_id: str, agent: Agent, text: str) -> Message:
        """Send an agent's words to the customer; raises `Conflict` unless this agent is in charge."""
        draft = Draft(Author.AGENT, text, agent=agent.name)
        change = Change(expect=AGENT, expect_agent=agent.id, messages=(draft,))
        return (await self.outbox.commit(conversation_id, change))[1][0]

    async def put_back(self, conversation_id: str, agent: Agent) -> Conversation:
        """Put a conversation back into the queue, where it keeps its place."""
        conversation = await self.store.conversation(conversation_id)
        draft = self._notice(conversation, Say("handoff_returned", {"agent": agent.name}))
        change = Change(expect=AGENT, expect_agent=agent.id, messages=(draft,), mode=Mode.WAITING)
        return (await self.outbox.commit(conversation_id, change))[0]

    async def hand_back(self, conversation_id: str, agent: Agent) -> Conversation:
        """End the talk with a person; the bot answers again, in a fresh session of the engine."""
        conversation = await self.store.conversation(conversation_id)
        draft = self._notice(conversation, Say("handoff_closed", {"agent": agent.name}))
        change = Change(expect=AGENT, expect_agent=agent.id, messages=(draft,), mode=Mode.BOT, new_episode=True)
        return (await self.outbox.commit(conversation_id, change))[0]

    def _notice(self, conversation: Conversation, say: Say) -> Draft:
        return Draft(Author.SYSTEM, self.responses.text(say, conversation.language))
