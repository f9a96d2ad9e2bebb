"""Databases for tests: a migrated SQLite file, and a PostgreSQL database that this run makes and drops."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.adapters.sql.agents import SqlAgents
from bot.adapters.sql.attempts import SqlAttempts
from bot.adapters.sql.conversations import SqlConversations
from bot.adapters.sql.database import Database
from bot.adapters.sql.keys import SqlKeys
from bot.adapters.sql.migrate import upgrade
from bot.adapters.sql.outbox import SqlOutbox
from bot.adapters.sql.questions import SqlQuestions
from bot.adapters.sql.tables import metadata
from bot.adapters.sql.tickets import SqlTickets
from bot.ports import (
    AgentStore,
    AttemptStore,
    ConversationStore,
    KeyStore,
    OutboxStore,
    QuestionStore,
    TicketStore,
)
from tests.fakes import FakeAgents, FakeAttempts, FakeConversations, FakeKeys, FakeQuestions, FakeTickets

SERVER = os.environ.get("MADAD_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True)
class Stores:
    """Every store over one state."""

    conversations: ConversationStore
    outbox: OutboxStore
    tickets: TicketStore
    agents: AgentStore
    attempts: AttemptStore
    questions: QuestionStore
    keys: KeyStore


def sql_stores(database: Database) -> Stores:
    return Stores(
        SqlConversations(database), SqlOutbox(database), SqlTickets(database), SqlAgents(database),
        SqlAttempts(database), SqlQuestions(database), SqlKeys(database),
    )  # fmt: skip


def fake_stores() -> Stores:
    conversations = FakeConversations()
    return Stores(
        conversations, conversations, FakeTickets(conversations), FakeAgents(), FakeAttempts(), FakeQuestions(),
        FakeKeys(),
    )  # fmt: skip


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        message = f"no PostgreSQL at {make_url(SERVER).host}: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SERVER


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_server: str) -> Iterator[str]:
    """Make a database without tables; returns its address."""
    name = f"madad_test_{secrets.token_hex(4)}"
    with psycopg.connect(postgresql_server, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_url(empty_postgresql: str) -> str:
    asyncio.run(upgrade(empty_postgresql))
    return empty_postgresql


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated file without rows."""
    return Path(shutil.copy(sqlite_template, tmp_path / "madad.db"))


@pytest.fixture
def postgresql_without_rows(postgresql_url: str) -> str:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}")
    return postgresql_url


def _without_rows(kind: str, request: pytest.FixtureRequest) -> str:
    """Return the address of a migrated database."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    return str(request.getfixturevalue("postgresql_without_rows"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return _without_rows(request.param, request)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def stores_url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else _without_rows(request.param, request)


@pytest.fixture
async def stores(stores_url: str | None) -> AsyncIterator[Stores]:
    if stores_url is None:
        yield fake_stores()
        return
    database = Database(stores_url)
    yield sql_stores(database)
    await database.close()
