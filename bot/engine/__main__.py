"""Starts Rasa with what it needs to be quick: `python -m bot.engine run|train|test ...`, arguments as Rasa's own.

Three slow places of Rasa 3.6.21 are replaced, and nothing else; a test compares the source of each with the one that
this was written for.

- `RemoteAction._validate_action_result` calls `jsonschema.validate`, which checks the schema itself against the
  meta-schema on every call: most of the time of a turn with a custom action. Here the same schema is compiled once, and
  gives the same errors.
- `EndpointConfig.session` makes a connection for every call of an action. Here the calls share connections.
- The graph runner plans with dask for every message: see `bot.engine.graph_runner`.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import Any

from bot.engine.parent import end_with_parent


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator
    from rasa.core.actions.action import RemoteAction

    return Draft202012Validator(RemoteAction.action_response_format_spec())


def validate_action_result(self: Any, result: dict[str, Any]) -> bool:
    """Check the answer of the action server; raises `jsonschema.ValidationError`."""
    error = next(_validator().iter_errors(result), None)
    if error is not None:
        error.message += ". The action server's answer is not valid; see docs/architecture.md, The engine"
        raise error
    return True


@lru_cache(maxsize=1)
def _connector() -> Any:
    from aiohttp import TCPConnector

    return TCPConnector(keepalive_timeout=60)


def session(self: Any) -> Any:
    """Return a session for one call, on connections that outlast it."""
    from aiohttp import BasicAuth, ClientSession, ClientTimeout
    from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT

    auth = BasicAuth(self.basic_auth["username"], self.basic_auth["password"]) if self.basic_auth else None
    timeout = ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT)
    return ClientSession(
        connector=_connector(), connector_owner=False, headers=self.headers, auth=auth, timeout=timeout
    )


def replace_slow_places() -> None:
    """Put ours in the place of the three."""
    import rasa.core.processor
    from rasa.core.actions.action import RemoteAction
    from rasa.utils.endpoints import EndpointConfig

    from bot.engine.graph_runner import SequentialGraphRunner

    RemoteAction._validate_action_result = validate_action_result
    EndpointConfig.session = session
    rasa.core.processor.DaskGraphRunner = SequentialGraphRunner


def main() -> None:
    """Replace the slow places and hand over to Rasa."""
    if os.environ.get("MADAD_ENGINE_ENDS_WITH_PARENT"):
        end_with_parent()
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.path.insert(0, os.getcwd())
    replace_slow_places()
    from rasa.__main__ import main as rasa_main

    rasa_main()


if __name__ == "__main__":
    main()
