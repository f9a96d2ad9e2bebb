"""Custom-action turns a second at the engine: ours beside stock Rasa, the same model, the same action server, one run.

Stock Rasa: `rasa run` with its REST channel and its defaults (tracker store and lock store in memory).
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp import web

from benchmarks.common import free_port, percentile, rasa, report

TURNS, USERS = 40, 8


async def act(request: web.Request) -> web.Response:
    """Answer an action at once."""
    await request.read()
    return web.json_response({"events": [], "responses": [{"text": "an answer"}]})


async def measure(ask: Callable[[aiohttp.ClientSession, str, str], Any], engine: psutil.Process) -> dict[str, float]:
    """Return turns a second with several users, the latency of one user, and the engine's processor time for a turn.

    The processor time is what other work on the machine disturbs least.
    """
    async with aiohttp.ClientSession() as session:
        for n in range(5):
            await ask(session, f"warm-{n}", "How long does delivery take?")
        alone = []
        for n in range(TURNS):
            began = time.perf_counter()
            await ask(session, f"alone-{n % 5}", "How long does delivery take?")
            alone.append(1000 * (time.perf_counter() - began))

        async def user(name: str) -> None:
            for _ in range(TURNS):
                await ask(session, name, "How long does delivery take?")

        began, used = time.perf_counter(), sum(engine.cpu_times()[:2])
        await asyncio.gather(*(user(f"user-{n}") for n in range(USERS)))
        rate = USERS * TURNS / (time.perf_counter() - began)
        processor = 1000 * (sum(engine.cpu_times()[:2]) - used) / (USERS * TURNS)
    latency = {"p50 ms": percentile(alone, 0.5), "p95 ms": percentile(alone, 0.95)}
    return {"turns/s": rate, "processor ms/turn": processor, **latency}


def ours(port: int) -> Callable[[aiohttp.ClientSession, str, str], Any]:
    async def ask(session: aiohttp.ClientSession, name: str, text: str) -> None:
        body = {"session": name, "text": text, "metadata": {"language": "en", "candidates": []}}
        headers = {"X-Madad-Token": "benchmark"}
        async with session.post(f"http://127.0.0.1:{port}/webhooks/madad/turn", json=body, headers=headers) as answer:
            assert (await answer.json())[0]["text"] == "an answer"

    return ask


def stock(port: int) -> Callable[[aiohttp.ClientSession, str, str], Any]:
    async def ask(session: aiohttp.ClientSession, name: str, text: str) -> None:
        body = {"sender": name, "message": text}
        async with session.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", json=body) as answer:
            assert (await answer.json())[0]["text"] == "an answer"

    return ask


async def until_up(port: int, path: str) -> None:
    """Wait until an engine answers."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}{path}") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def action_server() -> AsyncIterator[str]:
    """Serve actions; yields the address of the webhook."""
    app = web.Application(client_max_size=10_000_000)
    app.add_routes([web.post("/webhook", act)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    finally:
        await runner.cleanup()


def stock_command(folder: Path, action_url: str) -> list[str]:
    """Return how stock Rasa is started."""
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {action_url}\n")
    files = ("--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml"))
    return ["-m", "rasa", "run", *files]


OUR_COMMAND = ["-m", "bot.engine", "run", "--credentials", "credentials.yml", "--endpoints", "endpoints.yml"]


async def main() -> None:
    """Run both engines, one after the other."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with action_server() as action_url:
            for kind, command, ask, health in (
                ("stock Rasa", stock_command(folder, action_url), stock, "/webhooks/rest/"),
                ("Madad's engine", OUR_COMMAND, ours, "/webhooks/madad/"),
            ):
                port = free_port()
                with rasa(command, action_url, folder, port) as process:
                    await until_up(port, health)
                    await asyncio.sleep(1)
                    rows.append({"engine": kind, **await measure(ask(port), process)})
    rows.append({"engine": "ratio", **{key: rows[1][key] / rows[0][key] for key in rows[0] if key != "engine"}})
    report("engine_turns", f"Custom-action turns at the engine, {USERS} users of {TURNS} turns", rows)


if __name__ == "__main__":
    asyncio.run(main())
