"""Whether a device is covered: by order number, by serial number, and after its order was looked up."""

from __future__ import annotations

import pytest

from bot.orders import Device
from bot.warranty import describe_warranty
from tests.engine.customer import Customer, Customers, Reply
from tests.fakes import NOON
from tests.shop import ORDERS

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
ASK = {
    "en": "Is my phone still under warranty?",
    "ar": "هل جهازي تحت الضمان؟",
    "hi": "क्या मेरा फ़ोन अभी वारंटी में है?",
    "ur": "کیا میرا فون ابھی وارنٹی میں ہے؟",
    "fa": "گوشیم هنوز گارانتی داره؟",
}
PHONE, EARPHONE = ORDERS[0].devices
CASE, STAND = ORDERS[2].devices


def status(customers: Customers, language: str, device: Device, *buttons: str) -> Reply:
    """Return what whoever has proved a device's order is told of it."""
    says = describe_warranty(device.product, device.serial, device.warranties, NOON.date())
    text = "\n".join(customers.text(say.key, language, **say.values) for say in says)
    return Reply(text, tuple(customers.text(button, language) for button in buttons))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_covered_device_by_its_serial_number(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    assert await customer.says(ASK[language]) == [customers.reply("ask_warranty_number", language)]
    assert await customer.says("SN7K2P9X4Q1B") == [customers.reply("ask_contact", language)]
    assert await customer.says("050 123 4567") == [status(customers, language, PHONE, "button_human")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_device_of_an_order_by_its_number(customers: Customers, language: str) -> None:
    customer = customers.new(language)
    await customer.says(ASK[language])
    await customer.says("MD-100245")
    assert await customer.says("omar@example.com") == [
        status(customers, language, PHONE),
        status(customers, language, EARPHONE, "button_human"),
    ]


@pytest.mark.parametrize("device", [EARPHONE, CASE, STAND], ids=["expired", "lifetime", "none"])
async def test_what_is_no_longer_covered_or_for_ever_or_never_was(
    customers: Customers, customer: Customer, device: Device
) -> None:
    contact = "omar@example.com" if device is EARPHONE else "lina@example.com"
    said = await customer.says(f"check the warranty of {device.serial}, my email is {contact}")
    assert said == [status(customers, "en", device, "button_human")]


async def test_a_serial_number_out_of_the_blue_is_taken_for_the_question(
    customers: Customers, customer: Customer
) -> None:
    assert await customer.says("SN7K2P9X4Q1B") == [customers.reply("ask_contact", "en")]
    assert await customer.says("omar@example.com") == [status(customers, "en", PHONE, "button_human")]


async def test_after_an_order_its_warranty_is_one_press_away(customers: Customers, customer: Customer) -> None:
    await customer.says("Where is my order MD-100245? My email is omar@example.com")
    assert await customer.presses(customers.text("button_warranty", "en")) == [
        status(customers, "en", PHONE),
        status(customers, "en", EARPHONE, "button_human"),
    ]


async def test_an_unknown_device_gets_the_same_words_as_a_wrong_proof(customers: Customers) -> None:
    wrong = await customers.new("en").says("check the warranty of SN7K2P9X4Q1B, my email is eve@example.com")
    unknown = await customers.new("en").says("check the warranty of SN0000000000, my email is omar@example.com")
    assert wrong == unknown == [customers.reply("not_matched", "en"), customers.reply("ask_warranty_number", "en")]


async def test_whoever_cannot_find_the_serial_number_is_told_where_it_is(
    customers: Customers, customer: Customer
) -> None:
    await customer.says(ASK["en"])
    said = await customer.says("where can i find the serial number")
    assert said == [customers.reply("warranty_number_help", "en", "button_human")]
