"""What happens when a database is busy, full, read-only, restarts or is not there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.adapters.sql import database as module
from bot.adapters.sql.conversations import SqlConversations
from bot.adapters.sql.database import Database
from bot.adapters.sql.tables import sites, tickets
from bot.conversations import Inbound
from bot.errors import StoreUnavailable
from tests.adapters.proxy import Proxy
from tests.fakes import NOON
from tests.servers import free_port


def site(name: str) -> Any:
    return insert(sites).values(id=name, created=NOON)


def names(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(sites.c.id)).scalars())


@pytest.fixture
async def sqlite_database(sqlite_file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{sqlite_file}")
    yield database
    await database.close()


async def test_a_transaction_that_fails_writes_nothing(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(site("one"))
        raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await database.write(work)
    assert await database.read(names) == []


async def test_foreign_keys_are_kept(database: Database) -> None:
    orphan = insert(tickets).values(number="T-1", conversation="nothing", opened=NOON)
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: connection.execute(orphan))


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = insert(sites).values(id="one", created=datetime(2025, 1, 1))  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        await database.write(lambda connection: connection.execute(naive))


async def test_a_call_that_is_cancelled_does_no_harm_to_the_others(database: Database) -> None:
    store = SqlConversations(database)
    calls = [asyncio.create_task(store.receive(Inbound("web", "u", "hello", f"m{n}"), "en", NOON)) for n in range(20)]
    await asyncio.sleep(0.01)
    for call in calls[::2]:
        call.cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    kept = [result for result in results if not isinstance(result, BaseException)]
    assert len(kept) >= 10
    after = await store.receive(Inbound("web", "u", "hello", "last"), "en", NOON)
    found = await store.messages(after.conversation.id)
    assert [message.sequence for message in found] == list(range(1, len(found) + 1))
    assert {result.message.message_id for result in kept} <= {message.message_id for message in found}


class TestSqlite:
    async def test_a_connection_is_set_up_for_safety_and_for_many_readers(self, sqlite_database: Database) -> None:
        def pragma(name: str) -> Any:
            return sqlite_database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar())

        found = [await pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")]
        assert found == ["wal", 1, 1, 5000]

    async def test_a_lock_of_another_process_only_costs_time(
        self, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "BUSY_MILLISECONDS", 50)
        database = Database(f"sqlite:///{sqlite_file}")
        other = sqlite3.connect(sqlite_file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(database.write(lambda connection: connection.execute(site("one"))))
        await asyncio.sleep(0.4)
        assert not writing.done()
        assert await database.read(names) == []
        other.execute("ROLLBACK")
        await writing
        assert await database.read(names) == ["one"]
        other.close()
        await database.close()

    async def test_two_processes_wait_for_each_other_without_a_failure(
        self, sqlite_file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        def work(connection: Connection) -> None:
            count = len(names(connection))
            connection.execute(site(f"{count:03}"))

        databases = [Database(f"sqlite:///{sqlite_file}") for _ in range(2)]
        await asyncio.gather(*(database.write(work) for _ in range(50) for database in databases))
        assert await databases[0].read(names) == [f"{n:03}" for n in range(100)]
        assert caplog.messages == []
        for database in databases:
            await database.close()

    async def test_a_lock_that_stays_is_an_error_that_says_so(
        self, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "BUSY_MILLISECONDS", 10)
        database = Database(f"sqlite:///{sqlite_file}", retry_seconds=0.1)
        other = sqlite3.connect(sqlite_file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await database.write(lambda connection: connection.execute(site("one")))
        other.close()
        await database.close()

    async def test_a_full_disk_is_an_error_that_says_so_and_loses_nothing(self, sqlite_file: Path) -> None:
        database = Database(f"sqlite:///{sqlite_file}")
        pages = sqlite_file.stat().st_size // 4096 + 10
        event.listen(
            database.backend.engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count={pages}").close()
        )
        store, kept = SqlConversations(database), 0
        with pytest.raises(StoreUnavailable, match="full"):  # noqa: PT012 - how many go in before is not the point
            while kept < 1000:
                await store.receive(Inbound("web", "u", "long " * 400, f"m{kept}"), "en", NOON)
                kept += 1
        current = await store.current("web", "u")
        assert current
        assert current.last_sequence == kept > 0
        assert len(await store.messages(current.id)) == kept
        await database.close()
        roomy = Database(f"sqlite:///{sqlite_file}")
        received = await SqlConversations(roomy).receive(Inbound("web", "u", "again", f"m{kept}"), "en", NOON)
        assert received.message.sequence == kept + 1
        await roomy.close()

    async def test_a_read_only_file_can_be_read_and_says_that_it_cannot_be_written(
        self, sqlite_file: Path, sqlite_database: Database
    ) -> None:
        await sqlite_database.write(lambda connection: connection.execute(site("one")))
        database = Database(f"sqlite:///file:{sqlite_file}?mode=ro&uri=true")
        with pytest.raises(StoreUnavailable, match="readonly"):
            await database.write(lambda connection: connection.execute(site("two")))
        assert await database.read(names) == ["one"]
        await database.close()


class TestPostgresql:
    async def test_connections_that_were_cut_are_replaced(self, postgresql: Database, server: Any) -> None:
        await asyncio.gather(*(postgresql.read(names) for _ in range(5)))
        server.execute(_CUT_EVERYTHING)
        assert await postgresql.read(names) == []
        server.execute(_CUT_EVERYTHING)
        await postgresql.write(lambda connection: connection.execute(site("one")))
        assert await postgresql.read(names) == ["one"]

    async def test_a_transaction_that_is_cut_in_the_middle_is_done_once(
        self, postgresql: Database, server: Any
    ) -> None:
        runs = []

        def work(connection: Connection) -> None:
            runs.append(connection.execute(text("SELECT pg_backend_pid()")).scalar())
            connection.execute(site("one"))
            if len(runs) == 1:
                server.execute("SELECT pg_terminate_backend(%s, 5000)", runs)
            connection.execute(site("two"))

        await postgresql.write(work, repeatable=False)
        assert len(runs) == 2
        assert await postgresql.read(names) == ["one", "two"]

    @pytest.fixture
    def cut_while_committing(self, server: Any) -> None:
        """Let the first commit that adds a site end its own connection."""
        server.execute(_CUT_AT_COMMIT)

    @pytest.mark.usefixtures("cut_while_committing")
    async def test_what_may_be_repeated_is_when_the_commit_was_cut(self, postgresql: Database) -> None:
        await postgresql.write(lambda connection: connection.execute(site("one")))
        assert await postgresql.read(names) == ["one"]

    @pytest.mark.usefixtures("cut_while_committing")
    async def test_what_may_not_be_repeated_is_reported_when_the_commit_was_cut(self, postgresql: Database) -> None:
        with pytest.raises(StoreUnavailable, match="may be kept or not"):
            await postgresql.write(lambda connection: connection.execute(site("one")), repeatable=False)
        assert await postgresql.read(names) == []

    async def test_a_server_that_starts_later_only_costs_a_delay(self, postgresql_without_rows: str) -> None:
        address, port = make_url(postgresql_without_rows), free_port()
        database = Database(address.set(port=port).render_as_string(hide_password=False))
        reading = asyncio.create_task(database.read(names))
        await asyncio.sleep(0.3)
        assert not reading.done()
        async with Proxy(port, str(address.host), address.port or 5432):
            assert await reading == []
            await database.close()

    async def test_a_server_that_is_not_there_is_an_error_that_says_so(self) -> None:
        database = Database(f"postgresql://somebody:secret-word@127.0.0.1:{free_port()}/name", retry_seconds=0.2)
        with pytest.raises(StoreUnavailable, match="refused") as failure:
            await database.read(names)
        assert "secret-word" not in str(failure.value)
        await database.close()

    @pytest.fixture
    async def postgresql(self, postgresql_without_rows: str) -> AsyncIterator[Database]:
        database = Database(postgresql_without_rows)
        yield database
        await database.close()

    @pytest.fixture
    async def server(self, postgresql_url: str, postgresql: Database) -> AsyncIterator[Any]:
        with psycopg.connect(postgresql_url, autocommit=True) as connection:
            yield connection
            connection.execute("DROP TABLE IF EXISTS cuts CASCADE")
            connection.execute("DROP FUNCTION IF EXISTS cut() CASCADE")


_CUT_EVERYTHING = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid()"""
# A sequence is not rolled back, so only the first commit is cut.
_CUT_AT_COMMIT = """
CREATE TABLE cuts (number serial);
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('cuts_number_seq') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON sites DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut();
"""
