"""The channel, served by a real server: who may speak, what a turn is, and failures as failures."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import aiohttp
import pytest
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from bot.engine.channel import TurnChannel

TOKEN = "token-of-this-test"
TURN = {"session": "c.0", "text": "hello", "metadata": {"language": "ar"}}
NAMES = count(1)
Sanic.test_mode = True  # otherwise it rewrites its own classes at a start, which works only once in a process


class Agent:
    """Rasa's agent, as far as the channel knows it: says what it heard, or fails."""

    def __init__(self, loaded: bool = True, failing: bool = False) -> None:
        self.loaded, self.failing = loaded, failing
        self.heard: list[UserMessage] = []

    def is_ready(self) -> bool:
        return self.loaded

    async def handle_message(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self.failing:
            raise RuntimeError(message.text)
        await message.output_channel.send_text_message(message.sender_id, f"heard {message.text}")
        await message.output_channel.send_custom_json(message.sender_id, {"response": "greet"})


@contextlib.asynccontextmanager
async def serve(agent: Agent | None) -> AsyncIterator[str]:
    """Serve the channel as Rasa does; yields its address."""
    app = Sanic(f"channel{next(NAMES)}")
    app.ctx.agent = agent
    register([TurnChannel(TOKEN)], app, "/webhooks/")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/madad/"
    finally:
        server.close()
        await server.wait_closed()


async def post(agent: Agent, token: str | None = TOKEN, **request: Any) -> tuple[int, Any]:
    """Post a turn; returns the status and the answer."""
    headers = {} if token is None else {"X-Madad-Token": token}
    async with (
        serve(agent) as url,
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{url}turn", **request) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def test_a_turn_answers_all_that_was_said_in_order() -> None:
    agent = Agent()
    status, said = await post(agent, json=TURN)
    assert status == 200
    assert [one.get("text") or one.get("custom") for one in said] == ["heard hello", {"response": "greet"}]
    (heard,) = agent.heard
    assert (heard.sender_id, heard.text, heard.input_channel) == ("c.0", "hello", "madad")
    assert heard.metadata == {"language": "ar"}


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "tökén"])
async def test_without_the_token_nobody_speaks(token: str | None) -> None:
    agent = Agent()
    assert await post(agent, token, json=TURN) == (401, {"error": "the token is wrong"})
    assert agent.heard == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"\xff", b"{}", json.dumps({**TURN, "text": None}).encode(),
     json.dumps({**TURN, "session": ""}).encode(), json.dumps({**TURN, "metadata": []}).encode()],
)  # fmt: skip
async def test_what_is_no_turn_is_refused(body: bytes) -> None:
    agent = Agent()
    assert await post(agent, data=body) == (400, {"error": "send session, text and metadata as JSON"})
    assert agent.heard == []


async def test_a_turn_that_fails_is_a_failure_and_does_not_repeat_what_was_said() -> None:
    assert await post(Agent(failing=True), json=TURN) == (500, {"error": "the turn failed"})


@pytest.mark.parametrize(
    ("agent", "status"), [(Agent(), 200), (Agent(loaded=False), 503), (None, 503)], ids=["loaded", "not yet", "none"]
)
async def test_health_is_good_only_when_a_model_is_loaded(agent: Agent | None, status: int) -> None:
    async with serve(agent) as url, aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == status


@pytest.mark.parametrize("credentials", [None, {}, {"token": ""}, {"token": "${MADAD_ENGINE_TOKEN}"}])
def test_without_a_token_in_the_credentials_there_is_no_channel(credentials: dict[str, str] | None) -> None:
    with pytest.raises(ValueError, match="MADAD_ENGINE_TOKEN"):
        TurnChannel.from_credentials(credentials)
