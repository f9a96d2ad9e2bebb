"""What every `KeyStore` promises."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert

from bot.adapters.sql.database import Database
from bot.adapters.sql.keys import SqlKeys
from bot.adapters.sql.tables import signing_keys
from tests.adapters.sql.conftest import Stores


async def test_there_is_always_a_key_and_it_stays(stores: Stores) -> None:
    key_id, secret = await stores.keys.current()
    assert len(secret) >= 32
    assert await stores.keys.current() == (key_id, secret)
    assert await stores.keys.secret(key_id) == secret
    assert await stores.keys.secret("unknown") is None


async def test_replicas_share_it(database: Database, url: str) -> None:
    other = Database(url)
    key_id, secret = await SqlKeys(database).current()
    assert await SqlKeys(other).current() == (key_id, secret)
    assert await SqlKeys(other).secret(key_id) == secret
    await other.close()


async def test_a_newer_key_signs_and_the_older_one_still_verifies(database: Database) -> None:
    keys = SqlKeys(database)
    old_id, old_secret = await keys.current()
    newer = {"id": "newer", "secret": b"n" * 32, "created": datetime.max.replace(tzinfo=UTC)}
    await database.write(lambda connection: connection.execute(insert(signing_keys).values(newer)))
    assert await keys.current() == ("newer", b"n" * 32)
    assert await keys.secret(old_id) == old_secret
