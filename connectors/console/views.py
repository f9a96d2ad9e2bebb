"""What the console's page is told about conversations, messages and tickets, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.agents import Agent
from bot.conversations import Author, Conversation, Message
from bot.ports import ConversationStore
from bot.tickets import Ticket

View = dict[str, object]

_PREVIEW_CHARACTERS = 200
_PREVIEW_MESSAGES = 8


def agent_view(agent: Agent) -> View:
    """Who is signed in."""
    return {"id": agent.id, "name": agent.name, "email": agent.email}


def conversation_view(conversation: Conversation) -> View:
    """The state of a conversation, without what was said."""
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "mode": conversation.mode.value,
        "language": conversation.language,
        "reason": conversation.reason.value if conversation.reason else None,
        "created": _time(conversation.created),
        "queued_at": _time(conversation.queued_at),
        "ticket": conversation.ticket,
        "agent_id": conversation.agent_id,
        "agent_name": conversation.agent_name,
        "last_sequence": conversation.last_sequence,
    }


def message_view(message: Message) -> View:
    """A message as the transcript shows it; what a button stands for stays here."""
    return {
        "sequence": message.sequence,
        "author": message.author.value,
        "agent": message.agent,
        "text": message.text,
        "at": _time(message.at),
        "language": message.language,
        "buttons": [button.title for button in message.buttons],
        "undelivered": message.undelivered,
    }


async def list_view(store: ConversationStore, conversations: Iterable[Conversation]) -> list[View]:
    """Conversations as a list shows them: with the customer's last words, and whether these still want an answer."""
    return [await _entry(store, conversation) for conversation in conversations]


async def ticket_view(store: ConversationStore, ticket: Ticket) -> View:
    """A ticket with the conversation that it belongs to."""
    conversation = await store.conversation(ticket.conversation)
    return {
        "number": ticket.number,
        "opened": _time(ticket.opened),
        "solved": _time(ticket.solved),
        "conversation": await _entry(store, conversation),
    }


async def _entry(store: ConversationStore, conversation: Conversation) -> View:
    after = max(0, conversation.last_sequence - _PREVIEW_MESSAGES)
    messages = await store.messages(conversation.id, after, _PREVIEW_MESSAGES)
    spoken = [message for message in messages if message.author is not Author.SYSTEM]
    last = _last_words(messages)
    return {
        **conversation_view(conversation),
        "last": last and {**message_view(last), "text": last.text[:_PREVIEW_CHARACTERS]},
        "unanswered": bool(spoken) and spoken[-1].author is Author.CUSTOMER,
    }


def _last_words(messages: Sequence[Message]) -> Message | None:
    from_customer = (message for message in reversed(messages) if message.author is Author.CUSTOMER)
    return next(from_customer, messages[-1] if messages else None)


def _time(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
