"""Five different questions of one customer, 50 ms and 10 ms apart: when each answer comes, beside stock Rasa.

Stock Rasa makes a message wait for a whole second when the one before it is still being worked on.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import aiohttp

from benchmarks.common import QUESTIONS, Customer, free_port, product, rasa, report
from benchmarks.engine_turns import action_server, stock, stock_command, until_up

APART_SECONDS = (0.05, 0.01)


async def ours(apart: float) -> list[float]:
    """Return the seconds from the first question to each answer, through the whole product."""
    async with product() as running, Customer.connect(running.url) as customer:
        await customer.say("hello")
        await customer.hear()
        for warm in QUESTIONS:
            await customer.say(warm)
            await customer.hear()
        began = time.perf_counter()

        async def write() -> None:
            for text in QUESTIONS:
                await customer.say(f"{text} please")
                await asyncio.sleep(apart)

        writing = asyncio.create_task(write())
        answers = []
        for _ in QUESTIONS:
            await customer.hear()
            answers.append(time.perf_counter() - began)
        await writing
        return answers


async def stock_rasa(apart: float) -> list[float]:
    """Return the same for stock Rasa, with an action that answers at once."""
    async with action_server() as action_url:
        with tempfile.TemporaryDirectory() as name:
            port = free_port()
            with rasa(stock_command(Path(name), action_url), action_url, Path(name), port):
                await until_up(port, "/webhooks/rest/")
                async with aiohttp.ClientSession() as session:
                    ask = stock(port)
                    await ask(session, "burst", QUESTIONS[0])
                    began = time.perf_counter()

                    async def one(place: int, text: str) -> float:
                        await asyncio.sleep(place * apart)
                        await ask(session, "burst", text)
                        return time.perf_counter() - began

                    return sorted(await asyncio.gather(*(one(place, text) for place, text in enumerate(QUESTIONS))))


async def main() -> None:
    """Measure and report."""
    rows = []
    for apart in APART_SECONDS:
        for kind, measure in (("stock Rasa, engine only", stock_rasa), ("Madad, whole path", ours)):
            times = {f"answer {n} s": took for n, took in enumerate(await measure(apart), 1)}
            rows.append({"ms apart": round(1000 * apart), "what": kind, **times})
    report("burst", "Five questions of one customer in quick succession", rows)


if __name__ == "__main__":
    asyncio.run(main())
