"""What the benchmarks share: the running product, stock Rasa beside it, a customer on a WebSocket, and tables."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
MODEL = ROOT / "models" / "rasa.tar.gz"
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
QUESTIONS = (
    "How long does delivery take?",
    "My phone does not charge any more",
    "Can I return a laptop without the box?",
    "When do I get my money back?",
    "What does the warranty cover?",
)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Product:
    """A running `python -m bot up`: its address, its process, and how long it took to be ready, in seconds."""

    url: str
    process: subprocess.Popen[bytes]
    seconds_to_ready: float

    def memory_mb(self) -> float:
        """Return the resident memory of all its processes, shared pages counted once (PSS), in MB."""
        top = psutil.Process(self.process.pid)
        return sum(one.memory_full_info().pss for one in [top, *top.children(recursive=True)]) / 1e6


@contextlib.asynccontextmanager
async def product(**settings: str) -> AsyncIterator[Product]:
    """Start the whole product on free ports and in a new folder, with limits that a benchmark does not meet."""
    with tempfile.TemporaryDirectory() as folder:
        ports = {name: str(free_port()) for name in ("MADAD_PORT", "MADAD_ACTION_PORT", "MADAD_ENGINE_PORT")}
        generous = {"MADAD_VISITOR_MESSAGES_PER_MINUTE": "600000", "MADAD_ADDRESS_MESSAGES_PER_MINUTE": "600000"}
        environment = {**os.environ, **ports, **generous, "MADAD_FOLDER": folder, **settings}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        began = time.perf_counter()
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "up"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        url = f"http://127.0.0.1:{ports['MADAD_PORT']}"
        try:
            await _until_ready(url, process, log)
            yield Product(url, process, time.perf_counter() - began)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


async def _until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    async with aiohttp.ClientSession() as session:
        while process.poll() is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{url}/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
    raise RuntimeError(f"it did not start:\n{log.read_text()[-3000:]}")


@contextlib.contextmanager
def rasa(command: Sequence[str], action_url: str, folder: Path, port: int) -> Iterator[psutil.Process]:
    """Run Rasa, ours (`-m bot.engine run`) or the stock one (`-m rasa run`), on the model that is trained."""
    environment = {
        **os.environ, "MADAD_ACTION_URL": action_url, "MADAD_ENGINE_TOKEN": "benchmark",
        "RASA_TELEMETRY_ENABLED": "false",
        "MADAD_ENGINE_DATABASE_URL": f"sqlite:///{folder / 'engine.db'}", "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            [ENGINE_PYTHON, *command, "-i", "127.0.0.1", "-p", str(port), "-m", str(MODEL)],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


class Customer:
    """A customer on the website, over the widget's protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, url: str, language: str = "en") -> AsyncIterator[Customer]:
        """Open the widget."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/web/socket") as socket:
            customer = cls(socket)
            await customer._send("hello", language=language)
            while (await customer.frame())["type"] != "welcome":
                pass
            yield customer

    async def say(self, text: str) -> None:
        """Send a message."""
        await self._send("message", client_id=secrets.token_hex(8), text=text)

    async def hear(self) -> dict[str, Any]:
        """Wait for the next message that is not the customer's own."""
        while True:
            frame = await self.frame()
            if frame["type"] == "error":
                raise RuntimeError(f"the service answered with an error: {frame}")
            if frame["type"] == "message" and frame["author"] != "customer":
                return frame

    async def frame(self) -> dict[str, Any]:
        """Wait for the next frame."""
        received: dict[str, Any] = await self._socket.receive_json(timeout=30)
        return received

    async def _send(self, type_: str, **fields: Any) -> None:
        await self._socket.send_json({"v": 1, "type": type_, **fields})


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def report(name: str, title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table, and write them to benchmarks/results/<name>.json."""
    columns = list(rows[0])
    cells = [columns, *([_shown(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    print(f"\n{title}\n")
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    RESULTS.mkdir(exist_ok=True)
    content = {"title": title, "cores": os.cpu_count(), "rows": rows}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _shown(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
