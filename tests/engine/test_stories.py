"""The conversations of tests/test_stories.yml, said to the whole product: their actions' words are what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.adapters.responses import read_texts
from tests.engine.customer import Customers, Reply
from tests.servers import ROOT

STORIES = yaml.safe_load((ROOT / "tests" / "test_stories.yml").read_text("utf-8"))["stories"]
RESPONSES = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
TEXTS = read_texts(ROOT / "data" / "responses", "responses")
ANNOTATION = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")

# What each action may say, by keys of data/responses; one of them must be in its reply.
FAMILIES = {
    "action_answer_faq": ("faq_helpful", "faq_did_you_mean", "faq_unknown", "faq_unknown_offer"),
    "action_not_helpful": ("not_helpful", "not_helpful_offer"),
    "action_explain_detail": ("order_number_help", "warranty_number_help", "contact_help"),
    "action_order_status": ("order_shipped",),
    "action_warranty_status": ("warranty_covered",),
    "action_change_language": ("language_ask", "language_changed"),
    "order_form": ("ask_order_number", "ask_contact"),
    "warranty_form": ("ask_warranty_number", "ask_contact"),
}
SILENT = {"action_deactivate_loop"}


def turns(steps: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Return each text of the customer with the actions that speak after it."""
    text, spoken = "", list[str]()
    for place, step in enumerate(steps):
        if "user" in step:
            if text:
                yield text, spoken
            text, spoken = ANNOTATION.sub(r"\1", step["user"]).strip(), []
        elif "action" in step and step["action"] not in SILENT and not completes(steps[place:]):
            spoken.append(step["action"])
    yield text, spoken


def completes(steps: list[dict[str, Any]]) -> bool:
    """Say whether a form has all that it needs at the first of these steps, and so asks for nothing."""
    until = next((n for n, step in enumerate(steps[1:], 1) if "user" in step or "action" in step), len(steps))
    return steps[0]["action"].endswith("_form") and {"active_loop": None} in steps[1:until]


def sayings(action: str) -> tuple[str, ...]:
    """Return the keys of what an action may say."""
    if action in FAMILIES:
        return FAMILIES[action]
    custom = RESPONSES[action][0]["custom"]
    return ("handoff_queued",) if "handoff" in custom else (custom["response"],)


def says(reply: Reply, keys: tuple[str, ...], language: str | None) -> bool:
    """Say whether a reply holds one of the sentences, in the language, whatever stands for its {names}."""
    templates = [texts[key] for code, texts in TEXTS.items() if language in (code, None) for key in keys]
    plain = reply.text.replace("\u2068", "").replace("\u2069", "")
    return any(re.search(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)), plain) for template in templates)


@pytest.mark.parametrize("story", STORIES, ids=[story["story"] for story in STORIES])
async def test_a_story_is_told_as_it_is_written(customers: Customers, story: dict[str, Any]) -> None:
    language = story["story"][:2]
    customer = customers.new(language)
    for text, actions in turns(story["steps"]):
        replies = await customer.says(text)
        spoken = (await customer.conversation()).language
        assert len(replies) == len(actions), (text, replies)
        for reply, action in zip(replies, actions, strict=True):
            assert says(reply, sayings(action), spoken), (text, action, reply)
    assert language == spoken or language + ": another language" == story["story"]
