"""The whole path, from a message on the WebSocket to the FAQ answer on it: one customer, then 16 at once."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from benchmarks.common import QUESTIONS, Customer, percentile, product, report

ONE_CUSTOMER, CUSTOMERS, EACH = 200, 16, 40


async def ask(customer: Customer, text: str) -> float:
    """Return the milliseconds from the question to the answer."""
    began = time.perf_counter()
    await customer.say(text)
    await customer.hear()
    return 1000 * (time.perf_counter() - began)


def questions(count: int, who: int) -> list[str]:
    """Return questions that no cache has seen: each differs from the others in a word."""
    return [f"{QUESTIONS[n % len(QUESTIONS)]} ({who}-{n})" for n in range(count)]


def figures(times: list[float]) -> dict[str, float]:
    """Return the median and the 95th percentile of times in milliseconds."""
    return {"p50 ms": percentile(times, 0.5), "p95 ms": percentile(times, 0.95)}


async def main() -> None:
    """Measure and report."""
    async with product() as running:
        async with Customer.connect(running.url) as customer:
            for text in questions(10, 99):
                await ask(customer, text)
            alone = [await ask(customer, text) for text in questions(ONE_CUSTOMER, 98)]

        async def one(who: int) -> list[float]:
            async with Customer.connect(running.url) as customer:
                return [await ask(customer, text) for text in questions(EACH, who)]

        began = time.perf_counter()
        many = [took for times in await asyncio.gather(*(one(who) for who in range(CUSTOMERS))) for took in times]
        seconds = time.perf_counter() - began
        async with aiohttp.ClientSession() as session, session.get(f"{running.url}/health") as answer:
            late = (await answer.json())["event_loop_late_ms"]
    rows = [
        {"customers": 1, **figures(alone), "answers/s": 1000 * len(alone) / sum(alone), "loop late p99 ms": "-"},
        {"customers": CUSTOMERS, **figures(many), "answers/s": len(many) / seconds, "loop late p99 ms": late["p99"]},
    ]
    report("answers", "From a question on the WebSocket to its answer", rows)


if __name__ == "__main__":
    asyncio.run(main())
