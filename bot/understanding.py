"""Intents and FAQ entries, weighed against each other in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ASK_QUESTION = "ask_question"

# What a customer does with Madad itself; a question is never meant by it, however near an FAQ entry is.
_NEVER_A_QUESTION = frozenset(
    {"inform", "affirm", "deny", "greet", "goodbye", "thanks", "request_human", "change_language"}
)


@dataclass(frozen=True)
class Weights:
    """How sure is sure.

    Below `uncertain`, an intent is not acted on. From `sure` on, it is, whatever the FAQ has. Between the two, an FAQ
    entry that is right with a probability of at least `answer` comes first.
    """

    uncertain: float = 0.3
    sure: float = 0.6
    answer: float = 0.6


def weigh(
    ranking: Sequence[tuple[str, float]], faq_probability: float, weights: Weights = Weights()
) -> tuple[str, float]:
    """Return the (intent, confidence) to act on, from the classifier's ranking, best first, and the FAQ's best entry.

    A question for the FAQ is `ask_question`: where there is doubt, it is the FAQ that says how much it knows.
    """
    if not ranking:
        return ASK_QUESTION, faq_probability
    intent, confidence = ranking[0]
    if intent == ASK_QUESTION or confidence >= weights.sure:
        return intent, confidence
    if confidence < weights.uncertain:
        return ASK_QUESTION, max(faq_probability, 1 - confidence)
    if faq_probability >= weights.answer and intent not in _NEVER_A_QUESTION:
        return ASK_QUESTION, faq_probability
    return intent, confidence
