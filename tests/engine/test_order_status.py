"""Where an order is: asked in one message or step by step, left, taken up again, and asked about the next one."""

from __future__ import annotations

import pytest

from bot.conversations import Say
from bot.faq import FaqEntry
from bot.orders import describe_order
from tests.engine.customer import Customer, Customers, Reply
from tests.fakes import NOON, FixedClock
from tests.shop import order

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
GREETING = {"en": "Hello", "ar": "مرحبا", "hi": "नमस्ते", "ur": "السلام علیکم", "fa": "سلام"}
ASK = {
    "en": "Where is my order?",
    "ar": "أين طلبي؟",
    "hi": "मेरा ऑर्डर कहाँ है?",
    "ur": "میرا آرڈر کہاں ہے؟",
    "fa": "سفارش من کجاست؟",
}
ASK_WITH_PROOF = {
    "en": "Where is my order MD-100245? My email is omar@example.com",
    "ar": "أين طلبي رقم MD-100245؟ بريدي omar@example.com",
    "hi": "मेरा ऑर्डर MD-100245 कहाँ है? मेरा ईमेल omar@example.com है",
    "ur": "میرا آرڈر MD-100245 کہاں ہے؟ میری ای میل omar@example.com ہے",
    "fa": "سفارش من MD-100245 کجاست؟ ایمیلم omar@example.com است",
}
CANCEL = {"en": "Never mind", "ar": "خلاص انسى الموضوع", "hi": "रहने दो", "ur": "رہنے دو", "fa": "بی‌خیال"}
UNKNOWN = {
    "en": "I don't know my order number",
    "ar": "نسيت رقم الطلب",
    "hi": "मुझे ऑर्डर नंबर नहीं पता",
    "ur": "مجھے آرڈر نمبر نہیں معلوم",
    "fa": "شماره سفارشم یادم نیست",
}


def status(customers: Customers, language: str, number: str = "MD-100245") -> Reply:
    """Return what whoever has proved an order is told."""
    says = [*describe_order(order(number), NOON.date()), Say("order_another")]
    text = "\n".join(customers.text(say.key, language, **say.values) for say in says)
    return Reply(text, tuple(customers.text(key, language) for key in ("button_warranty", "button_human")))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_number_and_proof_in_one_message_are_answered_at_once(customers: Customers, language: str) -> None:
    assert await customers.new(language).says(ASK_WITH_PROOF[language]) == [status(customers, language)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_missing_is_asked_for_step_by_step(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    assert await customer.says(ASK[language]) == [customers.reply("ask_order_number", language)]
    assert await customer.says("MD-100245") == [customers.reply("ask_contact", language)]
    assert await customer.says("omar@example.com") == [status(customers, language)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_button_under_the_greeting_begins_it(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    await customer.says(GREETING[language])
    said = await customer.presses(customers.text("button_order", language))
    assert said == [customers.reply("ask_order_number", language)]


@pytest.mark.parametrize(
    ("number", "contact"),
    [
        ("MD-١٠٠٢٤٥", "٠٥٠١٢٣٤٥٦٧"),
        ("MD-۱۰۰۲۴۵", "۰۵۰ ۱۲۳ ۴۵۶۷"),
        ("१००२४५", "+९७१५०१२३४५६७"),
        ("md 100245", "00971 50 123 4567"),
        ("#100245", "OMAR@EXAMPLE.COM"),
        ("ＭＤ－１００２４５", "０５０１２３４５６７"),
    ],
)
async def test_numbers_are_understood_in_the_digits_of_every_script(
    customers: Customers, number: str, contact: str
) -> None:
    customer = customers.new("en")
    await customer.says("track my order")
    assert await customer.says(number) == [customers.reply("ask_contact", "en")]
    assert await customer.says(contact) == [status(customers, "en")]


@pytest.mark.parametrize(
    "text", ["MD-100245 omar@example.com", "my order MD-100245 omar@example.com where is it", "100245, 0501234567"]
)
async def test_a_number_with_a_proof_out_of_the_blue_is_taken_for_the_question_where_it_is(
    customers: Customers, text: str
) -> None:
    assert await customers.new("en").says(text) == [status(customers, "en")]


async def test_a_number_alone_out_of_the_blue_asks_for_the_proof(customers: Customers, customer: Customer) -> None:
    assert await customer.says("MD-100245") == [customers.reply("ask_contact", "en")]
    assert await customer.says("omar@example.com") == [status(customers, "en")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(
    customers: Customers, faq: list[FaqEntry], language: str
) -> None:
    customer = customers.new(language)
    await customer.says(ASK[language])
    await customer.says("MD-100245")
    question = next(entry for entry in faq if entry.id == "return-policy").texts[language].question
    answer, asked = await customer.says(question)
    assert answer.text.endswith(customers.text("faq_helpful", language))
    assert asked == customers.reply("ask_contact", language)
    assert await customer.presses(customers.text("button_helped", language)) == [
        customers.reply("faq_glad", language),
        customers.reply("ask_contact", language),
    ]
    assert await customer.says("omar@example.com") == [status(customers, language)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_form_can_be_left(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    await customer.says(ASK[language])
    assert await customer.says(CANCEL[language]) == [customers.reply("cancelled", language)]
    assert await customer.says(ASK[language]) == [customers.reply("ask_order_number", language)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_does_not_know_the_number_is_told_where_it_is(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    await customer.says(ASK[language])
    assert await customer.says(UNKNOWN[language]) == [customers.reply("order_number_help", language, "button_human")]
    assert await customer.says("MD-100245") == [customers.reply("ask_contact", language)]


@pytest.mark.parametrize("text", ["yes", "no"])
async def test_inside_a_form_neither_yes_nor_no_is_a_number(
    customers: Customers, customer: Customer, text: str
) -> None:
    await customer.says(ASK["en"])
    assert await customer.says(text) == [customers.reply("order_number_help", "en", "button_human")]


async def test_another_order_of_the_same_customer_needs_no_new_proof(customers: Customers, customer: Customer) -> None:
    await customer.says(ASK_WITH_PROOF["en"])
    assert await customer.says("and MD-100318?") == [status(customers, "en", "MD-100318")]


async def test_another_number_may_be_sent_just_so(customers: Customers, customer: Customer) -> None:
    await customer.says(ASK_WITH_PROOF["en"])
    assert await customer.says("MD-100318") == [status(customers, "en", "MD-100318")]


async def test_another_customers_order_is_matched_against_the_given_contact_anew(
    customers: Customers, customer: Customer
) -> None:
    await customer.says(ASK_WITH_PROOF["en"])
    assert await customer.says("and MD-100452?") == [
        customers.reply("not_matched", "en"),
        customers.reply("ask_order_number", "en"),
    ]


async def test_after_half_an_hour_the_proof_is_asked_for_anew(
    customers: Customers, customer: Customer, clock: FixedClock
) -> None:
    await customer.says(ASK_WITH_PROOF["en"])
    clock.advance(30 * 60 + 1)
    assert await customer.says("and MD-100318?") == [customers.reply("ask_contact", "en")]
    assert await customer.says("omar@example.com") == [status(customers, "en", "MD-100318")]
