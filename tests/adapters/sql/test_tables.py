"""The queries of the hot path find their rows by index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bot.adapters.sql.conversations import SqlConversations
from bot.adapters.sql.database import Database
from bot.adapters.sql.outbox import SqlOutbox
from bot.adapters.sql.shop import SqlShopRecords
from bot.conversations import Author, Change, Draft, Inbound, Mode
from tests.fakes import NOON

ANY = frozenset(Mode)
PARTIAL = re.compile(r"INDEX ix_\w+_(unhandled|pending|waiting)|CONSTANT ROW")


@contextmanager
def recorded(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are run, with their values."""
    statements: list[tuple[str, Any]] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE")):
            statements.append((statement, parameters))

    event.listen(database.backend.engine, "before_cursor_execute", record)
    yield statements
    event.remove(database.backend.engine, "before_cursor_execute", record)


async def run_everything(database: Database) -> None:
    conversations, outbox, shop = SqlConversations(database), SqlOutbox(database), SqlShopRecords(database)
    received = await conversations.receive(Inbound("web", "u", "hello", "m1"), "en", NOON)
    this = received.conversation.id
    await conversations.current("web", "u")
    await conversations.next_unhandled(this)
    await conversations.with_unhandled()
    lease = await conversations.acquire(this, "worker", NOON, 30)
    await conversations.conversation(this)
    await conversations.last_offer(this, 2)
    drafts = (Draft(Author.BOT, "hi"), Draft(Author.BOT, "there"))
    _, _, deliveries = await conversations.commit(this, Change(ANY, drafts, handled=1, lease=lease), NOON)
    await outbox.delivered(deliveries[0], None, NOON)
    await outbox.postpone(deliveries[1], NOON)
    await outbox.due(NOON, {"web"})
    await outbox.claim(this, NOON + timedelta(minutes=1))
    await conversations.waiting()
    await conversations.of_agent("a1")
    await shop.order("MD-100245")
    await shop.order_of_device("SN0123456789")


async def test_no_query_of_the_hot_path_reads_a_whole_table(sqlite_file: Any) -> None:
    database = Database(f"sqlite:///{sqlite_file}")
    with recorded(database) as statements:
        await run_everything(database)

    await database.close()
    reader = sqlite3.connect(sqlite_file)
    details = [
        (row[3], statement)
        for statement, values in statements
        if not statement.startswith("INSERT")
        for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}", tuple(values))
    ]
    reader.close()
    assert len(details) > 20
    # A partial index holds only the rows in question, so reading all of it is reading no more than these.
    assert [found for found in details if found[0].startswith("SCAN") and not PARTIAL.search(found[0])] == []


async def test_a_turn_takes_few_round_trips(sqlite_file: Any) -> None:
    database = Database(f"sqlite:///{sqlite_file}")
    conversations = SqlConversations(database)
    first = await conversations.receive(Inbound("web", "u", "hello", "m1"), "en", NOON)
    lease = await conversations.acquire(first.conversation.id, "worker", NOON, 30)
    with recorded(database) as receiving:
        await conversations.receive(Inbound("web", "u", "hello", "m2"), "en", NOON)
    with recorded(database) as committing:
        change = Change(ANY, (Draft(Author.BOT, "a"), Draft(Author.BOT, "b")), handled=1, lease=lease)
        await conversations.commit(first.conversation.id, change, NOON)
    await database.close()
    assert (len(receiving), len(committing)) == (2, 5)
