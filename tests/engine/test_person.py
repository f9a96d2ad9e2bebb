"""A person on request, from anywhere, and back to Madad in a fresh session."""

from __future__ import annotations

import pytest

from bot.conversations import Mode, Reason
from tests.engine.customer import Customer, Customers

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
ASK = {
    "en": "I want to talk to a person",
    "ar": "أريد التحدث إلى موظف",
    "hi": "मुझे किसी इंसान से बात करनी है",
    "ur": "مجھے کسی انسان سے بات کرنی ہے",
    "fa": "می‌خوام با یه آدم حرف بزنم",
}
MENU = ("button_order", "button_warranty", "button_human")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_asks_for_a_person_is_queued(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    assert await customer.says(ASK[language]) == [
        customers.reply("handoff_queued", language, "button_back_to_bot", position=1)
    ]
    conversation = await customer.conversation()
    assert (conversation.mode, conversation.reason) == (Mode.WAITING, Reason.ASKED)


@pytest.mark.parametrize("beginning", ["Where is my order?", "check my warranty"])
async def test_also_from_inside_a_form(customers: Customers, customer: Customer, beginning: str) -> None:
    await customer.says(beginning)
    assert await customer.says(ASK["en"]) == [customers.reply("handoff_queued", "en", "button_back_to_bot", position=1)]


async def test_while_a_customer_waits_madad_is_silent(customer: Customer) -> None:
    await customer.says(ASK["en"])
    assert await customer.says("Where is my order?") == []


async def test_back_from_the_queue_the_form_that_was_open_is_forgotten(
    customers: Customers, customer: Customer
) -> None:
    await customer.says("Where is my order?")
    await customer.says(ASK["en"])
    assert await customer.presses(customers.text("button_back_to_bot", "en")) == [
        customers.reply("handoff_withdrawn", "en")
    ]
    assert await customer.says("hello") == [customers.reply("greet", "en", *MENU)]
