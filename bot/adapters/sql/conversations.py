"""Conversations in the database. Every change is a conditional UPDATE, so it is right with any number of replicas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import Executable

from bot.adapters.sql.arrivals import arrive, arrived_before
from bot.adapters.sql.committing import Committed, commit
from bot.adapters.sql.database import Database
from bot.adapters.sql.rows import (
    AnyRow,
    conversation_of,
    is_last,
    message_of,
    select_conversations,
    select_messages,
)
from bot.adapters.sql.tables import (
    Name,
    UtcDateTime,
    channel_identities,
    conversations,
    is_unhandled,
    is_waiting,
    messages,
)
from bot.conversations import Author, Change, Conversation, Inbound, Lease, Message, Received
from bot.errors import NotFound, StoreUnavailable

_TRIES = 10

# The statements are built once: building one anew takes about as long as SQLite needs to run it.
_c, _m = conversations.c, messages.c
_this, _owner = bindparam("this", type_=Name), bindparam("owner", type_=Name)
_now, _expires = bindparam("now", type_=UtcDateTime), bindparam("expires", type_=UtcDateTime)
_ONE = select_conversations().where(_c.id == _this)
_CURRENT = select_conversations().where(
    channel_identities.c.channel == bindparam("channel"), channel_identities.c.user == bindparam("user"), is_last()
)
_WAITING = select_conversations().where(is_waiting).order_by(_c.queued_at, _c.id)
_OF_AGENT = select_conversations().where(_c.agent_id == bindparam("agent")).order_by(_c.queued_at, _c.id)
_ITS_MESSAGES = select_messages().where(_m.conversation == _this)
_MESSAGE = _ITS_MESSAGES.where(_m.sequence == bindparam("number"))
_AFTER = _ITS_MESSAGES.where(_m.sequence > bindparam("after")).order_by(_m.sequence).limit(bindparam("most"))
_LAST_OURS = (
    _ITS_MESSAGES.where(_m.author != Author.CUSTOMER, _m.sequence < bindparam("before"))
    .order_by(_m.sequence.desc())
    .limit(1)
)
_UNHANDLED = _ITS_MESSAGES.where(is_unhandled).order_by(_m.sequence).limit(1)
_WITH_UNHANDLED = select(_m.conversation).where(is_unhandled).distinct()
_ACQUIRE = (
    update(conversations)
    .where(_c.id == _this, or_(_c.lease_owner.is_(None), _c.lease_owner == _owner, _c.lease_expires <= _now))
    .values(lease_owner=_owner, lease_fence=_c.lease_fence + 1, lease_expires=_expires)
    .returning(_c.lease_fence)
)
_RELEASE = (
    update(conversations)
    .where(_c.id == _this, _c.lease_fence == bindparam("fence"))
    .values(lease_owner=None, lease_expires=None)
    .returning(_c.id)
)


class SqlConversations:
    """`bot.ports.ConversationStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(self, inbound: Inbound, language: str, now: datetime) -> Received:
        for _ in range(_TRIES):
            try:
                return await self._database.write(lambda c: arrive(c, inbound, language, now))
            except IntegrityError:
                # The same message, or the user's first one on another replica, was written at the same moment.
                if received := await self._database.read(lambda c: arrived_before(c, inbound)):
                    return received
        raise StoreUnavailable("the database refused a message again and again")

    async def conversation(self, conversation: str) -> Conversation:
        found = await self._rows(_ONE, this=conversation)
        if not found:
            raise NotFound(f"no conversation {conversation!r}")
        return conversation_of(found[0]._mapping)

    async def current(self, channel: str, user: str) -> Conversation | None:
        found = await self._rows(_CURRENT, channel=channel, user=user)
        return conversation_of(found[0]._mapping) if found else None

    async def waiting(self) -> Sequence[Conversation]:
        return [conversation_of(row._mapping) for row in await self._rows(_WAITING)]

    async def of_agent(self, agent_id: str) -> Sequence[Conversation]:
        return [conversation_of(row._mapping) for row in await self._rows(_OF_AGENT, agent=agent_id)]

    async def message(self, conversation: str, sequence: int) -> Message | None:
        found = await self._rows(_MESSAGE, this=conversation, number=sequence)
        return message_of(found[0]) if found else None

    async def messages(self, conversation: str, after: int = 0, limit: int = 500) -> Sequence[Message]:
        return [message_of(row) for row in await self._rows(_AFTER, this=conversation, after=after, most=limit)]

    async def last_offer(self, conversation: str, before: int) -> Message | None:
        found = await self._rows(_LAST_OURS, this=conversation, before=before)
        return message_of(found[0]) if found and found[0].buttons else None

    async def next_unhandled(self, conversation: str) -> Message | None:
        found = await self._rows(_UNHANDLED, this=conversation)
        return message_of(found[0]) if found else None

    async def with_unhandled(self) -> Sequence[str]:
        return [row.conversation for row in await self._rows(_WITH_UNHANDLED)]

    async def acquire(self, conversation: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        expires = now + timedelta(seconds=seconds)
        taken = await self._change(_ACQUIRE, this=conversation, owner=owner, now=now, expires=expires)
        return Lease(conversation, owner, taken[0].lease_fence, expires) if taken else None

    async def release(self, lease: Lease) -> None:
        await self._change(_RELEASE, this=lease.conversation, fence=lease.fence)

    async def commit(self, conversation: str, change: Change, now: datetime) -> Committed:
        # After a lost connection, only a change that names its message would notice that it was already made.
        repeatable = change.handled is not None
        return await self._database.write(lambda c: commit(c, conversation, change, now), repeatable)

    async def _rows(self, query: Executable, **values: object) -> Sequence[AnyRow]:
        return await self._database.read(lambda connection: connection.execute(query, values).all())

    async def _change(self, statement: Executable, **values: object) -> Sequence[AnyRow]:
        return await self._database.write(lambda connection: connection.execute(statement, values).all())
