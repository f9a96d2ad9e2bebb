"""How a change is committed: one conditional UPDATE decides, and everything else follows in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, insert, select, update

from bot.adapters.sql.rows import conversation_columns, conversation_of, message_values, written
from bot.adapters.sql.tables import conversations, is_pending, is_unhandled, messages, outbox, tickets
from bot.conversations import Author, Change, Conversation, Delivery, Message, Mode
from bot.errors import Conflict, LeaseLost, NotFound

CLAIMED = timedelta(seconds=30)

_MARK_HANDLED = (
    update(messages)
    .where(messages.c.conversation == bindparam("this"), messages.c.sequence == bindparam("number"), is_unhandled)
    .values(handled=True)
)
_STILL_PENDING = select(outbox.c.id).where(outbox.c.conversation == bindparam("this"), is_pending).limit(1)
_ADD_MESSAGES = insert(messages)
_ADD_ROWS = insert(outbox).returning(outbox.c.id, outbox.c.sequence)

Committed = tuple[Conversation, Sequence[Message], Sequence[Delivery]]


def commit(connection: Connection, conversation_id: str, change: Change, now: datetime) -> Committed:
    """Do `change`, or raise `Conflict`; the caller rolls back then."""
    row = connection.execute(
        update(conversations)
        .where(_fits(conversation_id, change))
        .values(_new_values(change, now))
        .returning(*conversation_columns)
    ).first()
    if row is None:
        raise _refusal(connection, conversation_id, change)
    conversation = conversation_of(row._mapping)
    if change.handled is not None:
        _mark_handled(connection, conversation_id, change.handled)
    if change.ticket:
        _open_ticket(connection, change.ticket, conversation_id, now)
    new = written(conversation, change, now)
    if not new:
        return conversation, [], []
    connection.execute(_ADD_MESSAGES, [message_values(message) for message in new])
    return conversation, new, _put_into_outbox(connection, conversation, new, now)


def _fits(conversation_id: str, change: Change) -> ColumnElement[bool]:
    condition = (conversations.c.id == conversation_id) & conversations.c.mode.in_(change.expect)
    if change.expect_agent is not None:
        condition &= conversations.c.agent_id == change.expect_agent
    if change.lease:
        held = conversations.c.lease_fence == change.lease.fence
        condition &= held & (conversations.c.lease_owner == change.lease.owner)
    return condition


def _new_values(change: Change, now: datetime) -> dict[str, Any]:
    """Return what the UPDATE sets; in it, columns stand for their values before the change."""
    last = conversations.c.last_sequence + len(change.messages)
    values: dict[str, Any] = {"last_sequence": last}
    given = {"mode": change.mode, "reason": change.reason, "language": change.language, "ticket": change.ticket}
    values |= {name: value for name, value in given.items() if value}
    if change.language_chosen is not None:
        values["language_chosen"] = change.language_chosen
    if change.new_episode:
        values["episode"] = conversations.c.episode + 1
    if change.mode not in (None, Mode.AGENT):
        values |= {"agent_id": None, "agent_name": None}
    if change.agent:
        values |= {"agent_id": change.agent[0], "agent_name": change.agent[1]}
    return values | _queue_values(change, now)


def _queue_values(change: Change, now: datetime) -> dict[str, Any]:
    """Return the place in the queue: taken when it is entered, kept until the bot answers again."""
    if change.mode is Mode.BOT:
        return {"queued_at": None, "reason": None}
    if change.mode is not Mode.WAITING:
        return {}
    before = conversations.c.last_sequence + max(0, len(change.messages) - 1)
    kept = conversations.c.queued_at.is_not(None)
    return {
        "queued_at": func.coalesce(conversations.c.queued_at, now),
        "queued_sequence": case((kept, conversations.c.queued_sequence), else_=before),
    }


def _refusal(connection: Connection, conversation_id: str, change: Change) -> Exception:
    query = select(conversations.c.mode, conversations.c.lease_fence, conversations.c.lease_owner)
    row = connection.execute(query.where(conversations.c.id == conversation_id)).first()
    if row is None:
        return NotFound(f"no conversation {conversation_id!r}")
    if change.lease and (row.lease_fence, row.lease_owner) != (change.lease.fence, change.lease.owner):
        return LeaseLost("another worker holds the conversation")
    if row.mode not in change.expect:
        return Conflict(f"the conversation is {row.mode.value}")
    return Conflict("another agent is in charge")


def _mark_handled(connection: Connection, conversation_id: str, sequence: int) -> None:
    if not connection.execute(_MARK_HANDLED, {"this": conversation_id, "number": sequence}).rowcount:
        # Read before another worker's lease, taken up after it: the message has been answered in between.
        raise LeaseLost("another worker has handled the message")


def _open_ticket(connection: Connection, number: str, conversation_id: str, now: datetime) -> None:
    if connection.execute(select(tickets.c.number).where(tickets.c.number == number)).first() is None:
        connection.execute(insert(tickets).values(number=number, conversation=conversation_id, opened=now))


def _put_into_outbox(
    connection: Connection, conversation: Conversation, new: Sequence[Message], now: datetime
) -> Sequence[Delivery]:
    """Add a row for each message; they are the caller's to deliver unless an earlier one is still on its way."""
    behind = connection.execute(_STILL_PENDING, {"this": conversation.id}).first() is not None
    outgoing = {message.sequence: message for message in new if message.author is not Author.CUSTOMER}
    if not outgoing:
        return []
    claimed_until = None if behind else now + CLAIMED
    rows = connection.execute(
        _ADD_ROWS,
        [
            {"conversation": conversation.id, "sequence": n, "next_try": now, "claimed_until": claimed_until}
            for n in outgoing
        ],
    ).all()
    if behind:
        return []
    channel, user = conversation.channel, conversation.user
    return [Delivery(row.id, channel, user, outgoing[row.sequence]) for row in sorted(rows, key=lambda row: row.id)]
