"""The last word on a message's intent."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA
from rasa.shared.nlu.training_data.message import Message

from bot.engine.arbiter import Arbiter
from bot.understanding import ASK_QUESTION, weigh


def decide(ranking: list[tuple[str, float]] | None, metadata: dict[str, Any] | None) -> Message:
    data: dict[str, Any] = {METADATA: metadata}
    if ranking is not None:
        data[INTENT_RANKING_KEY] = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return Arbiter().process([Message(data)])[0]


@pytest.mark.parametrize("metadata", [None, {}, {"candidates": []}])
def test_without_candidates_a_sure_intent_stands(metadata: dict[str, Any] | None) -> None:
    message = decide([("greet", 0.9), ("deny", 0.1)], metadata)
    assert message.get(INTENT) == {"name": "greet", "confidence": 0.9}


@pytest.mark.parametrize("confidence", [0.1, 0.35, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("probability", [0.0, 0.5, 0.8, 1.0])
def test_intent_and_best_candidate_are_weighed_as_the_core_says(confidence: float, probability: float) -> None:
    ranking = [("order_status", confidence), ("greet", 0.05)]
    candidates = [{"id": "best", "probability": probability}, {"id": "next", "probability": 0.01}]
    message = decide(ranking, {"candidates": candidates})
    assert (message.get(INTENT)["name"], message.get(INTENT)["confidence"]) == weigh(ranking, probability)


def test_the_chosen_intent_leads_the_ranking_and_stands_there_once() -> None:
    message = decide([("order_status", 0.2), (ASK_QUESTION, 0.15)], None)
    names = [intent["name"] for intent in message.get(INTENT_RANKING_KEY)]
    assert names == [ASK_QUESTION, "order_status"]


def test_a_message_without_a_ranking_is_a_question() -> None:
    assert decide(None, None).get(INTENT)["name"] == ASK_QUESTION
