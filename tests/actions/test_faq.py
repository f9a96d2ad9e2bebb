"""Answers to questions: given, offered, not known, not helpful."""

from __future__ import annotations

from typing import Any

import pytest

from bot.faq import FaqEntry, FaqText, Thresholds
from bot.services import Services
from tests.actions.webhook import webhook
from tests.fakes import FakeQuestions, make_services

PERSON = ["/request_human", "/deny"]
SURE = Thresholds().answer
DOUBTFUL = (Thresholds().ask + SURE) / 2
HELPED = ["/helped", "/not_helpful"]


def entry(id: str) -> FaqEntry:
    texts = {code: FaqText(f"{id} question {code}", (), f"{id} answer {code}") for code in ("en", "ar")}
    return FaqEntry(id, texts)


@pytest.fixture
def questions() -> FakeQuestions:
    return FakeQuestions()


@pytest.fixture
def services(questions: FakeQuestions) -> Services:
    return make_services(faq=[entry(id) for id in ("returns", "refunds", "delivery", "payment")], questions=questions)


async def test_a_probable_entry_is_the_answer_and_is_asked_about(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", candidates=[("returns", SURE), ("refunds", 0.01)])
    assert result.texts == ["returns answer en\n\nfaq_helpful"]
    assert result.payloads == HELPED
    assert result.slots == {"offer": None}


async def test_the_answer_is_in_the_language_of_the_turn(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", language="ar", candidates=[("returns", SURE)])
    assert result.texts[0].startswith("returns answer ar\n")


async def test_an_entry_that_lacks_the_language_is_answered_in_english(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", language="hi", candidates=[("returns", SURE)])
    assert result.texts[0].startswith("returns answer en\n")


async def test_in_doubt_the_three_nearest_questions_are_offered_and_none_of_these(services: Services) -> None:
    candidates = [("returns", DOUBTFUL), ("refunds", 0.2), ("delivery", 0.1), ("payment", 0.05)]
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", candidates=candidates)
    assert result.texts == ["faq_did_you_mean"]
    nearest = [f"{id} question en" for id in ("returns", "refunds", "delivery")]
    assert result.titles == [*nearest, "button_none_of_these"]
    assert result.payloads[0] == '/ask_question{"faq_id": "returns"}'
    assert result.payloads[-1] == "/not_helpful"


async def test_a_question_that_was_retired_meanwhile_is_not_offered(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", candidates=[("retired", DOUBTFUL), ("refunds", 0.2)])
    assert result.titles == ["refunds question en", "button_none_of_these"]


async def test_a_chosen_question_is_answered_whatever_else_is_near(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", entities={"faq_id": "refunds"}, candidates=[("returns", SURE)])
    assert result.texts == ["refunds answer en\n\nfaq_helpful"]


@pytest.mark.parametrize("how", [{"entities": {"faq_id": "retired"}}, {"candidates": [("retired", SURE)]}])
async def test_a_retired_entry_is_not_an_answer(services: Services, how: dict[str, Any]) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", **how)
    assert result.texts == ["faq_retired"]


async def test_an_unknown_question_is_recorded_and_a_person_is_one_press_away(
    services: Services, questions: FakeQuestions
) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", text="do you sell sand", turn="t1", candidates=[("returns", 0.01)])
        recorded = questions.recorded["t1"]
        assert recorded == (hook.conversation, "do you sell sand", "en", services.now())
    assert result.texts == ["faq_unknown"]
    assert result.titles == ["returns question en", "button_human"]
    assert result.slots == {"misses": 1, "offer": None}


async def test_without_any_candidate_a_question_is_unknown(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_answer_faq", candidates=[])
    assert result.texts == ["faq_unknown"]
    assert result.payloads == ["/request_human"]


async def test_a_repeated_turn_records_its_question_once(services: Services, questions: FakeQuestions) -> None:
    async with webhook(services) as hook:
        for _ in range(2):
            await hook.run("action_answer_faq", text="sand?", turn="t1")
    assert len(questions.recorded) == 1


@pytest.mark.parametrize(
    ("action", "says"), [("action_answer_faq", "faq_unknown_offer"), ("action_not_helpful", "not_helpful_offer")]
)
async def test_the_second_miss_in_a_row_offers_a_person(services: Services, action: str, says: str) -> None:
    async with webhook(services) as hook:
        result = await hook.run(action, slots={"misses": 1})
    assert result.texts == [says]
    assert result.payloads == PERSON
    assert result.slots == {"misses": 0, "offer": "person"}


async def test_the_first_answer_that_did_not_help_is_regretted(services: Services) -> None:
    async with webhook(services) as hook:
        result = await hook.run("action_not_helpful", slots={"misses": None})
    assert result.texts == ["not_helpful"]
    assert result.payloads == ["/request_human"]
    assert result.slots == {"misses": 1, "offer": None}
