"""From `python -m bot up` to ready, everything installed and trained; and the memory after 1,000 messages."""

from __future__ import annotations

import asyncio

from benchmarks.answers import ask, questions
from benchmarks.common import Customer, product, report

STARTS, MESSAGES, CUSTOMERS = 3, 1000, 10


async def main() -> None:
    """Measure and report."""
    seconds = []
    for _ in range(STARTS):
        async with product() as running:
            seconds.append(running.seconds_to_ready)
            fresh = running.memory_mb()

            async def one(who: int, url: str) -> None:
                async with Customer.connect(url) as customer:
                    for text in questions(MESSAGES // CUSTOMERS, who):
                        await ask(customer, text)

            if len(seconds) == STARTS:
                await asyncio.gather(*(one(who, running.url) for who in range(CUSTOMERS)))
                used = running.memory_mb()
    rows = [
        {"what": "start to ready, best of 3, s", "measured": min(seconds)},
        {"what": "start to ready, worst of 3, s", "measured": max(seconds)},
        {"what": "memory of all processes when ready, MB", "measured": fresh},
        {"what": f"memory after {MESSAGES} messages, MB", "measured": used},
    ]
    report("startup", "Start and memory", rows)


if __name__ == "__main__":
    asyncio.run(main())
