"""A chat in the terminal, for trying things out; also the shortest example of a connector."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, ClassVar, Self, TextIO

from bot.conversations import Delivery, Inbound, Press, Receipt
from bot.errors import BadData, NotFound
from connectors.base import Connector, Receive, as_text

if TYPE_CHECKING:
    from bot.services import Services
    from bot.settings import Settings


class TerminalConnector(Connector):
    """Reads lines and prints messages. A number chooses a button of the last message; an end of file ends the chat."""

    name: ClassVar[str] = "terminal"

    def __init__(self, source: TextIO = sys.stdin, target: TextIO = sys.stdout, language: str | None = None) -> None:
        self._source = source
        self._target = target
        self._language = language
        self._user = secrets.token_hex(8)
        self._last: Delivery | None = None
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    def from_settings(cls, settings: Settings, services: Services) -> Self:
        """Make a chat on standard input and output."""
        return cls()

    async def start(self, receive: Receive) -> None:
        """Begin to read."""
        self._reading = asyncio.create_task(self._read(receive))

    async def finished(self) -> None:
        """Wait until the input ends."""
        if self._reading:
            await self._reading

    async def stop(self) -> None:
        """Stop reading."""
        if self._reading:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    async def send(self, delivery: Delivery) -> Receipt:
        """Print a message with its buttons numbered."""
        self._last = delivery
        author = delivery.message.agent or "Madad"
        self._print(f"{author}: {as_text(delivery)}")
        return Receipt()

    async def _read(self, receive: Receive) -> None:
        async for line in self._lines():
            if not line.strip():
                continue
            try:
                await receive(self._inbound(line.strip()))
            except (BadData, NotFound) as error:
                self._print(f"({error})")

    async def _lines(self) -> AsyncIterator[str]:
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def wait_for_lines() -> None:
            with contextlib.suppress(RuntimeError):  # the loop may end while somebody is still thinking
                for line in iter(self._source.readline, ""):
                    loop.call_soon_threadsafe(lines.put_nowait, line)
                loop.call_soon_threadsafe(lines.put_nowait, "")

        # A daemon, because a thread of asyncio's pool that waits for a line would keep the process from ending.
        threading.Thread(target=wait_for_lines, daemon=True, name="terminal").start()
        while line := await lines.get():
            yield line

    def _inbound(self, line: str) -> Inbound:
        message = self._last.message if self._last else None
        press = None
        if message and line.isdecimal() and 1 <= int(line) <= len(message.buttons):
            press = Press(message.sequence, int(line) - 1)
        return Inbound(self.name, self._user, line, secrets.token_hex(8), self._language, "terminal", press)

    def _print(self, text: str) -> None:
        self._target.write(text + "\n")
        self._target.flush()
