"""The dialogue engine over HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from bot.conversations import Button, Reason, Say
from bot.engine_protocol import Answer, Spoken, Turn
from bot.errors import EngineUnavailable

_MAXIMUM_BYTES = 1_000_000


class RasaEngine:
    """Asks `bot.engine.channel.TurnChannel`. An empty answer is a failure: Rasa is silent when something went wrong."""

    def __init__(self, url: str, token: str, seconds: float) -> None:
        self._url = url
        self._headers = {"X-Madad-Token": token}
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=2)
        self._session: aiohttp.ClientSession | None = None

    async def reply(self, turn: Turn) -> Answer:
        """Return what to say and do; raises `EngineUnavailable`."""
        body = {
            "session": turn.session,
            "text": turn.text,
            "metadata": {
                "turn": turn.id,
                "conversation": turn.conversation,
                "language": turn.language,
                "candidates": [{"id": one.id, "probability": one.probability} for one in turn.candidates],
            },
        }
        return read_answer(await self._post(body))

    async def ready(self) -> bool:
        """Say whether a model is loaded and answers."""
        try:
            async with self._open().get(f"{self._url}/webhooks/madad/") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: dict[str, Any]) -> Any:
        try:
            async with self._open().post(f"{self._url}/webhooks/madad/turn", json=body) as answer:
                if answer.status != 200:
                    raise EngineUnavailable(f"the engine answered with status {answer.status}")
                content = await answer.content.read(_MAXIMUM_BYTES)
                return json.loads(content)
        except asyncio.TimeoutError as error:
            raise EngineUnavailable(f"the engine did not answer within {self._timeout.total} s") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise EngineUnavailable(f"the engine cannot be asked: {error}") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, headers=self._headers)
        return self._session


def read_answer(messages: Any) -> Answer:
    """Read what the engine said; raises `EngineUnavailable` for nothing, and for what is not an answer."""
    says: list[Say | Spoken] = []
    handoff: Reason | None = None
    language: str | None = None
    try:
        for message in messages:
            custom = message.get("custom") or {}
            if "response" in custom:
                buttons = tuple((title, payload) for title, payload in custom.get("buttons", ()))
                says.append(Say(custom["response"], custom.get("values", {}), buttons))
            if "handoff" in custom:
                handoff = Reason(custom["handoff"])
            if "language" in custom:
                language = str(custom["language"])
            if message.get("text"):
                offered = tuple(Button(one["title"], one["payload"]) for one in message.get("buttons", ()))
                says.append(Spoken(message["text"], offered))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EngineUnavailable(f"the engine's answer cannot be read: {error!r}") from error
    if not says and handoff is None:
        raise EngineUnavailable("the engine said nothing")
    return Answer(tuple(says), handoff, language)
