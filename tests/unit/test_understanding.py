"""Intents and FAQ entries, weighed against each other."""

from __future__ import annotations

import pytest

from bot.understanding import ASK_QUESTION, Weights, weigh


@pytest.mark.parametrize("faq", [0.0, 0.59, 1.0])
def test_a_sure_intent_is_acted_on_whatever_the_faq_has(faq: float) -> None:
    assert weigh([("order_status", 0.6), (ASK_QUESTION, 0.4)], faq) == ("order_status", 0.6)


@pytest.mark.parametrize(("faq", "intent"), [(0.59, "order_status"), (0.6, ASK_QUESTION), (0.95, ASK_QUESTION)])
def test_an_intent_that_is_less_than_sure_gives_way_to_an_entry_that_is_right(faq: float, intent: str) -> None:
    assert weigh([("order_status", 0.59)], faq)[0] == intent


def test_a_question_that_takes_an_intents_place_is_as_sure_as_the_faq() -> None:
    assert weigh([("order_status", 0.45)], 0.8) == (ASK_QUESTION, 0.8)


@pytest.mark.parametrize(
    "intent", ["inform", "affirm", "deny", "greet", "goodbye", "thanks", "request_human", "change_language"]
)
def test_talking_with_the_bot_itself_never_becomes_a_question(intent: str) -> None:
    assert weigh([(intent, 0.31)], 1.0) == (intent, 0.31)


@pytest.mark.parametrize("intent", ["order_status", "greet"])
@pytest.mark.parametrize(("faq", "confidence"), [(0.0, 0.71), (0.9, 0.9)])
def test_an_uncertain_intent_is_not_acted_on_but_left_to_the_faq(intent: str, faq: float, confidence: float) -> None:
    found, sureness = weigh([(intent, 0.29)], faq)
    assert found == ASK_QUESTION
    assert sureness == pytest.approx(confidence)


def test_at_the_limit_an_intent_is_no_longer_uncertain() -> None:
    assert weigh([("order_status", 0.3)], 0.0) == ("order_status", 0.3)


@pytest.mark.parametrize("confidence", [0.1, 0.5, 0.99])
def test_a_question_stays_a_question(confidence: float) -> None:
    assert weigh([(ASK_QUESTION, confidence), ("order_status", 0.01)], 0.3) == (ASK_QUESTION, confidence)


def test_without_any_intent_it_is_a_question() -> None:
    assert weigh([], 0.4) == (ASK_QUESTION, 0.4)


def test_the_weights_can_be_set() -> None:
    strict = Weights(uncertain=0.5, sure=0.9, answer=0.2)
    assert weigh([("order_status", 0.8)], 0.2, strict) == (ASK_QUESTION, 0.2)
    assert weigh([("order_status", 0.49)], 0.0, strict)[0] == ASK_QUESTION
    assert weigh([("order_status", 0.9)], 1.0, strict) == ("order_status", 0.9)
