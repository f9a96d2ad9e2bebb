"""The migrations make the tables that the code works with."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from bot.adapters.sql.migrate import upgrade
from bot.adapters.sql.tables import metadata
from bot.errors import BadData, StoreUnavailable

_COLUMNS = """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable
    FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2"""
_INDEXES = "SELECT replace(indexdef, schemaname || '.', '') FROM pg_indexes WHERE schemaname = %s ORDER BY 1"
_CONSTRAINTS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = %s::regnamespace ORDER BY 2, 3"""


def _schema_of_file(path: Path) -> dict[str, set[str]]:
    """Return what makes each table and index: its lines, because their order says nothing."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: {line.strip(" \t,") for line in sql.splitlines()} for name, sql in rows if "alembic" not in name}


def test_on_sqlite_the_migrated_tables_are_the_ones_in_the_code(sqlite_template: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    metadata.create_all(engine)
    engine.dispose()
    migrated, made = _schema_of_file(sqlite_template), _schema_of_file(tmp_path / "made.db")
    assert set(migrated) == set(made)
    for name, parts in made.items():
        assert migrated[name] == parts, name


def _schema_of(connection: psycopg.Connection, schema: str) -> list[list[tuple[object, ...]]]:
    connection.execute(f"SET search_path = {schema}")  # type: ignore[arg-type]
    found = [connection.execute(query, [schema]).fetchall() for query in (_COLUMNS, _INDEXES, _CONSTRAINTS)]
    return [[row for row in rows if "alembic" not in str(row)] for rows in found]


def test_on_postgresql_the_migrated_tables_are_the_ones_in_the_code(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE SCHEMA made")
        connection.commit()
        with engine.connect() as other:
            other.exec_driver_sql("SET search_path = made")
            metadata.create_all(other)
            other.commit()
        engine.dispose()
        migrated, made = _schema_of(connection, "public"), _schema_of(connection, "made")
        connection.execute("DROP SCHEMA made CASCADE")
    assert len(made[0]) == sum(len(table.columns) for table in metadata.tables.values())
    assert migrated == made


async def test_migrating_again_changes_nothing(url: str) -> None:
    await upgrade(url)
    await upgrade(url)


async def test_replicas_that_start_together_do_not_disturb_each_other(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'new' / 'madad.db'}"
    await asyncio.gather(*(upgrade(address) for _ in range(4)))
    assert "conversations" in _schema_of_file(tmp_path / "new" / "madad.db")


@pytest.mark.parametrize("address", ["mysql://host/name", "nonsense", "sqlite://", "sqlite:///:memory:", ""])
async def test_an_address_that_is_not_one_is_refused(address: str) -> None:
    with pytest.raises(BadData, match="the database must be"):
        await upgrade(address)


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear customer, " * 500)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await upgrade(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear customer")
