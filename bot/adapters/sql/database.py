"""The database: where transactions run, and what happens when it is busy, restarts or is full.

What the stores do in a transaction is written as plain functions over a SQLAlchemy connection. On PostgreSQL they run
on an asynchronous connection. On SQLite they run in a thread of their own, all of a transaction in one go, because a
change of threads for every statement, which asynchronous SQLite drivers make, takes longer than the statements.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import BadData, StoreUnavailable

BUSY_MILLISECONDS = 5000
RETRY_SECONDS = 15.0
_READERS = 2
# Serialization failure, deadlock, shut down (three ways), too many connections.
_PASSING_STATES = {"40001", "40P01", "57P01", "57P02", "57P03", "53300"}

T = TypeVar("T")
Work = Callable[[Connection], T]

log = logging.getLogger(__name__)


class OutcomeUnknown(Exception):
    """The connection was lost while a transaction was being committed."""


class Database:
    """Runs transactions, again when the failure is one that passes."""

    def __init__(self, url: str, retry_seconds: float = RETRY_SECONDS) -> None:
        parsed = _parse(url)
        self.backend: _Backend = _Sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _Postgresql(parsed)
        self._retry_seconds = retry_seconds

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads."""
        return await self._run(lambda: self.backend.read(work), repeatable=True)

    async def write(self, work: Work[T], repeatable: bool = True) -> T:
        """Run `work` as one transaction. `repeatable` says that doing it once more, after it was done, does no harm.

        Raises:
            StoreUnavailable: the database cannot be reached or written.
        """
        return await self._run(lambda: self.backend.write(work), repeatable)

    def insert(self, table: Table) -> Any:
        """Return an INSERT that knows `ON CONFLICT`, which both databases write in the same way."""
        return postgresql.insert(table) if isinstance(self.backend, _Postgresql) else sqlite.insert(table)

    async def close(self) -> None:
        """Close every connection."""
        await self.backend.close()

    async def _run(self, once: Callable[[], Awaitable[T]], repeatable: bool) -> T:
        clock = asyncio.get_running_loop().time
        give_up, wait = clock() + self._retry_seconds, 0.05
        while True:
            try:
                return await once()
            except IntegrityError:
                raise
            except OutcomeUnknown as failure:
                if not repeatable:
                    raise StoreUnavailable("the database went away; the last change may be kept or not") from failure
                reason = "the connection was lost"
            except DBAPIError as failure:
                reason = str(failure.orig).strip()
                if not _passes(failure) or clock() > give_up:
                    raise StoreUnavailable(f"the database cannot be used: {reason}") from failure
            log.warning("the database is not ready (%s); trying again", reason)
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - it only spreads the load
            wait = min(2 * wait, 1.0)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        drivers = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
        return parsed.set(drivername=drivers[parsed.get_backend_name()])
    except (ArgumentError, KeyError) as error:
        raise BadData("the database must be sqlite:///path/file.db or postgresql://user:password@host/name") from error


def _passes(failure: DBAPIError) -> bool:
    """Say whether the same transaction may well succeed a moment later."""
    name = getattr(failure.orig, "sqlite_errorname", None)
    if name is not None:
        return str(name).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    state = getattr(failure.orig, "sqlstate", None)
    lost = failure.connection_invalidated or (state is None and type(failure.orig).__name__ == "OperationalError")
    return lost or state in _PASSING_STATES


class _Backend(ABC):
    """One kind of database."""

    @abstractmethod
    async def read(self, work: Work[T]) -> T: ...
    @abstractmethod
    async def write(self, work: Work[T]) -> T: ...
    @abstractmethod
    async def close(self) -> None: ...


class _Sqlite(_Backend):
    """A file. One thread writes, so that writers of this process never wait for each other's lock; others read."""

    def __init__(self, url: URL) -> None:
        if url.database in (None, "", ":memory:"):
            raise BadData("the database must be a file, for example sqlite:///var/madad.db")
        Path(str(url.database).removeprefix("file:")).parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=_READERS + 1)
        event.listen(self.engine, "connect", _prepare_sqlite)
        event.listen(self.engine, "begin", _begin_sqlite)
        self._writing = self.engine.execution_options(writes=True)
        self._reader = ThreadPoolExecutor(_READERS, "sqlite-read")
        self._writer = ThreadPoolExecutor(1, "sqlite-write")

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, _transaction, self.engine, work)

    async def write(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, _transaction, self._writing, work)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # The driver begins no transactions of its own; the "begin" event does.
    for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer asks for the lock at once: one that had read first could not get it after another has written.
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _transaction(engine: Engine, work: Work[T]) -> T:
    with engine.begin() as connection:
        return work(connection)


class _Postgresql(_Backend):
    """A server. A connection that was cut is found out by using it, and the transaction then runs on a new one."""

    def __init__(self, url: URL) -> None:
        self.engine = create_async_engine(url, connect_args={"connect_timeout": 5}, pool_size=10, max_overflow=10)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Work[T]) -> T:
        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def write(self, work: Work[T]) -> T:
        async with self.engine.connect() as connection:
            result = await connection.run_sync(work)
            try:
                await connection.commit()
            except DBAPIError as failure:
                if failure.connection_invalidated:
                    raise OutcomeUnknown from failure
                raise
            return result

    async def close(self) -> None:
        await self.engine.dispose()
