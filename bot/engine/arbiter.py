"""The last word on a message's intent: `bot.understanding` over the classifier's ranking and the FAQ's candidates."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA
from rasa.shared.nlu.training_data.message import Message

from bot.understanding import weigh


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Arbiter(GraphComponent):  # type: ignore[misc]
    """Sets the intent; the service sends the FAQ's candidates along in the message's metadata."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Arbiter:
        """Make the component; it has no state."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            candidates = (message.get(METADATA) or {}).get("candidates") or [{"probability": 0.0}]
            name, confidence = weigh(
                [(intent["name"], intent["confidence"]) for intent in ranking], candidates[0]["probability"]
            )
            chosen = {"name": name, "confidence": float(confidence)}
            others = [intent for intent in ranking if intent["name"] != name]
            message.set(INTENT, chosen, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [chosen, *others], add_to_output=True)
        return messages
