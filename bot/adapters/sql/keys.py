"""Signing keys in the database."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from bot.adapters.sql.database import Database
from bot.adapters.sql.tables import signing_keys

_KEY_BYTES = 32
_NEWEST = select(signing_keys.c.id, signing_keys.c.secret).order_by(
    signing_keys.c.created.desc(), signing_keys.c.id.desc()
)


class SqlKeys:
    """`bot.ports.KeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self) -> tuple[str, bytes]:
        newest = await self._database.read(_newest)
        return newest if newest else await self._database.write(_newest_or_new)

    async def secret(self, key_id: str) -> bytes | None:
        query = select(signing_keys.c.secret).where(signing_keys.c.id == key_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar())


def _newest(connection: Connection) -> tuple[str, bytes] | None:
    row = connection.execute(_NEWEST.limit(1)).first()
    return (row.id, row.secret) if row else None


def _newest_or_new(connection: Connection) -> tuple[str, bytes]:
    if newest := _newest(connection):
        return newest
    key_id, secret = secrets.token_hex(4), secrets.token_bytes(_KEY_BYTES)
    connection.execute(insert(signing_keys).values(id=key_id, secret=secret, created=datetime.now(UTC)))
    return key_id, secret
