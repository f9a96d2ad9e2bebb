"""What every `QuestionStore` promises."""

from __future__ import annotations

from sqlalchemy import select

from bot.adapters.sql.database import Database
from bot.adapters.sql.questions import SqlQuestions
from bot.adapters.sql.tables import unanswered_questions
from tests.fakes import NOON, FakeQuestions


async def test_a_turn_is_kept_once(database: Database) -> None:
    stores = (SqlQuestions(database), fake := FakeQuestions())
    for store in stores:
        await store.record("c1", "c1-1", "where is the moon?", "en", NOON)
        await store.record("c1", "c1-1", "where is the moon?", "en", NOON)
        await store.record("c1", "c1-2", "ماه کجاست؟", "fa", NOON)
    rows = await database.read(lambda c: c.execute(select(unanswered_questions)).all())
    kept = {row.turn: (row.conversation, row.text, row.language, row.at) for row in rows}
    assert kept == fake.recorded
    assert list(kept) == ["c1-1", "c1-2"]
