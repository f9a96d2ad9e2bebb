"""Rows of the database as what the core knows them by, and the queries that read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from sqlalchemy import ColumnElement, Row, RowMapping, Select, exists, select

from bot.adapters.sql.tables import channel_identities, conversations, messages, outbox
from bot.conversations import Author, Button, Change, Conversation, Delivery, Draft, Message, Press

AnyRow = Row[Unpack[tuple[Any, ...]]]

_IDENTITY = channel_identities.c.id == conversations.c.identity
_ROW_OF_MESSAGE = (outbox.c.conversation == messages.c.conversation) & (outbox.c.sequence == messages.c.sequence)
_NOT_ITS_OWN = {"identity", "lease_owner", "lease_fence", "lease_expires"}
_OWN = [column for column in conversations.c if column.name not in _NOT_ITS_OWN]

# What an UPDATE returns of a conversation; it cannot join, so the identity comes from subqueries.
conversation_columns: list[ColumnElement[Any]] = [
    *_OWN,
    select(channel_identities.c.channel).where(_IDENTITY).scalar_subquery().label("channel"),
    select(channel_identities.c.user).where(_IDENTITY).scalar_subquery().label("user"),
]


def select_conversations() -> Select[Any]:
    return select(*_OWN, channel_identities.c.channel, channel_identities.c.user).join(channel_identities, _IDENTITY)


def select_messages() -> Select[Any]:
    return select(messages, outbox.c.undeliverable).outerjoin(outbox, _ROW_OF_MESSAGE)


def select_deliveries() -> Select[Any]:
    """Select rows of the outbox, each with its message and with who is to get it."""
    return (
        select(
            messages, outbox.c.undeliverable, outbox.c.id.label("row_id"), outbox.c.attempts, outbox.c.next_try,
            outbox.c.claimed_until, channel_identities.c.channel, channel_identities.c.user,
        )
        .join(outbox, _ROW_OF_MESSAGE)
        .join(conversations, conversations.c.id == messages.c.conversation)
        .join(channel_identities, _IDENTITY)
    )  # fmt: skip


def conversation_of(fields: Mapping[Any, Any]) -> Conversation:
    return Conversation(**fields)


def message_of(row: AnyRow) -> Message:
    fields = row._mapping
    press = Press(*fields["press"]) if fields["press"] else None
    return Message(
        fields["conversation"], fields["sequence"], fields["author"], fields["text"], fields["at"], fields["language"],
        tuple(Button(*button) for button in fields["buttons"]), fields["agent"], fields["message_id"], press,
        bool(fields["undeliverable"]),
    )  # fmt: skip


def delivery_of(row: AnyRow) -> Delivery:
    fields: RowMapping = row._mapping
    return Delivery(fields["row_id"], fields["channel"], fields["user"], message_of(row), fields["attempts"])


def is_last() -> ColumnElement[bool]:
    """Say whether no other conversation goes on from this one: whether it is its user's newest."""
    later = conversations.alias("later")
    return ~exists().where(later.c.previous == conversations.c.id)


def written(conversation: Conversation, change: Change, at: datetime) -> list[Message]:
    """Return the messages of a change, numbered up to the conversation's last sequence number after it."""
    first = conversation.last_sequence - len(change.messages) + 1
    return [_message(conversation, first + n, draft, at) for n, draft in enumerate(change.messages)]


def _message(conversation: Conversation, sequence: int, draft: Draft, at: datetime) -> Message:
    return Message(
        conversation.id, sequence, draft.author, draft.text, at, conversation.language, draft.buttons, draft.agent
    )


def message_values(message: Message, identity: int | None = None) -> dict[str, Any]:
    """Return the row of a message; only the customer's own messages name an identity, and wait to be handled."""
    return {
        "conversation": message.conversation,
        "sequence": message.sequence,
        "author": message.author,
        "text": message.text,
        "at": message.at,
        "language": message.language,
        "buttons": [[button.title, button.payload] for button in message.buttons],
        "agent": message.agent,
        "press": [message.press.sequence, message.press.button] if message.press else None,
        "identity": identity,
        "message_id": message.message_id,
        "handled": message.author is not Author.CUSTOMER,
    }
