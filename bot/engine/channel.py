"""The channel between the service and the engine: one turn in, everything that was said out, failures as failures."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

log = logging.getLogger(__name__)


class TurnChannel(InputChannel):  # type: ignore[misc]
    """POST /webhooks/madad/turn with `{session, text, metadata}` and the token in the header X-Madad-Token.

    Rasa's own REST channel hides every failure behind an empty list with status 200; this one answers 500 when the
    turn raised, and the service takes an empty list for a failure too.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Return the name in the path."""
        return "madad"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TurnChannel:
        """Make the channel; a token is required, because whoever can post here speaks as any customer."""
        token = (credentials or {}).get("token")
        if not token or token.startswith("${"):
            raise ValueError("credentials.yml: bot.engine.channel.TurnChannel needs a token; set MADAD_ENGINE_TOKEN")
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("madad_turns")

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            if agent is None or not agent.is_ready():
                return response.json({"status": "no model is loaded"}, status=503)
            return response.json({"status": "ok"})

        @routes.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            given = request.headers.get("X-Madad-Token", "")
            if not hmac.compare_digest(given.encode(errors="replace"), self._token.encode()):
                return response.json({"error": "the token is wrong"}, status=401)
            said = CollectingOutputChannel()
            message = self._read(request, said)
            if message is None:
                return response.json({"error": "send session, text and metadata as JSON"}, status=400)
            try:
                await on_new_message(message)
            except Exception:
                log.exception("a turn failed")
                return response.json({"error": "the turn failed"}, status=500)
            return response.json(said.messages)

        return routes

    def _read(self, request: Request, said: CollectingOutputChannel) -> UserMessage | None:
        """Return the message that a turn brings; None for what is not a turn."""
        try:
            body = json.loads(request.body)
            text, session, metadata = body["text"], body["session"], body["metadata"]
        except (ValueError, LookupError, TypeError):
            return None
        if not (isinstance(text, str) and isinstance(session, str) and isinstance(metadata, dict) and session):
            return None
        return UserMessage(text, said, session, input_channel=self.name(), metadata=metadata)
