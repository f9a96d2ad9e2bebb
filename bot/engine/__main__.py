"""Starts Rasa with what it needs to be quick: `python -m bot.engine run|train|test ...`, arguments as Rasa's own.

`RemoteAction._validate_action_result` of Rasa 3.6.21 calls `jsonschema.validate`, which checks the schema itself against
the meta-schema on every call: 85 % of the time of a turn with a custom action. Here the same schema is compiled once, and
gives the same errors. That one method is all that is replaced; a test compares its source with the one that this was
written for.
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
        error.message += ". The action server's answer is not valid; see docs/engine.md"
        raise error
    return True


def main() -> None:
    """Replace the slow method and hand over to Rasa."""
    if os.environ.get("MADAD_ENGINE_ENDS_WITH_PARENT"):
        end_with_parent()
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.path.insert(0, os.getcwd())
    from rasa.core.actions.action import RemoteAction

    RemoteAction._validate_action_result = validate_action_result
    from rasa.__main__ import main as rasa_main

    rasa_main()


if __name__ == "__main__":
    main()
