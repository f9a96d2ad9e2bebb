"""The two directions of a socket: both run until either ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


async def until_one_ends(*steps: Coroutine[None, None, None]) -> None:
    """Run the steps at once; when one ends, cancel the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(step) for step in steps]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
