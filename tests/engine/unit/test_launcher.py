"""What is replaced in Rasa: only what was read, and nothing that answers otherwise."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.utils.endpoints import EndpointConfig

from bot.engine.__main__ import validate_action_result

READ = {
    RemoteAction._validate_action_result: "f8cdb4be68123961",
    RemoteAction.action_response_format_spec: "091b74aa3738d126",
    EndpointConfig.session: "e55aa13d9d4fb4bc",
    DaskGraphRunner: "78a7d146c5c06d4c",
}
RASAS_OWN = RemoteAction._validate_action_result
ACTION = RemoteAction("action_answer_faq", None)

GOOD: list[dict[str, Any]] = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "offer", "value": "person"}], "responses": [{"text": "hello"}]},
    {"events": [{"event": "followup", "name": "order_form", "timestamp": None}], "responses": []},
    {"events": [], "responses": [{"text": "hello", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]},
    {"events": [], "responses": [{"custom": {"response": "greet"}}], "more": 1},
]
BAD: list[Any] = [
    None,
    [],
    "text",
    {"events": {}, "responses": []},
    {"events": [7], "responses": []},
    {"events": [{"name": "offer"}], "responses": []},
    {"events": [], "responses": {}},
    {"events": [], "responses": ["hello"]},
]


@pytest.mark.parametrize("read", READ, ids=lambda read: read.__qualname__)
def test_what_is_replaced_is_what_it_was_when_its_replacement_was_written(read: Callable[..., Any]) -> None:
    """If this fails, Rasa has changed: read its source again, and adapt bot/engine before you change the hash."""
    source = inspect.getsource(read)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == READ[read]


@pytest.mark.parametrize("answer", GOOD)
def test_both_validators_accept_a_good_answer(answer: dict[str, Any]) -> None:
    assert RASAS_OWN(ACTION, answer) is True
    assert validate_action_result(ACTION, answer) is True


@pytest.mark.parametrize("answer", BAD)
def test_both_validators_refuse_a_bad_answer(answer: Any) -> None:
    with pytest.raises(jsonschema.ValidationError) as theirs:
        RASAS_OWN(ACTION, answer)
    with pytest.raises(jsonschema.ValidationError) as ours:
        validate_action_result(ACTION, answer)
    assert list(ours.value.absolute_path) == list(theirs.value.absolute_path)
