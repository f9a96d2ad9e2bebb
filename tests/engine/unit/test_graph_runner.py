"""Our runner answers as Rasa's own does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.engine.graph_runner import SequentialGraphRunner


class Adding(GraphComponent):  # type: ignore[misc]
    """Adds up what it is given, or fails."""

    @classmethod
    def create(cls, *arguments: Any, **named: Any) -> Adding:
        return cls()

    def add(self, left: int, right: int) -> int:
        if left < 0:
            raise ValueError("left is negative")
        return left + right


def node(left: str, right: str, target: bool = False) -> SchemaNode:
    return SchemaNode({"left": left, "right": right}, Adding, "create", "add", {}, is_target=target)


SCHEMA = GraphSchema(
    {
        "last": node("sum", "twice", target=True),
        "twice": node("sum", "sum"),
        "sum": node("a", "b"),
        "other": node("a", "a"),
    }
)


@pytest.fixture(params=[DaskGraphRunner, SequentialGraphRunner])
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> DaskGraphRunner:
    return request.param.create(SCHEMA, LocalModelStorage(tmp_path), ExecutionContext(SCHEMA))


def test_the_targets_are_computed_from_the_inputs(runner: DaskGraphRunner) -> None:
    assert runner.run({"a": 1, "b": 2}) == {"last": 9}
    assert runner.run({"a": 2, "b": 2}) == {"last": 12}


def test_other_targets_may_be_asked_for(runner: DaskGraphRunner) -> None:
    assert runner.run({"a": 1, "b": 2}, targets=["twice", "other"]) == {"twice": 6, "other": 2}


def test_a_component_that_fails_fails_the_run(runner: DaskGraphRunner) -> None:
    with pytest.raises(GraphComponentException):
        runner.run({"a": -1, "b": 2})
