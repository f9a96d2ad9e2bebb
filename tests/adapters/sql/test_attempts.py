"""What every `AttemptStore` promises."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.adapters.sql.conftest import Stores
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)


async def test_the_key_with_most_attempts_counts(stores: Stores) -> None:
    await stores.attempts.record(["a", "b"], "t1", NOON)
    await stores.attempts.record(["a"], "t2", NOON)
    assert await stores.attempts.most(["a", "b", "c"], NOON) == 2
    assert await stores.attempts.most(["b"], NOON) == 1
    assert await stores.attempts.most(["c"], NOON) == 0
    assert await stores.attempts.most([], NOON) == 0


async def test_older_attempts_do_not_count(stores: Stores) -> None:
    await stores.attempts.record(["a"], "t1", NOON)
    await stores.attempts.record(["a"], "t2", NOON + MINUTE)
    assert await stores.attempts.most(["a"], NOON) == 2
    assert await stores.attempts.most(["a"], NOON + MINUTE) == 1
    assert await stores.attempts.most(["a"], NOON + 2 * MINUTE) == 0


async def test_a_turn_counts_once_also_when_it_is_recorded_at_once(stores: Stores) -> None:
    await asyncio.gather(*(stores.attempts.record(["a", "b", "a"], "t1", NOON) for _ in range(10)))
    await stores.attempts.record(["a", "c"], "t1", NOON)
    assert await stores.attempts.most(["a"], NOON) == 1
    assert await stores.attempts.most(["c"], NOON) == 1


async def test_no_keys_are_no_attempt(stores: Stores) -> None:
    await stores.attempts.record([], "t1", NOON)
    assert await stores.attempts.most(["a"], NOON) == 0
