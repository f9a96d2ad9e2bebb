"""The language of the conversation: by name, by button, by what is written, and inside a form."""

from __future__ import annotations

import pytest

from tests.engine.customer import Customers, Reply

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
NAMES = ("English", "العربية", "हिन्दी", "اردو", "فارسی")
MENU = ("button_order", "button_warranty", "button_human")

# Each asks, in one language, for the next one.
BY_NAME = {
    ("en", "ar"): "Can we speak in Arabic?",
    ("ar", "hi"): "أكمل باللغة الهندية",
    ("hi", "ur"): "उर्दू में बात करें",
    ("ur", "fa"): "فارسی میں بات کریں",
    ("fa", "en"): "لطفا انگلیسی صحبت کن",
}
ASKS_TO_CHANGE = ("Change the language please", "غير اللغة", "भाषा बदलो", "زبان تبدیل کریں", "زبان رو عوض کن")


@pytest.mark.parametrize(("before", "after"), BY_NAME)
async def test_a_language_that_is_asked_for_by_name_is_spoken_from_then_on(
    customers: Customers, before: str, after: str
) -> None:
    customer = customers.new(before)
    assert await customer.says(BY_NAME[before, after]) == [customers.reply("language_changed", after)]
    assert await customer.says("hello") == [customers.reply("greet", after, *MENU)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_language_is_chosen_from_buttons(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    place = LANGUAGES.index(language)
    assert await customer.says(ASKS_TO_CHANGE[place]) == [Reply(customers.text("language_ask", language), NAMES)]
    chosen = LANGUAGES[place - 1]
    assert await customer.presses(NAMES[place - 1]) == [customers.reply("language_changed", chosen)]
    assert (await customer.conversation()).language == chosen


async def test_the_conversation_follows_a_customer_who_goes_on_in_another_language(customers: Customers) -> None:
    customer = customers.new("en")
    await customer.says("hello")
    assert await customer.says("كيف حالك اليوم يا صديقي") == [customers.reply("how_are_you", "ar")]


async def test_a_chosen_language_is_kept_whatever_is_written(customers: Customers) -> None:
    customer = customers.new("en")
    await customer.says("hindi please")
    assert await customer.says("how are you doing today?") == [customers.reply("how_are_you", "hi")]


async def test_inside_a_form_the_question_is_asked_again_in_the_new_language(customers: Customers) -> None:
    customer = customers.new("en")
    await customer.says("Where is my order?")
    assert await customer.says("In Hindi please") == [
        customers.reply("language_changed", "hi"),
        customers.reply("ask_order_number", "hi"),
    ]
