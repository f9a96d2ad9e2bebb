"""Unanswered questions in the database."""

from __future__ import annotations

from datetime import datetime

from bot.adapters.sql.database import Database
from bot.adapters.sql.tables import unanswered_questions


class SqlQuestions:
    """`bot.ports.QuestionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, conversation: str, turn: str, text: str, language: str, now: datetime) -> None:
        values = {"turn": turn, "conversation": conversation, "text": text, "language": language, "at": now}
        recording = self._database.insert(unanswered_questions).values(values).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(recording))
