"""The outbox in the database: what still has to reach its destination, and who is delivering it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Update, bindparam, exists, false, or_, select, update

from bot.adapters.sql.committing import CLAIMED
from bot.adapters.sql.database import Database
from bot.adapters.sql.rows import delivery_of, select_deliveries
from bot.adapters.sql.tables import UtcDateTime, channel_identities, conversations, is_pending, outbox
from bot.conversations import Delivery

_now, _until = bindparam("now", type_=UtcDateTime), bindparam("until", type_=UtcDateTime)
_THIS_ROW = update(outbox).where(outbox.c.id == bindparam("row"))
_DELIVERED = _THIS_ROW.values(delivered_at=_now, provider_id=bindparam("provider"))
_UNDELIVERABLE = _THIS_ROW.values(undeliverable=True)
_PROLONG = (
    update(outbox)
    .where(outbox.c.conversation == bindparam("this"), is_pending, outbox.c.claimed_until.is_not(None))
    .values(claimed_until=_until)
)


class SqlOutbox:
    """`bot.ports.OutboxStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, channels: Collection[str], limit: int = 100) -> Sequence[str]:
        unclaimed = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)
        ripe = (
            select(outbox.c.conversation)
            .join(conversations, conversations.c.id == outbox.c.conversation)
            .join(channel_identities, channel_identities.c.id == conversations.c.identity)
            .where(is_pending, _is_first(), unclaimed, outbox.c.next_try <= now)
            .where(channel_identities.c.channel.in_(channels))
        )
        query = ripe.order_by(outbox.c.next_try, outbox.c.id).limit(limit)
        return await self._database.read(lambda connection: connection.execute(query).scalars().all())

    async def claim(self, conversation: str, now: datetime) -> Sequence[Delivery]:
        return await self._database.write(lambda connection: _claim(connection, conversation, now))

    async def delivered(self, delivery: Delivery, provider_id: str | None, now: datetime) -> None:
        await self._finish(_DELIVERED, {"row": delivery.id, "now": now, "provider": provider_id}, delivery, now)

    async def undeliverable(self, delivery: Delivery, now: datetime) -> None:
        await self._finish(_UNDELIVERABLE, {"row": delivery.id}, delivery, now)

    async def postpone(self, delivery: Delivery, next_try: datetime) -> None:
        later = {"attempts": delivery.attempts + 1, "next_try": next_try}
        await self._database.write(lambda connection: _postpone(connection, delivery, later))

    async def _finish(self, done: Update, row: dict[str, object], delivery: Delivery, now: datetime) -> None:
        """Finish a row, and prolong the claims on the later ones, which the caller is about to deliver."""
        rest = {"this": delivery.message.conversation, "until": now + CLAIMED}
        await self._database.write(lambda c: [c.execute(done, row), c.execute(_PROLONG, rest)])


def _rest(delivery: Delivery) -> ColumnElement[bool]:
    return (outbox.c.conversation == delivery.message.conversation) & is_pending


def _is_first() -> ColumnElement[bool]:
    """Say whether no earlier row of the conversation is still to be delivered."""
    earlier = outbox.alias("earlier")
    same = (earlier.c.conversation == outbox.c.conversation) & (earlier.c.sequence < outbox.c.sequence)
    undelivered = earlier.c.delivered_at.is_(None) & (earlier.c.undeliverable == false())
    return ~exists().where(same & undelivered)


def _claim(connection: Connection, conversation: str, now: datetime) -> Sequence[Delivery]:
    mine = (outbox.c.conversation == conversation) & is_pending
    rows = connection.execute(
        select_deliveries().where(mine).order_by(outbox.c.sequence).with_for_update(of=outbox)
    ).all()
    if not rows or rows[0].next_try > now or any(row.claimed_until and row.claimed_until > now for row in rows):
        return []
    these = outbox.c.id.in_([row.row_id for row in rows])
    connection.execute(update(outbox).where(these).values(claimed_until=now + CLAIMED))
    return [delivery_of(row) for row in rows]


def _postpone(connection: Connection, delivery: Delivery, later: dict[str, object]) -> None:
    connection.execute(update(outbox).where(outbox.c.id == delivery.id).values(later))
    connection.execute(update(outbox).where(_rest(delivery)).values(claimed_until=None))
