"""Writes the demo shop into the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table

from bot.adapters.sql.database import Database
from bot.adapters.sql.demo_shop import DemoShop
from bot.adapters.sql.shop_tables import devices, orders, products, warranties


@dataclass(frozen=True)
class Seeded:
    """How much the demo shop holds."""

    products: int
    orders: int
    devices: int
    warranties: int


async def seed(database: Database, today: date) -> Seeded:
    """Write the demo shop, or move the one that is there to `today`; a second time on the same day changes nothing."""
    rows = DemoShop(today).rows

    def write(connection: Connection) -> None:
        for table in rows:
            _put(connection, database.insert(table), table, rows[table])

    await database.write(write)
    return Seeded(len(rows[products]), len(rows[orders]), len(rows[devices]), len(rows[warranties]))


def _put(connection: Connection, adding: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or set those that are there already."""
    keys = [column.name for column in table.primary_key]
    rest = {name: adding.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=rest), rows)
