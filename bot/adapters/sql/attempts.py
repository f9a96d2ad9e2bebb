"""Failed attempts in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from bot.adapters.sql.database import Database
from bot.adapters.sql.tables import attempts


class SqlAttempts:
    """`bot.ports.AttemptStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def most(self, keys: Sequence[str], since: datetime) -> int:
        recent = attempts.c.key.in_(keys) & (attempts.c.at >= since)
        counts = select(func.count()).where(recent).group_by(attempts.c.key)
        return max(await self._database.read(lambda connection: connection.execute(counts).scalars().all()), default=0)

    async def record(self, keys: Sequence[str], turn: str, now: datetime) -> None:
        rows = [{"key": key, "turn": turn, "at": now} for key in dict.fromkeys(keys)]
        recording = self._database.insert(attempts).on_conflict_do_nothing()
        if rows:
            await self._database.write(lambda connection: connection.execute(recording, rows))
