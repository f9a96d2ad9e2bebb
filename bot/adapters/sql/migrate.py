"""Brings a database to the tables that this version of the product needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from bot.adapters.sql.database import Database

# Any number that nothing else locks; replicas that start together migrate one after the other.
_LOCK = 7_262_323


async def upgrade(url: str) -> None:
    """Create what is missing, in one transaction; does nothing when everything is there.

    Raises:
        BadData: the address is not one of a SQLite file or of a PostgreSQL server.
        StoreUnavailable: the database cannot be reached or written.
    """
    database = Database(url)
    try:
        await database.write(_migrate)
    finally:
        await database.close()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
