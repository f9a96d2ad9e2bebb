"""The action webhook that the engine calls: rasa-sdk's executor behind aiohttp, for loopback only.

The server that rasa-sdk brings listens on every address, allows every origin and puts the whole tracker into its error
answers, so it is not used.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.conversation import ActionChangeLanguage, ActionExplainDetail
from actions.faq import ActionAnswerFaq, ActionNotHelpful
from actions.orders import ActionOrderStatus
from actions.warranty import ActionWarrantyStatus
from bot.errors import RecordsUnavailable
from bot.services import Services

ACTIONS: tuple[type[Action], ...] = (
    ActionAnswerFaq, ActionChangeLanguage, ActionExplainDetail, ActionNotHelpful, ActionOrderStatus,
    ActionWarrantyStatus,
)  # fmt: skip
_OFFER_A_PERSON = [["button_yes_person", '/request_human{"reason": "failure"}'], ["button_no_thanks", "/deny"]]
_MAXIMUM_BYTES = 4_000_000

log = logging.getLogger(__name__)


def make_app(services: Services, actions: Sequence[type[Action]] = ACTIONS) -> web.Application:
    """Return the application with POST /webhook and GET /health."""
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action(services))

    async def webhook(request: web.Request) -> web.Response:
        try:
            call = await request.json()
            name = call["next_action"]
            call.setdefault("domain", {})  # our actions do not read it, so endpoints.yml has the engine leave it out
        except (ValueError, LookupError, TypeError):
            name = None
        if not name or not isinstance(name, str):
            return web.json_response({"error": "send Rasa's action call as JSON"}, status=400)
        return await _run(executor, call, name)

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application(client_max_size=_MAXIMUM_BYTES)
    app.add_routes([web.post("/webhook", webhook), web.get("/health", health)])
    return app


async def _run(executor: ActionExecutor, call: dict[str, Any], name: str) -> web.Response:
    """Run an action. One that fails apologises and offers a person; Rasa itself would stay silent."""
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        return web.json_response({"error": str(rejection), "action_name": name}, status=400)
    except ActionNotFoundException:
        log.error("the engine asked for an unknown action: %s", name)
        return web.json_response({"error": "no such action", "action_name": name}, status=404)
    except RecordsUnavailable as failure:
        log.error("%s: the shop's records are out of reach", name)
        log.debug("%s", failure)
        return web.json_response(_apology("lookup_down"))
    except Exception as failure:
        # Where it failed, but not the error's own words: they may hold what the customer wrote.
        log.error("%s: %s\n%s", name, type(failure).__name__, "".join(traceback.format_tb(failure.__traceback__)))
        log.debug("%s", failure)
        return web.json_response(_apology("engine_down"))
    # rasa-sdk returns pydantic models or plain data, by version.
    return web.json_response(result.model_dump() if hasattr(result, "model_dump") else result)


def _apology(key: str) -> dict[str, Any]:
    return {
        "events": [{"event": "slot", "name": "offer", "value": "person"}],
        "responses": [{"custom": {"response": key, "buttons": _OFFER_A_PERSON}}],
    }
