"""How a customer's message is written: to the open conversation, or to a new one."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, func, insert, select, update

from bot.adapters.sql.rows import (
    AnyRow,
    conversation_columns,
    conversation_of,
    is_last,
    message_of,
    message_values,
    select_conversations,
    select_messages,
)
from bot.adapters.sql.tables import channel_identities, conversations, customers, is_open, messages, sites
from bot.conversations import Author, Inbound, Message, Mode, Received

_SITE = "default"
_IDENTITY = (
    select(channel_identities.c.id)
    .where(channel_identities.c.channel == bindparam("in_channel"), channel_identities.c.user == bindparam("of_user"))
    .scalar_subquery()
)
_TAKE_NUMBER = (
    update(conversations)
    .where(conversations.c.identity == _IDENTITY, is_open)
    .values(
        last_sequence=conversations.c.last_sequence + 1,
        address=func.coalesce(func.nullif(bindparam("from_address"), ""), conversations.c.address),
    )
    .returning(*conversation_columns, conversations.c.identity)
)
_ADD_MESSAGE = insert(messages)


def arrive(connection: Connection, inbound: Inbound, language: str, now: datetime) -> Received:
    """Write a message; raises `IntegrityError` when another transaction got ahead, or the message is there already."""
    row = _take_number(connection, inbound)
    if row is None:
        _open_conversation(connection, inbound, language, now)
        row = _take_number(connection, inbound)
    assert row is not None
    fields = dict(row._mapping)
    identity = fields.pop("identity")
    conversation = conversation_of(fields)
    message = Message(
        conversation.id, conversation.last_sequence, Author.CUSTOMER, inbound.text, now, conversation.language,
        message_id=inbound.message_id, press=inbound.press,
    )  # fmt: skip
    connection.execute(_ADD_MESSAGE, message_values(message, identity))
    return Received(conversation, message)


def arrived_before(connection: Connection, inbound: Inbound) -> Received | None:
    """Return what was written when this message was received for the first time."""
    same = (messages.c.identity == _identity(inbound)) & (messages.c.message_id == inbound.message_id)
    found = connection.execute(select_messages().where(same)).first()
    if found is None:
        return None
    row = connection.execute(select_conversations().where(conversations.c.id == found.conversation)).one()
    return Received(conversation_of(row._mapping), message_of(found), duplicate=True)


def _identity(inbound: Inbound) -> Any:
    mine = (channel_identities.c.channel == inbound.channel) & (channel_identities.c.user == inbound.user)
    return select(channel_identities.c.id).where(mine).scalar_subquery()


def _take_number(connection: Connection, inbound: Inbound) -> AnyRow | None:
    """Count the open conversation's messages up by one; nothing if the user has no open conversation."""
    speaker = {"in_channel": inbound.channel, "of_user": inbound.user, "from_address": inbound.address}
    return connection.execute(_TAKE_NUMBER, speaker).first()


def _open_conversation(connection: Connection, inbound: Inbound, language: str, now: datetime) -> None:
    identity = connection.execute(select(_identity(inbound))).scalar() or _add_customer(connection, inbound, now)
    newest = select(conversations.c.id).where(conversations.c.identity == identity, is_last())
    connection.execute(
        insert(conversations).values(
            id=secrets.token_hex(12),
            identity=identity,
            address=inbound.address,
            mode=Mode.BOT,
            language=language,
            created=now,
            last_sequence=0,
            previous=connection.execute(newest).scalar(),
        )
    )


def _add_customer(connection: Connection, inbound: Inbound, now: datetime) -> int:
    if connection.execute(select(sites.c.id).where(sites.c.id == _SITE)).first() is None:
        connection.execute(insert(sites).values(id=_SITE, created=now))
    customer = _insert(connection, insert(customers).values(site=_SITE, created=now))
    identity = insert(channel_identities).values(customer=customer, channel=inbound.channel, user=inbound.user)
    return _insert(connection, identity)


def _insert(connection: Connection, row: Insert) -> int:
    key = connection.execute(row).inserted_primary_key
    assert key is not None
    return int(key[0])
