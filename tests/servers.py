"""Real servers for tests, on free ports of the loopback interface."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).parent.parent
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
TOKEN = "token-of-this-test"


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def serve(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve an application; yields its address."""
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def engine_process(model: Path, action_port: int, folder: Path) -> Iterator[int]:
    """Start the real engine on a trained model; yields its port. It is not ready yet."""
    port = free_port()
    environment = {
        **os.environ,
        "MADAD_ACTION_URL": f"http://127.0.0.1:{action_port}/webhook",
        "MADAD_ENGINE_TOKEN": TOKEN,
        "MADAD_ENGINE_DATABASE_URL": f"sqlite:///{folder / 'engine.db'}",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [
        ENGINE_PYTHON, "-m", "bot.engine", "run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model),
        "--credentials", "credentials.yml", "--endpoints", "endpoints.yml",
    ]  # fmt: skip
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield port
        finally:
            process.terminate()
            process.wait(20)


async def until_ready(port: int, folder: Path, seconds: float = 90) -> None:
    """Wait until the engine has loaded its model; raises with its log when it does not."""
    from bot.adapters.rasa import RasaEngine

    engine = RasaEngine(f"http://127.0.0.1:{port}", TOKEN, 10)
    try:
        async with asyncio.timeout(seconds):
            while not await engine.ready():
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise RuntimeError((folder / "engine.log").read_text()[-4000:]) from None
    finally:
        await engine.close()
