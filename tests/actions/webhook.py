"""The engine's side of the action webhook: builds Rasa's action calls and reads the answers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from rasa_sdk import Action

from actions.server import ACTIONS, make_app
from bot.conversations import Inbound
from bot.services import Services
from tests.servers import serve


@dataclass(frozen=True)
class Result:
    """What an action answered."""

    status: int
    body: Any

    @property
    def texts(self) -> list[str]:
        """The texts that were said."""
        return [response["text"] for response in self.body["responses"] if response.get("text")]

    @property
    def payloads(self) -> list[str]:
        """The payloads of the last response's buttons."""
        return [button["payload"] for button in self.body["responses"][-1]["buttons"]]

    @property
    def titles(self) -> list[str]:
        """The titles of the last response's buttons."""
        return [button["title"] for button in self.body["responses"][-1]["buttons"]]

    @property
    def custom(self) -> list[Mapping[str, Any]]:
        """What was said for the service to write out."""
        return [response["custom"] for response in self.body["responses"] if response.get("custom")]

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that were set."""
        return {event["name"]: event["value"] for event in self.body["events"] if event["event"] == "slot"}

    @property
    def form(self) -> str | None:
        """The form that was opened."""
        return next((event["name"] for event in self.body["events"] if event["event"] == "active_loop"), None)


def action_call(
    action: str,
    *,
    text: str = "hello",
    slots: Mapping[str, Any] | None = None,
    entities: Mapping[str, str] | None = None,
    form: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what Rasa sends to have an action run."""
    found = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
    return {
        "next_action": action,
        "sender_id": "session",
        "version": "3.6.21",
        "domain": {},
        "tracker": {
            "sender_id": "session",
            "slots": dict(slots or {}),
            "latest_message": {"text": text, "entities": found, "metadata": metadata},
            "events": [],
            "active_loop": {"name": form} if form else {},
        },
    }


@dataclass(frozen=True)
class Webhook:
    """Calls the webhook as the engine does, for one conversation with a customer."""

    session: aiohttp.ClientSession
    url: str
    conversation: str

    async def run(
        self, action: str, *, turn: str = "turn", language: str = "en",
        candidates: Sequence[tuple[str, float]] = (), **call: Any,
    ) -> Result:  # fmt: skip
        """Run an action in a turn of the conversation."""
        found = [{"id": id, "probability": probability} for id, probability in candidates]
        metadata = {"turn": turn, "conversation": self.conversation, "language": language, "candidates": found}
        return await self.post(json=action_call(action, metadata=metadata, **call))

    async def post(self, **request: Any) -> Result:
        """Post anything."""
        async with self.session.post(f"{self.url}/webhook", **request) as answer:
            return Result(answer.status, await (answer.json() if "json" in answer.content_type else answer.text()))


@contextlib.asynccontextmanager
async def webhook(services: Services, actions: Sequence[type[Action]] = ACTIONS) -> AsyncIterator[Webhook]:
    """Serve the actions over `services`, to a conversation of theirs."""
    inbound = Inbound("web", "visitor", "hello", "first", address="192.0.2.1")
    received = await services.conversations.receive(inbound, "en", services.now())
    async with serve(make_app(services, actions)) as url, aiohttp.ClientSession() as session:
        yield Webhook(session, url, received.conversation.id)
