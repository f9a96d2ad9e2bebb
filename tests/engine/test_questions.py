"""Questions: answered, asked back, not known, not helpful."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actions.server import make_app
from bot.adapters.rasa import RasaEngine
from bot.conversations import Mode
from bot.faq import Candidate, FaqEntry, Thresholds
from bot.services import Services
from tests.engine.conftest import Running
from tests.engine.customer import Customer, Customers, Reply
from tests.fakes import FakeFaqIndex, FakeQuestions, make_services
from tests.responses import file_responses
from tests.servers import serve

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
HELPED = ("button_helped", "button_not_helped")
PERSON = ("button_yes_person", "button_no_thanks")
VAGUE = {
    "en": "How much does it cost?",
    "ar": "كم التكلفة؟",
    "hi": "कितना खर्च आएगा?",
    "ur": "کتنا خرچ آئے گا؟",
    "fa": "هزینه‌اش چقدر است؟",
}
NOT_HELPFUL = {
    "en": "that did not help",
    "ar": "ما ساعدتني",
    "hi": "इससे मदद नहीं मिली",
    "ur": "اس سے مدد نہیں ملی",
    "fa": "کمکی نکرد",
}
YES = {"en": "yes please", "ar": "نعم", "hi": "हाँ", "ur": "جی ہاں", "fa": "بله"}
DOUBTFUL = (Thresholds().ask + Thresholds().answer) / 2
CANDIDATES = [Candidate("delivery-cost", DOUBTFUL), Candidate("return-cost", 0.2), Candidate("repair-cost", 0.1)]


def answer(customers: Customers, faq: list[FaqEntry], id: str, language: str) -> Reply:
    """Return an entry's answer with the question whether it helped."""
    entry = next(entry for entry in faq if entry.id == id).texts[language]
    isolated = file_responses().isolated(entry.answer, language)
    text = f"{isolated}\n\n{customers.text('faq_helpful', language)}"
    return Reply(text, tuple(customers.text(button, language) for button in HELPED))


@pytest.mark.parametrize("id", ["return-policy", "phone-not-charging", "warranty-coverage"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_is_answered_in_its_language(
    customers: Customers, faq: list[FaqEntry], id: str, language: str
) -> None:
    question = next(entry for entry in faq if entry.id == id).texts[language].question
    assert await customers.new(language).says(question) == [answer(customers, faq, id, language)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_answer_that_helped_is_good_to_hear(customers: Customers, faq: list[FaqEntry], language: str) -> None:
    customer = customers.new(language)
    await customer.says(next(entry for entry in faq if entry.id == "return-policy").texts[language].question)
    said = await customer.presses(customers.text("button_helped", language))
    assert said == [customers.reply("faq_glad", language)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_second_answer_that_does_not_help_offers_a_person(
    customers: Customers, faq: list[FaqEntry], language: str
) -> None:
    customer = customers.new(language)
    await customer.says(next(entry for entry in faq if entry.id == "return-policy").texts[language].question)
    said = await customer.presses(customers.text("button_not_helped", language))
    assert said == [customers.reply("not_helpful", language, "button_human")]
    said = await customer.says(NOT_HELPFUL[language])
    assert said == [customers.reply("not_helpful_offer", language, *PERSON)]
    assert await customer.says(YES[language]) == [
        customers.reply("handoff_queued", language, "button_back_to_bot", position=1)
    ]


class TestWithDoubt:
    """Where the index is as sure as each test wants it to be."""

    @pytest.fixture
    def questions(self) -> FakeQuestions:
        return FakeQuestions()

    @pytest.fixture
    async def services(
        self, running: Running, engine: RasaEngine, faq: list[FaqEntry], questions: FakeQuestions
    ) -> AsyncIterator[Services]:
        index = FakeFaqIndex(dict.fromkeys(VAGUE.values(), CANDIDATES))
        services = make_services(
            engine=engine, faq=faq, faq_index=index, questions=questions, responses=file_responses()
        )
        async with serve(make_app(services), running.action_port):
            yield services

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_the_nearest_questions_are_offered_and_the_pressed_one_is_answered(
        self, customers: Customers, faq: list[FaqEntry], language: str
    ) -> None:
        nearest = [
            entry.texts[language].question for one in CANDIDATES for entry in faq if entry.id == one.id
        ]  # fmt: skip
        customer = customers.new(language)
        offer = Reply(
            customers.text("faq_did_you_mean", language),
            (*nearest, customers.text("button_none_of_these", language)),
        )
        assert await customer.says(VAGUE[language]) == [offer]
        assert await customer.presses(nearest[1]) == [answer(customers, faq, "return-cost", language)]

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_none_of_these_is_a_miss(self, customers: Customers, language: str) -> None:
        customer = customers.new(language)
        await customer.says(VAGUE[language])
        said = await customer.presses(customers.text("button_none_of_these", language))
        assert said == [customers.reply("not_helpful", language, "button_human")]

    async def test_typing_the_words_of_an_offered_question_is_pressing_it(
        self, customers: Customers, customer: Customer, faq: list[FaqEntry]
    ) -> None:
        offer = (await customer.says(VAGUE["en"]))[0]
        assert await customer.says(offer.buttons[0].upper()) == [answer(customers, faq, "delivery-cost", "en")]

    async def test_two_unknown_questions_lead_to_a_person(
        self, customers: Customers, customer: Customer, questions: FakeQuestions
    ) -> None:
        said = await customer.says("how do i change the filter of the coffee grinder")
        assert said == [customers.reply("faq_unknown", "en", "button_human")]
        said = await customer.says("is the grinder allowed in the bathroom of a boat")
        assert said == [customers.reply("faq_unknown_offer", "en", *PERSON)]
        assert len(questions.recorded) == 2
        assert await customer.says("yes") == [customers.reply("handoff_queued", "en", "button_back_to_bot", position=1)]
        assert (await customer.conversation()).mode is Mode.WAITING
